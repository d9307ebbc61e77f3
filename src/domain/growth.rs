//! What a set has gained since it was opened: candidates that are new, and epochs of those that were there.

use std::path::Path;

use super::{
    Candidate, CandidateIx, Catalogue, Epoch, StampIds,
    candidate::by_time,
    catalogue::{is_same_detection, join_history},
};

/// A candidate that was there, with what it has gained.
#[derive(Clone, Debug, PartialEq)]
pub struct Renewed {
    /// Its place in the catalogue.
    pub ix: CandidateIx,
    /// As it is now. Stamps that were there have the numbers that they had.
    pub candidate: Candidate,
    /// Where each epoch that was there is now, from 0.
    pub places: Vec<usize>,
    /// Epochs that were not there.
    pub gained: usize,
}

/// What came in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Growth {
    /// Candidates that were not there, in the order in which they were found.
    pub new: Vec<Candidate>,
    /// Candidates that were there, and have other epochs or another history now.
    pub renewed: Vec<Renewed>,
}

impl Growth {
    /// What `now` has and `then` had not. Epochs whose files `is_changed` are taken as they are now; what is gone stays.
    /// New stamps get their numbers from `ids`, whatever numbers they have in `now`.
    pub fn between(
        then: &Catalogue,
        now: Catalogue,
        is_changed: &dyn Fn(&Path) -> bool,
        ids: &StampIds,
    ) -> Self {
        let mut growth = Self::default();
        for mut candidate in now.into_candidates() {
            let known = then.find(&candidate.id);
            let Some((ix, known)) = known.and_then(|ix| Some((ix, then.get(ix)?))) else {
                for epoch in &mut candidate.epochs {
                    number(epoch, ids);
                }
                growth.new.push(candidate);
                continue;
            };
            growth
                .renewed
                .extend(renewed((ix, known), candidate, is_changed, ids));
        }
        growth
    }

    /// True where nothing came in.
    pub const fn is_empty(&self) -> bool {
        self.new.is_empty() && self.renewed.is_empty()
    }
}

/// None where nothing came in for it.
fn renewed(
    (ix, then): (CandidateIx, &Candidate),
    now: Candidate,
    is_changed: &dyn Fn(&Path) -> bool,
    ids: &StampIds,
) -> Option<Renewed> {
    let of_changed = |epoch: &Epoch| {
        let mut stamps = epoch.stamps.iter();
        stamps.any(|stamp| is_changed(&stamp.source.path))
    };
    let is_other =
        |old: &Epoch, new: &Epoch| old.stamps.len() != new.stamps.len() || of_changed(new);
    let pairs = || then.epochs.iter().zip(&now.epochs);
    let is_as_it_was = then.epochs.len() == now.epochs.len()
        && then.history.len() == now.history.len()
        && pairs().all(|(old, new)| is_same_detection(old, new) && !is_other(old, new));
    if is_as_it_was {
        return None;
    }
    let mut candidate = then.clone();
    let (mut gained, mut is_renewed) = (0, false);
    // Each with its place before.
    let mut epochs: Vec<(Option<usize>, Epoch)> = std::mem::take(&mut candidate.epochs)
        .into_iter()
        .enumerate()
        .map(|(at, epoch)| (Some(at), epoch))
        .collect();
    for mut epoch in now.epochs {
        let mut known = epochs.iter_mut();
        match known.find(|(_, old)| is_same(old, &epoch)) {
            None => {
                number(&mut epoch, ids);
                epochs.push((None, epoch));
                gained += 1;
            }
            Some((_, old)) if is_other(old, &epoch) => {
                number(&mut epoch, ids);
                *old = epoch;
                is_renewed = true;
            }
            Some(_) => {}
        }
    }
    epochs.sort_by(|(_, a), (_, b)| by_time(a, b));
    let mut places = vec![0; then.epochs.len()];
    for (place, (before, _)) in epochs.iter().enumerate() {
        if let Some(before) = before {
            places[*before] = place;
        }
    }
    candidate.epochs = epochs.into_iter().map(|(_, epoch)| epoch).collect();
    join_history(&mut candidate.history, now.history);
    is_renewed |= gained > 0 || candidate.history.len() > then.history.len();
    candidate.position_deg = candidate.position_deg.or(now.position_deg);
    candidate.truth = candidate.truth.or(now.truth);
    if candidate.fields.is_empty() {
        candidate.fields = now.fields;
    }
    candidate.sort_by_time();
    is_renewed.then_some(Renewed {
        ix,
        candidate,
        places,
        gained,
    })
}

