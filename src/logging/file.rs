//! A log file of bounded size that several processes append to.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Bytes of one file of the program log.
pub const MOST_BYTES: u64 = 2 << 20;
/// Files of the program log, the one that is written among them.
pub const FILES: usize = 3;

/// A file that is appended to; a full one is kept as `NAME.1`, the one before as `NAME.2`.
#[derive(Debug)]
pub struct RotatingFile {
    path: PathBuf,
    file: File,
    most_bytes: u64,
    files: usize,
}

impl RotatingFile {
    /// Opens the file, with the folders above it.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn open(path: &Path, most_bytes: u64, files: usize) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(Self {
            path: path.to_owned(),
            file: append_to(path)?,
            most_bytes,
            files,
        })
    }

    /// Appends a text by one write, so that it stands whole between those of other processes.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn write(&mut self, text: &str) -> io::Result<()> {
        self.follow()?;
        let length = self.file.metadata()?.len();
        if length > 0 && length + text.len() as u64 > self.most_bytes {
            self.rotate()?;
        }
        self.file.write_all(text.as_bytes())
    }

    /// Another process may have moved the file away: then its new one is written.
    fn follow(&mut self) -> io::Result<()> {
        if !is_at(&self.file, &self.path)? {
            self.file = append_to(&self.path)?;
        }
        Ok(())
    }

    /// Moves the full file away. Only one process does it; the others write on meanwhile.
    fn rotate(&mut self) -> io::Result<()> {
        if self.file.try_lock().is_err() {
            return Ok(());
        }
        // Whoever had the lock before may have moved this very file.
        if is_at(&self.file, &self.path)? {
            for number in (1..self.files.saturating_sub(1)).rev() {
                let older = numbered(&self.path, number + 1);
                // There may be none yet.
                fs::rename(numbered(&self.path, number), older).unwrap_or_default();
            }
            if self.files > 1 {
                fs::rename(&self.path, numbered(&self.path, 1))?;
            } else {
                fs::remove_file(&self.path)?;
            }
        }
        // Closing the old file lets go of its lock.
        self.file = append_to(&self.path)?;
        Ok(())
    }
}

fn append_to(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

/// `destello.log.1` of `destello.log`.
fn numbered(path: &Path, number: usize) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(format!(".{number}"));
    name.into()
}

/// True where the open file is still the one of that name.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let ours = file.metadata()?;
    let named = match fs::metadata(path) {
        Ok(named) => named,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    Ok((ours.dev(), ours.ino()) == (named.dev(), named.ino()))
}

/// True where the file of that name is as long as the open one.
#[cfg(not(unix))]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let ours = file.metadata()?.len();
    Ok(fs::metadata(path).is_ok_and(|named| named.len() >= ours))
}

/// The last lines of a log, the oldest first, from older files too where the newest is short.
///
/// # Errors
/// Where there is no log, or it cannot be read.
pub fn tail(path: &Path, count: usize) -> io::Result<Vec<String>> {
    let newest = fs::read(path)?;
    let older = (1..FILES).map_while(|number| fs::read(numbered(path, number)).ok());
    let mut lines: Vec<String> = Vec::new();
    for bytes in std::iter::once(newest).chain(older) {
        let text = String::from_utf8_lossy(&bytes);
        let mut all: Vec<String> = text.lines().map(str::to_owned).collect();
        all.append(&mut lines);
        lines = all;
        if lines.len() >= count {
            break;
        }
    }
    Ok(lines.split_off(lines.len().saturating_sub(count)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(path: &Path) -> String {
        fs::read_to_string(path).unwrap_or_default()
    }

    #[test]
    fn a_full_file_is_kept_under_a_number_and_the_oldest_goes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logs").join("x.log");
        let mut log = RotatingFile::open(&path, 20, 3).unwrap();
        for number in 0..8 {
            log.write(&format!("line {number:3}\n")).unwrap();
        }
        // Two lines of nine bytes fit into each.
        assert_eq!(text_of(&path), "line   6\nline   7\n");
        assert_eq!(text_of(&numbered(&path, 1)), "line   4\nline   5\n");
        assert_eq!(text_of(&numbered(&path, 2)), "line   2\nline   3\n");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 3);
        let last = tail(&path, 3).unwrap();
        assert_eq!(last, ["line   5", "line   6", "line   7"]);
        assert_eq!(tail(&path, 100).unwrap().len(), 6);
    }

    #[test]
    fn a_line_longer_than_a_file_is_written_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.log");
        let mut log = RotatingFile::open(&path, 20, 2).unwrap();
        let long = "y".repeat(50) + "\n";
        log.write("first\n").unwrap();
        log.write(&long).unwrap();
        assert_eq!(text_of(&path), long);
        assert_eq!(text_of(&numbered(&path, 1)), "first\n");
    }

    #[test]
    fn a_file_that_was_moved_or_removed_is_begun_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.log");
        let mut first = RotatingFile::open(&path, 20, 3).unwrap();
        let mut second = RotatingFile::open(&path, 20, 3).unwrap();
        first.write("0123456789\n").unwrap();
        second.write("abcdefghij\n").unwrap();
        // The second moved the file: the first writes into the new one.
        first.write("first\n").unwrap();
        assert_eq!(text_of(&path), "abcdefghij\nfirst\n");
        fs::remove_file(&path).unwrap();
        second.write("second\n").unwrap();
        assert_eq!(text_of(&path), "second\n");
    }

    #[test]
    fn lines_of_many_writers_stand_whole_and_none_is_lost() {
        const WRITERS: usize = 4;
        const LINES: usize = 500;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.log");
        std::thread::scope(|scope| {
            for writer in 0..WRITERS {
                let path = &path;
                scope.spawn(move || {
                    let mut log = RotatingFile::open(path, 1 << 20, 3).unwrap();
                    let filling = "x".repeat(writer * 20);
                    for line in 0..LINES {
                        log.write(&format!("{writer} {line} {filling}.\n")).unwrap();
                    }
                });
            }
        });
        let text = text_of(&path);
        let mut next = [0; WRITERS];
        for line in text.lines() {
            let parts: Vec<_> = line.splitn(3, ' ').collect();
            let writer: usize = parts[0].parse().unwrap();
            assert_eq!(parts[1], next[writer].to_string());
            assert_eq!(parts[2], "x".repeat(writer * 20) + ".");
            next[writer] += 1;
        }
        assert_eq!(next, [LINES; WRITERS]);
    }
}
