//! The index of a stamp set: what files, folders and archives hold, told while it is found.
//!
//! Headers, tables and alert records are read, pixels are not. Folders are walked in order of
//! names, one at a time, so that the first candidates come at once however many files follow.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    archive,
    contents::{Contents, contents},
    decode::Decoder,
    field_names::FieldNames,
    fits_bundle,
    fits_layout::{FitsLayout, LayoutError},
    gunzip,
    recognise::{Content, HEAD_BYTES, recognise},
    scan_alerts::{AlertPlace, AlertsFound, read_alerts},
    scan_fits::{self, FitsPlace, FitsRule},
    scan_rules::Rule,
    seen_files::version_of,
};
pub use crate::domain::StampIds;
use crate::domain::{Candidate, Problem, Source, SourceKind};

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
    let mut scan = Scan {
        decoder,
        ids,
        is_cancelled,
        found,
        names: FieldNames::default(),
        rules: BTreeMap::new(),
        visited: BTreeSet::new(),
        done: 0,
        total: paths.len(),
    };
    // Files of one folder may be the roles of one epoch: they are looked at together.
    for together in paths.chunk_by(|a, b| !a.is_dir() && !b.is_dir() && a.parent() == b.parent()) {
        scan.root(together);
    }
    scan.tell_progress();
}

/// Files between two reports of progress.
const PROGRESS_STEP: usize = 64;

/// A scan under way.
pub(super) struct Scan<'a> {
    pub(super) decoder: &'a Decoder,
    pub(super) ids: &'a StampIds,
    pub(super) is_cancelled: &'a dyn Fn() -> bool,
    found: &'a mut dyn FnMut(Found),
    pub(super) names: FieldNames,
    /// How often each rule was applied at the current root.
    rules: BTreeMap<Rule, usize>,
    /// Folders that were walked, so that links cannot lead in circles.
    pub(super) visited: BTreeSet<PathBuf>,
    done: usize,
    pub(super) total: usize,
}

/// A FITS file whose headers are read.
pub(super) struct FitsRead {
    pub(super) layout: FitsLayout,
    pub(super) rule: FitsRule,
    pub(super) source: Arc<Source>,
}

/// Whether a file was named by the user or met in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Met {
    Named,
    InFolder,
}

