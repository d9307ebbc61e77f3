//! The index of a set, kept from one opening to the next.
//!
//! What is kept is not the list of candidates but what came of reading each file, before the rules of objects are
//! asked. At the next opening folders are walked and rules are asked as ever; a file that is what it was is not read.
//! So the result is that of a scan, whatever was added, changed or taken away.
//!
//! A unit is what is read together: one file, the files of one epoch, the files of arrays of a folder with the tables
//! beside them. It is taken from the index where each of its files has the size and the times that it had, read
//! otherwise. Files that changed within the step of the clock before they were read, or could not be read, are read
//! again.

mod file;
mod names;
mod record;

use std::{
    fs::File,
    hash::Hasher as _,
    io::{self, BufWriter},
    path::{Path, PathBuf},
    time::SystemTime,
};

use twox_hash::XxHash64;

pub(super) use self::record::{Record, UnitPlace};
use self::{
    file::{BLOCK_BYTES, Key, Packed, Piece, Stored, Unit, Writer, piece_of},
    names::Names,
};
use super::{
    export::{ExportError, written_beside},
    scan::{identity::Part, rules::Rule},
    seen_files::FileState,
};
use crate::domain::{Candidate, Problem, StampId};

/// Where less was read, reading it again is as fast as the index: files, and bytes.
const WORTH: (usize, u64) = (200, 32 << 20);

/// What an opening took from the index, and what it read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reuse {
    /// Files whose records were there.
    pub kept: usize,
    /// Files that were read.
    pub read: usize,
}

/// The index of a set, while it is opened.
#[derive(Default)]
pub struct KeptIndex {
    stored: Option<Stored>,
    names: Names,
    /// New records.
    packed: Packed,
    /// New records that are not packed yet.
    open: Vec<u8>,
    /// Units of this opening in their order.
    units: Vec<Used>,
    recording: Option<Recording>,
    reuse: Reuse,
    bytes: u64,
    new: usize,
    /// Records could not be packed: nothing is written.
    is_broken: bool,
    /// The time to be taken for now; none for the clock's. Tests come from the future, to find all files settled.
    now: Option<SystemTime>,
}

/// A unit that goes into the next index.
enum Used {
    Stored(usize),
    New(Unit),
}

/// A unit that is being read.
struct Recording {
    unit: Unit,
    place: UnitPlace,
    /// Where its present piece begins.
    from: usize,
    /// False where something came that cannot be kept.
    is_good: bool,
}

/// What a unit is, for its key.
pub(super) struct UnitName([XxHash64; 2]);

impl UnitName {
    /// A kind of unit; what else its records depend on follows.
    pub fn new(kind: &str) -> Self {
        let mut name = Self([0, 1].map(XxHash64::with_seed));
        name.add(kind.as_bytes());
        name
    }

    /// One thing that its records depend on.
    pub fn add(&mut self, bytes: &[u8]) {
        for hash in &mut self.0 {
            hash.write_u64(bytes.len() as u64);
            hash.write(bytes);
        }
    }

    fn key(mut self, paths: &[PathBuf], here: Option<&Path>) -> Key {
        for path in paths {
            match here.filter(|_| path.is_relative()) {
                Some(here) => self.add(here.join(path).as_os_str().as_encoded_bytes()),
                None => self.add(path.as_os_str().as_encoded_bytes()),
            }
        }
        self.0.map(|hash| hash.finish())
    }
}

/// What is known of a unit.
pub(super) enum Lookup {
    /// It was read before, and its files are what they were: its number, its files.
    Kept(usize, Vec<FileState>),
    /// It is to be read, and recorded where it can be.
    Read,
}

impl KeptIndex {
    /// The ending of its file.
    pub const ENDING: &str = "destello-index";

    /// The index in that file; an empty one where there is none that can be used.
    pub fn open(path: &Path) -> Self {
        let mut index = Self::default();
        if let Some((stored, names)) = Stored::read(path) {
            (index.stored, index.names) = (Some(stored), names);
        }
        index
    }

