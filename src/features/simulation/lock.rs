//! A folder that is being filled belongs to one process.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};

/// Name of the file that is locked while a folder is filled.
const LOCK: &str = ".simulation.lock";

/// Held while files are made; let go when it is dropped, and by the system when the process ends.
#[derive(Debug)]
pub(crate) struct FolderLock {
    path: PathBuf,
    _file: File,
}

impl FolderLock {
    /// Takes the folder.
    ///
    /// # Errors
    /// Where another process has it, or nothing can be written there.
    pub fn take(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join(LOCK);
        let file = File::create(&path).context("nothing can be written there")?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => bail!("another destello is simulating into it"),
            // A file system without locks is taken as it is.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Self { path, _file: file }),
        }
    }
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        // A left-over is harmless: the lock is not the file's being there.
        fs::remove_file(&self.path).unwrap_or_default();
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
}
