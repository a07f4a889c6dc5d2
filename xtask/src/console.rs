//! The console from its sources to the files that are served: wasm, its JavaScript, the style sheet.
//! What has not changed is not done again, so that a second run takes seconds.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use wasm_bindgen_cli_support::Bindgen;

use crate::bundle::{Bundle, content_hash};
use crate::command::Tool;
use crate::failure::{Failure, Outcome};
use crate::manifest::Manifest;
use crate::setup::WasmToolchain;
use crate::style;
use crate::workspace::Workspace;

/// What a browser loads before the console is interactive: wasm and JavaScript in brotli.
const BUDGET_BYTES_MAX: usize = 260 * 1024;
/// Holds the hash of what the files were made from.
const STAMP: &str = "made-from.txt";
/// How the files are made counts as much as what they are made from.
const RECIPE: [&str; 5] = [
    include_str!("console.rs"),
    include_str!("bundle.rs"),
    include_str!("manifest.rs"),
    include_str!("style.rs"),
    include_str!("../Cargo.toml"),
];

/// Whether open pages load themselves anew.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reload {
    Never,
    /// Once there is another build.
    WhenBuilt,
}

pub(crate) fn compile(workspace: &Workspace, toolchain: WasmToolchain) -> Outcome {
    let front = workspace.front_target();
    let arguments =
        ["build", "-p", "frontend", "--target", "wasm32-unknown-unknown", "--profile", "wasm-release"];
    let tool = match toolchain {
        WasmToolchain::OnPath => Tool::cargo(workspace).args(arguments),
        // RUSTC_BOOTSTRAP only lets a stable compiler take -Zbuild-std.
        WasmToolchain::Distribution => Tool::cargo_at("/usr/bin/cargo", workspace)
            .args(arguments)
            .args(["-Zbuild-std=std,panic_abort"])
            .env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTC", "/usr/bin/rustc"),
    };
    tool.args([Path::new("--target-dir"), &front]).run()
}

pub(crate) fn pack(workspace: &Workspace, reload: Reload) -> Outcome {
    let wasm = read(&workspace.compiled_console())?;
    let css = style::bundled(&workspace.style_entry())?;
    let more = match reload {
        Reload::Never => String::new(),
        Reload::WhenBuilt => reloading(SystemTime::now()),
    };
    let made_from = content_hash(&[RECIPE.concat().as_bytes(), &wasm, css.as_bytes(), more.as_bytes()]);
    let folder = workspace.console();
    let bundle = Bundle::open(&folder)?;
    if fs::read_to_string(folder.join(STAMP)).is_ok_and(|stamp| stamp == made_from) && bundle.is_whole() {
        println!("      unchanged");
        return Ok(());
    }
    let manifest = write_files(&bundle, &bind(workspace)?, &css, &more)?;
    keep_within_budget(&bundle, &manifest)?;
    bundle.finish(&manifest)?;
    write(&folder.join(STAMP), made_from.as_bytes())
}

/// What wasm-bindgen makes of the compiled console.
struct Bound {
    js: Vec<u8>,
    wasm: Vec<u8>,
}

fn bind(workspace: &Workspace) -> Outcome<Bound> {
    let folder = workspace.front_target().join("bound");
    let _ = fs::remove_dir_all(&folder);
    run_wasm_bindgen(&workspace.compiled_console(), &folder)?;
    // The server serves one folder of files with hashed names; nothing in the console makes snippets so far.
    if folder.join("snippets").exists() {
        return Err(Failure::new(
            "A crate of the console brings JavaScript of its own, which the console cannot serve.",
        ));
    }
    Ok(Bound { js: read(&folder.join("herald.js"))?, wasm: read(&folder.join("herald_bg.wasm"))? })
}

fn run_wasm_bindgen(input: &Path, folder: &Path) -> Outcome {
    let generate = || {
        Bindgen::new()
            .input_path(input)
            .out_name("herald")
            .web(true)?
            .typescript(false)
            .omit_default_module_path(true)
            .remove_name_section(true)
            .remove_producers_section(true)
            .generate(folder)
    };
    generate()
        .map_err(|error| Failure::new(format!("wasm-bindgen cannot read the compiled console: {error:#}")))
}

fn write_files(bundle: &Bundle, bound: &Bound, css: &str, more: &str) -> Outcome<Manifest> {
    let js = bundle.add("herald", "js", &bound.js)?;
    let wasm = bundle.add("herald", "wasm", &bound.wasm)?;
    let boot = bundle.add("boot", "js", (boot_module(&js, &wasm) + more).as_bytes())?;
    let css = bundle.add("herald", "css", css.as_bytes())?;
    Ok(Manifest { boot, js, wasm, css })
}

/// The only script that a page names: it loads the wasm by its hashed name and wakes the page's islands, each by the
/// function that its element names.
fn boot_module(js: &str, wasm: &str) -> String {
    format!(
        "import init, * as herald from './{js}';\n\
         await init({{ module_or_path: new URL('./{wasm}', import.meta.url) }});\n\
         herald.hydrate();\n\
         for (const island of document.querySelectorAll('leptos-island')) {{\n  \
         await herald[island.dataset.component](island);\n\
         }}\n"
    )
}

/// Each build has a boot module of another name, so the page's own is gone once a new build serves.
fn reloading(built_at: SystemTime) -> String {
    let build = built_at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis();
    format!(
        "// Build {build}.\n\
         setInterval(async () => {{\n  \
         const answer = await fetch(import.meta.url, {{ method: 'HEAD', cache: 'no-store' }}).catch(() => null);\n  \
         if (answer?.status === 404) location.reload();\n\
         }}, 500);\n"
    )
}

fn keep_within_budget(bundle: &Bundle, manifest: &Manifest) -> Outcome {
    let wasm = bundle.compressed_bytes(&manifest.wasm)?;
    let js = bundle.compressed_bytes(&manifest.js)? + bundle.compressed_bytes(&manifest.boot)?;
    let css = bundle.compressed_bytes(&manifest.css)?;
    let account = format!("{} in brotli (wasm {}, JavaScript {})", kib(wasm + js), kib(wasm), kib(js));
    println!("      {account}; the budget is {}; the style sheet is {}", kib(BUDGET_BYTES_MAX), kib(css));
    if wasm + js <= BUDGET_BYTES_MAX {
        return Ok(());
    }
    Err(Failure::new(format!("The console is over its budget of {}: {account}.", kib(BUDGET_BYTES_MAX))))
}

fn kib(bytes: usize) -> String {
    format!("{:.1} KiB", bytes as f64 / 1024.0)
}

fn read(path: &Path) -> Outcome<Vec<u8>> {
    fs::read(path).map_err(|error| Failure::new(format!("{} cannot be read: {error}.", path.display())))
}

fn write(path: &Path, bytes: &[u8]) -> Outcome {
    fs::write(path, bytes)
        .map_err(|error| Failure::new(format!("{} cannot be written: {error}.", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_builds_have_the_same_boot_module() {
        let now = SystemTime::now();
        assert_ne!(reloading(now), reloading(now + std::time::Duration::from_millis(1)));
    }

    #[test]
    fn the_boot_module_names_both_hashed_files() {
        let module = boot_module("herald-1.js", "herald-2.wasm");
        assert!(module.starts_with("import init, * as herald from './herald-1.js';\n"), "{module}");
        assert!(module.contains("new URL('./herald-2.wasm', import.meta.url)"), "{module}");
    }
}
