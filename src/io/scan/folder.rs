//! Folders: walked in order of names, their tables read first, their role files put together.

use std::{
    collections::{BTreeSet, HashMap},
    fs, io,
    path::{Path, PathBuf},
    rc::Rc,
};

use super::{
    FitsRead, Met, Scan,
    array_files::may_describe_arrays,
    detection_tables::DetectionTable,
    file_names::{self, Naming, RoleName, stem},
    is_companion,
    role_files::RoleFile,
};
use crate::io::kept_index::UnitName;

/// Folders within folders beyond this depth are taken for a mistake.
const MAX_DEPTH: usize = 32;

/// What the folders above say of a folder.
#[derive(Clone, Default)]
struct Above {
    table: Option<Rc<DetectionTable>>,
    /// Folders beside this one, itself included; 0 where the user named this one.
    siblings: usize,
    depth: usize,
}

/// Files and folders in a folder, each in order of names.
struct Listing {
    files: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Scan<'_> {
    /// A folder that the user named.
    pub fn folder_root(&mut self, path: &Path) {
        // An object's folder may be opened by itself while its table lies beside it.
        let parent = path
            .parent()
            .and_then(|parent| list(parent, self.left_out).ok());
        let above = Above {
            table: parent.and_then(|listing| self.table(&listing.files)),
            ..Above::default()
        };
        self.folder(path, &above);
    }

    /// Files that the user named and that lie in one folder.
    pub fn named_files(&mut self, files: &[PathBuf]) {
        let folder = files.first().and_then(|file| file.parent());
        let beside = folder.and_then(|folder| list(folder, self.left_out).ok());
        let beside = beside.map_or_else(Vec::new, |listing| listing.files);
        let table = self.table(&beside);
        self.files(
            folder.unwrap_or(Path::new("")),
            files,
            table.as_deref(),
            0,
            Met::Named,
        );
        self.arrays_met(&beside);
    }

    fn folder(&mut self, path: &Path, above: &Above) {
        let is_new = fs::canonicalize(path).is_ok_and(|real| self.visited.insert(real));
        if !is_new || above.depth > MAX_DEPTH {
            return;
        }
        let listing = match list(path, self.left_out) {
            Ok(listing) => listing,
            Err(error) => return self.problem(path, "folder", &format!("cannot be read: {error}")),
        };
        self.total += listing.files.len();
        let table = self.table(&listing.files).or_else(|| above.table.clone());
        self.files(
            path,
            &listing.files,
            table.as_deref(),
            above.siblings,
            Met::InFolder,
        );
        self.arrays_met(&listing.files);
        let of_roles = self.role_folders(path, &listing.folders, table.as_deref(), above.siblings);
        let inside = Above {
            table,
            siblings: listing.folders.len(),
            depth: above.depth + 1,
        };
        for folder in &listing.folders {
            if (self.is_cancelled)() {
                return;
            }
            if !of_roles.contains(folder) {
                self.folder(folder, &inside);
                continue;
            }
            // Its files are read; folders within it are sets of their own.
            let within = list(folder, self.left_out);
            let within = within.map_or_else(|_| Vec::new(), |list| list.folders);
            let depth = inside.depth + 1;
            let inside = Above {
                depth,
                ..inside.clone()
            };
            for folder in &within {
                self.folder(folder, &inside);
            }
        }
    }

    /// Folders named for roles that hold one set (`science/a.fits`, `template/a.fits`), read as one folder; returns
    /// them.
    fn role_folders(
        &mut self,
        path: &Path,
        folders: &[PathBuf],
        table: Option<&DetectionTable>,
        siblings: usize,
    ) -> BTreeSet<PathBuf> {
        let left_out = self.left_out;
        let files_of =
            |folder: &Path| list(folder, left_out).map_or_else(|_| Vec::new(), |list| list.files);
        let names = |folder: &Path| {
            let files = files_of(folder).into_iter();
            let names =
                files.filter_map(|file| Some(file.file_name()?.to_string_lossy().into_owned()));
            names
                .filter(|name| !is_companion(Path::new(name)))
                .collect()
        };
        let of_roles = file_names::folders_of_roles(folders.iter().map(PathBuf::as_path), names);
        let mut files: Vec<PathBuf> = Vec::new();
        for folder in &of_roles {
            if fs::canonicalize(folder).is_ok_and(|real| self.visited.insert(real)) {
                files.extend(files_of(folder));
            }
        }
        if !files.is_empty() {
            self.total += files.len();
            self.files(path, &files, table, siblings, Met::InFolder);
            self.arrays_met(&files);
        }
        of_roles
    }

    /// The files of arrays among those that were just looked at; `beside` is all that lies in their folder.
    fn arrays_met(&mut self, beside: &[PathBuf]) {
        let paths = std::mem::take(&mut self.array_paths);
        if paths.is_empty() {
            return;
        }
        let mut name = UnitName::new("arrays");
        name.add(&paths.len().to_le_bytes());
        let others = beside.iter().filter(|path| may_describe_arrays(path));
        let others = others.filter(|path| !paths.contains(path));
        let all: Vec<PathBuf> = paths.iter().chain(others).cloned().collect();
        self.unit(name, &all, |scan| {
            // What cannot be opened is passed over, and may be there next time.
            scan.is_uncertain |= all.iter().any(|path| fs::File::open(path).is_err());
            scan.array_files(paths, beside);
        });
    }

