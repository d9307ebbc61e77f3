//! What a scan takes from the kept index, and what it records for the next one.

use std::path::{Path, PathBuf};

use super::{Found, Scan, identity::Part};
use crate::{
    domain::{Candidate, Problem},
    io::{
        kept_index::{KeptIndex, Lookup, Record, UnitName, UnitPlace},
        seen_files::FileState,
    },
};

/// Pieces of a unit, of some 4 MiB each, whose records are held together.
const MOST_HELD: usize = 8;

/// A record, with all that it names found.
enum Given {
    Candidate(Candidate),
    Part(Part),
    Problem(Problem),
    Count(super::rules::Rule, usize),
    Decide,
    Arrays(PathBuf),
}

impl Scan<'_> {
    /// Reads files together by `read`, or gives again what that gave when the files were what they are. `paths`: all
    /// that it looks at. Within another unit it is a part of that.
    pub fn unit(&mut self, name: UnitName, paths: &[PathBuf], read: impl FnOnce(&mut Self)) {
        let Some(kept) = self.kept.as_mut().filter(|kept| !kept.is_recording()) else {
            return read(self);
        };
        let lookup = kept.look_up(name, paths, self.here.as_deref(), self.ids.reserve(0));
        if let Lookup::Kept(number, files) = lookup {
            if self.give_again(number, paths, &files) {
                return;
            }
            let next_id = self.ids.reserve(0);
            if let Some(kept) = &mut self.kept {
                kept.lost(paths, next_id);
            }
        }
        self.is_uncertain = false;
        read(self);
        let is_certain = !self.is_uncertain && !(self.is_cancelled)();
        let next_id = self.ids.reserve(0);
        if let Some(kept) = &mut self.kept {
            kept.end(next_id, is_certain);
        }
    }

    /// Gives what a unit gave; false where that is damaged, and nothing was given.
    fn give_again(&mut self, number: usize, paths: &[PathBuf], files: &[FileState]) -> bool {
        let Some(kept) = self.kept.take() else {
            return false;
        };
        // Reserved before: the numbers may be asked for elsewhere too.
        let first_id = self.ids.reserve(kept.ids_of(number));
        let place = UnitPlace::new(paths.to_vec(), first_id);
        // Every record first: what was given cannot be taken back. Those of a long archive are not held.
        let holds_all = kept.pieces_of(number) <= MOST_HELD;
        let mut held = Vec::new();
        let is_whole = kept.records(number, &mut |record| {
            let given = given(record, kept, &place)?;
            held.extend(Some(given).filter(|_| holds_all));
            Some(())
        });
        let is_whole = is_whole.is_some();
        if is_whole {
            for (path, state) in paths.iter().zip(files) {
                self.decoder.seen.keep(path, Some(state.version()));
            }
            for given in held {
                self.give(given);
            }
            if !holds_all {
                let given = kept.records(number, &mut |record| {
                    self.give(given(record, kept, &place)?);
                    Some(())
                });
                debug_assert!(given.is_some(), "it was whole before");
            }
            kept.was_taken(number, paths.len());
        }
        self.kept = Some(kept);
        is_whole
    }

    fn give(&mut self, given: Given) {
        match given {
            Given::Candidate(candidate) => self.candidate(candidate),
            Given::Part(part) => self.part(part),
            Given::Problem(problem) => self.found_problem(problem),
            Given::Count(rule, times) => self.count(rule, times),
            Given::Decide => self.decide(),
            Given::Arrays(path) => {
                self.decoder.arrays.forget(&path);
                self.found_arrays(&path);
            }
        }
    }

    /// A line of *Problems*.
    pub fn found_problem(&mut self, problem: Problem) {
        if let Some(kept) = &mut self.kept {
            kept.problem(&problem);
        }
        (self.found)(Found::Problem(problem));
    }

    /// A file of arrays, which is looked at with the others of its folder.
    pub fn found_arrays(&mut self, path: &Path) {
        if let Some(kept) = &mut self.kept {
            kept.arrays(path);
        }
        self.array_paths.push(path.to_owned());
    }
}

fn given(record: Record<'_>, kept: &KeptIndex, place: &UnitPlace) -> Option<Given> {
    let names = kept.names();
    Some(match record {
        Record::Candidate(candidate) => Given::Candidate(candidate.candidate(names, place)?),
        Record::Part(part) => Given::Part(part.part(names, place)?),
        Record::Problem(problem) => Given::Problem(problem.problem(place)?),
        Record::Count(rule, times) => Given::Count(rule, usize::try_from(times).ok()?),
        Record::Decide => Given::Decide,
        Record::Arrays(number) => Given::Arrays(place.file(number)?.to_owned()),
    })
}
