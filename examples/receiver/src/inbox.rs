//! What came, in a file: each request once, on the disk before it is answered. The same file knows the duplicates after a
//! restart.

use std::{
    collections::{HashSet, VecDeque},
    fs::{self, File, OpenOptions},
    io::{self, BufRead, BufReader, Write},
    path::Path,
    sync::{Mutex, PoisonError},
};

use serde_json::{Value, json};

/// How long an id is known. Herald gives up after three days; an admin may send something again later than that.
const KNOWN_SECONDS: i64 = 30 * 24 * 60 * 60;

pub(crate) struct Inbox {
    open: Mutex<Open>,
}

struct Open {
    file: File,
    known: HashSet<String>,
    /// The same with their times, the oldest first.
    order: VecDeque<(i64, String)>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Stored {
    New,
    Duplicate,
}

impl Inbox {
    /// Reads what is there and leaves out what is too old to come again. `now` in seconds since 1970.
    pub(crate) fn open(path: &Path, now: i64) -> io::Result<Self> {
        let lines = kept_lines(path, now)?;
        let fresh = path.with_extension("new");
        let mut file = File::create(&fresh)?;
        let mut open = Vec::new();
        for (at, id, line) in lines {
            write!(file, "\n{line}")?;
            open.push((at, id));
        }
        file.sync_all()?;
        fs::rename(&fresh, path)?;
        let file = OpenOptions::new().append(true).open(path)?;
        let known = open.iter().map(|(_, id)| id.clone()).collect();
        Ok(Self { open: Mutex::new(Open { file, known, order: open.into() }) })
    }

    /// Stores a request unless its id is known. It is on the disk when this answers.
    pub(crate) fn store(&self, id: &str, body: &[u8], now: i64) -> io::Result<Stored> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.known.contains(id) {
            println!("duplicate {id}");
            return Ok(Stored::Duplicate);
        }
        let body = String::from_utf8_lossy(body);
        // A line begins with its break, so that one that could not be written to its end spoils no other.
        let line = format!("\n{}", json!({ "at": now, "id": id, "body": body }));
        open.file.write_all(line.as_bytes())?;
        open.file.sync_data()?;
        println!("new {id}");
        open.remember(id, now);
        Ok(Stored::New)
    }
}

impl Open {
    fn remember(&mut self, id: &str, now: i64) {
        self.known.insert(id.to_owned());
        self.order.push_back((now, id.to_owned()));
        while self.order.front().is_some_and(|(at, _)| *at < now - KNOWN_SECONDS) {
            if let Some((_, old)) = self.order.pop_front() {
                self.known.remove(&old);
            }
        }
    }
}

/// Time, id and the line itself. A last line that a crash cut off was never acknowledged: it comes again.
fn kept_lines(path: &Path, now: i64) -> io::Result<Vec<(i64, String, String)>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let (mut kept, mut known) = (Vec::new(), HashSet::new());
    for line in BufReader::new(file).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        let Ok(value) = serde_json::from_str::<Value>(&line) else {
            continue;
        };
        if let (Some(at), Some(id)) = (value["at"].as_i64(), value["id"].as_str())
            && at >= now - KNOWN_SECONDS
            && known.insert(id.to_owned())
        {
            kept.push((at, id.to_owned(), line));
        }
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use std::{env, process};

    use super::*;

    struct Folder(std::path::PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = env::temp_dir().join(format!("receiver-{name}-{}", process::id()));
            fs::create_dir_all(&path).expect("a folder");
            Self(path)
        }

        fn inbox(&self) -> std::path::PathBuf {
            self.0.join("inbox.jsonl")
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            // What cannot be removed stays in the system's folder for such things.
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn stored(inbox: &Inbox, id: &str, now: i64) -> Stored {
        inbox.store(id, b"{}", now).expect("stored")
    }

    #[test]
    fn an_id_is_stored_once_also_after_a_restart_and_a_torn_line() {
        let folder = Folder::new("restart");
        let inbox = Inbox::open(&folder.inbox(), 1_000).expect("open");
        assert_eq!(
            [stored(&inbox, "a", 1_000), stored(&inbox, "a", 1_001)],
            [Stored::New, Stored::Duplicate]
        );
        drop(inbox);
        let mut file = OpenOptions::new().append(true).open(folder.inbox()).expect("the file");
        file.write_all(b"\n{\"at\":1002,\"id\":\"torn").expect("written");
        drop(file);
        let inbox = Inbox::open(&folder.inbox(), 1_003).expect("open");
        assert_eq!(
            [stored(&inbox, "a", 1_003), stored(&inbox, "torn", 1_003)],
            [Stored::Duplicate, Stored::New]
        );
    }

    #[test]
    fn what_is_too_old_is_forgotten_in_memory_and_on_disk() {
        let folder = Folder::new("old");
        let inbox = Inbox::open(&folder.inbox(), 0).expect("open");
        stored(&inbox, "old", 0);
        stored(&inbox, "new", KNOWN_SECONDS + 1);
        assert_eq!(stored(&inbox, "old", KNOWN_SECONDS + 1), Stored::New);
        drop(inbox);
        Inbox::open(&folder.inbox(), 2 * KNOWN_SECONDS + 2).expect("open");
        assert_eq!(fs::read_to_string(folder.inbox()).expect("the file"), "");
    }
}
