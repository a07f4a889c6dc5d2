//! F2: the power goes at random moments under load. What was not flushed is there, or torn, or not.

use std::{
    fs::{File, copy, read, remove_file},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    time::Duration,
};

use rand::{Rng, rngs::StdRng};

use crate::{
    plan::either,
    preload,
    trial::{Trial, check_integrity},
};

/// A disk writes one of these whole or not at all.
const SECTOR_BYTES: u64 = 512;
/// Long enough that cuts meet flushes.
const FLUSH_US: &str = "20000";
/// How likely a write that was not flushed is there all the same; one of these for each cut.
const KEPT: [f64; 3] = [0.0, 0.5, 0.9];
const PENDING_MAX: Duration = Duration::from_secs(1);
/// How the library writes down that a file was cut.
const TRUNCATED: u64 = u64::MAX;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_the_power_goes_at_any_moment() {
    let _alone = crate::plan::alone().await;
    let (cycles, events) = either((20, 8_000), (200, 100_000));
    let mut trial = Trial::new("power", cycles, events).await;
    let mut variables = preload::variables(trial.folder.path());
    variables.push(("HERALD_DISK_SHADOW", PathBuf::from("1")));
    variables.push(("HERALD_DISK_FLUSH_US", PathBuf::from(FLUSH_US)));
    trial.set_variables(variables);
    let mut damaged = 0;
    for cycle in 0..cycles {
        trial.start().await;
        trial.random_moment(cycle).await;
        if trial.rng.random() {
            until_pending(trial.folder.path()).await;
        }
        trial.kill();
        damaged += cut_power(trial.folder.path(), &mut trial.rng);
        check_copy(&trial).await;
    }
    trial.start().await;
    trial.finish().await;
    trial.check().await;
    eprintln!("power: {damaged} writes were torn or lost in {cycles} cuts");
    assert!(damaged > 0, "no cut met a write that was not flushed");
}

/// Waits until something is written that is not flushed, so that enough cuts meet that. The load may be at its end.
async fn until_pending(folder: &Path) {
    let pending = folder.join("herald.db-wal.pending");
    let waiting = async {
        while std::fs::metadata(&pending).map_or(0, |file| file.len()) == 0 {
            tokio::task::yield_now().await;
        }
    };
    let _ = tokio::time::timeout(PENDING_MAX, waiting).await;
}

/// Makes the files what they are after a power cut. Answers how many writes it tore or dropped.
fn cut_power(folder: &Path, rng: &mut StdRng) -> usize {
    let kept = KEPT[rng.random_range(0..KEPT.len())];
    let mut damaged = 0;
    for suffix in ["", "-wal"] {
        let at = |end: &str| folder.join(format!("herald.db{suffix}{end}"));
        let (file, durable, pending) = (at(""), at(".durable"), at(".pending"));
        if durable.exists() {
            damaged += write_some(&durable, &read(&pending).expect("pending writes"), kept, rng);
            std::fs::rename(durable, file).expect("renamed");
            remove_file(pending).expect("removed");
        } else {
            assert_eq!(suffix, "-wal", "the library stood between SQLite and the database");
            // Never opened, or removed since: an error means that it is not there.
            let _ = remove_file(file);
        }
    }
    // An error means that it is not there.
    let _ = remove_file(folder.join("herald.db-shm"));
    damaged
}

/// Puts some of the pending writes on the disk, in their order.
fn write_some(path: &Path, mut pending: &[u8], kept: f64, rng: &mut StdRng) -> usize {
    let disk = File::options().write(true).open(path).expect("a shadow");
    let mut damaged = 0;
    // A kill in the midst of a record leaves a part of it: that write had not begun.
    while let Some((head, rest)) = pending.split_at_checked(16) {
        let [offset, length] =
            [&head[..8], &head[8..]].map(|bytes| u64::from_ne_bytes(bytes.try_into().expect("8 bytes")));
        let bytes = if length == TRUNCATED { 0 } else { usize::try_from(length).expect("in memory") };
        let Some((data, rest)) = rest.split_at_checked(bytes) else {
            break;
        };
        pending = rest;
        let whole = rng.random_bool(kept);
        damaged += usize::from(!whole);
        match (whole, length) {
            (true, TRUNCATED) => disk.set_len(offset).expect("cut"),
            (true, _) => disk.write_all_at(data, offset).expect("written"),
            (false, TRUNCATED) => {}
            (false, _) => tear(&disk, offset, data, rng),
        }
    }
    damaged
}

/// Nothing of a write, or some of its sectors.
fn tear(disk: &File, offset: u64, mut data: &[u8], rng: &mut StdRng) {
    let share = if rng.random() { 0.5 } else { 0.0 };
    let mut at = offset;
    while !data.is_empty() {
        let to_sector_end = usize::try_from(SECTOR_BYTES - at % SECTOR_BYTES).expect("small");
        let (sector, rest) = data.split_at(to_sector_end.min(data.len()));
        if rng.random_bool(share) {
            disk.write_all_at(sector, at).expect("written");
        }
        at += sector.len() as u64;
        data = rest;
    }
}

/// Reading the log back changes the files, so it is done on others.
async fn check_copy(trial: &Trial) {
    let folder = trial.folder.path();
    let elsewhere = tempfile::tempdir().expect("a folder");
    for name in ["herald.db", "herald.db-wal"] {
        if folder.join(name).exists() {
            copy(folder.join(name), elsewhere.path().join(name)).expect("copied");
        }
    }
    check_integrity(elsewhere.path()).await;
    trial.check_stored(elsewhere.path()).await;
}
