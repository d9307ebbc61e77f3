//! The index of a stamp set: what files, folders and archives hold, told while it is found.
//!
//! Headers, tables and alert records are read, pixels are not. Folders are walked in order of
//! names, one at a time, so that the first candidates come at once however many files follow.

mod alert_files;
mod archives;
mod array_files;
mod detection_tables;
mod file_names;
mod fits_files;
mod folder;
pub(super) mod identity;
mod kept;
mod role_files;
pub(super) mod rules;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    alerts,
    contents::{Contents, contents},
    decode::Decoder,
    field_names::FieldNames,
    fits::{
        self,
        layout::{FitsLayout, LayoutError},
    },
    gunzip::read_file,
    kept_index::{KeptIndex, UnitName},
    parquet::cutouts::CutoutsError,
    recognise::Content,
    seen_files::version_of,
};
pub use crate::domain::StampIds;
use crate::domain::{Candidate, Problem, Source, SourceKind};
use alert_files::{AlertPlace, AlertsFound, read_alerts};
use file_names::stem;
use fits_files::{FitsPlace, FitsRule};
use identity::{By, Identities, Part};
use rules::Rule;

/// News of a scan.
#[derive(Debug)]
pub enum Found {
    /// What a path was recognised as, and by which rule: one sentence.
    Recognised {
        /// The path as it was given.
        path: PathBuf,
        /// The sentence.
        rule: String,
    },
    /// A candidate, or a further epoch of one that was told before.
    Candidate(Candidate),
    /// Something that cannot be used.
    Problem(Problem),
    /// Files done, and files known so far.
    Progress {
        /// Files looked at.
        done: usize,
        /// Files found; grows while folders are walked.
        total: usize,
    },
}

/// Finds all candidates at the paths. `decoder` learns where archives can be entered, so use the
/// same one for the stamps.
pub fn scan(
    paths: &[PathBuf],
    decoder: &Decoder,
    ids: &StampIds,
    is_cancelled: &dyn Fn() -> bool,
    found: &mut dyn FnMut(Found),
) {
    let nothing = BTreeSet::new();
    scan_with(paths, decoder, ids, (is_cancelled, &nothing), found, None);
}

/// The same, without reading files that `kept` knows as they are; what is read is recorded there.
pub fn scan_kept(
    paths: &[PathBuf],
    decoder: &Decoder,
    ids: &StampIds,
    is_cancelled: &dyn Fn() -> bool,
    found: &mut dyn FnMut(Found),
    kept: &mut KeptIndex,
) {
    let nothing = BTreeSet::new();
    scan_again(paths, decoder, ids, (is_cancelled, &nothing), found, kept);
}

/// The same, passing over files in folders that are being written.
pub fn scan_again(
    paths: &[PathBuf],
    decoder: &Decoder,
    ids: &StampIds,
    (is_cancelled, left_out): (&dyn Fn() -> bool, &BTreeSet<PathBuf>),
    found: &mut dyn FnMut(Found),
    kept: &mut KeptIndex,
) {
    scan_with(
        paths,
        decoder,
        ids,
        (is_cancelled, left_out),
        found,
        Some(kept),
    );
}

fn scan_with(
    paths: &[PathBuf],
    decoder: &Decoder,
    ids: &StampIds,
    (is_cancelled, left_out): (&dyn Fn() -> bool, &BTreeSet<PathBuf>),
    found: &mut dyn FnMut(Found),
    kept: Option<&mut KeptIndex>,
) {
    let mut scan = Scan {
        decoder,
        ids,
        is_cancelled,
        found,
        names: FieldNames::default(),
        rules: BTreeMap::new(),
        visited: BTreeSet::new(),
        left_out,
        done: 0,
        total: paths.len(),
        identities: Identities::default(),
        read_before: HashMap::new(),
        array_paths: Vec::new(),
        kept,
        here: std::env::current_dir().ok(),
        is_uncertain: false,
    };
    // Files of one folder may be the roles of one epoch: they are looked at together.
    for together in paths.chunk_by(|a, b| !a.is_dir() && !b.is_dir() && a.parent() == b.parent()) {
        scan.root(together);
    }
    scan.report_progress();
}

/// Files between two reports of progress.
const PROGRESS_STEP: usize = 64;

