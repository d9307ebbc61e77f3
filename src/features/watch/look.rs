//! Looking into a folder: which files are new or have changed, and which of them are whole.

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

use crate::io::is_project;

/// Folders within folders beyond this depth are taken for a mistake.
const MAX_DEPTH: usize = 32;
/// Endings of files that are being written, whatever their programs.
const BEING_WRITTEN: [&str; 5] = ["partial", "part", "tmp", "temp", "crdownload"];
/// Endings of what lies beside data: tables of detections, which are read with the stamps, notes, projects.
const COMPANIONS: [&str; 7] = ["csv", "txt", "md", "toml", "yaml", "html", "log"];
/// A file that was not touched for so long before the first look is not being written.
const OLD: Duration = Duration::from_mins(2);

/// By what a change of a file is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// Its size.
    pub bytes: u64,
    /// When it was written, nanoseconds since 1970 UTC.
    pub modified_ns: u64,
}

impl Signature {
    fn of(metadata: &fs::Metadata) -> Self {
        let modified = metadata.modified().unwrap_or(UNIX_EPOCH);
        let since = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            bytes: metadata.len(),
            modified_ns: u64::try_from(since.as_nanos()).unwrap_or(u64::MAX),
        }
    }

    /// True where the file is still as it was.
    pub fn is_of(self, path: &Path) -> bool {
        fs::metadata(path).is_ok_and(|metadata| Self::of(&metadata) == self)
    }

    fn is_old(self, now: SystemTime) -> bool {
        let modified = UNIX_EPOCH + Duration::from_nanos(self.modified_ns);
        now.duration_since(modified).is_ok_and(|age| age > OLD)
    }
}

/// A file that is to be read, relative to the folder, as it was when it was seen.
pub type Ready = (PathBuf, Signature);

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// New or changed, and the same since a while, in the order of their names.
    pub ready: Vec<Ready>,
    /// New or changed, but perhaps not whole.
    pub waiting: Vec<PathBuf>,
    /// By their names, programs are still writing them.
    pub being_written: Vec<PathBuf>,
}

/// Who looks, and what was seen.
#[derive(Debug)]
pub struct Looker {
    folder: PathBuf,
    /// A folder within, which is not looked at: what is written.
    except: Option<PathBuf>,
    /// For how long a file must be the same.
    settle: Duration,
    done: HashMap<PathBuf, Signature>,
    /// What was seen and not read yet, and since when it is as it is.
    seen: HashMap<PathBuf, (Signature, Instant)>,
}

impl Looker {
    /// Looks at a folder from now on, but not at one within it. `done` was read in an earlier run.
    pub fn new(
        folder: &Path,
        except: Option<&Path>,
        settle: Duration,
        done: HashMap<PathBuf, Signature>,
    ) -> Self {
        Self {
            folder: folder.to_owned(),
            except: except.and_then(|path| fs::canonicalize(path).ok()),
            settle,
            done,
            seen: HashMap::new(),
        }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Looks. What `is_read` knows was read by others.
    ///
    /// # Errors
    /// Where the folder cannot be listed.
    pub fn look(&mut self, is_read: &dyn Fn(&Path) -> bool) -> io::Result<Look> {
        let mut found = Vec::new();
        let mut names = PathBuf::new();
        let mut look = Look::default();
        self.list(
            &self.folder,
            &mut names,
            (&mut found, &mut look.being_written),
            0,
        )?;
        found.sort();
        let (now, clock) = (Instant::now(), SystemTime::now());
        let mut seen = HashMap::new();
        for (path, signature) in found {
            if self.done.get(&path) == Some(&signature) {
                continue;
            }
            if is_read(&self.folder.join(&path)) {
                self.done.insert(path, signature);
                continue;
            }
            let since = match self.seen.get(&path) {
                Some((known, since)) if *known == signature => *since,
                _ => now,
            };
            let is_new = !self.seen.contains_key(&path);
            if now - since >= self.settle || is_new && signature.is_old(clock) {
                look.ready.push((path.clone(), signature));
            } else {
                look.waiting.push(path.clone());
            }
            seen.insert(path, (signature, since));
        }
        self.seen = seen;
        Ok(look)
    }

    /// These were read as they were when they were seen.
    pub fn read(&mut self, files: &[Ready]) {
        for (path, signature) in files {
            self.seen.remove(path);
            self.done.insert(path.clone(), *signature);
        }
    }

    fn list(
        &self,
        folder: &Path,
        within: &mut PathBuf,
        (found, being_written): (&mut Vec<(PathBuf, Signature)>, &mut Vec<PathBuf>),
        depth: usize,
    ) -> io::Result<()> {
        let is_except = || fs::canonicalize(folder).ok() == self.except;
        if depth > MAX_DEPTH || depth > 0 && self.except.is_some() && is_except() {
            return Ok(());
        }
        // A link may lead back to where it lies.
        if depth > 0 && folder.is_symlink() && leads_back(folder) {
            return Ok(());
        }
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name();
            if is_being_written(Path::new(&name)) {
                being_written.push(within.join(&name));
            }
            if is_left_alone(Path::new(&name)) {
                continue;
            }
            // Through links; what is gone in the meantime is no fault.
            let Ok(metadata) = fs::metadata(entry.path()) else {
                continue;
            };
            within.push(&name);
            if metadata.is_dir() {
                match self.list(&entry.path(), within, (found, being_written), depth + 1) {
                    // Gone in the meantime, or not ours to see.
                    Err(error)
                        if [io::ErrorKind::NotFound, io::ErrorKind::PermissionDenied]
                            .contains(&error.kind()) => {}
                    listed => listed?,
                }
            } else if metadata.is_file() && metadata.len() > 0 {
                found.push((within.clone(), Signature::of(&metadata)));
            }
            within.pop();
        }
        Ok(())
    }
}

