//! The folder of files that the server embeds: each has its content's hash in its name and a brotli copy beside it.
//! A name stands for one content for ever, so a file that is already there is not compressed again.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use brotli::CompressorWriter;
use sha2::{Digest, Sha256};

use crate::failure::{Failure, Outcome};
use crate::manifest::{MANIFEST, Manifest};

const HASH_DIGITS: usize = 16;
const BROTLI_QUALITY: u32 = 11;
const BROTLI_WINDOW_BITS: u32 = 22;
const BROTLI_BUFFER_BYTES: usize = 64 * 1024;

pub(crate) struct Bundle {
    folder: PathBuf,
}

impl Bundle {
    pub(crate) fn open(folder: &Path) -> Outcome<Self> {
        fs::create_dir_all(folder).map_err(|error| trouble(folder, "made", &error))?;
        Ok(Self { folder: folder.to_path_buf() })
    }

    /// Whether everything that the manifest names is there.
    pub(crate) fn is_whole(&self) -> bool {
        let Some(manifest) = self.manifest() else { return false };
        manifest
            .files()
            .iter()
            .all(|name| self.path(name).is_file() && self.path(&compressed(name)).is_file())
    }

    /// Writes one file and its brotli copy, and gives back its name.
    pub(crate) fn add(&self, stem: &str, extension: &str, content: &[u8]) -> Outcome<String> {
        let name = hashed_name(stem, extension, content);
        if !self.path(&name).is_file() {
            self.write(&name, content)?;
        }
        let copy = compressed(&name);
        if !self.path(&copy).is_file() {
            let brotli =
                compress(content).map_err(|error| trouble(&self.path(&copy), "compressed", &error))?;
            self.write(&copy, &brotli)?;
        }
        Ok(name)
    }

    pub(crate) fn compressed_bytes(&self, name: &str) -> Outcome<usize> {
        let path = self.path(&compressed(name));
        let metadata = fs::metadata(&path).map_err(|error| trouble(&path, "read", &error))?;
        usize::try_from(metadata.len()).map_err(|_| Failure::new(format!("{} is too large.", path.display())))
    }

    /// Writes the manifest where it differs (the server is built again when it is written), and removes all that it
    /// does not name.
    pub(crate) fn finish(&self, manifest: &Manifest) -> Outcome {
        if self.manifest().as_ref() != Some(manifest) {
            self.write(MANIFEST, manifest.to_text().as_bytes())?;
        }
        let mut keep: BTreeSet<String> = BTreeSet::from([MANIFEST.to_owned()]);
        for name in manifest.files() {
            keep.insert(compressed(name));
            keep.insert(name.to_owned());
        }
        self.remove_all_but(&keep)
    }

    fn manifest(&self) -> Option<Manifest> {
        Manifest::from_text(&fs::read_to_string(self.path(MANIFEST)).ok()?)
    }

    fn remove_all_but(&self, keep: &BTreeSet<String>) -> Outcome {
        let entries = fs::read_dir(&self.folder).map_err(|error| trouble(&self.folder, "read", &error))?;
        for entry in entries {
            let entry = entry.map_err(|error| trouble(&self.folder, "read", &error))?;
            if !keep.contains(entry.file_name().to_string_lossy().as_ref()) {
                fs::remove_file(entry.path()).map_err(|error| trouble(&entry.path(), "removed", &error))?;
            }
        }
        Ok(())
    }

    /// By way of another name: a file with its hash in its name is never half of itself.
    fn write(&self, name: &str, content: &[u8]) -> Outcome {
        let (path, draft) = (self.path(name), self.path(&format!("{name}.draft")));
        fs::write(&draft, content)
            .and_then(|()| fs::rename(&draft, &path))
            .map_err(|error| trouble(&path, "written", &error))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// The first 64 bits of SHA-256 in hex. Each part's length goes in too, so that two splits of one text differ.
pub(crate) fn content_hash(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.len().to_le_bytes());
        hasher.update(part);
    }
    let digits: String = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    digits[..HASH_DIGITS].to_owned()
}

fn hashed_name(stem: &str, extension: &str, content: &[u8]) -> String {
    format!("{stem}-{}.{extension}", content_hash(&[content]))
}

fn compressed(name: &str) -> String {
    format!("{name}.br")
}

fn compress(content: &[u8]) -> io::Result<Vec<u8>> {
    let mut writer =
        CompressorWriter::new(Vec::new(), BROTLI_BUFFER_BYTES, BROTLI_QUALITY, BROTLI_WINDOW_BITS);
    writer.write_all(content)?;
    writer.flush()?;
    Ok(writer.into_inner())
}

fn trouble(path: &Path, what: &str, error: &io::Error) -> Failure {
    Failure::new(format!("{} cannot be {what}: {error}.", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_holds_sixteen_digits_of_the_contents_hash() {
        let name = hashed_name("herald", "css", b"body{}");
        assert_eq!(name, hashed_name("herald", "css", b"body{}"));
        assert_ne!(name, hashed_name("herald", "css", b"body{ }"));
        let digits = name.strip_prefix("herald-").and_then(|rest| rest.strip_suffix(".css")).unwrap();
        assert_eq!(digits.len(), 16);
        assert!(digits.chars().all(|digit| digit.is_ascii_hexdigit()));
    }

    #[test]
    fn the_hash_tells_two_splits_of_one_text_apart() {
        assert_ne!(content_hash(&[b"ab", b"c"]), content_hash(&[b"a", b"bc"]));
    }

    #[test]
    fn the_brotli_copy_unpacks_to_the_content() {
        let content = b"the same words, the same words, the same words".repeat(50);
        let packed = compress(&content).unwrap();
        assert!(packed.len() < content.len() / 10);
        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut packed.as_slice(), &mut unpacked).unwrap();
        assert_eq!(unpacked, content);
    }

    #[test]
    fn finishing_removes_what_the_manifest_does_not_name() {
        let folder = std::env::temp_dir().join(format!("herald-bundle-{}", std::process::id()));
        let bundle = Bundle::open(&folder).unwrap();
        let stale = bundle.add("herald", "js", b"old").unwrap();
        let js = bundle.add("herald", "js", b"new").unwrap();
        let [boot, wasm, css] = ["boot", "wasm", "css"].map(|stem| bundle.add(stem, "txt", b"x").unwrap());
        bundle.finish(&Manifest { boot, js: js.clone(), wasm, css }).unwrap();
        let whole = bundle.is_whole();
        let (kept, removed) = (folder.join(compressed(&js)).exists(), !folder.join(stale).exists());
        fs::remove_dir_all(&folder).unwrap();
        assert!(whole && kept && removed);
    }
}
