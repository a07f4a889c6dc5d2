//! The list of the console's files, one `key=name` a line, for the build script of the server.
//! `server/build.rs` reads the same four keys.

/// The manifest's own name in the console's folder.
pub(crate) const MANIFEST: &str = "console.txt";

#[derive(Debug, PartialEq)]
pub(crate) struct Manifest {
    pub(crate) boot: String,
    pub(crate) js: String,
    pub(crate) wasm: String,
    pub(crate) css: String,
}

impl Manifest {
    pub(crate) fn files(&self) -> [&str; 4] {
        [&self.boot, &self.js, &self.wasm, &self.css]
    }

    pub(crate) fn to_text(&self) -> String {
        format!("boot={}\njs={}\nwasm={}\ncss={}\n", self.boot, self.js, self.wasm, self.css)
    }

    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let value = |key: &str| {
            text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('=')).map(str::to_owned)
        };
        Some(Self { boot: value("boot")?, js: value("js")?, wasm: value("wasm")?, css: value("css")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_survives_being_written_and_read() {
        let manifest = Manifest {
            boot: "boot-1.js".to_owned(),
            js: "herald-2.js".to_owned(),
            wasm: "herald-3.wasm".to_owned(),
            css: "herald-4.css".to_owned(),
        };
        assert_eq!(
            manifest.to_text(),
            "boot=boot-1.js\njs=herald-2.js\nwasm=herald-3.wasm\ncss=herald-4.css\n"
        );
        assert_eq!(Manifest::from_text(&manifest.to_text()), Some(manifest));
    }

    #[test]
    fn a_manifest_that_lacks_a_file_is_none() {
        assert_eq!(Manifest::from_text("boot=boot-1.js\njs=herald-2.js\nwasm=herald-3.wasm\n"), None);
        assert_eq!(Manifest::from_text(""), None);
    }
}
