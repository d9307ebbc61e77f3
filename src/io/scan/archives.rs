//! Archives: their alerts as they come, their FITS files folder by folder as if they were unpacked.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    FitsRead, Scan,
    alert_files::{AlertPlace, read_alerts},
    detection_tables::DetectionTable,
    file_names, is_companion,
    rules::Rule,
    source,
};
use crate::{
    domain::{Source, SourceKind},
    io::{
        archive::Member,
        fits::layout::FitsLayout,
        gunzip,
        recognise::{Content, HEAD_BYTES, recognise},
    },
};

/// Headers of FITS members that are held at a time.
const MOST_HELD: usize = 5_000;

/// The FITS files of one archive, by folder.
#[derive(Default)]
struct Folders {
    files: BTreeMap<PathBuf, HashMap<PathBuf, FitsRead>>,
    tables: HashMap<PathBuf, DetectionTable>,
    count: usize,
}

impl Scan<'_> {
    /// A tar or zip archive.
    pub fn archive(&mut self, path: &Path, kind: SourceKind) {
        let source = source(path, kind);
        let (decoder, is_cancelled) = (self.decoder, self.is_cancelled);
        let mut members = 0_usize;
        let mut folders = Folders::default();
        let done = decoder.archives.read_members(path, kind, &mut |member| {
            members += 1;
            self.member(path, &source, member, &mut folders);
            if folders.count >= MOST_HELD {
                self.archived_fits(&mut folders);
            }
            !is_cancelled()
        });
        self.archived_fits(&mut folders);
        if let Err(error) = done {
            let why = format!("the archive is damaged or cut short after {members} files: {error}");
            self.unreadable(path, "archive", &why);
        } else if members == 0 {
            self.problem(path, "archive", "holds no file");
        }
    }

    fn member(&mut self, path: &Path, source: &Arc<Source>, member: Member, folders: &mut Folders) {
        // Attributes of macOS lie beside every file that it packs.
        if is_hidden(&member.name) {
            return;
        }
        let name = path.join(&member.name);
        let is_empty = member.bytes.is_empty();
        let place = (
            member.at_byte,
            u32::try_from(member.bytes.len()).unwrap_or(u32::MAX),
        );
        let bytes = match gunzip::unpacked(member.bytes) {
            Ok(bytes) => bytes,
            Err(error) => return self.problem(&name, "file", &error.to_string()),
        };
        match recognise(&bytes[..bytes.len().min(HEAD_BYTES)]) {
            Content::Avro | Content::Framed => {
                let label = name.display().to_string();
                let (at_byte, len) = place;
                let place = AlertPlace {
                    source,
                    label: &label,
                    at_byte,
                    len,
                };
                let found = read_alerts(&bytes, place, &self.decoder.plans, self.ids);
                self.alerts(found, Rule::ArchivedAlerts);
                self.report_progress();
            }
            Content::Fits => {
                let layout = FitsLayout::read(bytes.into(), &self.names);
                if let Some(read) = self.fits_layout(&name, layout) {
                    let read = FitsRead {
                        source: source.clone(),
                        member: Some(place),
                        ..read
                    };
                    folders.add(name, read);
                }
            }
            Content::Text if DetectionTable::is_named(&name) => {
                if let Some(table) = DetectionTable::parse(&bytes, &name, &self.names) {
                    let folder = name.parent().unwrap_or(path).to_owned();
                    folders.tables.entry(folder).or_insert(table);
                }
            }
            Content::Text if is_companion(&member.name) => {}
            other => {
                let why = if is_empty {
                    "is empty, or too large for a set of stamps"
                } else {
                    other.refusal()
                };
                self.problem(&name, "file", why);
            }
        }
    }

    fn archived_fits(&mut self, folders: &mut Folders) {
        let all = folders.take();
        let mut siblings: HashMap<PathBuf, usize> = HashMap::new();
        for folder in all.keys() {
            *siblings
                .entry(folder.parent().unwrap_or(folder).to_owned())
                .or_default() += 1;
        }
        for (folder, mut files) in all {
            let beside = siblings
                .get(folder.parent().unwrap_or(&folder))
                .copied()
                .unwrap_or(0);
            let above = folder
                .ancestors()
                .find_map(|folder| folders.tables.get(folder));
            self.read_files(&folder, &mut files, above, beside);
        }
    }
}

impl Folders {
    /// The files by folder; those of folders named for roles are of the folder above.
    fn take(&mut self) -> BTreeMap<PathBuf, HashMap<PathBuf, FitsRead>> {
        self.count = 0;
        let mut all = std::mem::take(&mut self.files);
        let above: BTreeSet<PathBuf> = all
            .keys()
            .filter_map(|folder| folder.parent().map(Path::to_owned))
            .collect();
        for above in above {
            let names = |folder: &Path| {
                let files = all.get(folder).into_iter().flat_map(HashMap::keys);
                let names =
                    files.filter_map(|file| Some(file.file_name()?.to_string_lossy().into_owned()));
                names.collect()
            };
            let inside = all.keys().filter(|folder| folder.parent() == Some(&above));
            let of_roles = file_names::folders_of_roles(inside.map(PathBuf::as_path), names);
            // Files that lie in the folder itself are a set of their own.
            if of_roles.is_empty() || all.contains_key(&above) {
                continue;
            }
            let files: HashMap<PathBuf, FitsRead> = of_roles
                .iter()
                .filter_map(|folder| all.remove(folder))
                .flatten()
                .collect();
            all.insert(above, files);
        }
        all
    }

    fn add(&mut self, name: PathBuf, read: FitsRead) {
        let folder = name.parent().unwrap_or(Path::new("")).to_owned();
        self.files.entry(folder).or_default().insert(name, read);
        self.count += 1;
    }
}

fn is_hidden(name: &Path) -> bool {
    let starts_with_dot =
        |part: std::path::Component<'_>| part.as_os_str().as_encoded_bytes().starts_with(b".");
    name.components()
        .any(|part| starts_with_dot(part) || part.as_os_str() == "__MACOSX")
}
