//! Our own file dialog: a path that is typed, with completion. It stands in where the system has
//! none, and follows the same rules.

use std::path::{Path, PathBuf};

pub use super::pick::{PickFor, PickKind};
use super::{
    disk::{FolderEntry, FolderNames, Lies, PathNews, PathOrder, PathQuestion},
    path_text::{PathBase, PathText, shown_name},
};
use crate::{
    app::{effect::Effect, settings::FileDialogs, state::AppState},
    workspace::{context::Context, words::short},
};

/// Letters of a path shown in a sentence.
const SHOWN: usize = 60;

/// What happens in the dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathCommand {
    /// This stands in the field now.
    Type(String),
    /// Complete what is typed.
    Complete,
    /// That many rows down, or up.
    Move(isize),
    /// Take this row of the list into the field.
    Take(usize),
    /// Take what is typed or chosen; true adds it to others.
    Enter {
        /// Also goes on to take another.
        adds: bool,
    },
    /// Close without choosing.
    Dismiss,
}

/// The names of the folder that is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Names {
    /// Being read.
    Reading,
    /// There they are.
    Read(FolderNames),
    /// Why there are none.
    Failed(String),
}

/// The dialog.
#[derive(Clone, Debug)]
pub struct PathPane {
    /// What for.
    pub purpose: PickFor,
    /// What is typed.
    pub typed: PathText,
    /// Grows whenever the text was changed by something else than typing: the cursor goes to its
    /// end.
    pub revision: u64,
    /// Names in the folder.
    pub names: Names,
    /// Positions of the names that fit what is typed.
    pub fitting: Vec<usize>,
    /// The chosen one of these.
    pub row: Option<usize>,
    /// Paths that were added before.
    pub added: Vec<PathBuf>,
    /// What is to be said, and whether it is bad news.
    pub notice: Option<(String, bool)>,
    /// The folder whose names are there or on their way.
    folder: PathBuf,
    serial: u64,
    /// Number of the question for these names.
    names_asked: u64,
    /// The path that the disk was asked about, by number, and whether it is to be added.
    asked: Option<(u64, PathBuf, bool)>,
    /// A file that exists and that the user was asked about.
    confirmed: Option<PathBuf>,
    /// A completion that waits for the names.
    completes: bool,
}

impl PathPane {
    fn new(purpose: PickFor, folder: &Path, base: &PathBase) -> Self {
        let mut typed = PathText::of_folder(folder);
        if let Some(name) = purpose.usual_name() {
            typed.take_letters(name);
        }
        Self {
            purpose,
            folder: typed.folder(base),
            typed,
            revision: 0,
            names: Names::Reading,
            fitting: Vec::new(),
            row: None,
            added: Vec::new(),
            notice: None,
            serial: 0,
            names_asked: 0,
            asked: None,
            confirmed: None,
            completes: false,
        }
    }

    /// The entry of a row.
    pub fn entry(&self, row: usize) -> Option<&FolderEntry> {
        match &self.names {
            Names::Read(names) => names.entries.get(*self.fitting.get(row)?),
            Names::Reading | Names::Failed(_) => None,
        }
    }

    /// True while the disk is asked.
    pub const fn is_waiting(&self) -> bool {
        matches!(self.names, Names::Reading) || self.asked.is_some()
    }

    fn ask(&mut self, question: PathQuestion) -> Vec<Effect> {
        self.serial += 1;
        vec![Effect::AskDisk(PathOrder {
            serial: self.serial,
            question,
        })]
    }

    fn read_folder(&mut self) -> Vec<Effect> {
        self.names = Names::Reading;
        self.fitting.clear();
        self.row = None;
        let effects = self.ask(PathQuestion::Names(self.folder.clone()));
        self.names_asked = self.serial;
        effects
    }

