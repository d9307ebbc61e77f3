//! What a set has gained since it was opened: candidates that are new, and epochs of those that were there.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::Path,
};

use super::{
    Candidate, CandidateIx, Catalogue, Epoch, Part, Role, Source, StampIds, StampRef,
    candidate::by_time, catalogue::is_same_detection,
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

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Growth {
    /// Candidates that were not there, in the order in which they were found.
    pub new: Vec<Candidate>,
    /// Candidates that were there, and have other epochs or another history now.
    pub renewed: Vec<Renewed>,
}

/// What has become of files since the set was read.
#[derive(Clone, Copy)]
pub struct FilesNow<'a> {
    /// True for a file that was read again as another one.
    pub is_renewed: &'a dyn Fn(&Path) -> bool,
    /// True for a file that was not read, because it is being written.
    pub is_waited_for: &'a dyn Fn(&Path) -> bool,
}

impl Growth {
    /// What `now` has and `then` had not. What is gone stays, but no stamp of a file that was read again and does not hold
    /// it any more: another one may lie in its place. New stamps get their numbers from `ids`, whatever numbers they have
    /// in `now`.
    pub fn between(then: &Catalogue, now: Catalogue, files: FilesNow<'_>, ids: &StampIds) -> Self {
        let mut growth = Self::default();
        let mut is_there = vec![false; then.len()];
        let mut owners = None;
        for mut candidate in now.into_candidates() {
            let known = then.find(&candidate.id).or_else(|| {
                // What is one object may go by another name once more files are there.
                let owners = owners.get_or_insert_with(|| owners_of(then));
                let mut places = candidate.epochs.iter().filter_map(first_place);
                places.find_map(|place| owners.get(&place).copied())
            });
            if let Some((ix, known)) = known.and_then(|ix| Some((ix, then.get(ix)?))) {
                is_there[ix.0 as usize] = true;
                let renewed = renewed((ix, known), candidate, files, ids);
                growth.renewed.extend(renewed);
                continue;
            }
            for stamp in candidate.epochs.iter_mut().flat_map(|one| &mut one.stamps) {
                stamp.id = ids.next();
            }
            growth.new.push(candidate);
        }
        let gone = then.iter().filter(|(ix, _)| !is_there[ix.0 as usize]);
        let of_gone = |known| renewed(known, Candidate::default(), files, ids);
        growth.renewed.extend(gone.filter_map(of_gone));
        growth
    }

    /// True where nothing came in.
    pub const fn is_empty(&self) -> bool {
        self.new.is_empty() && self.renewed.is_empty()
    }
}

/// Where a stamp lies.
type StampPlace<'a> = (&'a Source, Part, Role);

fn place_of(stamp: &StampRef) -> StampPlace<'_> {
    (&stamp.source, stamp.part, stamp.role)
}

/// By what an epoch is known that has no identifier, as a hash.
fn first_place(epoch: &Epoch) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    place_of(epoch.stamps.first()?).hash(&mut hasher);
    Some(hasher.finish())
}

/// The candidate that each first stamp belongs to.
fn owners_of(catalogue: &Catalogue) -> HashMap<u64, CandidateIx> {
    let of_candidate = |(ix, candidate): (CandidateIx, &Candidate)| {
        let places = candidate.epochs.iter().filter_map(first_place);
        places.map(|place| (place, ix)).collect::<Vec<_>>()
    };
    catalogue.iter().flat_map(of_candidate).collect()
}

