//! A folder for one database, removed when it is dropped.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

/// A database that is still open can make a file while the others are removed; it makes but a few.
const REMOVALS_MAX: usize = 1_000;

/// In `$TMPDIR`, or else in the current folder: the system's own is often in memory, where a flush costs nothing.
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(super) fn new() -> io::Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let parent = env::var_os("TMPDIR")
            .filter(|path| !path.is_empty())
            .map_or_else(env::current_dir, |path| Ok(path.into()))?;
        let name = format!("herald-bench-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = parent.join(name);
        fs::create_dir(&path)?;
        Ok(Self { path })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn database(&self) -> PathBuf {
        self.path.join("herald.db")
    }

    pub(super) fn key(&self) -> PathBuf {
        self.path.join("herald.db.key")
    }

    /// The database and its log.
    pub(super) fn stored_bytes(&self) -> u64 {
        let length = |name| fs::metadata(self.path.join(name)).map_or(0, |file| file.len());
        length("herald.db") + length("herald.db-wal")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        for _ in 0..REMOVALS_MAX {
            // What cannot be removed for another reason stays in sight under its name.
            match fs::remove_dir_all(&self.path) {
                Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => thread::yield_now(),
                _ => return,
            }
        }
    }
}