    /// After the text has changed.
    fn follow_text(&mut self, base: &PathBase) -> Vec<Effect> {
        self.notice = None;
        self.asked = None;
        self.row = None;
        self.completes = false;
        let folder = self.typed.folder(base);
        if folder != self.folder {
            self.folder = folder;
            return self.read_folder();
        }
        self.find_fitting();
        Vec::new()
    }

    /// Names that begin as typed; hidden ones only where a dot is typed; of files only those of
    /// the purpose. Capitals count where one is typed.
    fn find_fitting(&mut self) {
        let Names::Read(names) = &self.names else {
            return;
        };
        let typed = self.typed.name_text();
        // A name that the disk gave fits itself, however it is shown.
        let is_exact = typed.chars().any(char::is_uppercase);
        let wanted = typed.to_lowercase();
        let purpose = self.purpose;
        let fits = |entry: &FolderEntry| {
            let name = shown_name(&entry.name);
            let begins = if is_exact {
                name.starts_with(typed)
            } else {
                name.to_lowercase().starts_with(&wanted)
            };
            let is_hidden = name.starts_with('.') && !typed.starts_with('.');
            begins && !is_hidden && (entry.is_folder || is_of(purpose, &entry.name))
        };
        let all = names.entries.iter().enumerate();
        self.fitting = all
            .filter(|(_, entry)| fits(entry))
            .map(|(at, _)| at)
            .collect();
    }

    /// Goes on as far as all fitting names agree; takes the chosen row, or the only one.
    fn complete(&mut self, base: &PathBase) -> Vec<Effect> {
        if self.names == Names::Reading {
            self.completes = true;
            return Vec::new();
        }
        let only = (self.fitting.len() == 1).then_some(0);
        if let Some(row) = self.row.or(only) {
            return self.take(row, base);
        }
        let mut names = (0..self.fitting.len()).filter_map(|row| self.entry(row));
        let first = names.next().map(|entry| shown_name(&entry.name));
        let Some(first) = first else {
            let why = match &self.names {
                Names::Failed(why) => why.clone(),
                _ => "no name begins so".into(),
            };
            self.notice = Some((why, true));
            return Vec::new();
        };
        let common = names.fold(first.as_str(), |common, entry| {
            common_start(common, &shown_name(&entry.name))
        });
        if common.len() > self.typed.name_text().len() {
            let common = common.to_owned();
            self.typed.take_letters(&common);
            self.revision += 1;
            return self.follow_text(base);
        }
        Vec::new()
    }

    /// A row of the list into the field; into a folder it goes on.
    fn take(&mut self, row: usize, base: &PathBase) -> Vec<Effect> {
        let Some(entry) = self.entry(row).cloned() else {
            return Vec::new();
        };
        self.typed.take_name(&entry.name, entry.is_folder, base);
        self.revision += 1;
        self.confirmed = None;
        self.follow_text(base)
    }

    fn descend(&mut self, path: &Path, base: &PathBase) -> Vec<Effect> {
        let typed = self.typed.name_text();
        let is_open = typed.is_empty() && self.row.is_none();
        let is_name = !matches!(typed, "." | "..") || self.row.is_some();
        // What is typed stays as it is where the folder is one of those listed.
        match path.file_name() {
            _ if is_open => {}
            Some(name) if is_name && self.folder.join(name) == path => {
                self.typed.take_name(name, true, base);
            }
            _ => self.typed = PathText::of_folder(path),
        }
        self.revision += 1;
        let effects = self.follow_text(base);
        if is_open {
            self.notice = Some(("this is a folder: name a file in it".into(), true));
        }
        effects
    }
}

/// True for files that the purpose takes.
fn is_of(purpose: PickFor, name: &std::ffi::OsStr) -> bool {
    if purpose.kind() == PickKind::Folder {
        return false;
    }
    let filters = purpose.filters();
    let ending = Path::new(name).extension();
    let ending = ending.map(|ending| ending.to_string_lossy().to_lowercase());
    let mut endings = filters.iter().flat_map(|(_, endings)| endings.iter());
    filters.is_empty() || endings.any(|known| ending.as_deref() == Some(*known))
}