/// What has become of a candidate; none where nothing came in for it and nothing was lost.
fn renewed(
    (ix, then): (CandidateIx, &Candidate),
    now: Candidate,
    files: FilesNow<'_>,
    ids: &StampIds,
) -> Option<Renewed> {
    let is_renewed = |stamp: &StampRef| (files.is_renewed)(&stamp.source.path);
    let stamps = then.epochs.iter().flat_map(|epoch| &epoch.stamps);
    let is_same = |(old, new): (&Epoch, &Epoch)| {
        let places = |epoch: &Epoch| {
            epoch
                .stamps
                .iter()
                .map(place_of)
                .eq(old.stamps.iter().map(place_of))
        };
        is_same_detection(old, new) && places(new)
    };
    let is_gone = now.epochs.is_empty();
    let is_as_it_was = then.epochs.len() == now.epochs.len()
        && then.history.len() == now.history.len()
        && then.epochs.iter().zip(&now.epochs).all(is_same);
    if (is_as_it_was || is_gone) && !stamps.clone().any(is_renewed) {
        return None;
    }
    let pairs = pairs_of(&then.epochs, &now.epochs);
    let mut candidate = then.clone();
    // Each with its place before, and without stamps of files that were read again: these come with the epochs of now.
    let mut epochs: Vec<(Option<usize>, Epoch)> = Vec::with_capacity(then.epochs.len());
    for (at, mut epoch) in std::mem::take(&mut candidate.epochs)
        .into_iter()
        .enumerate()
    {
        epoch.stamps.retain(|stamp| !is_renewed(stamp));
        epochs.push((Some(at), epoch));
    }
    let mut gained = 0;
    let mut facts = now;
    for (mut epoch, pair) in std::mem::take(&mut facts.epochs).into_iter().zip(pairs) {
        let old = pair.map(|at| &mut epochs[at].1);
        let known = old.as_ref().map_or(&[][..], |old| &old.stamps);
        for stamp in &mut epoch.stamps {
            let same = known.iter().find(|old| place_of(old) == place_of(stamp));
            stamp.id = same.map_or_else(|| ids.next(), |old| old.id);
        }
        let waited_for = known.iter().filter(|old| {
            let mut stamps = epoch.stamps.iter();
            stamps.all(|stamp| stamp.role != old.role) && (files.is_waited_for)(&old.source.path)
        });
        let waited_for: Vec<StampRef> = waited_for.cloned().collect();
        epoch.stamps.extend(waited_for);
        epoch.stamps.sort_by_key(|stamp| stamp.role);
        if let Some(old) = old {
            *old = epoch;
        } else {
            epochs.push((None, epoch));
            gained += 1;
        }
    }
    let old = then.epochs.iter().zip(&epochs);
    let mut is_other = gained > 0;
    is_other |= old.clone().any(|(old, (_, new))| old.stamps != new.stamps);
    epochs.sort_by(|(_, a), (_, b)| by_time(a, b));
    let mut places = vec![0; then.epochs.len()];
    for (place, (before, _)) in epochs.iter().enumerate() {
        if let Some(before) = before {
            places[*before] = place;
        }
    }
    candidate.join_facts(facts);
    candidate.epochs = epochs.into_iter().map(|(_, epoch)| epoch).collect();
    candidate.sort_by_time();
    is_other |= candidate.history.len() > then.history.len();
    is_other.then_some(Renewed {
        ix,
        candidate,
        places,
        gained,
    })
}

