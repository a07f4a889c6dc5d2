//! Writes `console_files.rs`: the console's files as bytes, from the folder that `HERALD_CONSOLE_DIR` names.
//! Where it is unset there are none, so that lints and unit tests need no wasm build.

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

const VARIABLE: &str = "HERALD_CONSOLE_DIR";
/// Written by xtask: one `key=name` a line.
const MANIFEST: &str = "console.txt";
const KEYS: [&str; 4] = ["boot", "js", "wasm", "css"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-env-changed={VARIABLE}");
    println!("cargo:rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("Cargo sets OUT_DIR for a build script")?);
    let code = match env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
        Some(folder) => with_console(Path::new(&folder))?,
        None => without_console(),
    };
    fs::write(out.join("console_files.rs"), code)?;
    Ok(())
}

fn without_console() -> String {
    "static FILES: &[File] = &[];\nstatic ENTRY: Option<Entry> = None;\n".to_owned()
}

fn with_console(folder: &Path) -> Result<String, Box<dyn Error>> {
    let manifest = folder.join(MANIFEST);
    println!("cargo:rerun-if-changed={}", manifest.display());
    let text = fs::read_to_string(&manifest)
        .map_err(|error| format!("{VARIABLE} is set, and {} cannot be read: {error}", manifest.display()))?;
    let names = KEYS.map(|key| text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('=')));
    let (mut files, mut entry) = (String::new(), String::new());
    for (key, name) in KEYS.iter().zip(names) {
        let name = name.ok_or_else(|| format!("{} has no line `{key}=`", manifest.display()))?;
        files.push_str(&file(folder, name)?);
        write!(entry, "{key}: {:?}, ", format!("/assets/{name}"))?;
    }
    Ok(format!(
        "static FILES: &[File] = &[\n{files}];\nstatic ENTRY: Option<Entry> = Some(Entry {{ {entry}}});\n"
    ))
}

fn file(folder: &Path, name: &str) -> Result<String, Box<dyn Error>> {
    let (identity, brotli) = (folder.join(name), folder.join(format!("{name}.br")));
    let content_type = content_type(name)?;
    Ok(format!(
        "    File {{ name: {name:?}, content_type: {content_type:?}, identity: include_bytes!({identity:?}), \
         brotli: include_bytes!({brotli:?}) }},\n"
    ))
}

fn content_type(name: &str) -> Result<&'static str, String> {
    match Path::new(name).extension().and_then(|extension| extension.to_str()) {
        Some("js") => Ok("text/javascript; charset=utf-8"),
        Some("wasm") => Ok("application/wasm"),
        Some("css") => Ok("text/css; charset=utf-8"),
        _ => Err(format!("{name} is of no kind that the console serves")),
    }
}
