//! The licenses of what Herald is made of and built with: each must be one of a list, by its SPDX expression.

use crate::failure::{Failure, Outcome};
use crate::packages::{Package, Packages};
use crate::workspace::Workspace;

/// Free to use and to pass on beside Apache-2.0. MPL-2.0 concerns changes of its own files, which nobody makes.
const ALLOWED: [&str; 13] = [
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Zlib",
];

pub(crate) fn check(workspace: &Workspace) -> Outcome {
    let packages = Packages::read(workspace)?;
    let refused = refused(packages.all.values());
    if !refused.is_empty() {
        return Err(Failure::new(format!(
            "These licenses are not in the list of `xtask/src/licenses.rs`: {}.",
            refused.join("; ")
        )));
    }
    println!("      {} packages, each under one of {}", packages.all.len(), ALLOWED.join(", "));
    Ok(())
}

fn refused<'p>(packages: impl IntoIterator<Item = &'p Package>) -> Vec<String> {
    let is_refused = |package: &&Package| {
        package.license.as_deref().is_none_or(|license| is_allowed(license) != Some(true))
    };
    let words = |Package { name, version, license, .. }: &Package| {
        format!("{name} {version} ({})", license.as_deref().unwrap_or("none is said"))
    };
    packages.into_iter().filter(is_refused).map(words).collect()
}

/// As SPDX has it. Older manifests write `/` for `OR`.
pub(crate) fn expression(license: &str) -> String {
    license.split('/').map(str::trim).collect::<Vec<_>>().join(" OR ")
}

/// `None` where it is no expression.
fn is_allowed(license: &str) -> Option<bool> {
    let spaced = expression(license).replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    let allowed = any(&mut rest)?;
    rest.is_empty().then_some(allowed)
}

/// `OR` binds weaker than `AND`.
fn any(words: &mut &[&str]) -> Option<bool> {
    let mut allowed = all(words)?;
    while let ["OR", rest @ ..] = *words {
        *words = rest;
        allowed |= all(words)?;
    }
    Some(allowed)
}

fn all(words: &mut &[&str]) -> Option<bool> {
    let mut allowed = one(words)?;
    while let ["AND", rest @ ..] = *words {
        *words = rest;
        allowed &= one(words)?;
    }
    Some(allowed)
}

fn one(words: &mut &[&str]) -> Option<bool> {
    match *words {
        ["(", rest @ ..] => {
            *words = rest;
            let allowed = any(words)?;
            let [")", rest @ ..] = *words else { return None };
            *words = rest;
            Some(allowed)
        }
        [license, "WITH", exception, rest @ ..] => {
            *words = rest;
            Some(ALLOWED.contains(&format!("{license} WITH {exception}").as_str()))
        }
        [license, rest @ ..] if !matches!(*license, ")" | "AND" | "OR" | "WITH") => {
            *words = rest;
            Some(ALLOWED.contains(license))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packages::tests::sample;

    #[test]
    fn an_expression_is_allowed_by_what_it_means() {
        for license in [
            "MIT",
            "MIT/Apache-2.0",
            "Apache-2.0 / MIT",
            "GPL-3.0 OR MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR GPL-3.0",
            "ISC AND (GPL-3.0 OR ISC)",
            "GPL-3.0 AND GPL-2.0 OR MIT",
        ] {
            assert_eq!(is_allowed(license), Some(true), "{license}");
        }
        for license in [
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "MIT AND (GPL-3.0 OR AGPL-3.0)",
            "Apache-2.0 WITH Another-exception",
            "mit",
        ] {
            assert_eq!(is_allowed(license), Some(false), "{license}");
        }
        for license in ["", "MIT OR", "(MIT", "MIT)", "AND MIT", "MIT Apache-2.0"] {
            assert_eq!(is_allowed(license), None, "{license}");
        }
    }

    #[test]
    fn what_is_not_in_the_list_is_named_and_so_is_what_says_nothing() {
        assert_eq!(refused(sample().all.values()), ["cc 1.2.0 (none is said)", "insta 1.0.0 (GPL-3.0)"]);
    }
}
