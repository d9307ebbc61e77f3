//! Parts of one table that several machines make, and the table that comes of them.
//!
//! The parts of `scores.csv` lie in the folder `scores.csv.parts`: `2of4.parquet` has the rows of the second shard of
//! four, `_2of4.json` is its manifest, which is written last. A part is done where its manifest is there and the file
//! has the hash that it gives; whatever was lost is done again, and nothing twice. Each row has its number in the
//! whole table ([`shard::ROW`]), so that the merged table is that of one process, byte by byte, for any number of shards.

mod columns;
mod merge;

use std::{
    collections::BTreeSet,
    fs::{self, File},
    hash::Hasher as _,
    io::{self, Read as _},
    path::{Path, PathBuf},
    process,
    time::{SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};
use twox_hash::XxHash64;

pub use columns::integers_of;
pub use merge::{Merged, merge};

use super::export::columns::{FilledColumn, Kind};
use crate::domain::{Shard, shard};

/// Version of the layout of folder and manifest.
const LAYOUT: u32 = 1;

/// What the table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A table of results: columns of numbers and texts.
    Table,
    /// Epochs with their stamps, as `destello convert` writes them.
    Stamps,
}

/// What is said of a column beside its values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnNote {
    pub name: String,
    pub kind: Kind,
    /// Its unit; empty for none.
    pub unit: String,
    pub meaning: String,
}

/// All that decides the rows of the whole table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WholeTable {
    pub what: What,
    /// Its name within the file.
    pub name: String,
    /// Models, options and the objects with their epochs, as one number in hexadecimal digits.
    pub order: String,
    pub rows: u64,
}

/// The manifest of a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    layout: u32,
    /// How objects are divided.
    rule: String,
    /// Version of destello.
    program: String,
    /// `2/4`.
    shard: String,
    /// What it is a part of.
    pub whole: WholeTable,
    /// Its columns; none of stamps, whose schema is in each part.
    pub columns: Vec<ColumnNote>,
    /// Rows of this part.
    pub rows: u64,
    /// Size of its file, bytes.
    bytes: u64,
    /// XXH64 (seed 0) of its file.
    xxh64: String,
}

/// All parts of a table.
#[derive(Debug)]
pub struct WholeParts {
    pub whole: WholeTable,
    /// Its columns; none of stamps.
    pub columns: Vec<ColumnNote>,
    /// Its parts, in the order of shards.
    pub files: Vec<PathBuf>,
}

#[derive(Clone, Debug)]
pub struct PartsFolder(PathBuf);

impl PartsFolder {
    /// Of the table that is to be written there in the end.
    pub fn of(out: &Path) -> Self {
        let mut name = out.file_name().unwrap_or_default().to_owned();
        name.push(".parts");
        Self(out.with_file_name(name))
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.0
    }

    fn file(&self, shard: Shard) -> PathBuf {
        let name = format!("{}of{}.parquet", shard.number(), shard.count());
        self.0.join(name)
    }

    /// Readers of folders of Parquet leave out what begins so.
    fn note(&self, shard: Shard) -> PathBuf {
        let name = format!("_{}of{}.json", shard.number(), shard.count());
        self.0.join(name)
    }

    /// True where that part is there and whole.
    ///
    /// # Errors
    /// Where the folder holds parts of another table, or a manifest that cannot be read.
    pub fn is_done(&self, shard: Shard, whole: &WholeTable) -> Result<bool, String> {
        for (path, manifest) in self.manifests()? {
            if manifest.whole != *whole {
                return Err(format!(
                    "{}: is a part of another table ({}); name another file, or remove the folder of its parts",
                    path.display(),
                    difference(&manifest.whole, whole)
                ));
            }
        }
        let known = read_manifest(&self.note(shard))?;
        known.map_or(Ok(false), |known| known.is_whole(&self.file(shard)))
    }

    /// Lets `write` fill the file of a part, which is then brought to its place with its manifest: whole, or not at
    /// all. Two processes that do the same part do not disturb each other.
    ///
    /// # Errors
    /// Where nothing can be written there.
    pub fn put(
        &self,
        shard: Shard,
        whole: WholeTable,
        columns: Vec<ColumnNote>,
        write: impl FnOnce(&Path) -> Result<u64, String>,
    ) -> Result<(), String> {
        let failed = |path: &Path, error: io::Error| format!("{}: {error}", path.display());
        fs::create_dir_all(&self.0).map_err(|error| failed(&self.0, error))?;
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let own = since.map_or(0, |since| since.as_nanos()) ^ u128::from(process::id()) << 64;
        let beside = |ending: &str| {
            let name = format!(".{}of{}.{own:x}.{ending}", shard.number(), shard.count());
            self.0.join(name)
        };
        let table = beside("parquet");
        let placed = write(&table).and_then(|rows| {
            let (bytes, xxh64) = hash_of(&table).map_err(|error| failed(&table, error))?;
            let manifest = Manifest {
                layout: LAYOUT,
                rule: shard::RULE.into(),
                program: env!("CARGO_PKG_VERSION").into(),
                shard: shard.to_string(),
                whole,
                columns,
                rows,
                bytes,
                xxh64,
            };
            let text =
                serde_json::to_string_pretty(&manifest).map_err(|error| error.to_string())?;
            let note = beside("json");
            let place = || {
                File::options().write(true).open(&table)?.sync_all()?;
                fs::rename(&table, self.file(shard))?;
                fs::write(&note, text)?;
                File::options().write(true).open(&note)?.sync_all()?;
                fs::rename(&note, self.note(shard))
            };
            place().map_err(|error| failed(&self.0, error))
        });
        if placed.is_err() {
            // The reason for the failure is worth more than the one for a left-over file.
            fs::remove_file(&table).unwrap_or_default();
        }
        placed
    }

