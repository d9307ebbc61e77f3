//! What the disk says of a path that is being typed, off the window's thread: a folder may be
//! slow, huge, or never answer.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use crate::tasks::{Task, TaskContext};

/// Names of one folder that are read at most.
const MOST_NAMES: usize = 200_000;
/// Questions under way at most: more wait on a disk that does not answer.
const MOST_ASKED: usize = 16;
const NO_ANSWER: &str = "the disk does not answer";

/// A name in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderEntry {
    /// The exact name.
    pub name: OsString,
    /// True for folders, and links to folders.
    pub is_folder: bool,
}

/// The names in a folder: folders first, then files, each in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FolderNames {
    pub entries: Arc<[FolderEntry]>,
    /// True where the folder has more than were read.
    pub is_cut: bool,
}

/// What lies at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lies {
    File,
    Folder,
    /// A pipe, socket or device.
    Other,
    Nothing {
        /// True where the folder is there in which it would lie.
        has_folder: bool,
    },
    /// It cannot be known: why.
    Unknown(String),
}

/// Reads which names a folder has.
pub struct ReadFolder {
    pub folder: PathBuf,
}

impl Task for ReadFolder {
    const NAME: &'static str = "folder";
    type Update = ();
    /// The names, or why they cannot be read.
    type Output = Result<FolderNames, String>;

    fn run(self, cx: &TaskContext<()>) -> anyhow::Result<Result<FolderNames, String>> {
        let Some(question) = Question::new() else {
            return Ok(Err(NO_ANSWER.to_owned()));
        };
        cx.abandonable("reading the folder", move || {
            let _question = question;
            names_in(&self.folder, MOST_NAMES).map_err(|error| in_words(&error))
        })
    }
}

/// Finds out what lies at a path.
pub struct LookAt {
    pub path: PathBuf,
}

impl Task for LookAt {
    const NAME: &'static str = "path";
    type Update = ();
    type Output = Lies;

    fn run(self, cx: &TaskContext<()>) -> anyhow::Result<Lies> {
        let Some(question) = Question::new() else {
            return Ok(Lies::Unknown(NO_ANSWER.to_owned()));
        };
        cx.abandonable("reading the folder", move || {
            let _question = question;
            what_lies_at(&self.path)
        })
    }
}

static ASKED: AtomicUsize = AtomicUsize::new(0);

/// A question that the disk has not answered yet, also where the answer is no longer wanted.
struct Question;

impl Question {
    /// None where the disk has too many.
    fn new() -> Option<Self> {
        let before = ASKED.fetch_add(1, Ordering::SeqCst);
        // One that is refused is dropped, and with that no longer counted.
        Some(Self).filter(|_| before < MOST_ASKED)
    }
}

impl Drop for Question {
    fn drop(&mut self) {
        ASKED.fetch_sub(1, Ordering::SeqCst);
    }
}

fn names_in(folder: &Path, most: usize) -> std::io::Result<FolderNames> {
    let mut entries = Vec::new();
    let mut is_cut = false;
    for entry in fs::read_dir(folder)? {
        if entries.len() >= most {
            is_cut = true;
            break;
        }
        // One that went away in between is passed over.
        let Ok(entry) = entry else { continue };
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        let is_folder = kind.is_dir() || (kind.is_symlink() && entry.path().is_dir());
        entries.push(FolderEntry {
            name: entry.file_name(),
            is_folder,
        });
    }
    entries.sort_by(|a, b| (!a.is_folder, &a.name).cmp(&(!b.is_folder, &b.name)));
    Ok(FolderNames {
        entries: entries.into(),
        is_cut,
    })
}

fn what_lies_at(path: &Path) -> Lies {
    match fs::metadata(path) {
        Ok(about) if about.is_dir() => Lies::Folder,
        Ok(about) if about.is_file() => Lies::File,
        Ok(_) => Lies::Other,
        Err(error) if is_absence(&error) => Lies::Nothing {
            has_folder: path.parent().is_some_and(Path::is_dir),
        },
        Err(error) => Lies::Unknown(in_words(&error)),
    }
}

fn is_absence(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory)
}

/// A reason without the number of the system's error.
fn in_words(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((words, _)) => words.to_lowercase(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_folders_first_and_a_long_folder_is_cut() {
        let folder = tempfile::tempdir().unwrap();
        for file in ["b.fits", "a.fits", ".hidden"] {
            fs::write(folder.path().join(file), b"").unwrap();
        }
        fs::create_dir(folder.path().join("z")).unwrap();
        let names = names_in(folder.path(), 10).unwrap();
        let text: Vec<_> = names
            .entries
            .iter()
            .map(|entry| (entry.name.to_str().unwrap(), entry.is_folder))
            .collect();
        let expected = [
            ("z", true),
            (".hidden", false),
            ("a.fits", false),
            ("b.fits", false),
        ];
        assert_eq!(text, expected);
        assert!(!names.is_cut);
        let cut = names_in(folder.path(), 2).unwrap();
        assert_eq!((cut.entries.len(), cut.is_cut), (2, true));
        let missing = names_in(&folder.path().join("no"), 2).unwrap_err();
        assert_eq!(in_words(&missing), "no such file or directory");
    }

    #[test]
    fn what_lies_there_is_known_also_below_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        fs::write(&file, b"").unwrap();
        assert_eq!(what_lies_at(&file), Lies::File);
        assert_eq!(what_lies_at(folder.path()), Lies::Folder);
        let has_folder = true;
        assert_eq!(
            what_lies_at(&folder.path().join("b")),
            Lies::Nothing { has_folder }
        );
        let has_folder = false;
        assert_eq!(what_lies_at(&file.join("b")), Lies::Nothing { has_folder });
        let long = folder.path().join("x".repeat(300));
        assert!(matches!(what_lies_at(&long), Lies::Unknown(_)));
    }
}