/// A scan under way.
pub(super) struct Scan<'a> {
    pub(super) decoder: &'a Decoder,
    pub(super) ids: &'a StampIds,
    pub(super) is_cancelled: &'a dyn Fn() -> bool,
    pub(super) found: &'a mut dyn FnMut(Found),
    pub(super) names: FieldNames,
    /// How often each rule was applied at the current root.
    rules: BTreeMap<Rule, usize>,
    /// Folders that were walked, so that links cannot lead in circles.
    pub(super) visited: BTreeSet<PathBuf>,
    /// Files that are being written.
    pub(super) left_out: &'a BTreeSet<PathBuf>,
    done: usize,
    pub(super) total: usize,
    /// Which files are parts of one object.
    identities: Identities,
    /// Members of an archive whose headers are read.
    pub(super) read_before: HashMap<PathBuf, FitsRead>,
    /// Files of arrays met in the present folder, which are looked at together.
    pub(super) array_paths: Vec<PathBuf>,
    /// What earlier scans read, where that is kept.
    pub(super) kept: Option<&'a mut KeptIndex>,
    /// Where relative paths begin.
    pub(super) here: Option<PathBuf>,
    /// Something of the unit that is being read could not be read, which may be otherwise next time.
    pub(super) is_uncertain: bool,
}

/// A FITS file whose headers are read.
pub(super) struct FitsRead {
    pub(super) layout: FitsLayout,
    pub(super) rule: FitsRule,
    pub(super) source: Arc<Source>,
    /// Byte and length of the file in its archive.
    pub(super) member: Option<(u64, u32)>,
}

/// Whether a file was named by the user or met in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Met {
    Named,
    InFolder,
}

