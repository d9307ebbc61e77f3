//! What a watch has written: tables, each with a note of the files that it comes from. There is no other memory, so
//! that nothing can disagree with it.
//!
//! `scores-000001.parquet` holds the rows of detections that no earlier table holds; [`KEY`] is a hash of object and
//! detection. It is written beside and renamed. `_scores-000001.json` is written after it: where the program is killed
//! in between, the files are read again, their detections are found to be there, and only the note is written.

use std::{
    collections::{HashMap, HashSet},
    fs::{self, File, TryLockError},
    hash::Hasher as _,
    path::{Path, PathBuf},
};

use anyhow::{Context, anyhow, bail, ensure};
use serde::{Deserialize, Serialize};
use twox_hash::XxHash64;

use super::look::{Ready, Signature};
use crate::io::{
    export::{
        FilledColumn, Format,
        columns::{Kind, Value},
        write_columns, written_beside,
    },
    parts::integers_of,
};

/// The column of a hash of object and detection: XXH64 (seed 0) of both with a zero byte between, as it is with a sign.
pub const KEY: &str = "destello_key";
/// What tables begin with.
const NAME: &str = "scores-";
const LOCK: &str = ".watch.lock";
const LAYOUT: u32 = 1;

/// A note of what a table comes from.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    layout: u32,
    program: String,
    models: Vec<String>,
    rows: usize,
    files: Vec<FileNote>,
    problems: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct FileNote {
    path: PathBuf,
    #[serde(flatten)]
    signature: Signature,
}

/// The folder of tables, held by one process.
#[derive(Debug)]
pub struct Ledger {
    folder: PathBuf,
    models: Vec<String>,
    next: u64,
    keys: HashSet<i64>,
    _lock: File,
}

/// The hash of a detection.
pub fn key(object: &str, epoch: &str) -> i64 {
    let mut hash = XxHash64::with_seed(0);
    hash.write(object.as_bytes());
    hash.write(&[0]);
    hash.write(epoch.as_bytes());
    hash.finish().cast_signed()
}

impl Ledger {
    /// Opens the folder, or makes it; with the files that were read in earlier runs.
    ///
    /// # Errors
    /// Where another process has it, it holds scores of other models, or cannot be read or written.
    pub fn open(
        folder: &Path,
        models: Vec<String>,
    ) -> anyhow::Result<(Self, HashMap<PathBuf, Signature>)> {
        let named = || folder.display().to_string();
        fs::create_dir_all(folder).with_context(named)?;
        let lock = File::create(folder.join(LOCK)).with_context(named)?;
        ensure!(
            !matches!(lock.try_lock(), Err(TryLockError::WouldBlock)),
            "{}: another destello writes there",
            folder.display()
        );
        let mut ledger = Self {
            folder: folder.to_owned(),
            models,
            next: 1,
            keys: HashSet::new(),
            _lock: lock,
        };
        let mut notes: HashMap<PathBuf, (u64, Signature)> = HashMap::new();
        let entries = fs::read_dir(folder).with_context(named)?;
        let paths: Result<Vec<PathBuf>, _> = entries.map(|entry| entry.map(|e| e.path())).collect();
        for path in paths.with_context(named)? {
            ledger.take_over(&path, &mut notes)?;
        }
        let done = notes.into_iter();
        let done = done.map(|(path, (_, signature))| (path, signature));
        Ok((ledger, done.collect()))
    }

    fn take_over(
        &mut self,
        path: &Path,
        done: &mut HashMap<PathBuf, (u64, Signature)>,
    ) -> anyhow::Result<()> {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let is_left_over = name.starts_with('.') && name.ends_with(".partial");
        if is_left_over {
            return fs::remove_file(path).with_context(|| path.display().to_string());
        }
        if name.starts_with('.') {
            return Ok(());
        }
        let number = name
            .trim_start_matches('_')
            .strip_prefix(NAME)
            .and_then(|rest| {
                let (number, ending) = rest.split_once('.')?;
                let is_note = ending == "json" && name.starts_with('_');
                let is_table = ending == "parquet" && !name.starts_with('_');
                (is_note || is_table).then(|| number.parse::<u64>().ok())?
            });
        let Some(number) = number else {
            bail!(
                "{}: holds {name}, which is no table of scores; choose another folder",
                self.folder.display()
            );
        };
        self.next = self.next.max(number + 1);
        if name.starts_with('_') {
            let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
            let note: Note = serde_json::from_str(&text)
                .with_context(|| format!("{}: is no note of a watch", path.display()))?;
            ensure!(
                note.layout == LAYOUT && note.models == self.models,
                "{}: holds scores of {}, not of {}; choose another folder",
                self.folder.display(),
                note.models.join(", "),
                self.models.join(", ")
            );
            // The latest note of a file is the one that counts.
            for file in note.files {
                let known = done.entry(file.path).or_insert((number, file.signature));
                if number > known.0 {
                    *known = (number, file.signature);
                }
            }
        } else {
            let keys = integers_of(path, KEY).map_err(|why| anyhow!(why))?;
            self.keys.extend(keys);
        }
        Ok(())
    }