    /// The manifests that are there, in the order of their names.
    fn manifests(&self) -> Result<Vec<(PathBuf, Manifest)>, String> {
        let entries = match fs::read_dir(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(|error| format!("{}: {error}", self.0.display()))?,
        };
        let mut paths: Vec<PathBuf> = entries
            .flatten()
            .filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'))
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
            .collect();
        paths.sort();
        let read =
            |path: PathBuf| Some(read_manifest(&path).transpose()?.map(|known| (path, known)));
        paths.into_iter().filter_map(read).collect()
    }

    /// Every part of the table, in the order of shards.
    ///
    /// # Errors
    /// Where some are missing or damaged, which are named, or the folder holds parts of several tables.
    pub fn whole(&self) -> Result<WholeParts, String> {
        let manifests = self.manifests()?;
        let Some((first, known)) = manifests.first() else {
            return Err(format!("{}: there is no part", self.0.display()));
        };
        let (whole, columns) = (&known.whole, &known.columns);
        let mut of_count = Vec::new();
        for (path, manifest) in &manifests {
            if manifest.whole != *whole || manifest.columns != *columns {
                return Err(format!(
                    "{}: is a part of another table than {} ({})",
                    path.display(),
                    first.display(),
                    difference(&manifest.whole, whole)
                ));
            }
            let shard: Shard = manifest.shard.parse()?;
            let is_whole = manifest.is_whole(&self.file(shard))?;
            of_count.push((shard, is_whole));
        }
        // One number of shards whose parts are all there is enough; of the others it is said what is missing.
        let counts: BTreeSet<u32> = of_count.iter().map(|(shard, _)| shard.count()).collect();
        let mut missing: Vec<Shard> = Vec::new();
        for count in counts {
            let is_there = |shard: &Shard| of_count.contains(&(*shard, true));
            missing = Shard::all(count).filter(|shard| !is_there(shard)).collect();
            if missing.is_empty() {
                let files = Shard::all(count).map(|shard| self.file(shard));
                return Ok(WholeParts {
                    whole: whole.clone(),
                    columns: columns.clone(),
                    files: files.collect(),
                });
            }
        }
        let names: Vec<String> = missing.iter().take(20).map(ToString::to_string).collect();
        let more = missing.len().saturating_sub(20);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        Err(format!(
            "{}: {} of {} parts are missing or damaged; run them again: --shard {}{more}",
            self.0.display(),
            missing.len(),
            missing[0].count(),
            names.join(", ")
        ))
    }
}

impl Manifest {
    /// True where the file has the hash that this gives.
    fn is_whole(&self, file: &Path) -> Result<bool, String> {
        if self.layout != LAYOUT || self.rule != shard::RULE {
            return Err(format!(
                "{}: was written by destello {}, which divides sets otherwise",
                file.display(),
                self.program
            ));
        }
        match fs::metadata(file) {
            Ok(found) if found.len() == self.bytes => {
                let hash = hash_of(file).map_err(|error| format!("{}: {error}", file.display()))?;
                Ok(hash.1 == self.xxh64)
            }
            _ => Ok(false),
        }
    }
}

fn read_manifest(path: &Path) -> Result<Option<Manifest>, String> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{}: {error}", path.display())),
        Ok(text) => serde_json::from_str(&text)
            .map(Some)
            .map_err(|error| format!("{}: is no manifest of a part: {error}", path.display())),
    }
}

/// Size and XXH64 of a file.
fn hash_of(path: &Path) -> io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let mut hash = XxHash64::with_seed(0);
    let mut buffer = vec![0; 1 << 16];
    let mut bytes = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((bytes, format!("{:016x}", hash.finish())));
        }
        hash.write(&buffer[..read]);
        bytes += read as u64;
    }
}

fn difference(there: &WholeTable, here: &WholeTable) -> String {
    if there.what != here.what || there.name != here.name {
        format!("{} there, {} here", there.name, here.name)
    } else if there.rows != here.rows {
        format!("of {} rows, not {}", there.rows, here.rows)
    } else {
        "other models, options or objects".into()
    }
}

/// What is said of columns, for the manifest.
pub fn notes(columns: &[FilledColumn]) -> Vec<ColumnNote> {
    let note = |column: &FilledColumn| ColumnNote {
        name: column.name.clone(),
        kind: column.kind,
        unit: column.unit.into(),
        meaning: column.meaning.clone(),
    };
    columns.iter().map(note).collect()
}
