//! Our own file dialog: a path that is typed, with completion. It stands in where the system has
//! none, and follows the same rules.

use std::path::{Path, PathBuf};

pub use super::pick::{PickFor, PickKind};
use super::{
    disk::{FolderEntry, FolderNames, Lies, LookAt, ReadFolder},
    native::PickPaths,
    path_text::{PathBase, PathText, shown_name},
};
use crate::{
    domain::words::short,
    tasks::{Running, TaskEvent, next_event},
    text,
    workspace::{clock, context::Context, request::Request, settings::FileDialogs, shared::Shared},
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
    Reading,
    Read(FolderNames),
    /// Why there are none.
    Failed(String),
}

/// The dialogs of the system.
#[derive(Debug, Default)]
pub struct Dialogs {
    /// To be opened at the end of this update.
    wanted: Vec<PickFor>,
    open: Vec<(PickFor, Running<PickPaths>)>,
}

impl Dialogs {
    /// How many the user has not answered yet.
    pub const fn unanswered(&self) -> usize {
        self.wanted.len() + self.open.len()
    }
}

/// A path that the disk is asked about.
#[derive(Debug)]
struct Asked {
    path: PathBuf,
    /// True where it is to be added to others.
    adds: bool,
    looking: Option<Running<LookAt>>,
}

/// The dialog.
#[derive(Debug)]
pub struct PathPane {
    pub purpose: PickFor,
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
    reading: Option<Running<ReadFolder>>,
    asked: Option<Asked>,
    /// A file that exists and that the user was asked about.
    confirmed: Option<PathBuf>,
    /// A completion that waits for the names.
    completes: bool,
}

impl PathPane {
    fn new(purpose: PickFor, folder: &Path, base: &PathBase, today: &str) -> Self {
        let mut typed = PathText::of_folder(folder);
        if let Some(name) = purpose.usual_name(today) {
            typed.take_letters(&name);
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
            reading: None,
            asked: None,
            confirmed: None,
            completes: false,
        }
    }

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

    fn read_folder(&mut self) {
        self.names = Names::Reading;
        self.reading = None;
        self.fitting.clear();
        self.row = None;
    }

    /// Asks the disk what is to be known and is not asked yet.
    fn ask(&mut self, cx: &Context) {
        if self.names == Names::Reading && self.reading.is_none() {
            let folder = self.folder.clone();
            self.reading = Some(cx.tasks.start(ReadFolder { folder }));
        }
        if let Some(asked) = &mut self.asked
            && asked.looking.is_none()
        {
            let path = asked.path.clone();
            asked.looking = Some(cx.tasks.start(LookAt { path }));
        }
    }

    fn take_names(&mut self, base: &PathBase) {
        while let Some(event) = next_event(&mut self.reading) {
            self.names = match event {
                TaskEvent::Finished(Ok(names)) => Names::Read(names),
                TaskEvent::Finished(Err(why)) | TaskEvent::Failed(why) => Names::Failed(why),
                TaskEvent::Update(()) | TaskEvent::Cancelled => continue,
            };
            self.find_fitting();
            if std::mem::take(&mut self.completes) {
                self.complete(base);
            }
        }
    }

    /// The path that was asked about, whether it is to be added, and what lies there.
    fn take_answer(&mut self) -> Option<(PathBuf, bool, Lies)> {
        let lies = match next_event(&mut self.asked.as_mut()?.looking)? {
            TaskEvent::Finished(lies) => lies,
            TaskEvent::Failed(why) => Lies::Unknown(why),
            TaskEvent::Update(()) | TaskEvent::Cancelled => return None,
        };
        let asked = self.asked.take()?;
        Some((asked.path, asked.adds, lies))
    }