impl PartialOrd for Signature {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Signature {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.bytes, self.modified_ns).cmp(&(other.bytes, other.modified_ns))
    }
}

/// True where a link leads to a folder that it lies in.
fn leads_back(link: &Path) -> bool {
    let here = link
        .parent()
        .and_then(|parent| fs::canonicalize(parent).ok());
    let there = fs::canonicalize(link).ok();
    here.zip(there)
        .is_some_and(|(here, there)| here.starts_with(there))
}

/// Hidden names, those that programs give to what is not whole, and what is no data.
pub(super) fn is_left_alone(name: &Path) -> bool {
    let is_hidden = name.to_string_lossy().starts_with('.');
    let is_companion = has_ending(name, &COMPANIONS);
    is_hidden || is_being_written(name) || is_companion || is_project(name)
}

fn is_being_written(name: &Path) -> bool {
    has_ending(name, &BEING_WRITTEN)
}

fn has_ending(name: &Path, endings: &[&str]) -> bool {
    let ending = name.extension().unwrap_or_default();
    let ending = ending.to_string_lossy().to_lowercase();
    endings.contains(&&*ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(look: &Look) -> Vec<String> {
        let names = look.ready.iter();
        names.map(|(path, _)| path.display().to_string()).collect()
    }

    fn none(_: &Path) -> bool {
        false
    }

    #[test]
    fn what_grows_is_waited_for_and_read_once_until_it_changes() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        fs::create_dir_all(here.join("night/out")).unwrap();
        for name in [
            "a.avro",
            "night/b.avro",
            ".hidden",
            "c.avro.part",
            "night/out/d.avro",
            "empty",
            "notes.txt",
            "night.destello-wal",
        ] {
            fs::write(here.join(name), if name == "empty" { "" } else { "x" }).unwrap();
        }
        let settle = Duration::from_millis(60);
        let out = here.join("night/out");
        let mut looker = Looker::new(here, Some(&out), settle, HashMap::new());
        let first = looker.look(&none).unwrap();
        assert_eq!((first.ready.len(), first.waiting.len()), (0, 2));
        std::thread::sleep(settle);
        fs::write(here.join("a.avro"), "xy").unwrap();
        let second = looker.look(&none).unwrap();
        assert_eq!(
            (names(&second), second.waiting.len()),
            (vec!["night/b.avro".to_owned()], 1)
        );
        looker.read(&second.ready);
        std::thread::sleep(settle);
        let third = looker.look(&none).unwrap();
        assert_eq!(
            (names(&third), third.waiting.len()),
            (vec!["a.avro".to_owned()], 0)
        );
        looker.read(&third.ready);
        let rest = looker.look(&none).unwrap();
        assert!(rest.ready.is_empty() && rest.waiting.is_empty());
        assert_eq!(rest.being_written, [PathBuf::from("c.avro.part")]);
        fs::write(here.join("a.avro"), "xyz").unwrap();
        assert_eq!(looker.look(&none).unwrap().waiting.len(), 1);
        // What others have read is not read again.
        assert!(
            looker
                .look(&|path| path.ends_with("a.avro"))
                .unwrap()
                .waiting
                .is_empty()
        );
        // Another run knows what was read.
        let done: HashMap<_, _> = third.ready.into_iter().chain(second.ready).collect();
        let mut again = Looker::new(here, Some(&out), settle, done);
        let look = again.look(&none).unwrap();
        assert_eq!((look.ready.len(), look.waiting.len()), (0, 1));
    }

    #[test]
    fn what_lies_there_since_long_is_read_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.avro");
        fs::write(&path, "x").unwrap();
        let old = SystemTime::now() - 2 * OLD;
        fs::File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_modified(old)
            .unwrap();
        let mut looker = Looker::new(folder.path(), None, OLD, HashMap::new());
        assert_eq!(names(&looker.look(&none).unwrap()), ["a.avro"]);
        let gone = folder.path().join("gone");
        let mut looker = Looker::new(&gone, Some(&gone), OLD, HashMap::new());
        assert_eq!(
            looker.look(&none).unwrap_err().kind(),
            io::ErrorKind::NotFound
        );
    }
}
