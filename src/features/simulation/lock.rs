//! A folder that is being filled belongs to one process.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};

/// Name of the file that is locked while a folder is filled.
const LOCK: &str = ".simulation.lock";
/// How long a share waits for the folder: who ends a share has it alone for a moment, to look whether it was the last.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often a file is locked anew that was removed in between.
const TRIES: usize = 100;

/// Held while files are made; let go when it is dropped, and by the system when the process ends.
#[derive(Debug)]
pub(crate) struct FolderLock {
    /// Of who has it alone; those who share it leave the file to the last.
    path: Option<PathBuf>,
    _file: File,
}

impl FolderLock {
    /// Takes the folder.
    ///
    /// # Errors
    /// Where another process has it, or nothing can be written there.
    pub fn take(folder: &Path) -> anyhow::Result<Self> {
        Self::try_take(folder)?.context("another destello is simulating into it")
    }

    /// The same; none where another process has it.
    ///
    /// # Errors
    /// Where nothing can be written there.
    pub fn try_take(folder: &Path) -> anyhow::Result<Option<Self>> {
        for _ in 0..TRIES {
            let (path, file) = file_in(folder)?;
            if !is_locked(&file.try_lock()) {
                return Ok(None);
            }
            if is_there_still(&file, &path) {
                return Ok(Some(Self {
                    path: Some(path),
                    _file: file,
                }));
            }
            sleep(Duration::from_millis(10));
        }
        bail!("its lock file goes away again and again")
    }

    /// Takes the folder together with others who make shares of the same order.
    ///
    /// # Errors
    /// Where another process has it alone, or nothing can be written there.
    pub fn share(folder: &Path) -> anyhow::Result<Self> {
        let until = Instant::now() + PATIENCE;
        loop {
            let (path, file) = file_in(folder)?;
            if is_locked(&file.try_lock_shared()) && is_there_still(&file, &path) {
                return Ok(Self {
                    path: None,
                    _file: file,
                });
            }
            if Instant::now() > until {
                bail!("another destello is simulating into it");
            }
            sleep(Duration::from_millis(50));
        }
    }
}

fn file_in(folder: &Path) -> anyhow::Result<(PathBuf, File)> {
    let path = folder.join(LOCK);
    let file = File::create(&path).context("nothing can be written there")?;
    Ok((path, file))
}

/// False where the one who had the folder has removed the file between its opening here and its lock: the next to come would
/// lock another file of that name.
#[cfg(unix)]
fn is_there_still(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let of = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    let [locked, there] =
        [file.metadata(), fs::metadata(path)].map(|metadata| metadata.map(of).ok());
    locked.is_some() && locked == there
}

/// Elsewhere a file that is open cannot be removed.
#[cfg(not(unix))]
const fn is_there_still(_file: &File, _path: &Path) -> bool {
    true
}

/// A file system without locks is taken as it is.
fn is_locked(tried: &Result<(), TryLockError>) -> bool {
    !matches!(tried, Err(TryLockError::WouldBlock))
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            // A left-over is harmless: the lock is not the file's being there.
            fs::remove_file(path).unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_owner_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let first = FolderLock::take(folder.path()).unwrap();
        let second = FolderLock::take(folder.path()).unwrap_err().to_string();
        assert_eq!(second, "another destello is simulating into it");
        drop(first);
        FolderLock::take(folder.path()).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn a_lock_on_a_file_that_was_removed_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let (path, early) = file_in(folder.path()).unwrap();
        drop(FolderLock::take(folder.path()).unwrap());
        assert!(!is_there_still(&early, &path), "its file is gone");
        let (path, other) = file_in(folder.path()).unwrap();
        assert!(!is_there_still(&early, &path), "another has its name");
        assert!(is_there_still(&other, &path));
    }

    #[test]
    fn shares_of_one_order_are_made_together_and_nothing_else_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let shares = [(); 2].map(|()| FolderLock::share(folder.path()).unwrap());
        assert!(FolderLock::try_take(folder.path()).unwrap().is_none());
        drop(shares);
        let whole = FolderLock::try_take(folder.path()).unwrap().unwrap();
        assert!(FolderLock::share(folder.path()).is_err());
        drop(whole);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