    /// True for a detection that a table holds.
    pub fn has(&self, key: i64) -> bool {
        self.keys.contains(&key)
    }

    /// Detections of all tables.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// True before the first.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Writes the rows of new detections with their keys, and the note of the files that were read. The table's name;
    /// none where no detection is new.
    ///
    /// # Errors
    /// Where nothing can be written there: the files are then read again.
    pub fn commit(
        &mut self,
        mut columns: Vec<FilledColumn>,
        keys: &[i64],
        files: &[Ready],
        problems: Vec<String>,
    ) -> anyhow::Result<Option<String>> {
        let number = self.next;
        let table = format!("{NAME}{number:06}.parquet");
        if !keys.is_empty() {
            columns.push(FilledColumn {
                name: KEY.into(),
                kind: Kind::Int,
                unit: "",
                meaning: "XXH64 of object and detection".into(),
                values: keys.iter().copied().map(Value::Int).collect(),
            });
            write_columns(
                &self.folder.join(&table),
                Format::Parquet,
                "SCORES",
                &columns,
            )?;
        }
        let note = Note {
            layout: LAYOUT,
            program: env!("CARGO_PKG_VERSION").into(),
            models: self.models.clone(),
            rows: keys.len(),
            files: files
                .iter()
                .map(|(path, signature)| FileNote {
                    path: path.clone(),
                    signature: *signature,
                })
                .collect(),
            problems,
        };
        let text = serde_json::to_string_pretty(&note)?;
        let path = self.folder.join(format!("_{NAME}{number:06}.json"));
        written_beside(&path, |beside| {
            fs::write(beside, &text).map_err(|error| error.to_string())
        })?;
        self.next += 1;
        self.keys.extend(keys);
        Ok((!keys.is_empty()).then_some(table))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(ids: &[&str]) -> Vec<FilledColumn> {
        vec![FilledColumn {
            name: "id".into(),
            kind: Kind::Text,
            unit: "",
            meaning: "identifier of the object".into(),
            values: ids.iter().map(|id| Value::Text((*id).into())).collect(),
        }]
    }

    fn file(name: &str, bytes: u64) -> Ready {
        let modified_ns = 1_000 + bytes;
        (name.into(), Signature { bytes, modified_ns })
    }

    #[test]
    fn what_was_written_is_known_in_the_next_run_also_without_its_note() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let models = || vec!["compact@1".to_owned()];
        let (mut ledger, done) = Ledger::open(&out, models()).unwrap();
        assert!(done.is_empty() && ledger.is_empty());
        assert!(
            Ledger::open(&out, models())
                .unwrap_err()
                .to_string()
                .contains("another destello")
        );
        let keys = ["1", "2"].map(|epoch| key("a", epoch));
        let table = ledger.commit(ids(&["a", "a"]), &keys, &[file("n.avro", 5)], Vec::new());
        assert_eq!(table.unwrap().as_deref(), Some("scores-000001.parquet"));
        let none = ledger.commit(ids(&[]), &[], &[file("n.avro", 9)], vec!["broken".into()]);
        assert_eq!(none.unwrap(), None);
        drop(ledger);
        fs::write(out.join(".scores-000003.parquet.partial"), "half").unwrap();
        let (ledger, done) = Ledger::open(&out, models()).unwrap();
        assert_eq!((ledger.len(), ledger.next), (2, 3));
        assert!(ledger.has(keys[1]) && !ledger.has(key("a", "3")));
        assert_eq!(done[Path::new("n.avro")].bytes, 9);
        assert!(!out.join(".scores-000003.parquet.partial").exists());
        drop(ledger);
        // Killed between table and note.
        fs::remove_file(out.join("_scores-000001.json")).unwrap();
        fs::remove_file(out.join("_scores-000002.json")).unwrap();
        let (ledger, done) = Ledger::open(&out, models()).unwrap();
        assert!(ledger.has(keys[0]) && done.is_empty());
    }

    #[test]
    fn scores_of_other_models_and_foreign_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (mut ledger, _) = Ledger::open(folder.path(), vec!["a".into()]).unwrap();
        ledger.commit(ids(&[]), &[], &[], Vec::new()).unwrap();
        drop(ledger);
        let why = Ledger::open(folder.path(), vec!["b".into()]).unwrap_err();
        assert!(why.to_string().contains("scores of a, not of b"), "{why}");
        fs::write(folder.path().join("mine.txt"), "x").unwrap();
        let why = Ledger::open(folder.path(), vec!["a".into()]).unwrap_err();
        assert!(why.to_string().contains("holds mine.txt"), "{why}");
    }
}