impl Scan<'_> {
    fn root(&mut self, together: &[PathBuf]) {
        let named = match together {
            [folder] if folder.is_dir() => {
                self.folder_root(folder);
                folder.clone()
            }
            [file] => {
                self.named_files(together);
                file.clone()
            }
            files => {
                self.named_files(files);
                let folder = files[0]
                    .parent()
                    .filter(|folder| !folder.as_os_str().is_empty());
                folder.map_or_else(|| PathBuf::from("."), Path::to_owned)
            }
        };
        self.decide();
        for problem in self.identities.problems() {
            (self.found)(Found::Problem(problem));
        }
        for (rule, count) in std::mem::take(&mut self.rules) {
            (self.found)(Found::Recognised {
                path: named.clone(),
                rule: rule.sentence(count),
            });
        }
    }

    /// One file, whatever it is.
    pub(super) fn file(&mut self, path: &Path, met: Met) {
        // It changes all the time, and is not read.
        if met == Met::InFolder && is_project(path) {
            return;
        }
        let mut name = UnitName::new("file");
        name.add(&[met as u8]);
        self.unit(name, &[path.to_owned()], |scan| {
            if let Some(fits) = scan.fits(path, met) {
                scan.whole_fits(path, &fits);
            }
        });
    }

    /// The headers of a file that is FITS; any other file is dealt with, and problems are told.
    pub(super) fn fits(&mut self, path: &Path, met: Met) -> Option<FitsRead> {
        if let Some(read) = self.read_before.remove(path) {
            return Some(read);
        }
        // Reading a project that is open would take away the locks that SQLite holds on it.
        if met == Met::InFolder && is_project(path) {
            return None;
        }
        // Looked at before it is read: a change in between is seen later.
        let version = version_of(path);
        let contents = contents(path);
        if !matches!(contents, Ok(Contents::Other(_)) | Err(_)) {
            self.decoder.seen.keep(path, version);
        }
        match contents {
            Ok(Contents::Fits(bytes)) => {
                let layout = FitsLayout::read(bytes.into(), &self.names);
                return self.fits_layout(path, layout);
            }
            Ok(Contents::PackedFits(bytes)) => {
                let layout = FitsLayout::read((&bytes[..]).into(), &self.names);
                let read = self.fits_layout(path, layout);
                if read.is_some() {
                    self.decoder.unpacked.keep(path, bytes);
                }
                return read;
            }
            Ok(Contents::LargeFits) => {
                let layout = FitsLayout::read_on_disk(path, &self.names);
                self.is_uncertain |= layout.is_err();
                return self.fits_layout(path, layout);
            }
            Ok(Contents::Avro(bytes)) => self.alert_file(path, &bytes),
            Ok(Contents::Archive(kind)) => self.archive(path, kind),
            Ok(Contents::Arrays) => self.found_arrays(path),
            Ok(Contents::Parquet) => self.parquet(path, met),
            Ok(Contents::Other(Content::Text)) if may_be_json(path) && self.json(path) => {}
            // Licences, notes, tables and projects lie beside data; they are nobody's fault.
            Ok(Contents::Other(Content::Text)) if met == Met::InFolder && is_companion(path) => {}
            Ok(Contents::Other(Content::Sqlite)) if met == Met::InFolder => {}
            Ok(Contents::Other(other)) => self.problem(path, "file", other.refusal()),
            Err(error) => self.unreadable(path, "file", &error.to_string()),
        }
        None
    }

    /// A problem that may be gone next time, though the file is what it was.
    pub(super) fn unreadable(&mut self, path: &Path, what: &str, why: &str) {
        self.is_uncertain = true;
        self.problem(path, what, why);
    }

    pub(super) fn fits_layout(
        &mut self,
        path: &Path,
        layout: Result<FitsLayout, LayoutError>,
    ) -> Option<FitsRead> {
        match layout {
            Ok(layout) => {
                for fault in &layout.faults {
                    self.problem(path, "file", &fault.to_string());
                }
                Some(FitsRead {
                    rule: FitsRule::of(&layout),
                    source: fits_files::source(path, &layout),
                    layout,
                    member: None,
                })
            }
            Err(error) => {
                self.problem(path, "file", &error.to_string());
                None
            }
        }
    }

    /// A FITS file that is an object of its own.
    pub(super) fn whole_fits(&mut self, path: &Path, fits: &FitsRead) {
        if fits.layout.is_bundle() {
            return self.bundle(path, &fits.source);
        }
        if fits.layout.is_image_table() {
            return self.image_table(path, fits);
        }
        let place = self.place(fits);
        let own_name = stem(path);
        match fits_files::candidate(&fits.layout, fits.rule, place, &own_name) {
            Ok(candidate) => {
                self.count(Rule::Fits(fits.rule), 1);
                let name = fits_files::object_name(&fits.layout, fits.rule);
                self.part(Part {
                    candidate,
                    path: path.to_owned(),
                    by: name.map_or(By::Name, |(_, by)| by),
                    place: fits_files::place(&fits.layout).1,
                    own_name,
                });
            }
            Err(error) => self.problem(path, "file", &error.to_string()),
        }
    }

    /// Where the stamps of a file lie.
    pub(super) fn place<'a>(&'a self, fits: &'a FitsRead) -> FitsPlace<'a> {
        FitsPlace {
            source: &fits.source,
            ids: self.ids,
            names: &self.names,
            member: fits.member,
        }
    }

    /// A part of an object, by one file or the files of one epoch.
    pub(super) fn part(&mut self, part: Part) {
        if let Some(kept) = &mut self.kept {
            kept.part(&part);
        }
        if self.identities.hold(part) {
            self.report_decided();
        }
    }

    /// Reports the objects whose parts are held back.
    pub(super) fn decide(&mut self) {
        if let Some(kept) = &mut self.kept {
            kept.decide();
        }
        self.report_decided();
    }

    fn report_decided(&mut self) {
        for candidate in self.identities.decide() {
            (self.found)(Found::Candidate(candidate));
        }
    }

    fn bundle(&mut self, path: &Path, source: &Arc<Source>) {
        match fits::bundle::read_index(source, &mut || self.ids.next()) {
            Ok(candidates) => {
                self.count(Rule::Bundle, 1);
                for candidate in candidates.into_iter().flatten() {
                    self.candidate(candidate);
                }
            }
            Err(error) => self.unreadable(path, "training bundle", &error.why),
        }
    }

    fn alert_file(&mut self, path: &Path, bytes: &[u8]) {
        let source = source(path, SourceKind::Avro);
        let label = path.display().to_string();
        let place = AlertPlace::of_file(&source, &label);
        let found = read_alerts(bytes, place, &self.decoder.plans, self.ids);
        self.alerts(found, Rule::Alerts);
    }

    /// A Parquet file with cutouts; tables without any lie beside data.
    fn parquet(&mut self, path: &Path, met: Met) {
        let source = source(path, SourceKind::Parquet);
        match alert_files::read_rows(path, &source, self.ids, self.is_cancelled) {
            Ok(found) => {
                self.is_uncertain |= found.problems.iter().any(|problem| problem.what == "file");
                self.alerts(found, Rule::Rows);
            }
            Err(CutoutsError::NoCutouts) if met == Met::InFolder => {}
            Err(error) => self.unreadable(path, "file", &error.to_string()),
        }
    }

    /// Alerts as JSON; false for any other text.
    fn json(&mut self, path: &Path) -> bool {
        let Ok(bytes) = read_file(path) else {
            self.is_uncertain = true;
            return false;
        };
        if !alerts::json::may_hold_alerts(&bytes) {
            return false;
        }
        let source = source(path, SourceKind::Json);
        match alert_files::read_json(&bytes, path, &source, self.ids) {
            Ok(found) => self.alerts(found, Rule::Alerts),
            Err(why) => self.problem(path, "file", &why),
        }
        true
    }

    pub(super) fn alerts(&mut self, found: AlertsFound, rule: Rule) {
        self.count(rule, found.candidates.len());
        for candidate in found.candidates {
            self.candidate(candidate);
        }
        for problem in found.problems {
            self.found_problem(problem);
        }
    }

    pub(super) fn candidate(&mut self, candidate: Candidate) {
        if let Some(kept) = &mut self.kept {
            kept.candidate(&candidate);
        }
        (self.found)(Found::Candidate(candidate));
    }

    pub(super) fn problem(&mut self, path: &Path, what: &str, why: &str) {
        self.found_problem(Problem::new(path.display().to_string(), what, why));
    }

    pub(super) fn count(&mut self, rule: Rule, times: usize) {
        if times > 0 {
            if let Some(kept) = &mut self.kept {
                kept.count(rule, times);
            }
            *self.rules.entry(rule).or_default() += times;
        }
    }

    /// One more file is done.
    pub(super) fn step(&mut self) {
        self.done += 1;
        if self.done.is_multiple_of(PROGRESS_STEP) {
            self.report_progress();
        }
    }

    pub(super) fn report_progress(&mut self) {
        (self.found)(Found::Progress {
            done: self.done,
            total: self.total.max(self.done),
        });
    }
}

