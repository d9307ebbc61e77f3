//! Where the index of a set is kept: beside its project, else in the user's cache folder.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::default_project::{default_project, is_default};
use crate::io::KeptIndex;

/// Bytes that indexes of our own folders may take together; the oldest go first.
const MOST_BYTES: u64 = 2 << 30;

/// Whether files are taken from the index that was kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Indexing {
    /// Files that are what they were are not read.
    #[default]
    Kept,
    /// All are read; the index is made anew.
    Anew,
}

/// The index of a set and where it is kept.
pub struct IndexOfSet {
    /// What is known; for the scan.
    pub index: KeptIndex,
    paths: Vec<PathBuf>,
    project: Option<PathBuf>,
}

impl IndexOfSet {
    /// That of these paths, by the project that is named or the default one of the paths.
    pub fn open(paths: &[PathBuf], project: Option<&Path>, indexing: Indexing) -> Self {
        let index = match (file_of(paths, project), indexing) {
            (Some(file), Indexing::Kept) => KeptIndex::open(&file),
            _ => KeptIndex::default(),
        };
        Self {
            index,
            paths: paths.to_vec(),
            project: project.map(Path::to_owned),
        }
    }

    /// Writes it, where it has changed and is worth it: beside the project, which may have been made since. A set
    /// without is scanned: the log has why it could not be written.
    pub fn keep(self) {
        if !self.index.is_changed() || !self.index.is_worth_keeping() {
            return;
        }
        let Some(file) = file_of(&self.paths, self.project.as_deref()) else {
            return;
        };
        if let Err(why) = write(self.index, &file) {
            log::warn!("the index of the set is not kept: {why}");
        }
    }
}

fn write(index: KeptIndex, file: &Path) -> anyhow::Result<()> {
    let folder = file.parent().unwrap_or(Path::new(""));
    let is_in_cache = is_in_cache(file);
    if is_in_cache {
        fs::create_dir_all(folder)?;
    }
    index.write(file)?;
    if is_in_cache || is_default(file) {
        prune(folder, MOST_BYTES);
    }
    Ok(())
}

fn cache_folder() -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "destello")?;
    Some(folders.cache_dir().join("index"))
}

fn is_in_cache(file: &Path) -> bool {
    cache_folder().is_some_and(|folder| file.parent() == Some(&folder))
}

/// Beside the project where there is one, else in the cache folder; none where there is no home folder.
fn file_of(paths: &[PathBuf], project: Option<&Path>) -> Option<PathBuf> {
    if let Some(project) = project.filter(|project| project.exists()) {
        return Some(project.with_extension(KeptIndex::ENDING));
    }
    let usual = default_project(paths)?.with_extension(KeptIndex::ENDING);
    if project.is_none() && usual.with_extension("destello").exists() {
        return Some(usual);
    }
    Some(cache_folder()?.join(usual.file_name()?))
}

/// Removes the oldest indexes of a folder, so that the others take no more than so many bytes.
fn prune(folder: &Path, most: u64) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let is_index = |path: &PathBuf| {
        path.extension()
            .is_some_and(|ending| ending == KeptIndex::ENDING)
    };
    let mut files: Vec<(SystemTime, u64, PathBuf)> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(is_index)
        .filter_map(|path| {
            let about = path.metadata().ok()?;
            Some((about.modified().ok()?, about.len(), path))
        })
        .collect();
    files.sort();
    files.reverse();
    let mut bytes = 0;
    // The one that was just written stays, however large.
    for (at, (_, len, path)) in files.iter().enumerate() {
        bytes += len;
        if at > 0
            && bytes > most
            && let Err(error) = fs::remove_file(path)
        {
            log::warn!("{}: cannot be removed: {error}", path.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_index_lies_beside_the_project_that_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let project = folder.path().join("night.destello");
        let paths = [folder.path().join("set")];
        let beside = folder.path().join("night.destello-index");
        assert_ne!(file_of(&paths, Some(&project)), Some(beside.clone()));
        fs::write(&project, "").unwrap();
        assert_eq!(file_of(&paths, Some(&project)), Some(beside));
        let elsewhere = file_of(&paths, None).unwrap();
        assert!(is_in_cache(&elsewhere), "{}", elsewhere.display());
        assert_ne!(file_of(&[folder.path().into()], None), Some(elsewhere));
    }

    #[test]
    fn the_oldest_indexes_go_first() {
        let folder = tempfile::tempdir().unwrap();
        let now = SystemTime::now();
        for (name, age_s) in [("a", 30), ("b", 10), ("c", 20)] {
            let path = folder.path().join(format!("{name}.destello-index"));
            fs::write(&path, [0; 100]).unwrap();
            let file = fs::File::options().write(true).open(&path).unwrap();
            file.set_modified(now - Duration::from_secs(age_s)).unwrap();
        }
        fs::write(folder.path().join("old.destello"), [0; 500]).unwrap();
        prune(folder.path(), 200);
        let mut left: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(
            left,
            ["b.destello-index", "c.destello-index", "old.destello"]
        );
        prune(folder.path(), 0);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