/// The letters with which both begin; small and capital letters are one.
fn common_start<'a>(a: &'a str, b: &str) -> &'a str {
    let same = a
        .char_indices()
        .zip(b.chars())
        .take_while(|((_, a), b)| a == b || a.to_lowercase().eq(b.to_lowercase()));
    let end = same.last().map_or(0, |((at, a), _)| at + a.len_utf8());
    &a[..end]
}

impl AppState {
    /// Asks for files: by the dialog of the system, or ours where it has none.
    pub(crate) fn pick(&mut self, purpose: PickFor) -> Vec<Effect> {
        if self.asks_in_window() {
            return self.open_path_pane(purpose);
        }
        vec![Effect::Pick(purpose)]
    }

    /// True where our own dialog asks for files.
    pub fn asks_in_window(&self) -> bool {
        self.settings.file_dialogs == FileDialogs::Own || self.has_no_dialog
    }

    /// The system has no dialog: ours is opened, and from now on at once.
    pub(crate) fn take_no_dialog(&mut self, purpose: PickFor) -> Vec<Effect> {
        self.has_no_dialog = true;
        self.open_path_pane(purpose)
    }

    fn open_path_pane(&mut self, purpose: PickFor) -> Vec<Effect> {
        let last = self.settings.last_folders.get(&purpose);
        let folder = last.unwrap_or(&self.path_base.start).clone();
        let mut pane = PathPane::new(purpose, &folder, &self.path_base);
        // Answers to the dialog before this one must not be taken for its own.
        pane.serial = self.path_serial;
        let effects = pane.read_folder();
        self.path_pane = Some(pane);
        effects
    }

    pub(crate) fn apply_path(&mut self, command: PathCommand, cx: &Context) -> Vec<Effect> {
        let effects = self.change_path(command, cx);
        if let Some(pane) = &self.path_pane {
            self.path_serial = pane.serial;
        }
        effects
    }

    fn change_path(&mut self, command: PathCommand, cx: &Context) -> Vec<Effect> {
        let base = &self.path_base;
        let Some(pane) = &mut self.path_pane else {
            return Vec::new();
        };
        match command {
            PathCommand::Type(text) => {
                pane.typed.set(&text);
                if pane.typed.text() != text {
                    pane.revision += 1;
                }
                pane.confirmed = None;
                pane.follow_text(base)
            }
            PathCommand::Complete => pane.complete(base),
            PathCommand::Move(rows) => {
                let last = pane.fitting.len().saturating_sub(1);
                pane.row = match pane.row {
                    _ if pane.fitting.is_empty() => None,
                    None if rows > 0 => Some(0),
                    None => Some(last),
                    Some(row) => Some(row.saturating_add_signed(rows).min(last)),
                };
                Vec::new()
            }
            PathCommand::Take(row) => pane.take(row, base),
            PathCommand::Enter { adds } => {
                let row = pane.row.and_then(|row| pane.entry(row));
                let path = row.map(|entry| pane.folder.join(&entry.name));
                let is_empty = path.is_none() && pane.typed.text().trim().is_empty();
                if is_empty && pane.added.is_empty() {
                    pane.notice = Some(("type a path".into(), true));
                    return Vec::new();
                }
                if is_empty {
                    return self.accept_path(None, cx);
                }
                let path = path.unwrap_or_else(|| pane.typed.path(base));
                let adds = adds && pane.purpose.kind() == PickKind::Files;
                let effects = pane.ask(PathQuestion::What(path.clone()));
                pane.asked = Some((pane.serial, path, adds));
                effects
            }
            PathCommand::Dismiss => {
                self.path_pane = None;
                Vec::new()
            }
        }
    }