impl Scan<'_> {
    fn root(&mut self, together: &[PathBuf]) {
        let told = match together {
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
        for (rule, count) in std::mem::take(&mut self.rules) {
            (self.found)(Found::Recognised {
                path: told.clone(),
                rule: rule.sentence(count),
            });
        }
    }

    /// One file, whatever it is.
    pub(super) fn file(&mut self, path: &Path, met: Met) {
        if let Some(fits) = self.fits(path, met) {
            self.whole_fits(path, &fits);
        }
    }

    /// The headers of a file that is FITS; any other file is dealt with, and problems are told.
    pub(super) fn fits(&mut self, path: &Path, met: Met) -> Option<FitsRead> {
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
            Ok(Contents::LargeFits) => {
                let layout = FitsLayout::read_on_disk(path, &self.names);
                return self.fits_layout(path, layout);
            }
            Ok(Contents::Avro(bytes)) => self.alert_file(path, &bytes),
            Ok(Contents::Tar) => self.archive(path, SourceKind::Tar),
            Ok(Contents::TarGz) => self.archive(path, SourceKind::TarGz),
            // Licences, notes, tables and projects lie beside data; they are nobody's fault.
            Ok(Contents::Other(Content::Text)) if met == Met::InFolder && is_companion(path) => {}
            Ok(Contents::Other(Content::Sqlite)) if met == Met::InFolder => {}
            Ok(Contents::Other(other)) => self.problem(path, "file", other.refusal()),
            Err(error) => self.problem(path, "file", &error.to_string()),
        }
        None
    }

    fn fits_layout(
        &mut self,
        path: &Path,
        layout: Result<FitsLayout, LayoutError>,
    ) -> Option<FitsRead> {
        match layout {
            Ok(layout) => Some(FitsRead {
                rule: FitsRule::of(&layout),
                source: scan_fits::source(path, &layout),
                layout,
            }),
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
        let place = FitsPlace {
            source: &fits.source,
            ids: self.ids,
            names: &self.names,
        };
        match scan_fits::candidate(&fits.layout, fits.rule, place, &stem(path)) {
            Ok(candidate) => {
                self.count(Rule::Fits(fits.rule), 1);
                self.candidate(candidate);
            }
            Err(error) => self.problem(path, "file", &error.to_string()),
        }
    }

    fn bundle(&mut self, path: &Path, source: &Arc<Source>) {
        match fits_bundle::read_index(source, &mut || self.ids.next()) {
            Ok(candidates) => {
                self.count(Rule::Bundle, 1);
                for candidate in candidates.into_iter().flatten() {
                    self.candidate(candidate);
                }
            }
            Err(error) => self.problem(path, "training bundle", &error.why),
        }
    }

    fn alert_file(&mut self, path: &Path, bytes: &[u8]) {
        let source = source(path, SourceKind::Avro);
        let label = path.display().to_string();
        let place = AlertPlace {
            source: &source,
            label: &label,
            at_byte: 0,
            len: 0,
        };
        let found = read_alerts(bytes, place, &self.decoder.plans, self.ids);
        self.alerts(found, Rule::Alerts);
    }

    fn alerts(&mut self, found: AlertsFound, rule: Rule) {
        self.count(rule, found.candidates.len());
        for candidate in found.candidates {
            self.candidate(candidate);
        }
        for problem in found.problems {
            (self.found)(Found::Problem(problem));
        }
    }

    fn archive(&mut self, path: &Path, kind: SourceKind) {
        let source = source(path, kind);
        let (decoder, is_cancelled) = (self.decoder, self.is_cancelled);
        let mut members = 0_usize;
        let done = decoder
            .archives
            .read_members(path, kind == SourceKind::TarGz, &mut |member| {
                members += 1;
                self.member(path, &source, &member);
                !is_cancelled()
            });
        if let Err(error) = done {
            let why = format!("the archive is damaged or cut short after {members} files: {error}");
            self.problem(path, "archive", &why);
        } else if members == 0 {
            self.problem(path, "archive", "holds no file");
        }
    }

    fn member(&mut self, path: &Path, source: &Arc<Source>, member: &archive::Member) {
        let label = format!("{}/{}", path.display(), member.name.display());
        let bytes = &member.bytes;
        let head = &bytes[..bytes.len().min(HEAD_BYTES)];
        let inner = match recognise(head) {
            Content::Gzip => gunzip::gunzip(bytes).ok(),
            _ => None,
        };
        let content = inner.as_deref().map_or_else(|| recognise(head), recognise);
        match content {
            Content::Avro => {
                let place = AlertPlace {
                    source,
                    label: &label,
                    at_byte: member.at_byte,
                    len: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
                };
                let bytes = inner.as_deref().unwrap_or(bytes);
                let found = read_alerts(bytes, place, &self.decoder.plans, self.ids);
                self.alerts(found, Rule::ArchivedAlerts);
                self.tell_progress();
            }
            Content::Text if is_companion(&member.name) => {}
            Content::Fits => {
                let why = "is FITS within an archive; unpack the archive and open the folder";
                (self.found)(Found::Problem(Problem::new(label, "file", why)));
            }
            other => {
                let why = other.refusal();
                (self.found)(Found::Problem(Problem::new(label, "file", why)));
            }
        }
    }

    pub(super) fn candidate(&mut self, candidate: Candidate) {
        (self.found)(Found::Candidate(candidate));
    }

    pub(super) fn problem(&mut self, path: &Path, what: &str, why: &str) {
        let problem = Problem::new(path.display().to_string(), what, why);
        (self.found)(Found::Problem(problem));
    }

    pub(super) fn count(&mut self, rule: Rule, times: usize) {
        if times > 0 {
            *self.rules.entry(rule).or_default() += times;
        }
    }

    /// One more file is done.
    pub(super) fn step(&mut self) {
        self.done += 1;
        if self.done.is_multiple_of(PROGRESS_STEP) {
            self.tell_progress();
        }
    }

    fn tell_progress(&mut self) {
        (self.found)(Found::Progress {
            done: self.done,
            total: self.total.max(self.done),
        });
    }
}

fn source(path: &Path, kind: SourceKind) -> Arc<Source> {
    let path = path.into();
    Arc::new(Source { path, kind })
}

/// A project file, or what SQLite keeps beside it.
fn is_project(path: &Path) -> bool {
    const ENDINGS: [&str; 4] = [
        "destello",
        "destello-wal",
        "destello-shm",
        "destello-journal",
    ];
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| ENDINGS.contains(&ending))
}

/// Texts that people keep beside their data.
fn is_companion(path: &Path) -> bool {
    const ENDINGS: [&str; 17] = [
        "txt", "md", "rst", "csv", "tsv", "dat", "json", "jsonl", "toml", "yaml", "yml", "xml",
        "log", "ini", "cfg", "py", "html",
    ];
    match path.extension().and_then(|ending| ending.to_str()) {
        Some(ending) => ENDINGS.contains(&ending.to_ascii_lowercase().as_str()),
        None => true,
    }
}

/// The file's name without the endings of FITS and compression.
pub(super) fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut stem = &*name;
    for endings in [&[".gz", ".fz"][..], &[".fits", ".fit", ".fts"][..]] {
        let shorter = endings.iter().find_map(|ending| {
            let (head, tail) = stem.split_at_checked(stem.len().checked_sub(ending.len())?)?;
            (tail.eq_ignore_ascii_case(ending) && !head.is_empty()).then_some(head)
        });
        stem = shorter.unwrap_or(stem);
    }
    stem.to_owned()
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
            ("a/.fits", ".fits"),
        ] {
            assert_eq!(stem(Path::new(name)), expected);
        }
    }
}
