//! All candidates of the opened set, and what could not be used of it. Parts of one object found in
//! several places become one.

use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    fmt,
    hash::{DefaultHasher, Hash, Hasher as _},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use super::{Candidate, Epoch, Fields, Photometry, StampRef};
use crate::text;

/// Epochs from which on a candidate's are told apart by marks.
const MANY_EPOCHS: usize = 256;

/// Marks of the epochs of candidates that have many.
#[derive(Clone, Debug, Default)]
struct Seen(HashMap<CandidateIx, HashSet<u64>>);

/// Position of a candidate in its catalogue; never changes while the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CandidateIx(pub u32);

/// Candidates in the order in which they were found.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    candidates: Vec<Candidate>,
    by_id: HashMap<Arc<str>, CandidateIx>,
    duplicates: usize,
    /// Of candidates with many epochs, what tells these apart: else each new one would be compared with
    /// all.
    seen: Option<Box<Seen>>,
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

    /// A catalogue of these candidates alone, in their order.
    #[must_use]
    pub fn of_these(&self, wanted: &HashSet<CandidateIx>) -> Self {
        let mut some = Self::default();
        for (ix, candidate) in self.iter() {
            if wanted.contains(&ix) {
                some.absorb(candidate.clone());
            }
        }
        some
    }

    /// The candidates that are to be kept, in their order.
    #[must_use]
    pub fn part(self, is_kept: impl Fn(&Candidate) -> bool) -> Self {
        let candidates: Vec<Candidate> = self.candidates.into_iter().filter(is_kept).collect();
        let by_id = candidates.iter().enumerate();
        Self {
            by_id: by_id
                .map(|(at, candidate)| (candidate.id.clone(), ix_of(at)))
                .collect(),
            candidates,
            duplicates: self.duplicates,
            seen: None,
        }
    }

    /// The candidates in their order, without the catalogue.
    pub fn into_candidates(self) -> impl Iterator<Item = Candidate> {
        self.candidates.into_iter()
    }

    /// Puts a candidate that has gained something in the place of what it was. Columns of joined tables stay.
    pub fn renew(&mut self, ix: CandidateIx, candidate: Candidate) {
        if let Some(known) = self.candidates.get_mut(ix.0 as usize) {
            let joined = std::mem::take(&mut known.joined);
            *known = Candidate {
                joined,
                ..candidate
            };
            if let Some(seen) = &mut self.seen {
                seen.0.remove(&ix);
            }
        }
    }

    /// Epochs that were found twice (the same detection in two files) and kept once.
    pub const fn duplicates(&self) -> usize {
        self.duplicates
    }

    /// "72 epochs are copies of others and are shown once"; none where each was found once.
    pub fn copies_in_words(&self) -> Option<String> {
        match self.duplicates {
            0 => None,
            1 => Some(text!("1 epoch is a copy of another and is shown once").into()),
            count => Some(text!(
                "{count} epochs are copies of others and are shown once",
                count
            )),
        }
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
                let seen = self.seen.get_or_insert_default().0.entry(ix);
                self.duplicates += join_epochs(&mut part.epochs, epochs, seen);
            }
            part.sort_by_time();
            self.candidates.push(part);
            return ix;
        };
        let known = &mut self.candidates[ix.0 as usize];
        let seen = self.seen.get_or_insert_default().0.entry(ix);
        let epochs = std::mem::take(&mut part.epochs);
        self.duplicates += join_epochs(&mut known.epochs, epochs, seen);
        known.join_facts(part);
        known.sort_by_time();
        ix
    }
}

impl Candidate {
    /// Takes in what another part of the same object says of it beside its epochs.
    pub(super) fn join_facts(&mut self, more: Self) {
        join_history(&mut self.history, more.history);
        self.position_deg = self.position_deg.or(more.position_deg);
        self.truth = self.truth.take().or(more.truth);
        if self.fields.is_empty() {
            self.fields = more.fields;
        }
    }
}

