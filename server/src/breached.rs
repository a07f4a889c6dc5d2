//! Passwords that were stolen elsewhere: a file of their SHA-1 hashes, in the order and the format in which the well-known list is
//! handed out (`HASH:COUNT` a line). It is searched on the disk, by halves: it is tens of gigabytes, and nobody is asked.

use std::{
    fs::File,
    io,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use sha1::{Digest, Sha1};

const HASH_DIGITS: usize = 40;
/// A hash, a colon, twenty digits and the line's end.
const LINE_BYTES_MAX: usize = 64;
/// The byte before a place, the rest of the line that it stands in, and the line after that.
const WINDOW_BYTES: usize = 1 + 2 * LINE_BYTES_MAX;
/// Places at which the order is looked at before the file is used.
const SAMPLES: u64 = 1_024;

/// Upper-case digits: in the file's order.
type Hash = [u8; HASH_DIGITS];

/// The open file. It is not read again from its path, so one that is replaced counts from the next start on.
#[derive(Debug)]
pub(crate) struct BreachedPasswords {
    path: PathBuf,
    file: File,
    length: u64,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum BreachedError {
    #[error("the breached passwords {path} cannot be read: {source}")]
    Unreadable { path: String, source: io::Error },
    #[error(
        "{path} holds no breached passwords at byte {at}: each line must be a SHA-1 hash of {HASH_DIGITS} digits, a colon and a count"
    )]
    NoHash { path: String, at: u64 },
    #[error(
        "the breached passwords {path} are not sorted by hash at byte {at}: take the list that is ordered by hash"
    )]
    Unsorted { path: String, at: u64 },
}

/// A line of the file.
struct Line {
    hash: Hash,
    start: u64,
    /// Where the next one starts.
    end: u64,
}

impl BreachedPasswords {
    /// # Errors
    /// When it cannot be read, or does not look like such a list from its beginning to its end.
    pub(crate) fn open(path: &Path) -> Result<Self, BreachedError> {
        let unreadable = |source| BreachedError::Unreadable { path: path.display().to_string(), source };
        let file = File::open(path).map_err(unreadable)?;
        let length = file.metadata().map_err(unreadable)?.len();
        let breached = Self { path: path.to_owned(), file, length };
        breached.check_order()?;
        Ok(breached)
    }

    /// # Errors
    /// When the file cannot be read, or is no such list where it is read.
    pub(crate) fn contains(&self, password: &str) -> Result<bool, BreachedError> {
        self.contains_hash(&hash_of(password))
    }

    /// The line, if it is there, starts in `from..to`.
    fn contains_hash(&self, wanted: &Hash) -> Result<bool, BreachedError> {
        let (mut from, mut to) = (0, self.length);
        while from < to {
            let middle = from + (to - from) / 2;
            match self.line_from(middle)?.filter(|line| line.start < to) {
                Some(line) if line.hash == *wanted => return Ok(true),
                Some(line) if line.hash < *wanted => from = line.end,
                _ => to = middle,
            }
        }
        Ok(false)
    }

    /// The first line that starts at a place or behind it.
    fn line_from(&self, place: u64) -> Result<Option<Line>, BreachedError> {
        // The byte before tells whether a line starts at the place itself.
        let window_start = place.saturating_sub(1);
        let window = self.read(window_start)?;
        let no_hash = || BreachedError::NoHash { path: self.path.display().to_string(), at: place };
        let skipped = match (place, window.iter().position(|byte| *byte == b'\n')) {
            (0, _) => 0,
            (_, Some(line_end)) => line_end + 1,
            // The rest is the last line's, or no line at all.
            (_, None) if window_start + window.len() as u64 == self.length => return Ok(None),
            (_, None) => return Err(no_hash()),
        };
        let rest = &window[skipped..];
        if rest.is_empty() {
            return Ok(None);
        }
        let start = window_start + skipped as u64;
        let length = match rest.iter().position(|byte| *byte == b'\n') {
            Some(line_end) => line_end + 1,
            None if start + rest.len() as u64 == self.length => rest.len(),
            None => return Err(no_hash()),
        };
        let hash = hash_in(&rest[..length]).ok_or_else(no_hash)?;
        Ok(Some(Line { hash, start, end: start + length as u64 }))
    }

    fn read(&self, start: u64) -> Result<Vec<u8>, BreachedError> {
        let rest = usize::try_from(self.length - start).unwrap_or(usize::MAX);
        let mut window = vec![0; WINDOW_BYTES.min(rest)];
        let read = self.file.read_exact_at(&mut window, start);
        read.map_err(|source| BreachedError::Unreadable { path: self.path.display().to_string(), source })?;
        Ok(window)
    }