pub(super) fn source(path: &Path, kind: SourceKind) -> Arc<Source> {
    let path = path.into();
    Arc::new(Source { path, kind })
}

/// A project file, or what SQLite keeps beside it.
pub(crate) fn is_project(path: &Path) -> bool {
    const ENDINGS: [&str; 5] = [
        "destello",
        KeptIndex::ENDING,
        "destello-wal",
        "destello-shm",
        "destello-journal",
    ];
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| ENDINGS.contains(&ending))
}

/// Names of files that may hold alerts as text.
fn may_be_json(path: &Path) -> bool {
    let ending = path
        .extension()
        .and_then(|ending| ending.to_str())
        .unwrap_or_default();
    ["json", "jsonl", "ndjson", ""].contains(&ending.to_ascii_lowercase().as_str())
}

/// Texts that people keep beside their data.
pub(super) fn is_companion(path: &Path) -> bool {
    const ENDINGS: [&str; 17] = [
        "txt", "md", "rst", "csv", "tsv", "dat", "json", "jsonl", "toml", "yaml", "yml", "xml",
        "log", "ini", "cfg", "py", "html",
    ];
    match path.extension().and_then(|ending| ending.to_str()) {
        Some(ending) => ENDINGS.contains(&ending.to_ascii_lowercase().as_str()),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_lose_only_the_endings_of_the_format() {
        for (name, expected) in [
            ("a/SN15.fits.gz", "SN15"),
            ("a/SN15.FITS", "SN15"),
            ("a/x.v2.fits.fz", "x.v2"),
            ("a/x[1](2).fit", "x[1](2)"),
            ("a/x.dat", "x.dat"),
            ("a/SN15.fits.bz2", "SN15"),
            ("a/.fits", ".fits"),
        ] {
            assert_eq!(stem(Path::new(name)), expected);
        }
    }
}