    /// The same at another time.
    #[must_use]
    pub const fn at(mut self, now: SystemTime) -> Self {
        self.now = Some(now);
        self
    }

    /// What was taken from it, and what was read.
    pub const fn reuse(&self) -> Reuse {
        self.reuse
    }

    /// True where the file would be another one.
    pub fn is_changed(&self) -> bool {
        let before = self.stored.as_ref().map_or(0, Stored::len);
        !self.is_broken && (self.new > 0 || self.units.len() != before)
    }

    /// True where reading it all again would take longer than the index.
    pub const fn is_worth_keeping(&self) -> bool {
        self.reuse.kept + self.reuse.read >= WORTH.0 || self.bytes >= WORTH.1
    }

    /// Writes what this opening took and read, beside and renamed. Nothing of it is lost where that fails: the set is
    /// scanned.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn write(mut self, path: &Path) -> Result<(), ExportError> {
        self.pack();
        written_beside(path, |beside| {
            let mut write = || {
                let out = BufWriter::with_capacity(1 << 20, File::create(beside)?);
                self.write_to(out)
            };
            write().map_err(|error: io::Error| error.to_string())
        })
    }

    fn write_to(&mut self, out: impl io::Write) -> io::Result<()> {
        let mut writer = Writer::new(out)?;
        for unit in &self.units {
            match unit {
                Used::New(unit) => writer.unit(unit, |piece| self.packed.block(piece))?,
                Used::Stored(number) => {
                    if let Some((stored, unit)) = self.unit(*number) {
                        writer.unit(unit, |piece| stored.block(piece))?;
                    }
                }
            }
        }
        writer.finish(&mut self.names)
    }

    fn unit(&self, number: usize) -> Option<(&Stored, &Unit)> {
        let stored = self.stored.as_ref()?;
        Some((stored, stored.unit(number)?))
    }
}

/// Looking units up, and giving them again.
impl KeptIndex {
    /// Looks a unit up; begins to record it where it is to be read. `paths`: all files that its records depend on.
    pub(super) fn look_up(
        &mut self,
        name: UnitName,
        paths: &[PathBuf],
        here: Option<&Path>,
        next_id: StampId,
    ) -> Lookup {
        let now = self.now.unwrap_or_else(SystemTime::now);
        self.reuse.read += paths.len();
        let files: Option<Vec<FileState>> = paths.iter().map(|path| FileState::of(path)).collect();
        let Some(files) = files else {
            self.begin([0; 2], Vec::new(), paths, next_id, false);
            return Lookup::Read;
        };
        self.bytes += files.iter().map(|file| file.bytes).sum::<u64>();
        let key = name.key(paths, here);
        let number = self.stored.as_ref().and_then(|stored| stored.find(key));
        if let Some(number) = number
            && let Some((_, unit)) = self.unit(number)
            && unit.files == files
        {
            return Lookup::Kept(number, files);
        }
        let is_settled = files.iter().all(|file| file.is_settled(now));
        self.begin(key, files, paths, next_id, is_settled);
        Lookup::Read
    }

    /// A unit turned out to be damaged: its files are read, and at the next opening too.
    pub(super) fn lost(&mut self, paths: &[PathBuf], next_id: StampId) {
        self.begin([0; 2], Vec::new(), paths, next_id, false);
    }

    /// What a unit gave when it was read; none where it is damaged.
    pub(super) fn records(
        &self,
        number: usize,
        each: &mut dyn FnMut(Record<'_>) -> Option<()>,
    ) -> Option<()> {
        let (stored, unit) = self.unit(number)?;
        for piece in &unit.pieces {
            let block = stored.block(*piece)?;
            let mut rest = piece_of(&block, *piece)?;
            while !rest.is_empty() {
                let (record, behind) = postcard::take_from_bytes(rest).ok()?;
                each(record)?;
                rest = behind;
            }
        }
        Some(())
    }

    /// Numbers of stamps that a unit takes.
    pub(super) fn ids_of(&self, number: usize) -> u32 {
        self.unit(number).map_or(0, |(_, unit)| unit.ids)
    }

    /// Pieces in which its records lie.
    pub(super) fn pieces_of(&self, number: usize) -> usize {
        self.unit(number).map_or(0, |(_, unit)| unit.pieces.len())
    }

    /// A unit was given again.
    pub(super) fn was_taken(&mut self, number: usize, files: usize) {
        self.reuse.kept += files;
        self.reuse.read -= files;
        self.units.push(Used::Stored(number));
    }

    pub(super) const fn names(&self) -> &Names {
        &self.names
    }
}

/// Recording what is read.
impl KeptIndex {
    pub(super) const fn is_recording(&self) -> bool {
        self.recording.is_some()
    }