    /// The first table of detections among the files.
    fn table(&self, files: &[PathBuf]) -> Option<Rc<DetectionTable>> {
        let is_table = |path: &&PathBuf| DetectionTable::is_named(path);
        // Stamps beside a table mean that it is theirs: the one that knows most of them.
        let stems: Vec<String> = files.iter().map(|path| stem(path)).collect();
        let known = |table: &DetectionTable| stems.iter().filter(|stem| table.knows(stem)).count();
        let tables = files.iter().filter(is_table);
        let tables = tables.filter_map(|path| DetectionTable::read(path, &self.names));
        // Of equal ones the first.
        let best = tables
            .map(|table| (known(&table), table))
            .reduce(|best, next| if next.0 > best.0 { next } else { best });
        best.map(|(_, table)| Rc::new(table))
    }

    /// The files of one folder of an archive, whose headers are read already.
    pub fn read_files(
        &mut self,
        folder: &Path,
        read: &mut HashMap<PathBuf, FitsRead>,
        table: Option<&DetectionTable>,
        siblings: usize,
    ) {
        let mut files: Vec<PathBuf> = read.keys().cloned().collect();
        files.sort();
        std::mem::swap(&mut self.read_before, read);
        self.files(folder, &files, table, siblings, Met::InFolder);
        self.read_before.clear();
    }

    /// The files of one folder: those that belong together by their names, and the others.
    fn files(
        &mut self,
        folder: &Path,
        files: &[PathBuf],
        table: Option<&DetectionTable>,
        siblings: usize,
        met: Met,
    ) {
        let mut named: Vec<(RoleName, &PathBuf)> = file_names::roles_of(files);
        named.sort_by(|(a, path_a), (b, path_b)| {
            a.cmp(b)
                .then_with(|| path_a.as_os_str().cmp(path_b.as_os_str()))
        });
        let prefixes = named.iter().filter(|(name, _)| name.role.is_some());
        let prefixes: Vec<&str> = prefixes.map(|(name, _)| &*name.prefix).collect();
        let naming = Naming::of(folder, &prefixes, siblings);
        for same in named.chunk_by(|(a, _), (b, _)| a.is_same_epoch(b)) {
            if (self.is_cancelled)() {
                return;
            }
            match same {
                [(name, path)] if name.role.is_none() => self.file(path, met),
                _ => {
                    let files = same.iter().filter_map(|(name, path)| {
                        let role = name.role?;
                        Some(RoleFile { path, role })
                    });
                    let files: Vec<_> = files.collect();
                    let prefix = &same[0].0.prefix;
                    let paths: Vec<PathBuf> =
                        files.iter().map(|file| file.path.to_owned()).collect();
                    let name = name_of_roles(&files, prefix, &naming, table, met);
                    self.unit(name, &paths, |scan| {
                        scan.role_files(&files, prefix, &naming, table, met);
                    });
                }
            }
            for _ in same {
                self.step();
            }
        }
        self.decide();
    }
}

/// All that the records of the files of an epoch depend on beside the files.
fn name_of_roles(
    files: &[RoleFile<'_>],
    prefix: &str,
    naming: &Naming,
    table: Option<&DetectionTable>,
    met: Met,
) -> UnitName {
    let mut name = UnitName::new("roles");
    name.add(&[met as u8, u8::from(naming.is_folder_object())]);
    name.add(prefix.as_bytes());
    for file in files {
        name.add(file.role.name().as_bytes());
    }
    let epoch = naming.epoch(prefix);
    name.add(epoch.object.as_bytes());
    let own = epoch.epoch.as_deref();
    name.add(own.unwrap_or("\0").as_bytes());
    if let Some(table) = table {
        table.each_text_of(own.unwrap_or(prefix), &mut |text| name.add(text.as_bytes()));
    }
    name
}

fn list(path: &Path, left_out: &BTreeSet<PathBuf>) -> io::Result<Listing> {
    let path = if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        path
    };
    let mut listing = Listing {
        files: Vec::new(),
        folders: Vec::new(),
    };
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let kind = entry.file_type()?;
        let path = entry.path();
        let is_folder = kind.is_dir() || (kind.is_symlink() && path.is_dir());
        // Pipes and devices would block.
        let is_file = kind.is_file() || (kind.is_symlink() && !is_folder);
        if is_folder {
            listing.folders.push(path);
        } else if is_file && !left_out.contains(&path) {
            listing.files.push(path);
        }
    }
    // As text: comparing paths part by part takes a second for 100,000 of them.
    for paths in [&mut listing.files, &mut listing.folders] {
        paths.sort_by(|a, b| a.as_os_str().cmp(b.as_os_str()));
    }
    Ok(listing)
}