    /// After the text has changed.
    fn follow_text(&mut self, base: &PathBase) {
        self.notice = None;
        self.asked = None;
        self.row = None;
        self.completes = false;
        let folder = self.typed.folder(base);
        if folder == self.folder {
            self.find_fitting();
        } else {
            self.folder = folder;
            self.read_folder();
        }
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
    fn complete(&mut self, base: &PathBase) {
        if self.names == Names::Reading {
            self.completes = true;
            return;
        }
        let only = (self.fitting.len() == 1).then_some(0);
        if let Some(row) = self.row.or(only) {
            self.take(row, base);
            return;
        }
        let mut names = (0..self.fitting.len()).filter_map(|row| self.entry(row));
        let first = names.next().map(|entry| shown_name(&entry.name));
        let Some(first) = first else {
            let why = match &self.names {
                Names::Failed(why) => why.clone(),
                _ => text!("no name begins so").into(),
            };
            self.notice = Some((why, true));
            return;
        };
        let common = names.fold(first.as_str(), |common, entry| {
            common_start(common, &shown_name(&entry.name))
        });
        if common.len() > self.typed.name_text().len() {
            let common = common.to_owned();
            self.typed.take_letters(&common);
            self.revision += 1;
            self.follow_text(base);
        }
    }

    /// A row of the list into the field; into a folder it goes on.
    fn take(&mut self, row: usize, base: &PathBase) {
        let Some(entry) = self.entry(row).cloned() else {
            return;
        };
        self.typed.take_name(&entry.name, entry.is_folder, base);
        self.revision += 1;
        self.confirmed = None;
        self.follow_text(base);
    }

    fn descend(&mut self, path: &Path, base: &PathBase) {
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
        self.follow_text(base);
        if is_open {
            self.notice = Some((text!("this is a folder: name a file in it").into(), true));
        }
    }
}

/// True for files that the purpose takes.
fn is_of(purpose: PickFor, name: &std::ffi::OsStr) -> bool {
    if purpose.kind() == PickKind::Folder {
        return false;
    }
    let filters = purpose.filters();
    let name = name.to_string_lossy().to_lowercase();
    // `labels.tns.json` has the ending `tns.json`.
    let is_with = |ending: &&str| {
        name.strip_suffix(*ending)
            .is_some_and(|head| head.ends_with('.'))
    };
    let mut endings = filters.iter().flat_map(|(_, endings)| endings.iter());
    filters.is_empty() || endings.any(is_with)
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

/// The state of file dialogs.
#[derive(Debug, Default)]
pub struct DialogPane {
    /// The file dialogs of the system.
    pub dialogs: Dialogs,
    /// Our own file dialog, while it is open.
    pub path_pane: Option<PathPane>,
    /// Where typed paths begin.
    pub path_base: PathBase,
    /// True once it is known that the system has no file dialog.
    pub has_no_dialog: bool,
}

impl DialogPane {
    /// Asks for files: by the dialog of the system, or ours where it has none.
    pub(crate) fn pick(&mut self, purpose: PickFor) {
        self.dialogs.wanted.push(purpose);
    }

    /// True where our own dialog asks for files.
    pub fn asks_in_window(&self, shared: &Shared) -> bool {
        shared.settings.file_dialogs == FileDialogs::Own || self.has_no_dialog
    }

    /// Opens the dialogs that were asked for, and asks the disk what ours is to show.
    pub(crate) fn want_paths(&mut self, shared: &Shared, cx: &Context) {
        for purpose in std::mem::take(&mut self.dialogs.wanted) {
            if self.asks_in_window(shared) {
                self.open_path_pane(shared, purpose, cx);
                continue;
            }
            let dialog = cx.dialog.clone();
            let running = cx.tasks.start(PickPaths { purpose, dialog });
            self.dialogs.open.push((purpose, running));
        }
        if let Some(pane) = &mut self.path_pane {
            pane.ask(cx);
        }
    }

    /// Takes in what the user chose in dialogs of the system, and what the disk says.
    pub(crate) fn poll_paths(&mut self, shared: &mut Shared, cx: &Context) {
        self.poll_dialogs(shared, cx);
        if let Some(pane) = &mut self.path_pane {
            pane.take_names(&self.path_base);
            if let Some((path, adds, lies)) = pane.take_answer() {
                self.judge_path(shared, path, adds, lies, cx);
            }
        }
    }

    fn poll_dialogs(&mut self, shared: &mut Shared, cx: &Context) {
        let mut answers = Vec::new();
        self.dialogs.open.retain_mut(|(purpose, running)| {
            while let Some(event) = running.next_event() {
                answers.push((*purpose, event));
            }
            !running.has_ended()
        });
        for (purpose, event) in answers {
            match event {
                TaskEvent::Finished(Some(paths)) if !paths.is_empty() => {
                    shared.ask(Request::Picked(purpose, paths));
                }
                // The system has no dialog, or it broke off: ours is opened, and from now on at once.
                TaskEvent::Finished(None) | TaskEvent::Failed(_) => {
                    self.has_no_dialog = true;
                    self.open_path_pane(shared, purpose, cx);
                }
                TaskEvent::Finished(Some(_)) | TaskEvent::Update(()) | TaskEvent::Cancelled => {}
            }
        }
    }

    fn open_path_pane(&mut self, shared: &Shared, purpose: PickFor, cx: &Context) {
        let last = shared.settings.last_folders.get(&purpose);
        let folder = last.unwrap_or(&self.path_base.start);
        let today = clock::day_of(cx.now);
        self.path_pane = Some(PathPane::new(purpose, folder, &self.path_base, &today));
    }

    pub(crate) fn apply_path(&mut self, shared: &mut Shared, command: PathCommand, cx: &Context) {
        let base = &self.path_base;
        let Some(pane) = &mut self.path_pane else {
            return;
        };
        match command {
            PathCommand::Type(text) => {
                pane.typed.set(&text);
                if pane.typed.text() != text {
                    pane.revision += 1;
                }
                pane.confirmed = None;
                pane.follow_text(base);
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
            }
            PathCommand::Take(row) => pane.take(row, base),
            PathCommand::Enter { adds } => {
                let row = pane.row.and_then(|row| pane.entry(row));
                let path = row.map(|entry| pane.folder.join(&entry.name));
                let is_empty = path.is_none() && pane.typed.text().trim().is_empty();
                if is_empty && pane.added.is_empty() {
                    pane.notice = Some((text!("type a path").into(), true));
                    return;
                }
                if is_empty {
                    self.accept_path(shared, None, cx);
                    return;
                }
                pane.asked = Some(Asked {
                    path: path.unwrap_or_else(|| pane.typed.path(base)),
                    adds: adds && pane.purpose.kind() == PickKind::Files,
                    looking: None,
                });
            }
            PathCommand::Dismiss => self.path_pane = None,
        }
    }

    fn judge_path(
        &mut self,
        shared: &mut Shared,
        path: PathBuf,
        adds: bool,
        lies: Lies,
        cx: &Context,
    ) {
        let base = &self.path_base;
        let Some(pane) = &mut self.path_pane else {
            return;
        };
        let kind = pane.purpose.kind();
        let name = short(&path.to_string_lossy(), SHOWN);
        let notice = match (kind, lies) {
            (PickKind::Folder, Lies::Folder) => {
                self.accept_path(shared, Some(path), cx);
                return;
            }
            (PickKind::Folder, Lies::File) => text!("{name} is a file: name a folder", name),
            (PickKind::Folder, Lies::Nothing { has_folder: true })
                if pane.purpose.may_make_folder() =>
            {
                self.accept_path(shared, Some(path), cx);
                return;
            }
            (_, Lies::Folder) => {
                pane.descend(&path, base);
                return;
            }
            (PickKind::Save, Lies::File) => {
                if pane.confirmed.as_ref() == Some(&path) {
                    self.accept_path(shared, Some(path), cx);
                    return;
                }
                pane.confirmed = Some(path);
                text!("{name} exists: Enter again to replace it", name)
            }
            (PickKind::Files, Lies::File) if adds => {
                if !pane.added.contains(&path) {
                    pane.added.push(path);
                }
                pane.typed.take_letters("");
                pane.revision += 1;
                pane.follow_text(base);
                return;
            }
            (PickKind::Save, Lies::Nothing { has_folder: true })
            | (PickKind::File | PickKind::Files, Lies::File) => {
                self.accept_path(shared, Some(path), cx);
                return;
            }
            (PickKind::Save, Lies::Nothing { .. }) => {
                let folder = path.parent().unwrap_or(&path).to_string_lossy();
                text!("there is no folder {name}", name = short(&folder, SHOWN))
            }
            (PickKind::Folder, Lies::Nothing { .. }) => text!("there is no folder {name}", name),
            (_, Lies::Nothing { .. }) => text!("there is no file {name}", name),
            (_, Lies::Other) => text!("{name} is neither file nor folder", name),
            (_, Lies::Unknown(why)) => format!("{name}: {why}"),
        };
        pane.notice = Some((notice, true));
    }

    /// Closes the dialog and does what it was opened for.
    fn accept_path(&mut self, shared: &mut Shared, path: Option<PathBuf>, cx: &Context) {
        let Some(pane) = self.path_pane.take() else {
            return;
        };
        let last = path.as_ref().or(pane.added.last());
        let folder = match pane.purpose.kind() {
            PickKind::Folder => last.cloned(),
            _ => last.and_then(|path| path.parent()).map(PathBuf::from),
        };
        if let Some(folder) = folder {
            let before = shared
                .settings
                .last_folders
                .insert(pane.purpose, folder.clone());
            if before != Some(folder) {
                shared.save_settings(cx);
            }
        }
        let paths: Vec<_> = pane.added.into_iter().chain(path).collect();
        if !paths.is_empty() {
            shared.ask(Request::Picked(pane.purpose, paths));
        }
    }
}
