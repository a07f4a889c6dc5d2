//! What must not be in a tree of dependencies: nothing of the server's in the wasm half, where it would grow or not compile at
//! all, and no framework and no database in programs that only call the server functions.
//! Reads `cargo tree` as edges "this crate depends on that one", so that a failure says by which way.

use crate::command::Tool;
use crate::failure::{Failure, Outcome};
use crate::workspace::Workspace;

const FORBIDDEN: [&str; 7] = ["sqlx", "reqwest", "tokio", "axum", "hyper", "rustls", "libsqlite3-sys"];
/// Leptos names it for its server side and the linker leaves it out. Used by a crate of ours it costs 64 kB of brotli.
const FORBIDDEN_TO_OURS: &str = "url";
const OURS: [&str; 4] = ["frontend", "app", "api", "domain"];
const FORBIDDEN_TO_CLIENTS: [&str; 5] = ["leptos", "sqlx", "axum", "libsqlite3-sys", "wasm-bindgen-futures"];

pub(crate) fn check(workspace: &Workspace) -> Outcome {
    let wasm = ["--target", "wasm32-unknown-unknown"];
    let console = tree(Tool::cargo(workspace), &["-p", "frontend"], &wasm)?;
    examine("The console", &console, &FORBIDDEN, is_forbidden)?;
    let forbidden = |edge: &Edge| FORBIDDEN_TO_CLIENTS.contains(&edge.to);
    let api = tree(Tool::cargo(workspace), &["-p", "api", "--features", "client"], &[])?;
    examine("A program that calls the functions", &api, &FORBIDDEN_TO_CLIENTS, forbidden)?;
    // In a workspace of its own, where other crates may ask for other features.
    let platform = tree(Tool::cargo(workspace).within(&workspace.examples()), &["-p", "platform"], &[])?;
    examine("The example `platform`", &platform, &FORBIDDEN_TO_CLIENTS, forbidden)
}

fn tree(cargo: Tool, package: &[&str], target: &[&str]) -> Outcome<String> {
    let cargo = cargo.args(["tree"]).args(package).args(target);
    cargo.args(["-e", "normal,no-proc-macro", "--prefix", "depth"]).output()
}

fn examine(who: &str, tree: &str, names: &[&str], forbidden: impl Fn(&Edge) -> bool) -> Outcome {
    let edges = edges_of(tree);
    let found: Vec<String> = edges.iter().filter(|edge| forbidden(edge)).map(Edge::to_string).collect();
    if edges.is_empty() {
        return Err(Failure::new(format!(
            "{who}: `cargo tree` shows no dependency at all, which cannot be."
        )));
    }
    if !found.is_empty() {
        return Err(Failure::new(format!("{who} depends on what it must not: {}.", found.join("; "))));
    }
    println!("      {who}: {} dependencies, none of them {}", edges.len(), names.join(", "));
    Ok(())
}

/// One crate needs another.
#[derive(Debug, PartialEq)]
struct Edge<'tree> {
    from: &'tree str,
    to: &'tree str,
}

impl std::fmt::Display for Edge<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} needs {}", self.from, self.to)
    }
}

/// The names are compared whole: `tokio-util` is not `tokio`.
fn is_forbidden(edge: &Edge) -> bool {
    FORBIDDEN.contains(&edge.to) || (edge.to == FORBIDDEN_TO_OURS && OURS.contains(&edge.from))
}

/// Each line is a depth, a name, a version: `2leptos v0.8.23`. A crate that was shown before stands without its own.
fn edges_of(tree: &str) -> Vec<Edge<'_>> {
    let mut way: Vec<&str> = Vec::new();
    let mut edges = Vec::new();
    for (depth, name) in tree.lines().filter_map(depth_and_name) {
        way.truncate(depth);
        if let Some(from) = way.last() {
            edges.push(Edge { from, to: name });
        }
        way.push(name);
    }
    edges
}

fn depth_and_name(line: &str) -> Option<(usize, &str)> {
    let word = line.split_whitespace().next()?;
    let name = word.trim_start_matches(|character: char| character.is_ascii_digit());
    let depth = word[..word.len() - name.len()].parse().ok()?;
    Some((depth, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLEAN: &str = "\
0frontend v0.1.0 (/herald/frontend)
1app v0.1.0 (/herald/app)
2leptos v0.8.23
3url v2.5.7
2axum-core v0.5.0
1leptos v0.8.23 (*)
";

    fn found_in(tree: &str) -> Vec<String> {
        edges_of(tree).iter().filter(|edge| is_forbidden(edge)).map(Edge::to_string).collect()
    }

    #[test]
    fn the_tree_is_read_as_edges() {
        let edges: Vec<String> = edges_of(CLEAN).iter().map(Edge::to_string).collect();
        assert_eq!(
            edges,
            [
                "frontend needs app",
                "app needs leptos",
                "leptos needs url",
                "app needs axum-core",
                "frontend needs leptos"
            ]
        );
    }

    #[test]
    fn a_clean_tree_passes_with_names_that_only_begin_alike() {
        assert!(found_in(CLEAN).is_empty());
    }

    #[test]
    fn a_planted_line_is_found_with_its_way() {
        assert_eq!(found_in(&format!("{CLEAN}1sqlx v0.9.0\n")), ["frontend needs sqlx"]);
        assert_eq!(found_in(&format!("{CLEAN}2tokio v1.48.0 (*)\n")), ["leptos needs tokio"]);
    }

    #[test]
    fn a_client_may_have_tokio_and_no_framework() {
        let examine = |tree: &str| {
            examine("It", tree, &FORBIDDEN_TO_CLIENTS, |edge| FORBIDDEN_TO_CLIENTS.contains(&edge.to))
        };
        let tree = "0api v0.1.0\n1reqwest v0.13.5\n2tokio v1.54.1\n";
        assert!(examine(tree).is_ok());
        let failure = examine(&format!("{tree}1leptos v0.8.23\n")).unwrap_err();
        assert_eq!(failure.to_string(), "It depends on what it must not: api needs leptos.");
        assert!(examine("").is_err());
    }

    #[test]
    fn leptos_may_name_url_and_our_crates_may_not() {
        assert_eq!(found_in("0frontend v0.1.0\n1domain v0.1.0\n2url v2.5.7 (*)\n"), ["domain needs url"]);
    }
}