impl Catalogue {
    /// Gives a candidate the columns of a table that was joined.
    pub fn join(&mut self, ix: CandidateIx, columns: &Fields) {
        if let Some(candidate) = self.candidates.get_mut(ix.0 as usize) {
            candidate.joined = candidate.joined.with(columns);
        }
    }

    /// Takes the columns of all joined tables away.
    pub fn unjoin(&mut self) {
        for candidate in &mut self.candidates {
            candidate.joined = Fields::default();
        }
    }
}

fn ix_of(at: usize) -> CandidateIx {
    CandidateIx(u32::try_from(at).unwrap_or(u32::MAX))
}

/// Adds what is new and returns how many were not.
fn join_epochs(
    known: &mut Vec<Epoch>,
    more: Vec<Epoch>,
    seen: Entry<'_, CandidateIx, HashSet<u64>>,
) -> usize {
    let mut duplicates = 0;
    if known.len() + more.len() > MANY_EPOCHS {
        let seen = seen.or_insert_with(|| known.iter().flat_map(marks).collect());
        for epoch in more {
            if is_seen(&epoch, seen) {
                duplicates += 1;
            } else {
                seen.extend(marks(&epoch));
                known.push(epoch);
            }
        }
        return duplicates;
    }
    for epoch in more {
        if known.iter().any(|old| is_same_detection(old, &epoch)) {
            duplicates += 1;
        } else {
            known.push(epoch);
        }
    }
    duplicates
}

/// The same as [`is_same_detection`] with any of those whose marks are there.
fn is_seen(epoch: &Epoch, seen: &HashSet<u64>) -> bool {
    let place = epoch.stamps.first();
    match (&epoch.candid, place) {
        (Some(candid), place) => {
            seen.contains(&mark(b'c', candid))
                || place.is_some_and(|place| seen.contains(&mark(b'n', &place_of(place))))
        }
        (None, Some(place)) => seen.contains(&mark(b'p', &place_of(place))),
        (None, None) => false,
    }
}

/// By its identifier, by its place, and by its place where it has no identifier.
fn marks(epoch: &Epoch) -> impl Iterator<Item = u64> {
    let place = epoch.stamps.first().map(place_of);
    let candid = epoch.candid.as_ref().map(|candid| mark(b'c', candid));
    let nameless = place
        .as_ref()
        .filter(|_| candid.is_none())
        .map(|place| mark(b'n', place));
    let place = place.map(|place| mark(b'p', &place));
    candid.into_iter().chain(nameless).chain(place)
}

fn place_of(stamp: &StampRef) -> impl Hash {
    (&stamp.source, stamp.part, stamp.role)
}

/// A number for a kind of mark and its value; two of a million agree by chance once in 30,000,000 sets.
fn mark(kind: u8, value: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    kind.hash(&mut hasher);
    value.hash(&mut hasher);
    hasher.finish()
}

pub(super) fn is_same_detection(a: &Epoch, b: &Epoch) -> bool {
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
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
    fn many_epochs_are_told_apart_as_few_are() {
        let mut catalogue = Catalogue::default();
        for _ in 0..2 {
            for at in 0..600_u32 {
                catalogue.absorb(alert("SN1", &at.to_string(), 58_000.0 + f64::from(at)));
            }
        }
        let ix = catalogue.find("SN1").unwrap();
        assert_eq!(catalogue.get(ix).unwrap().epochs.len(), 600);
        assert_eq!(catalogue.duplicates(), 600);
    }

    #[test]
    fn a_detection_found_twice_is_kept_once_and_counted() {
        let mut catalogue = Catalogue::default();
        catalogue.absorb(alert("ZTF18a", "2", 58_002.0));
        let ix = catalogue.absorb(alert("ZTF18a", "2", 58_002.0));
        assert_eq!(catalogue.get(ix).unwrap().epochs.len(), 1);
        assert_eq!(catalogue.duplicates(), 1);
        let words = catalogue.copies_in_words().unwrap();
        assert_eq!(words, "1 epoch is a copy of another and is shown once");
        assert_eq!(Catalogue::default().copies_in_words(), None);
    }
}