    /// Whatever is read from now on belongs to this unit; it is recorded where it `can_be_kept`.
    fn begin(
        &mut self,
        key: Key,
        files: Vec<FileState>,
        paths: &[PathBuf],
        next_id: StampId,
        can_be_kept: bool,
    ) {
        self.recording = Some(Recording {
            unit: Unit {
                key,
                files,
                ids: 0,
                pieces: Vec::new(),
            },
            place: UnitPlace::new(paths.to_vec(), next_id),
            from: self.open.len(),
            is_good: can_be_kept,
        });
    }

    /// The unit is read; it is kept where `is_certain`.
    pub(super) fn end(&mut self, next_id: StampId, is_certain: bool) {
        let Some(mut recording) = self.recording.take() else {
            return;
        };
        if !is_certain || !recording.is_good {
            self.open.truncate(recording.from);
            return;
        }
        recording.unit.ids = next_id.0.saturating_sub(recording.place.first_id());
        self.end_piece(&mut recording);
        if self.open.len() >= BLOCK_BYTES {
            self.pack();
        }
        self.new += 1;
        self.units.push(Used::New(recording.unit));
    }

    pub(super) fn candidate(&mut self, candidate: &Candidate) {
        self.record(|names, place| {
            record::of_candidate(candidate, names, place).map(Record::Candidate)
        });
    }

    pub(super) fn part(&mut self, part: &Part) {
        self.record(|names, place| record::of_part(part, names, place).map(Record::Part));
    }

    pub(super) fn problem(&mut self, problem: &Problem) {
        self.record(|_, place| record::of_problem(problem, place).map(Record::Problem));
    }

    pub(super) fn count(&mut self, rule: Rule, times: usize) {
        self.record(|_, _| Some(Record::Count(rule, times as u64)));
    }

    pub(super) fn decide(&mut self) {
        self.record(|_, _| Some(Record::Decide));
    }

    pub(super) fn arrays(&mut self, path: &Path) {
        self.record(|_, place| place.number_of(path).map(Record::Arrays));
    }

    /// Writes a record down, where a unit is being recorded.
    fn record<'r>(&mut self, of: impl FnOnce(&mut Names, &UnitPlace) -> Option<Record<'r>>) {
        let Some(recording) = self
            .recording
            .as_mut()
            .filter(|recording| recording.is_good)
        else {
            return;
        };
        let record = of(&mut self.names, &recording.place);
        let written = record.is_some_and(|record| postcard::to_io(&record, &mut self.open).is_ok());
        recording.is_good = written;
        let is_long = self.open.len() - recording.from >= 4 * BLOCK_BYTES;
        if written
            && is_long
            && let Some(mut recording) = self.recording.take()
        {
            self.end_piece(&mut recording);
            self.pack();
            recording.from = 0;
            self.recording = Some(recording);
        }
    }

    fn end_piece(&self, recording: &mut Recording) {
        let len = self.open.len().saturating_sub(recording.from);
        if len > 0 {
            recording.unit.pieces.push(Piece {
                block: self.packed.next(),
                at: recording.from as u32,
                len: len as u32,
            });
        }
    }

    fn pack(&mut self) {
        let open = std::mem::take(&mut self.open);
        if !open.is_empty() {
            self.is_broken |= self.packed.add(&open).is_err();
        }
    }
}