    /// What the disk says; answers to earlier questions are too late.
    pub(crate) fn take_path_news(&mut self, news: PathNews, cx: &Context) -> Vec<Effect> {
        let base = self.path_base.clone();
        let Some(pane) = &mut self.path_pane else {
            return Vec::new();
        };
        let effects = match news {
            PathNews::Names { serial, names } if serial == pane.names_asked => {
                pane.names = match names {
                    Ok(names) => Names::Read(names),
                    Err(why) => Names::Failed(why),
                };
                pane.find_fitting();
                if std::mem::take(&mut pane.completes) {
                    pane.complete(&base)
                } else {
                    Vec::new()
                }
            }
            PathNews::What { serial, lies } => {
                match pane.asked.take_if(|(asked, ..)| *asked == serial) {
                    Some((_, path, adds)) => self.judge_path(path, adds, lies, cx),
                    None => Vec::new(),
                }
            }
            PathNews::Names { .. } => Vec::new(),
        };
        if let Some(pane) = &self.path_pane {
            self.path_serial = pane.serial;
        }
        effects
    }

    fn judge_path(&mut self, path: PathBuf, adds: bool, lies: Lies, cx: &Context) -> Vec<Effect> {
        let base = &self.path_base;
        let Some(pane) = &mut self.path_pane else {
            return Vec::new();
        };
        let kind = pane.purpose.kind();
        let name = short(&path.to_string_lossy(), SHOWN);
        let notice = match (kind, lies) {
            (PickKind::Folder, Lies::Folder) => return self.accept_path(Some(path), cx),
            (PickKind::Folder, Lies::File) => format!("{name} is a file: name a folder"),
            (PickKind::Folder, Lies::Nothing { has_folder: true })
                if pane.purpose.may_make_folder() =>
            {
                return self.accept_path(Some(path), cx);
            }
            (_, Lies::Folder) => return pane.descend(&path, base),
            (PickKind::Save, Lies::File) => {
                if pane.confirmed.as_ref() == Some(&path) {
                    return self.accept_path(Some(path), cx);
                }
                pane.confirmed = Some(path);
                format!("{name} exists: Enter again to replace it")
            }
            (PickKind::Files, Lies::File) if adds => {
                if !pane.added.contains(&path) {
                    pane.added.push(path);
                }
                pane.typed.take_letters("");
                pane.revision += 1;
                return pane.follow_text(base);
            }
            (PickKind::Save, Lies::Nothing { has_folder: true })
            | (PickKind::File | PickKind::Files, Lies::File) => {
                return self.accept_path(Some(path), cx);
            }
            (PickKind::Save, Lies::Nothing { .. }) => {
                let folder = path.parent().unwrap_or(&path).to_string_lossy();
                format!("there is no folder {}", short(&folder, SHOWN))
            }
            (PickKind::Folder, Lies::Nothing { .. }) => format!("there is no folder {name}"),
            (_, Lies::Nothing { .. }) => format!("there is no file {name}"),
            (_, Lies::Other) => format!("{name} is neither file nor folder"),
            (_, Lies::Unknown(why)) => format!("{name}: {why}"),
        };
        pane.notice = Some((notice, true));
        Vec::new()
    }

    /// Closes the dialog and does what it was opened for.
    fn accept_path(&mut self, path: Option<PathBuf>, cx: &Context) -> Vec<Effect> {
        let Some(pane) = self.path_pane.take() else {
            return Vec::new();
        };
        self.path_serial = pane.serial;
        let last = path.as_ref().or(pane.added.last());
        let folder = match pane.purpose.kind() {
            PickKind::Folder => last.cloned(),
            _ => last.and_then(|path| path.parent()).map(PathBuf::from),
        };
        let mut effects = Vec::new();
        if let Some(folder) = folder {
            let before = self
                .settings
                .last_folders
                .insert(pane.purpose, folder.clone());
            if before != Some(folder) {
                effects.push(Effect::SaveSettings(Box::new(self.settings.clone())));
            }
        }
        let paths: Vec<_> = pane.added.into_iter().chain(path).collect();
        if !paths.is_empty() {
            effects.extend(self.picked(pane.purpose, paths, cx));
        }
        effects
    }
}
