//! What stands side by side: the labelled ones that the candidate on the screen looks like where they are asked for,
//! else the selection, else epochs of that candidate, else those after it.

use crate::{
    domain::{Candidate, CandidateIx, Role, words::counted},
    english, text,
    workspace::{action::Action, shared::Shared},
};

/// Columns at most.
pub const MOST: usize = 6;
/// Candidates where none are selected and the one on the screen has one epoch.
const NEXT: usize = 4;

/// The columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Items {
    /// What they are, in words.
    pub title: String,
    /// Candidates with the epoch of each, from 0.
    pub columns: Vec<(CandidateIx, usize)>,
    /// What brings some, where there are too few.
    pub why_few: &'static str,
}

/// Where nothing is selected.
const SELECT: &str =
    english!("Select two to six candidates in the mosaic, or go to one with several epochs.");
/// Where nothing alike is known.
const LABEL: &str = english!(
    "No other labelled candidate that this one looks like is known yet: see Looks like in Inspect."
);

impl Items {
    /// What the person looks at now.
    pub fn of(shared: &Shared) -> Self {
        let why_few = if shared.alike.is_side_by_side {
            LABEL
        } else {
            SELECT
        };
        Self {
            why_few,
            ..Self::found(shared)
        }
    }

    fn found(shared: &Shared) -> Self {
        if shared.alike.is_side_by_side {
            let neighbours = shared.alike.neighbours.iter().map(|one| one.candidate);
            let all = shared.place.candidate.into_iter().chain(neighbours);
            let columns = all.map(|ix| (ix, shared.epoch_to_show(ix))).collect();
            return Self {
                title: text!("this one, and the labelled ones that it looks most like").into(),
                columns,
                ..Self::default()
            };
        }
        if shared.selection.len() > 1 {
            let columns: Vec<_> = first_selected(shared)
                .into_iter()
                .map(|ix| (ix, shared.epoch_to_show(ix)))
                .collect();
            let all = shared.selection.len();
            let title = if columns.len() < all {
                text!("the first {most} of {all} selected", most = MOST, all)
            } else {
                text!(
                    "{candidates} selected",
                    candidates = counted(all as u64, "candidate")
                )
            };
            return Self {
                title,
                columns,
                ..Self::default()
            };
        }
        let (Some(ix), Some(candidate)) = (shared.place.candidate, shared.candidate()) else {
            return Self::default();
        };
        let epochs = candidate.epochs.len();
        if epochs > 1 {
            let chosen = chosen_epochs(epochs, shared.place.epoch, candidate.first_look());
            let title = if chosen.len() < epochs {
                let key = |action| shared.settings.keys.hint(action);
                text!(
                    "of the {epochs} epochs of {candidate} the first, the brightest and those about the one on screen ({before} {after} go to others)",
                    epochs,
                    candidate = candidate.id,
                    before = key(Action::PreviousEpoch),
                    after = key(Action::NextEpoch)
                )
            } else {
                text!(
                    "the {epochs} epochs of {candidate}",
                    epochs,
                    candidate = candidate.id
                )
            };
            return Self {
                title,
                columns: chosen.into_iter().map(|epoch| (ix, epoch)).collect(),
                ..Self::default()
            };
        }
        let from = shared.queue.rank(ix).unwrap_or(0);
        let following = shared.queue.order().iter().skip(from).take(NEXT);
        let columns: Vec<_> = following
            .map(|ix| (*ix, shared.epoch_to_show(*ix)))
            .collect();
        Self {
            title: text!(
                "this one and the next {count}",
                count = columns.len().saturating_sub(1)
            ),
            columns,
            ..Self::default()
        }
    }

    /// The images that any of them has, in the usual order.
    pub fn roles(&self, shared: &Shared) -> Vec<Role> {
        let candidates = self.columns.iter();
        let candidates = candidates.filter_map(|(ix, _)| shared.catalogue.get(*ix));
        let mut roles: Vec<Role> = candidates.flat_map(Candidate::roles).collect();
        roles.sort_unstable();
        roles.dedup();
        roles.retain(|role| !matches!(role, Role::Psf | Role::Variance));
        roles
    }
}

/// Of so many epochs the first, the brightest, the one on screen, and as many of those about it as there are columns for; in their order.
fn chosen_epochs(count: usize, here: usize, brightest: usize) -> Vec<usize> {
    let mut chosen: Vec<usize> = Vec::new();
    // After it first, then before it, each further away than the one before.
    let about = (1..count).flat_map(|away| [here.checked_add(away), here.checked_sub(away)]);
    let wanted = [Some(0), Some(brightest), Some(here)];
    for epoch in wanted.into_iter().chain(about).flatten() {
        if chosen.len() < MOST && epoch < count && !chosen.contains(&epoch) {
            chosen.push(epoch);
        }
    }
    chosen.sort_unstable();
    chosen
}

/// The selected candidates that stand first in the list. Of a few each has its rank looked up; of many the list has
/// them near its beginning.
fn first_selected(shared: &Shared) -> Vec<CandidateIx> {
    const FEW: usize = 1_000;
    if shared.selection.len() > FEW {
        let order = shared.queue.order().iter().copied();
        let selected = order.filter(|ix| shared.selection.contains(*ix));
        return selected.take(MOST).collect();
    }
    let mut selected: Vec<_> = shared.selection.iter().collect();
    selected.sort_by_key(|ix| shared.queue.rank(*ix).unwrap_or(usize::MAX));
    selected.truncate(MOST);
    selected
}

#[cfg(test)]
mod tests {
    use super::chosen_epochs;

    #[test]
    fn the_first_the_brightest_and_those_about_the_one_on_screen_are_chosen() {
        for (count, here, brightest, expected) in [
            (27, 15, 8, &[0, 8, 14, 15, 16, 17][..]),
            (27, 26, 8, &[0, 8, 23, 24, 25, 26]),
            (27, 0, 0, &[0, 1, 2, 3, 4, 5]),
            (27, 1, 26, &[0, 1, 2, 3, 4, 26]),
            (6, 2, 1, &[0, 1, 2, 3, 4, 5]),
            (2, 1, 1, &[0, 1]),
        ] {
            let found = chosen_epochs(count, here, brightest);
            assert_eq!(found, expected, "{count} {here} {brightest}");
        }
    }
}
