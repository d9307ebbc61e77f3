//! Files are written beside their place and then renamed into it, so that nobody ever finds half
//! a file where a whole one was.

use std::{
    ffi::OsString,
    fs::{self, File},
    path::{Path, PathBuf},
};

use super::ExportError;

/// Writes `path` by letting `write` fill `.<name>.partial` in the same folder, bringing that to
/// disk and renaming it. Where anything fails, the partial file is removed and `path` is as it was.
pub fn written_beside(
    path: &Path,
    write: impl FnOnce(&Path) -> Result<(), String>,
) -> Result<(), ExportError> {
    let failed = |why: String| ExportError {
        path: path.to_path_buf(),
        why,
    };
    if path.is_dir() {
        return Err(failed("a folder of that name is in the way".into()));
    }
    let beside = partial_name(path).ok_or_else(|| failed("this names no file".into()))?;
    let written = write(&beside).and_then(|()| {
        move_into_place(&beside, path).map_err(|error| format!("cannot be written: {error}"))
    });
    written.map_err(|why| {
        // The reason for the failure is worth more than the one for a left-over file.
        fs::remove_file(&beside).unwrap_or_default();
        failed(why)
    })
}

fn partial_name(path: &Path) -> Option<PathBuf> {
    let mut name = OsString::from(".");
    name.push(path.file_name()?);
    name.push(".partial");
    Some(path.with_file_name(name))
}

fn move_into_place(beside: &Path, path: &Path) -> std::io::Result<()> {
    File::options().write(true).open(beside)?.sync_all()?;
    fs::rename(beside, path)?;
    sync_folder(path)
}

/// Brings the new name itself to disk.
#[cfg(unix)]
fn sync_folder(path: &Path) -> std::io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

/// Other systems have no way to synchronise a folder.
#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_leaves_the_old_file_whole_and_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("labels.csv");
        fs::write(&path, "last week").unwrap();
        let error = written_beside(&path, |beside| {
            fs::write(beside, "half").unwrap();
            Err("the pen broke".into())
        });
        assert!(
            error
                .unwrap_err()
                .to_string()
                .ends_with("labels.csv: the pen broke")
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), "last week");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

        written_beside(&path, |beside| {
            fs::write(beside, "new").map_err(|e| e.to_string())
        })
        .unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn places_that_cannot_be_written_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &Path| {
            written_beside(path, |beside| {
                fs::write(beside, "x").map_err(|e| e.to_string())
            })
        };
        assert!(write(folder.path()).is_err());
        let nowhere = folder.path().join("no/such/folder.csv");
        assert!(
            write(&nowhere)
                .unwrap_err()
                .to_string()
                .contains("no/such/folder.csv")
        );
        assert!(write(Path::new("/")).is_err());
    }
}
