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

use crate::{
    app::{event::JobEvent, reporter::Reporter},
    tasks::thread::{self, Broken},
};

/// Names of one folder that are read at most.
const MOST_NAMES: usize = 200_000;
/// Questions under way at most: more wait on a disk that does not answer.
const MOST_ASKED: usize = 16;

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
    /// The names.
    pub entries: Arc<[FolderEntry]>,
    /// True where the folder has more than were read.
    pub is_cut: bool,
}

/// What lies at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lies {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A pipe, socket or device.
    Other,
    /// Nothing.
    Nothing {
        /// True where the folder is there in which it would lie.
        has_folder: bool,
    },
    /// It cannot be known: why.
    Unknown(String),
}

/// A question to the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathQuestion {
    /// Which names a folder has.
    Names(PathBuf),
    /// What lies there.
    What(PathBuf),
}

/// A question with its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathOrder {
    /// Its number.
    pub serial: u64,
    /// The question.
    pub question: PathQuestion,
}

/// The answer to a question.
#[derive(Clone, Debug)]
pub enum PathNews {
    /// The names of a folder, or why they cannot be read.
    Names {
        /// Number of the question.
        serial: u64,
        /// The names.
        names: Result<FolderNames, String>,
    },
    /// What lies at a path.
    What {
        /// Number of the question.
        serial: u64,
        /// What.
        lies: Lies,
    },
}

static ASKED: AtomicUsize = AtomicUsize::new(0);

/// Asks on a thread of its own; the answer comes as [`JobEvent::Paths`].
///
/// # Errors
/// Where the system gives no thread.
pub fn ask(order: PathOrder, reporter: Reporter) -> std::io::Result<()> {
    if ASKED.fetch_add(1, Ordering::SeqCst) >= MOST_ASKED {
        ASKED.fetch_sub(1, Ordering::SeqCst);
        let why = "the disk does not answer".to_owned();
        reporter.send(JobEvent::Paths(refused(&order, why)));
        return Ok(());
    }
    let asked = order.clone();
    let work = move || answer(&order);
    let started = thread::start("paths", work, move |news| {
        ASKED.fetch_sub(1, Ordering::SeqCst);
        let why = || Broken::sentence("reading the folder");
        let news = news.unwrap_or_else(|_| refused(&asked, why()));
        reporter.send(JobEvent::Paths(news));
    });
    if started.is_err() {
        ASKED.fetch_sub(1, Ordering::SeqCst);
    }
    started.map(drop)
}

fn refused(order: &PathOrder, why: String) -> PathNews {
    let serial = order.serial;
    match order.question {
        PathQuestion::Names(_) => PathNews::Names {
            serial,
            names: Err(why),
        },
        PathQuestion::What(_) => PathNews::What {
            serial,
            lies: Lies::Unknown(why),
        },
    }
}

fn answer(order: &PathOrder) -> PathNews {
    let serial = order.serial;
    match &order.question {
        PathQuestion::Names(folder) => PathNews::Names {
            serial,
            names: names_in(folder, MOST_NAMES).map_err(|error| in_words(&error)),
        },
        PathQuestion::What(path) => PathNews::What {
            serial,
            lies: what_lies_at(path),
        },
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
