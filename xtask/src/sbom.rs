//! `cargo xtask sbom`: what a release is made of, both halves, as CycloneDX 1.5. The same sources give the same bytes, so
//! there is no time and no serial number in it.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use crate::failure::{Failure, Outcome};
use crate::licenses::expression;
use crate::packages::{Package, Packages};
use crate::workspace::Workspace;

const HALVES: [&str; 2] = ["server", "frontend"];

pub(crate) fn write(workspace: &Workspace) -> Outcome {
    let lock = workspace.root().join("Cargo.lock");
    let lock_text = fs::read_to_string(&lock)
        .map_err(|error| Failure::new(format!("{} cannot be read: {error}.", lock.display())))?;
    let sbom = sbom(&Packages::read(workspace)?, &checksums(&lock_text))?;
    let path = workspace.target().join("herald.cdx.json");
    fs::write(&path, format!("{sbom:#}\n"))
        .map_err(|error| Failure::new(format!("{} cannot be written: {error}.", path.display())))?;
    let count = sbom["components"].as_array().map_or(0, Vec::len);
    println!("{} lists {count} packages.", path.display());
    Ok(())
}

fn sbom(packages: &Packages, checksums: &BTreeMap<(String, String), String>) -> Outcome<Value> {
    let released = packages.behind(&HALVES);
    let package =
        |id: &str| packages.all.get(id).ok_or_else(|| Failure::new(format!("`{id}` is no package.")));
    let (mut components, mut dependencies) = (BTreeMap::new(), BTreeMap::new());
    for id in &released {
        let found = package(id)?;
        let needs = packages.needs.get(*id).into_iter().flatten();
        let needs: Outcome<Vec<String>> = needs.map(|id| package(id).map(purl)).collect();
        let mut needs = needs?;
        needs.sort();
        let checksum = checksums.get(&(found.name.clone(), found.version.clone()));
        components.insert(purl(found), component(found, checksum));
        dependencies.insert(purl(found), json!({ "ref": purl(found), "dependsOn": needs }));
    }
    let roots: Vec<&Package> =
        packages.all.values().filter(|package| HALVES.contains(&package.name.as_str())).collect();
    let Some(first) = roots.first() else {
        return Err(Failure::new("Neither half of the release is among the packages."));
    };
    let mut roots_purls: Vec<String> = roots.iter().map(|package| purl(package)).collect();
    roots_purls.sort();
    let herald = json!({
        "type": "application", "bom-ref": "herald", "name": "herald", "version": first.version,
        "licenses": licenses(first),
    });
    let mut all = vec![json!({ "ref": "herald", "dependsOn": roots_purls })];
    all.extend(dependencies.into_values());
    Ok(json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": herald },
        "components": components.into_values().collect::<Vec<Value>>(),
        "dependencies": all,
    }))
}

fn component(package: &Package, checksum: Option<&String>) -> Value {
    let mut component = json!({
        "type": "library", "bom-ref": purl(package), "name": package.name, "version": package.version,
        "licenses": licenses(package),
    });
    // Another package may have the name of one of ours on the registry, and what is known of it does not concern ours.
    if !package.is_ours {
        component["purl"] = Value::from(purl(package));
    }
    if let Some(checksum) = checksum {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
    }
    component
}

fn licenses(package: &Package) -> Value {
    package.license.iter().map(|license| json!({ "expression": expression(license) })).collect()
}

/// <https://github.com/package-url/purl-spec>: a `+` in a version is escaped.
fn purl(package: &Package) -> String {
    format!("pkg:cargo/{}@{}", package.name, package.version.replace('+', "%2B"))
}

/// By name and version; the workspace's own packages have none.
fn checksums(lock: &str) -> BTreeMap<(String, String), String> {
    let mut found = BTreeMap::new();
    for package in lock.split("[[package]]") {
        let value = |key: &str| {
            let line = package.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
            line.map(|quoted| quoted.trim_matches('"').to_owned())
        };
        if let (Some(name), Some(version), Some(checksum)) =
            (value("name"), value("version"), value("checksum"))
        {
            found.insert((name, version), checksum);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packages::tests::sample;

    const LOCK: &str = "version = 4\n\n[[package]]\nname = \"domain\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"tokio\"\n\
        version = \"1.48.0\"\nsource = \"registry\"\nchecksum = \"abc1\"\ndependencies = [\n \"pin\",\n]\n";

    fn of_sample() -> Value {
        sbom(&sample(), &checksums(LOCK)).unwrap()
    }

    #[test]
    fn both_halves_and_what_they_need_are_in_it_and_nothing_else() {
        let sbom = of_sample();
        assert_eq!((&sbom["bomFormat"], &sbom["specVersion"]), (&json!("CycloneDX"), &json!("1.5")));
        let components = sbom["components"].as_array().unwrap();
        let refs: Vec<&str> = components.iter().map(|one| one["bom-ref"].as_str().unwrap()).collect();
        assert_eq!(
            refs,
            [
                "pkg:cargo/cc@1.2.0",
                "pkg:cargo/domain@0.1.0",
                "pkg:cargo/frontend@0.1.0",
                "pkg:cargo/leptos@0.8.23%2Bmvp",
                "pkg:cargo/server@0.1.0",
                "pkg:cargo/tokio@1.48.0",
            ]
        );
        assert_eq!(
            components[5],
            json!({
                "type": "library", "bom-ref": "pkg:cargo/tokio@1.48.0", "name": "tokio", "version": "1.48.0",
                "purl": "pkg:cargo/tokio@1.48.0", "licenses": [{ "expression": "MIT" }],
                "hashes": [{ "alg": "SHA-256", "content": "abc1" }],
            })
        );
        assert_eq!(components[3]["licenses"], json!([{ "expression": "MIT OR Apache-2.0" }]));
        assert_eq!((components[1].get("hashes"), components[1].get("purl")), (None, None), "it is ours");
    }

    #[test]
    fn every_reference_leads_to_a_component() {
        let sbom = of_sample();
        let dependencies = sbom["dependencies"].as_array().unwrap();
        assert_eq!(
            dependencies[0],
            json!({ "ref": "herald", "dependsOn": ["pkg:cargo/frontend@0.1.0", "pkg:cargo/server@0.1.0"] })
        );
        let known: Vec<&Value> =
            sbom["components"].as_array().unwrap().iter().map(|one| &one["bom-ref"]).collect();
        for dependency in dependencies {
            for needed in dependency["dependsOn"].as_array().unwrap() {
                assert!(known.contains(&needed), "{needed}");
            }
        }
        assert_eq!(dependencies.len(), known.len() + 1);
    }

    #[test]
    fn the_same_packages_give_the_same_bytes() {
        assert_eq!(of_sample().to_string(), of_sample().to_string());
    }
}
