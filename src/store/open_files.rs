//! The files of the projects that this process has open.
//!
//! Closing any descriptor of a file takes away the locks that SQLite holds on it in this process, so
//! a project that is open here is never opened by other means.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// What tells a file from every other: device and inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    /// Of the file at a path; none where there is none, or where the system has no such numbers.
    #[cfg(unix)]
    pub fn of(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        let about = std::fs::metadata(path).ok()?;
        Some(Self {
            device: about.dev(),
            inode: about.ino(),
        })
    }

    /// Of the file at a path.
    #[cfg(not(unix))]
    pub fn of(_path: &Path) -> Option<Self> {
        None
    }
}

/// Projects that this process has open, each with how often.
static OPEN: Mutex<BTreeMap<FileId, usize>> = Mutex::new(BTreeMap::new());

fn open_files() -> MutexGuard<'static, BTreeMap<FileId, usize>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps a file among those that are open here, until dropped.
#[derive(Debug)]
pub(super) struct Registered(Option<FileId>);

impl Registered {
    /// Calls `check`, which may open and close the file, unless it is open here already.
    ///
    /// # Errors
    /// Those of `check`.
    pub fn checked<E>(path: &Path, check: impl FnOnce() -> Result<(), E>) -> Result<Self, E> {
        let mut open = open_files();
        let id = FileId::of(path);
        if !id.is_some_and(|id| open.contains_key(&id)) {
            check()?;
        }
        Ok(Self::add(&mut open, id))
    }

    /// A file that was made just now.
    pub fn new(path: &Path) -> Self {
        Self::add(&mut open_files(), FileId::of(path))
    }

    fn add(open: &mut BTreeMap<FileId, usize>, id: Option<FileId>) -> Self {
        if let Some(id) = id {
            *open.entry(id).or_default() += 1;
        }
        Self(id)
    }

    /// The file; none where there was none.
    pub const fn id(&self) -> Option<FileId> {
        self.0
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        let Some(id) = self.0 else { return };
        let mut open = open_files();
        if let Some(times) = open.get_mut(&id) {
            *times -= 1;
            if *times == 0 {
                open.remove(&id);
            }
        }
    }
}