/// The same detection, or what is made of one of its stamps: the files of an epoch may come one after the other.
fn is_same(old: &Epoch, new: &Epoch) -> bool {
    let has_candids = old.candid.is_some() && new.candid.is_some();
    let shares_a_stamp = || {
        old.stamps.iter().any(|old| {
            let mut stamps = new.stamps.iter();
            stamps
                .any(|new| new.part == old.part && new.role == old.role && new.source == old.source)
        })
    };
    is_same_detection(old, new) || !has_candids && shares_a_stamp()
}

/// Gives its stamps numbers of the set.
fn number(epoch: &mut Epoch, ids: &StampIds) {
    for stamp in &mut epoch.stamps {
        stamp.id = ids.next();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::{Mjd, Part, Role, Source, SourceKind, StampId, StampRef};

    fn epoch(mjd: f64, file: &str, roles: &[Role]) -> Epoch {
        let stamp = |role: &Role| StampRef {
            id: StampId(0),
            role: *role,
            source: Arc::new(Source {
                path: Path::new(file).into(),
                kind: SourceKind::Fits,
            }),
            part: Part::Hdu {
                hdu: 0,
                plane: None,
            },
        };
        Epoch {
            mjd: Mjd::new(mjd),
            stamps: roles.iter().map(stamp).collect(),
            ..Epoch::default()
        }
    }

    fn catalogue(all: &[(&str, &[Epoch])]) -> Catalogue {
        let mut catalogue = Catalogue::default();
        for (id, epochs) in all {
            catalogue.absorb(Candidate {
                id: (*id).into(),
                epochs: epochs.to_vec(),
                ..Candidate::default()
            });
        }
        catalogue
    }

    fn ids_of(epoch: &Epoch) -> Vec<u32> {
        epoch.stamps.iter().map(|stamp| stamp.id.0).collect()
    }

    #[test]
    fn what_came_in_is_new_and_what_was_there_keeps_its_numbers() {
        const BOTH: [Role; 2] = [Role::Science, Role::Difference];
        let ids = StampIds::default();
        let numbered = |mut epoch: Epoch| {
            number(&mut epoch, &ids);
            epoch
        };
        let then = catalogue(&[
            ("a", &[numbered(epoch(2.0, "a2", &BOTH))]),
            ("b", &[numbered(epoch(1.0, "b1", &BOTH))]),
            ("c", &[numbered(epoch(1.0, "c1", &BOTH[..1]))]),
            ("d", &[numbered(epoch(1.0, "d1", &BOTH))]),
        ]);
        let now = catalogue(&[
            ("new", &[epoch(5.0, "n", &BOTH)]),
            // An epoch before the one that was there.
            ("a", &[epoch(1.0, "a1", &BOTH), epoch(2.0, "a2", &BOTH)]),
            ("b", &[epoch(1.0, "b1", &BOTH)]),
            // Its difference has come.
            ("c", &[epoch(1.0, "c1", &BOTH)]),
        ]);
        let growth = Growth::between(&then, now, &|_| false, &ids);
        assert_eq!(growth.new.len(), 1);
        assert_eq!(ids_of(&growth.new[0].epochs[0]), [7, 8]);
        let [a, c] = &growth.renewed[..] else {
            panic!("{:?}", growth.renewed);
        };
        assert_eq!(
            (a.ix, &a.places[..], a.gained),
            (CandidateIx(0), &[1][..], 1)
        );
        assert_eq!(ids_of(&a.candidate.epochs[1]), [0, 1], "as before");
        assert_eq!(ids_of(&a.candidate.epochs[0]), [9, 10]);
        assert_eq!((c.ix, c.gained), (CandidateIx(2), 0));
        assert_eq!(c.candidate.epochs.len(), 1);
        assert_eq!(ids_of(&c.candidate.epochs[0]), [11, 12]);
    }

    #[test]
    fn of_files_that_changed_all_is_taken_anew() {
        let ids = StampIds::default();
        ids.reserve(100);
        let set = || catalogue(&[("a", &[epoch(1.0, "a", &[Role::Science])])]);
        let then = set();
        assert!(Growth::between(&then, set(), &|_| false, &ids).is_empty());
        let growth = Growth::between(&then, set(), &|path| path.ends_with("a"), &ids);
        let [renewed] = &growth.renewed[..] else {
            panic!("{growth:?}");
        };
        assert_eq!(ids_of(&renewed.candidate.epochs[0]), [100]);
        assert_eq!((&renewed.places[..], renewed.gained), (&[0][..], 0));
    }
}
