//! All candidates of the opened set, and what could not be used of it. Parts of one object found in
//! several places become one.

use std::{collections::HashMap, fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{Candidate, Epoch, Photometry};

/// Position of a candidate in its catalogue; never changes while the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CandidateIx(pub u32);

/// Candidates in the order in which they were found.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    candidates: Vec<Candidate>,
    by_id: HashMap<Arc<str>, CandidateIx>,
    duplicates: usize,
}

impl Catalogue {
    /// Number of candidates.
    pub fn len(&self) -> usize {
        self.candidates.len()
    }

    /// True where nothing was found yet.
    pub fn is_empty(&self) -> bool {
        self.candidates.is_empty()
    }

    /// The candidate at that position.
    pub fn get(&self, ix: CandidateIx) -> Option<&Candidate> {
        self.candidates.get(ix.0 as usize)
    }

    /// The position of the candidate of that identifier.
    pub fn find(&self, id: &str) -> Option<CandidateIx> {
        self.by_id.get(id).copied()
    }

    /// Every candidate with its position.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (CandidateIx, &Candidate)> {
        self.candidates
            .iter()
            .enumerate()
            .map(|(ix, candidate)| (ix_of(ix), candidate))
    }

    /// The candidates found since there were `count` of them, without a walk over those before.
    pub fn since(&self, count: usize) -> impl Iterator<Item = (CandidateIx, &Candidate)> {
        let new = self.candidates.get(count..).unwrap_or_default();
        (count..)
            .zip(new)
            .map(|(ix, candidate)| (ix_of(ix), candidate))
    }

    /// Epochs that were found twice (the same detection in two files) and kept once.
    pub const fn duplicates(&self) -> usize {
        self.duplicates
    }

    /// Adds a candidate, or joins it to the one of the same identifier.
    ///
    /// Epochs of one identifier come into time order; a detection already known (same
    /// `candid`, or the very same place on disk) is counted as a duplicate and left out.
    pub fn absorb(&mut self, mut part: Candidate) -> CandidateIx {
        let Some(&ix) = self.by_id.get(&part.id) else {
            let ix = ix_of(self.candidates.len());
            self.by_id.insert(part.id.clone(), ix);
            if part.epochs.len() > 1 {
                let epochs = std::mem::take(&mut part.epochs);
                self.duplicates += join_epochs(&mut part.epochs, epochs);
            }
            part.sort_by_time();
            self.candidates.push(part);
            return ix;
        };
        let known = &mut self.candidates[ix.0 as usize];
        self.duplicates += join_epochs(&mut known.epochs, part.epochs);
        join_history(&mut known.history, part.history);
        known.position_deg = known.position_deg.or(part.position_deg);
        known.truth = known.truth.take().or(part.truth);
        if known.fields.is_empty() {
            known.fields = part.fields;
        }
        known.sort_by_time();
        ix
    }
}

fn ix_of(at: usize) -> CandidateIx {
    CandidateIx(u32::try_from(at).unwrap_or(u32::MAX))
}

/// Adds what is new and returns how many were not.
fn join_epochs(known: &mut Vec<Epoch>, more: Vec<Epoch>) -> usize {
    let mut duplicates = 0;
    for epoch in more {
        if known.iter().any(|old| is_same_detection(old, &epoch)) {
            duplicates += 1;
        } else {
            known.push(epoch);
        }
    }
    duplicates
}

fn is_same_detection(a: &Epoch, b: &Epoch) -> bool {
    if let (Some(a), Some(b)) = (&a.candid, &b.candid) {
        return a == b;
    }
    match (a.stamps.first(), b.stamps.first()) {
        // The part first: it tells the epochs of one cube apart without comparing long paths.
        (Some(a), Some(b)) => a.part == b.part && a.role == b.role && a.source == b.source,
        _ => false,
    }
}

fn join_history(known: &mut Vec<Photometry>, more: Vec<Photometry>) {
    let is_known = |point: &Photometry, known: &[Photometry]| {
        known.iter().any(|old| {
            (old.mjd.days() - point.mjd.days()).abs() < 1e-6
                && old.band == point.band
                && old.is_upper_limit == point.is_upper_limit
        })
    };
    for point in more {
        if !is_known(&point, known) {
            known.push(point);
        }
    }
}

/// One fault of one input: a line of the *Problems* list. Everything else opens all the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Problem {
    /// The file, folder or archive member (`night.tar.gz/1105.avro`).
    pub path: String,
    /// What could not be used: "file", "stamp", "packet", "table", "cutout difference", …
    pub what: String,
    /// Why, as a clear sentence without a full stop.
    pub why: String,
}

impl Problem {
    /// A problem of `path`: `what` failed because of `why`.
    pub fn new(path: impl Into<String>, what: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            what: what.into(),
            why: why.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.path, self.what, self.why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Mjd;

    fn alert(id: &str, candid: &str, mjd: f64) -> Candidate {
        let epoch = Epoch {
            candid: Some(candid.into()),
            mjd: Mjd::new(mjd),
            ..Epoch::default()
        };
        Candidate {
            id: id.into(),
            epochs: vec![epoch],
            ..Candidate::default()
        }
    }

    #[test]
    fn packets_of_one_object_become_one_candidate_in_time_order() {
        let mut catalogue = Catalogue::default();
        let first = catalogue.absorb(alert("ZTF18a", "2", 58_002.0));
        catalogue.absorb(alert("ZTF18b", "9", 58_000.0));
        let again = catalogue.absorb(alert("ZTF18a", "1", 58_001.0));
        assert_eq!(first, again);
        assert_eq!(catalogue.len(), 2);
        let candids: Vec<_> = catalogue
            .get(first)
            .unwrap()
            .epochs
            .iter()
            .map(|epoch| epoch.candid.as_deref().unwrap().to_owned())
            .collect();
        assert_eq!(candids, ["1", "2"]);
    }

    #[test]
    fn a_detection_found_twice_is_kept_once_and_counted() {
        let mut catalogue = Catalogue::default();
        catalogue.absorb(alert("ZTF18a", "2", 58_002.0));
        let ix = catalogue.absorb(alert("ZTF18a", "2", 58_002.0));
        assert_eq!(catalogue.get(ix).unwrap().epochs.len(), 1);
        assert_eq!(catalogue.duplicates(), 1);
    }
}