    /// At places all over the file, its first line and its last: reading all of it would take minutes.
    fn check_order(&self) -> Result<(), BreachedError> {
        let step = (self.length / SAMPLES).max(1);
        let last = self.length.saturating_sub(LINE_BYTES_MAX as u64);
        let mut before: Option<Line> = None;
        for place in (0..self.length).step_by(usize::try_from(step).unwrap_or(usize::MAX)).chain([last]) {
            let Some(line) = self.line_from(place)? else {
                continue;
            };
            if before.as_ref().is_some_and(|before| before.start < line.start && before.hash >= line.hash) {
                return Err(BreachedError::Unsorted {
                    path: self.path.display().to_string(),
                    at: line.start,
                });
            }
            before = Some(line);
        }
        match before {
            Some(_) => Ok(()),
            None => Err(BreachedError::NoHash { path: self.path.display().to_string(), at: 0 }),
        }
    }
}

/// `None` where the line does not begin with a hash and a colon.
fn hash_in(line: &[u8]) -> Option<Hash> {
    let (digits, rest) = line.split_first_chunk::<HASH_DIGITS>()?;
    let is_hash = digits.iter().all(u8::is_ascii_hexdigit) && rest.first() == Some(&b':');
    is_hash.then(|| digits.to_ascii_uppercase().try_into().ok()).flatten()
}

fn hash_of(password: &str) -> Hash {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut hash = [0; HASH_DIGITS];
    for (digits, byte) in hash.chunks_exact_mut(2).zip(Sha1::digest(password)) {
        digits[0] = DIGITS[usize::from(byte >> 4)];
        digits[1] = DIGITS[usize::from(byte & 15)];
    }
    hash
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs};

    use rand::{Rng, SeedableRng, rngs::StdRng};

    use super::*;

    struct List {
        folder: tempfile::TempDir,
    }

    impl List {
        fn new(content: &str) -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            fs::write(folder.path().join("list"), content).expect("written");
            Self { folder }
        }

        fn open(&self) -> Result<BreachedPasswords, BreachedError> {
            BreachedPasswords::open(&self.folder.path().join("list"))
        }
    }

    fn hex(number: u128) -> Hash {
        format!("{number:040X}").into_bytes().try_into().expect("forty digits")
    }

    fn text(hash: &Hash) -> &str {
        std::str::from_utf8(hash).expect("digits")
    }

    #[test]
    fn each_line_is_found_and_its_neighbours_are_not() {
        let mut rng = StdRng::seed_from_u64(7);
        for (count, line_end) in [(1, "\n"), (2, "\r\n"), (3, "\n"), (100, "\r\n"), (5_000, "\n")] {
            let numbers: BTreeSet<u128> = (0..count).map(|_| rng.random_range(1..u128::MAX - 1)).collect();
            let line = |number: &u128| format!("{}:{}", text(&hex(*number)), 1 + number % 1_000_000_007);
            let lines: Vec<String> = numbers.iter().map(line).collect();
            // The last line may have no end.
            for last in [line_end, ""] {
                let list = List::new(&format!("{}{last}", lines.join(line_end)));
                let breached = list.open().expect("a list");
                let finds = |number| breached.contains_hash(&hex(number)).expect("searched");
                for number in &numbers {
                    assert!(finds(*number), "{number} of {count}");
                    for neighbour in [number - 1, number + 1] {
                        assert_eq!(finds(neighbour), numbers.contains(&neighbour), "{neighbour} of {count}");
                    }
                }
                assert!(!finds(0) && !finds(u128::MAX));
            }
        }
    }

    #[test]
    fn a_password_is_found_by_its_hash_in_either_case() {
        // The first is the hash of “password”.
        let list = "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8:9545824\r\nFFFF61E4C9B93F3F0682250B6CF8331B7EE68FD8:1\r\n";
        let list = List::new(list);
        let breached = list.open().expect("a list");
        assert!(breached.contains("password").expect("searched"));
        assert!(!breached.contains("Password").expect("searched"));
    }

    #[test]
    fn what_is_no_sorted_list_is_refused_and_says_where() {
        let lines = |numbers: &[u128]| {
            numbers.iter().map(|number| format!("{}:1\n", text(&hex(*number)))).collect::<String>()
        };
        for (content, words) in [
            (String::new(), "no breached passwords at byte 0"),
            ("password\n".repeat(100), "no breached passwords at byte 0"),
            ("x".repeat(10_000), "no breached passwords at byte 0"),
            (format!("{}rubbish", lines(&[1, 2, 3])), "no breached passwords at byte"),
            (lines(&[1, 2]).replace(':', ";"), "no breached passwords at byte 0"),
            (lines(&[1, 3, 2, 4]), "not sorted by hash at byte 86"),
            (lines(&[2, 1]), "not sorted by hash at byte 43"),
        ] {
            let error = List::new(&content).open().expect_err(words).to_string();
            assert!(error.contains(words), "{error}");
        }
        let missing = BreachedPasswords::open(Path::new("/nowhere/list")).expect_err("missing").to_string();
        assert!(missing.starts_with("the breached passwords /nowhere/list cannot be read: "), "{missing}");
        let folder = tempfile::tempdir().expect("a folder");
        assert!(BreachedPasswords::open(folder.path()).is_err(), "a folder is no list");
    }
}
