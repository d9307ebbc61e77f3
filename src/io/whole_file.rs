//! Small files by the thousand: each is there whole, or not at all.

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

/// Writes `.<name>.partial` beside and renames it.
///
/// Unlike [`super::export::written_beside`] it does not wait for the disk: that takes
/// milliseconds a file. After a power cut the newest files may be empty; whoever goes on with
/// such a folder looks at them.
///
/// # Errors
/// Where the system refuses; nothing is left behind then.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = partial_name(path);
    let written = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // The reason for the failure is worth more than the one for a left-over file.
        fs::remove_file(&beside).unwrap_or_default();
    }
    written
}

/// The name under which a file is written before it is renamed.
fn partial_name(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".partial");
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_written_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.fits");
        write_whole(&path, b"old").unwrap();
        write_whole(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        // A folder of that name is in the way of the renaming.
        let taken = folder.path().join("taken");
        fs::create_dir(&taken).unwrap();
        write_whole(&taken, b"x").unwrap_err();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
