//! The library that stands between SQLite and the disk (`preload.c`): its build, and what a test tells it.

use std::{
    fs::{File, OpenOptions},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/faults/preload.c");

/// The fields of `struct control`, by their place.
const CALLS: u64 = 0;
const FIRST: u64 = 8;
const COUNT: u64 = 16;
const ERROR: u64 = 24;
const READS: u64 = 32;
const FAILED: u64 = 40;
const ONLY: u64 = 48;
const LOG: u64 = 56;
const LOGGED_MAX: usize = 4_096;
const CALL_NAMES: [&str; 6] = ["opening", "reading", "writing", "truncating", "removing", "flushing"];
const FILE_NAMES: [&str; 4] = ["?", "herald.db", "herald.db-wal", "herald.db-shm"];

/// The database as the library is to know it: absolute, without links, as SQLite opens it.
pub(crate) fn database(folder: &Path) -> PathBuf {
    folder.canonicalize().expect("a folder").join("herald.db")
}

/// The library, built once for this process.
pub(crate) fn library() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(build).clone()
}

fn build() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (fresh, library) =
        (folder.join(format!("preload-{}.so", std::process::id())), folder.join("preload.so"));
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o"]).arg(&fresh).args([SOURCE, "-ldl"]);
    let done = compiler.output().expect("a C compiler, `cc`");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    // Whole at once, for another process that does the same.
    std::fs::rename(fresh, &library).expect("renamed");
    library
}

/// What every start with the library needs.
pub(crate) fn variables(folder: &Path) -> Vec<(&'static str, PathBuf)> {
    vec![("LD_PRELOAD", library()), ("HERALD_DISK", database(folder))]
}

/// Which calls fail, and with what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Failure {
    pub(crate) first: u64,
    pub(crate) count: u64,
    /// An `errno`.
    pub(crate) error: i32,
    /// Reads count, too.
    pub(crate) reads: bool,
}

/// The part of memory that the library and the test share.
pub(crate) struct Control {
    path: PathBuf,
    file: File,
}

impl Control {
    /// With nothing that fails.
    pub(crate) fn new(folder: &Path) -> Self {
        let path = folder.join("control");
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(&path).expect("a file");
        file.set_len(LOG + LOGGED_MAX as u64).expect("room");
        Self { path, file }
    }

    pub(crate) fn variables(&self, folder: &Path) -> Vec<(&'static str, PathBuf)> {
        let mut variables = variables(folder);
        variables.push(("HERALD_DISK_CONTROL", self.path.clone()));
        variables
    }

    pub(crate) fn fail(&self, failure: Failure) {
        self.write(COUNT, failure.count);
        self.write(ERROR, u64::from(failure.error.unsigned_abs()));
        self.write(READS, u64::from(failure.reads));
        self.write(FIRST, failure.first);
    }

    /// The next `count` calls of this kind fail, such as `writing herald.db`.
    pub(crate) fn fail_next(&self, what: &str, count: u64, error: i32) {
        let (call, file) = what.split_once(' ').expect("a call and a file");
        let place =
            |names: &[&str], name| names.iter().position(|known| *known == name).expect("one of them") as u64;
        self.write(ONLY, 16 * place(&CALL_NAMES, call) + place(&FILE_NAMES, file));
        self.fail(Failure { first: 1, count, error, reads: false });
    }

    /// Nothing fails from now on.
    pub(crate) fn heal(&self) {
        self.write(FIRST, 0);
    }

    /// How many calls have failed.
    pub(crate) fn failed(&self) -> u64 {
        self.read(FAILED)
    }

    /// What each call was, in their order, such as `writing herald.db-wal`.
    pub(crate) fn calls(&self) -> Vec<String> {
        let count = usize::try_from(self.read(CALLS)).expect("small").min(LOGGED_MAX);
        let mut log = vec![0; count];
        self.file.read_exact_at(&mut log, LOG).expect("it reads");
        let name = |call: u8| {
            let (call, file) = (usize::from(call / 16), usize::from(call % 16));
            format!("{} {}", CALL_NAMES[call], FILE_NAMES[file])
        };
        log.into_iter().map(name).collect()
    }

    fn read(&self, place: u64) -> u64 {
        let mut bytes = [0; 8];
        self.file.read_exact_at(&mut bytes, place).expect("it reads");
        u64::from_ne_bytes(bytes)
    }

    fn write(&self, place: u64, value: u64) {
        self.file.write_all_at(&value.to_ne_bytes(), place).expect("it writes");
    }
}