/// For each epoch of now the one of then that it is: the same detection, else the one that has one of its stamps and no
/// other epoch has (the files of an epoch may come one after the other; a reference may serve all epochs).
fn pairs_of(then: &[Epoch], now: &[Epoch]) -> Vec<Option<usize>> {
    let mut is_taken = vec![false; then.len()];
    let mut pairs = vec![None; now.len()];
    for (at, new) in now.iter().enumerate() {
        let is_it = |old: &usize| !is_taken[*old] && is_same_detection(&then[*old], new);
        // Mostly they stand where they stood.
        let here = Some(at).filter(|at| *at < then.len()).filter(is_it);
        pairs[at] = here.or_else(|| (0..then.len()).find(is_it));
        if let Some(old) = pairs[at] {
            is_taken[old] = true;
        }
    }
    let mut holders: HashMap<StampPlace<'_>, usize> = HashMap::new();
    for stamp in then.iter().flat_map(|epoch| &epoch.stamps) {
        *holders.entry(place_of(stamp)).or_default() += 1;
    }
    for (new, pair) in now.iter().zip(&mut pairs) {
        if pair.is_some() {
            continue;
        }
        let shares_a_stamp = |old: &Epoch| {
            let mut stamps = old.stamps.iter().map(place_of);
            stamps.any(|place| {
                holders.get(&place) == Some(&1)
                    && new.stamps.iter().any(|new| place_of(new) == place)
            })
        };
        let is_it = |old: &usize| {
            let old_epoch = &then[*old];
            let has_candids = old_epoch.candid.is_some() && new.candid.is_some();
            !is_taken[*old] && !has_candids && shares_a_stamp(old_epoch)
        };
        *pair = (0..then.len()).find(is_it);
        if let Some(old) = *pair {
            is_taken[old] = true;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::{Mjd, SourceKind, StampId};

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

    const fn changed(is_renewed: &dyn Fn(&Path) -> bool) -> FilesNow<'_> {
        FilesNow {
            is_renewed,
            is_waited_for: &|_| false,
        }
    }

    fn as_they_were() -> FilesNow<'static> {
        changed(&|_| false)
    }

    fn is_a(path: &Path) -> bool {
        path.ends_with("a")
    }

    fn ids_of(epoch: &Epoch) -> Vec<u32> {
        epoch.stamps.iter().map(|stamp| stamp.id.0).collect()
    }

    #[test]
    fn what_came_in_is_new_and_what_was_there_keeps_its_numbers() {
        const BOTH: [Role; 2] = [Role::Science, Role::Difference];
        let ids = StampIds::default();
        let numbered = |mut epoch: Epoch| {
            for stamp in &mut epoch.stamps {
                stamp.id = ids.next();
            }
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
        let growth = Growth::between(&then, now, as_they_were(), &ids);
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
        assert_eq!(ids_of(&c.candidate.epochs[0]), [4, 11], "one was there");
    }

    #[test]
    fn of_files_that_changed_all_is_taken_anew() {
        let ids = StampIds::default();
        ids.reserve(100);
        let set = || catalogue(&[("a", &[epoch(1.0, "a", &[Role::Science])])]);
        let then = set();
        assert!(Growth::between(&then, set(), as_they_were(), &ids).is_empty());
        let growth = Growth::between(&then, set(), changed(&is_a), &ids);
        let [renewed] = &growth.renewed[..] else {
            panic!("{growth:?}");
        };
        assert_eq!(ids_of(&renewed.candidate.epochs[0]), [100]);
        assert_eq!((&renewed.places[..], renewed.gained), (&[0][..], 0));
    }

    #[test]
    fn what_a_file_does_not_hold_any_more_is_not_shown_from_it() {
        let ids = StampIds::default();
        let stamp = [Role::Science];
        let then = catalogue(&[
            ("x", &[epoch(1.0, "a", &stamp)]),
            ("y", &[epoch(1.0, "b", &stamp)]),
        ]);
        let now = catalogue(&[("y", &[epoch(1.0, "b", &stamp)])]);
        let growth = Growth::between(&then, now, changed(&is_a), &ids);
        let [x] = &growth.renewed[..] else {
            panic!("{growth:?}");
        };
        assert_eq!((x.ix, x.gained), (CandidateIx(0), 0));
        assert_eq!(x.candidate.epochs.len(), 1, "its labels and facts stay");
        assert!(x.candidate.epochs[0].stamps.is_empty());
        // A file that is gone says so by itself.
        let now = catalogue(&[]);
        assert!(Growth::between(&then, now, as_they_were(), &ids).is_empty());
    }

    #[test]
    fn epochs_with_one_reference_are_told_apart() {
        let ids = StampIds::default();
        let cube = |count: u8| {
            let epochs = (0..count).map(|at| {
                let mut one = epoch(f64::from(at), "a", &[Role::Science, Role::Reference]);
                one.stamps[0].part = Part::Hdu {
                    hdu: 0,
                    plane: Some(at.into()),
                };
                one
            });
            epochs.collect::<Vec<_>>()
        };
        let then = catalogue(&[("x", &cube(3))]);
        for count in [3, 4] {
            let now = catalogue(&[("x", &cube(count))]);
            let growth = Growth::between(&then, now, changed(&is_a), &ids);
            let x = &growth.renewed[0];
            assert_eq!(
                (x.gained, &x.places[..]),
                (usize::from(count) - 3, &[0, 1, 2][..])
            );
            let planes = x.candidate.epochs.iter().map(|one| one.stamps[0].part);
            assert!(planes.eq(cube(count).iter().map(|one| one.stamps[0].part)));
        }
    }

    #[test]
    fn a_stamp_whose_file_is_waited_for_stays() {
        let ids = StampIds::default();
        let mut both = epoch(1.0, "a", &[Role::Science]);
        both.stamps
            .extend(epoch(1.0, "b", &[Role::Difference]).stamps);
        let then = catalogue(&[("x", &[both])]);
        let now = catalogue(&[("x", &[epoch(1.0, "a", &[Role::Science])])]);
        let files = FilesNow {
            is_renewed: &|_| false,
            is_waited_for: &|path| path.ends_with("b"),
        };
        assert!(Growth::between(&then, now, files, &ids).is_empty());
    }

    #[test]
    fn another_name_for_the_same_stamps_is_no_other_candidate() {
        let ids = StampIds::default();
        let then = catalogue(&[("x", &[epoch(1.0, "a", &[Role::Science])])]);
        let now = catalogue(&[(
            "ZTF18a",
            &[
                epoch(1.0, "a", &[Role::Science]),
                epoch(2.0, "b", &[Role::Science]),
            ],
        )]);
        let growth = Growth::between(&then, now, as_they_were(), &ids);
        assert!(growth.new.is_empty());
        assert_eq!(
            (&*growth.renewed[0].candidate.id, growth.renewed[0].gained),
            ("x", 1)
        );
    }
}
