//! Files as they were when they were indexed: one that changed since holds other stamps now, and
//! these must not be shown as those of the candidate found then.

use std::{
    collections::HashMap,
    path::Path,
    sync::{Mutex, PoisonError},
    time::UNIX_EPOCH,
};

use crate::domain::fnv::{FNV_START, fnv1a};

/// Size and time of change of each indexed file, both as one number; files by a number too, so that
/// 100,000 of them take little memory.
#[derive(Debug, Default)]
pub(super) struct SeenFiles(Mutex<HashMap<u64, u64>>);

/// What a file is now; none where it cannot be looked at.
pub(super) fn version_of(path: &Path) -> Option<u64> {
    let about = std::fs::metadata(path).ok()?;
    let since = about.modified().ok()?.duration_since(UNIX_EPOCH);
    let time = since.unwrap_or_else(|before| before.duration());
    let numbers = [u128::from(about.len()), time.as_nanos()];
    let bytes = numbers.into_iter().flat_map(u128::to_le_bytes);
    Some(fnv1a(FNV_START, bytes))
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
            let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            seen.insert(name_of(path), version);
        }
    }

    /// What a file was when it was indexed; of one that was not indexed here, what it is now. None where it
    /// cannot be looked at.
    pub fn version(&self, path: &Path) -> Option<u64> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let then = seen.get(&name_of(path)).copied();
        drop(seen);
        then.or_else(|| version_of(path))
    }

    /// True where a file is another one than was indexed. One that is gone says so when it is
    /// read.
    pub fn is_changed(&self, path: &Path) -> bool {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(then) = seen.get(&name_of(path)).copied() else {
            return false;
        };
        drop(seen);
        version_of(path).is_some_and(|now| now != then)
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
        assert!(!seen.is_changed(&file), "it was not indexed");
        seen.keep(&file, version_of(&file));
        assert!(!seen.is_changed(&file));
        std::fs::write(&file, b"three").unwrap();
        assert!(seen.is_changed(&file));
        seen.keep(&file, version_of(&file));
        let open = std::fs::File::options().write(true).open(&file).unwrap();
        open.set_modified(UNIX_EPOCH).unwrap();
        assert!(seen.is_changed(&file));
        std::fs::remove_file(&file).unwrap();
        assert!(!seen.is_changed(&file), "reading it says that it is gone");
    }
}
