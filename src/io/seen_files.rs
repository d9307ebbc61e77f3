//! Files as they were when they were indexed: one that changed since holds other stamps now, and
//! these must not be shown as those of the candidate found then.

use std::{
    collections::HashMap,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

use crate::domain::fnv::{FNV_START, fnv1a};

/// Size and time of change of each indexed file, both as one number; files by a number too, so that
/// 100,000 of them take little memory.
#[derive(Debug, Default)]
pub(super) struct SeenFiles(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    files: HashMap<u64, u64>,
    /// What a scan finds of a set that is open: it counts once what was found is taken in.
    held: Option<HashMap<u64, u64>>,
}

/// Clocks of file systems go in steps of up to 2 s (FAT; ext4 takes 4 ms): a file that was written within them may be
/// written again without another time.
const STEP: Duration = Duration::from_secs(2);
/// The same of the time at which its entry changed, which no FAT has.
const ENTRY_STEP: Duration = Duration::from_millis(20);

/// By what a change of a file is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileState {
    /// Its size.
    pub bytes: u64,
    /// When it was written, nanoseconds since 1970 UTC.
    modified_ns: i64,
    /// When its entry was changed, which no program can set: a file that was put in place of another with the size and
    /// time of that has another one. 0 where the system knows none.
    entry_ns: i64,
}

impl FileState {
    /// What a file is now; none where it cannot be looked at.
    pub fn of(path: &Path) -> Option<Self> {
        let about = std::fs::metadata(path).ok()?;
        Some(Self {
            bytes: about.len(),
            modified_ns: nanoseconds(about.modified().ok()?),
            entry_ns: entry_ns(&about),
        })
    }

    /// Size and time of change as one number.
    pub fn version(self) -> u64 {
        let time = u128::from(self.modified_ns.unsigned_abs());
        let numbers = [u128::from(self.bytes), time];
        let bytes = numbers.into_iter().flat_map(u128::to_le_bytes);
        fnv1a(FNV_START, bytes)
    }

    /// True where every later change gives it another time.
    pub fn is_settled(self, now: SystemTime) -> bool {
        let is_before = |time_ns: i64, step: Duration| {
            let latest = now.checked_sub(step).map_or(i64::MIN, nanoseconds);
            time_ns < latest
        };
        is_before(self.modified_ns, STEP) && is_before(self.entry_ns, ENTRY_STEP)
    }
}

fn nanoseconds(time: SystemTime) -> i64 {
    let of = |since: Duration| i64::try_from(since.as_nanos()).unwrap_or(i64::MAX);
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => of(since),
        Err(before) => -of(before.duration()),
    }
}

#[cfg(unix)]
fn entry_ns(about: &std::fs::Metadata) -> i64 {
    use std::os::unix::fs::MetadataExt as _;
    let seconds = about.ctime().saturating_mul(1_000_000_000);
    seconds.saturating_add(about.ctime_nsec())
}

#[cfg(not(unix))]
fn entry_ns(_about: &std::fs::Metadata) -> i64 {
    0
}

/// What a file is now; none where it cannot be looked at.
pub(super) fn version_of(path: &Path) -> Option<u64> {
    FileState::of(path).map(FileState::version)
}

fn name_of(path: &Path) -> u64 {
    fnv1a(
        FNV_START,
        path.as_os_str().as_encoded_bytes().iter().copied(),
    )
}

impl SeenFiles {
    /// Keeps what a file was when reading it began.
    pub fn keep(&self, path: &Path, version: Option<u64>) {
        if let Some(version) = version {
            let mut seen = self.lock();
            let Seen { files, held } = &mut *seen;
            held.as_mut()
                .unwrap_or(files)
                .insert(name_of(path), version);
        }
    }

    /// From now on what files are is held back, and what they were counts. What was held before is forgotten.
    pub fn hold(&self) {
        self.lock().held = Some(HashMap::new());
    }

    /// What was held back counts.
    pub fn release(&self) {
        let mut seen = self.lock();
        let held = seen.held.take();
        seen.files.extend(held.into_iter().flatten());
    }

    /// What a file was when it was indexed; of one that was not indexed here, what it is now. None where it
    /// cannot be looked at.
    pub fn version(&self, path: &Path) -> Option<u64> {
        self.then(path).or_else(|| version_of(path))
    }

    /// True where a file was indexed, and is held back as another one.
    pub fn is_renewed(&self, path: &Path) -> bool {
        let name = name_of(path);
        let seen = self.lock();
        let now = seen.held.as_ref().and_then(|held| held.get(&name));
        now.is_some_and(|now| seen.files.get(&name).is_some_and(|then| then != now))
    }

    /// True where a file was indexed, and is what it was then.
    pub fn is_known(&self, path: &Path) -> bool {
        self.then(path)
            .is_some_and(|then| version_of(path) == Some(then))
    }

    /// True where a file is another one than was indexed. One that is gone says so when it is
    /// read.
    pub fn is_changed(&self, path: &Path) -> bool {
        self.then(path)
            .is_some_and(|then| version_of(path).is_some_and(|now| now != then))
    }

    fn then(&self, path: &Path) -> Option<u64> {
        self.lock().files.get(&name_of(path)).copied()
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_size_or_time_is_a_change() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.fits");
        let seen = SeenFiles::default();
        std::fs::write(&file, b"one").unwrap();
        assert!(
            !seen.is_changed(&file) && !seen.is_known(&file),
            "it was not indexed"
        );
        seen.keep(&file, version_of(&file));
        assert!(!seen.is_changed(&file) && seen.is_known(&file));
        std::fs::write(&file, b"three").unwrap();
        assert!(seen.is_changed(&file) && !seen.is_known(&file));
        // What a scan finds counts once it is taken in.
        seen.hold();
        assert!(!seen.is_renewed(&file));
        seen.keep(&file, version_of(&file));
        assert!(seen.is_renewed(&file) && seen.is_changed(&file));
        seen.release();
        assert!(!seen.is_renewed(&file) && !seen.is_changed(&file) && seen.is_known(&file));
        let open = std::fs::File::options().write(true).open(&file).unwrap();
        open.set_modified(UNIX_EPOCH).unwrap();
        assert!(seen.is_changed(&file));
        std::fs::remove_file(&file).unwrap();
        assert!(!seen.is_changed(&file), "reading it says that it is gone");
    }
}
