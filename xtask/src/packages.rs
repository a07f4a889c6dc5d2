//! What `cargo metadata` says of the packages that Herald is made of, and which needs which.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::command::Tool;
use crate::failure::{Failure, Outcome};
use crate::workspace::Workspace;

/// Where the two halves run: what only other systems need is not in a release.
const PLATFORMS: [&str; 2] = ["x86_64-unknown-linux-gnu", "wasm32-unknown-unknown"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    /// An SPDX expression, as its manifest has it.
    pub(crate) license: Option<String>,
    /// Of the workspace, and on no registry.
    pub(crate) is_ours: bool,
}

/// By Cargo's own id of each.
#[derive(Debug, Default)]
pub(crate) struct Packages {
    pub(crate) all: BTreeMap<String, Package>,
    /// What runs or builds; what only tests need is left out.
    pub(crate) needs: BTreeMap<String, BTreeSet<String>>,
}

impl Packages {
    pub(crate) fn read(workspace: &Workspace) -> Outcome<Self> {
        let platforms = PLATFORMS.iter().flat_map(|platform| ["--filter-platform", platform]);
        let cargo = Tool::cargo(workspace).args(["metadata", "--format-version", "1", "--locked"]);
        Self::parse(&cargo.args(platforms).output()?)
    }

    fn parse(text: &str) -> Outcome<Self> {
        let metadata: Value = serde_json::from_str(text)
            .map_err(|error| Failure::new(format!("`cargo metadata` cannot be read: {error}.")))?;
        let mut packages = Self::default();
        for package in list(&metadata["packages"]) {
            let license = package["license"].as_str().map(str::to_owned);
            let (name, version) = (word(&package["name"]), word(&package["version"]));
            let is_ours = package["source"].is_null();
            packages.all.insert(word(&package["id"]), Package { name, version, license, is_ours });
        }
        for node in list(&metadata["resolve"]["nodes"]) {
            let needed = list(&node["deps"]).iter().filter(|dependency| is_for_more_than_tests(dependency));
            let needed = needed.map(|dependency| word(&dependency["pkg"])).collect();
            packages.needs.insert(word(&node["id"]), needed);
        }
        if packages.all.is_empty() || packages.needs.is_empty() {
            return Err(Failure::new("`cargo metadata` names no package at all, which cannot be."));
        }
        Ok(packages)
    }

    /// The ids of these packages and of all that they need.
    pub(crate) fn behind(&self, names: &[&str]) -> BTreeSet<&str> {
        let is_named = |package: &Package| names.contains(&package.name.as_str());
        let mut waiting: Vec<&str> =
            self.all.iter().filter(|(_, package)| is_named(package)).map(|(id, _)| id.as_str()).collect();
        let mut found = BTreeSet::new();
        while let Some(id) = waiting.pop() {
            if found.insert(id) {
                waiting.extend(self.needs.get(id).into_iter().flatten().map(String::as_str));
            }
        }
        found
    }
}

fn is_for_more_than_tests(dependency: &Value) -> bool {
    list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"] != "dev")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;

    /// `server` needs `tokio`, `frontend` needs `leptos`, both need `domain`; `insta` is for tests, `xtask` for building.
    pub(crate) fn sample() -> Packages {
        let package = |name: &str, version: &str, license: Option<&str>| {
            let source = if version == "0.1.0" { Value::Null } else { json!("registry") };
            let id = format!("{name}#{version}");
            json!({ "id": id, "name": name, "version": version, "license": license, "source": source })
        };
        let needs = |id: &str, kind: Value| json!({ "pkg": id, "dep_kinds": [{ "kind": kind }] });
        let node = |id: &str, deps: Vec<Value>| json!({ "id": id, "deps": deps });
        let metadata = json!({
            "packages": [
                package("xtask", "0.1.0", Some("Apache-2.0")),
                package("server", "0.1.0", Some("Apache-2.0")),
                package("frontend", "0.1.0", Some("Apache-2.0")),
                package("domain", "0.1.0", Some("Apache-2.0")),
                package("tokio", "1.48.0", Some("MIT")),
                package("leptos", "0.8.23+mvp", Some("MIT/Apache-2.0")),
                package("cc", "1.2.0", None),
                package("insta", "1.0.0", Some("GPL-3.0")),
            ],
            "resolve": { "nodes": [
                node("xtask#0.1.0", vec![needs("insta#1.0.0", Value::Null)]),
                node("server#0.1.0", vec![
                    needs("tokio#1.48.0", Value::Null),
                    needs("domain#0.1.0", Value::Null),
                    needs("cc#1.2.0", json!("build")),
                    needs("insta#1.0.0", json!("dev")),
                ]),
                node("frontend#0.1.0", vec![
                    needs("leptos#0.8.23+mvp", Value::Null),
                    needs("domain#0.1.0", Value::Null),
                ]),
                node("tokio#1.48.0", vec![]),
            ] },
        });
        Packages::parse(&metadata.to_string()).unwrap()
    }

    #[test]
    fn what_is_behind_a_package_is_what_it_runs_and_builds_with() {
        let packages = sample();
        let server: Vec<&str> = packages.behind(&["server"]).into_iter().collect();
        assert_eq!(server, ["cc#1.2.0", "domain#0.1.0", "server#0.1.0", "tokio#1.48.0"]);
        assert_eq!(packages.behind(&["server", "frontend"]).len(), 6);
        assert!(packages.behind(&["nothing"]).is_empty());
    }

    #[test]
    fn what_names_no_package_is_a_failure() {
        assert!(Packages::parse("{}").is_err());
        assert!(Packages::parse("no JSON").is_err());
    }
}
