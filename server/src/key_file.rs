//! The file of the master key. While the key is being replaced it holds both, a line each: whatever is killed at whatever moment, a
//! key is there that opens the database.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown},
    path::{Path, PathBuf},
};

use crate::vault::{MasterKey, VaultError};

pub struct KeyFile {
    path: PathBuf,
}

impl KeyFile {
    /// Whatever links lead to it: it is replaced where it lies.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        Self { path: fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()) }
    }

    /// The keys in it; none where there is no such file.
    ///
    /// # Errors
    /// When the file is there and cannot be read, or holds something else.
    pub fn read(&self) -> Result<Vec<MasterKey>, VaultError> {
        let origin = self.path.display().to_string();
        match fs::read_to_string(&self.path) {
            Ok(text) if text.trim().is_empty() => Err(VaultError::NotAKey(origin)),
            Ok(text) => text.trim().lines().map(|line| MasterKey::parse(line, &origin)).collect(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(source) => Err(VaultError::Unreadable { path: origin, source }),
        }
    }

    /// Makes a new key and its file, with mode 0600 and on disk before anything is sealed under it.
    ///
    /// # Errors
    /// When the file exists or cannot be written.
    pub fn create(&self) -> Result<MasterKey, VaultError> {
        let key = MasterKey::random();
        let create = || {
            write_new(&self.path, std::slice::from_ref(&key))?;
            self.sync_folder()
        };
        create().map_err(|source| self.unwritable(source))?;
        Ok(key)
    }

    /// Lets the file hold these keys: either all of them or, killed meanwhile, what it held before. Whose it is and who may read
    /// it stays the same.
    ///
    /// # Errors
    /// When it cannot be replaced; then it is as it was.
    pub fn replace(&self, keys: &[MasterKey]) -> Result<(), VaultError> {
        let replace = || {
            let before = fs::metadata(&self.path)?;
            let mut new = self.path.clone().into_os_string();
            new.push(".new");
            // One that was left by a kill: nothing was ever sealed under what stands only there.
            match fs::remove_file(&new) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let file = write_new(Path::new(&new), keys)?;
            if file.metadata()?.uid() != before.uid() || file.metadata()?.gid() != before.gid() {
                fchown(&file, Some(before.uid()), Some(before.gid()))?;
            }
            file.set_permissions(fs::Permissions::from_mode(before.mode() & 0o777))?;
            file.sync_all()?;
            fs::rename(&new, &self.path)?;
            self.sync_folder()
        };
        replace().map_err(|source| self.unwritable(source))
    }

    /// So that the name is on disk too.
    fn sync_folder(&self) -> io::Result<()> {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }

    fn unwritable(&self, source: io::Error) -> VaultError {
        VaultError::Unwritable { path: self.path.display().to_string(), source }
    }
}

fn write_new(path: &Path, keys: &[MasterKey]) -> io::Result<File> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    for key in keys {
        writeln!(file, "{}", key.reveal())?;
    }
    file.sync_all()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_folder(name: &str) -> (tempfile::TempDir, KeyFile) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = KeyFile::at(&folder.path().join(name));
        (folder, file)
    }

    #[test]
    fn a_key_file_is_private_and_never_overwritten_by_another_first_key() {
        let (_folder, file) = in_folder("key");
        assert_eq!(file.read().expect("readable"), []);
        let key = file.create().expect("a key");
        assert_eq!(file.read().expect("readable"), [key]);
        assert_eq!(fs::metadata(&file.path).expect("there").permissions().mode() & 0o777, 0o600);
        assert!(file.create().is_err());
        for text in ["not a key", "", "\n\n"] {
            fs::write(&file.path, text).expect("written");
            assert!(matches!(file.read(), Err(VaultError::NotAKey(_))), "{text:?}");
        }
    }

    #[test]
    fn it_is_replaced_where_it_lies_and_stays_as_private_as_it_was() {
        let (folder, file) = in_folder("key");
        let first = file.create().expect("a key");
        fs::set_permissions(&file.path, fs::Permissions::from_mode(0o640)).expect("set");
        fs::write(folder.path().join("key.new"), "left by a kill").expect("written");
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&file.path, &link).expect("a link");

        let both = [first, MasterKey::random()];
        KeyFile::at(&link).replace(&both).expect("replaced");
        assert_eq!(file.read().expect("readable"), both);
        assert!(link.is_symlink() && !folder.path().join("key.new").exists());
        assert_eq!(fs::metadata(&file.path).expect("there").permissions().mode() & 0o777, 0o640);
    }

    #[test]
    fn what_cannot_be_replaced_stays_as_it_was() {
        let (folder, file) = in_folder("key");
        let key = file.create().expect("a key");
        // A folder is not removed as a file that was left would be.
        fs::create_dir(folder.path().join("key.new")).expect("a folder");
        let refused = file.replace(&[MasterKey::random()]).expect_err("in the way").to_string();
        assert!(refused.contains("cannot be written"), "{refused}");
        assert_eq!(file.read().expect("readable"), [key]);
    }
}
