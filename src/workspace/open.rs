//! Opening: everything that a list of paths holds, indexed without decoding pixels.

use std::path::{Path, PathBuf};

use super::kept_index::{IndexOfSet, Indexing};
use crate::{
    domain::{Catalogue, Problem},
    io::{Decoder, Found, StampIds, scan, scan_kept},
    tasks::cancel::CancelToken,
};

#[derive(Debug, Default)]
pub struct Opened {
    pub catalogue: Catalogue,
    /// What could not be used.
    pub problems: Vec<Problem>,
    /// One sentence for each path: what was recognised, and by which rule.
    pub recognised: Vec<(PathBuf, String)>,
}

impl Opened {
    /// Takes in one piece of news of a scan.
    pub fn absorb(&mut self, found: Found) {
        match found {
            Found::Recognised { path, rule } => self.recognised.push((path, rule)),
            Found::Candidate(candidate) => {
                self.catalogue.absorb(candidate);
            }
            Found::Problem(problem) => self.problems.push(problem),
            Found::Progress { .. } => {}
        }
    }
}

/// Indexes the paths on this thread.
pub fn read_all(paths: &[PathBuf]) -> Opened {
    read_all_with(paths, &Decoder::default())
}

/// Indexes the paths on this thread; `decoder` is then quickest for the stamps found.
pub fn read_all_with(paths: &[PathBuf], decoder: &Decoder) -> Opened {
    read_until(paths, decoder, &CancelToken::default())
}

/// The same; where it is cancelled, what was found so far.
pub fn read_until(paths: &[PathBuf], decoder: &Decoder, cancel: &CancelToken) -> Opened {
    let mut opened = Opened::default();
    let ids = StampIds::default();
    let must_stop = || cancel.is_cancelled();
    scan(paths, decoder, &ids, &must_stop, &mut |found| {
        opened.absorb(found);
    });
    opened
}

/// The same by the index that was kept, which is kept again: beside `project` where there is one.
pub fn read_kept(
    paths: &[PathBuf],
    project: Option<&Path>,
    indexing: Indexing,
    decoder: &Decoder,
    cancel: &CancelToken,
) -> Opened {
    let mut opened = Opened::default();
    let mut of_set = IndexOfSet::open(paths, project, indexing);
    let ids = StampIds::default();
    let must_stop = || cancel.is_cancelled();
    let mut found = |found| opened.absorb(found);
    scan_kept(
        paths,
        decoder,
        &ids,
        &must_stop,
        &mut found,
        &mut of_set.index,
    );
    if !cancel.is_cancelled() {
        of_set.keep();
    }
    opened
}
