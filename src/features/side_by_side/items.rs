//! What stands side by side: the labelled ones that the candidate on the screen looks like where they are asked for,
//! else the selection, else epochs of that candidate, else those after it.

use crate::{
    domain::{Candidate, CandidateIx, Role},
    workspace::{shared::Shared, words::counted},
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
    "Select two to six candidates in the mosaic, or go to one with several epochs.";
/// Where nothing alike is known.
const LABEL: &str =
    "No other labelled candidate that this one looks like is known yet: see Looks like in Inspect.";

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
                title: "this one, and the labelled ones that it looks most like".into(),
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
                format!("the first {MOST} of {all} selected")
            } else {
                format!("{} selected", counted(all as u64, "candidate"))
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
            let count = epochs.min(MOST);
            let first = shared
                .place
                .epoch
                .saturating_sub(count / 2)
                .min(epochs - count);
            return Self {
                title: format!(
                    "epochs {} to {} of {}",
                    first + 1,
                    first + count,
                    candidate.id
                ),
                columns: (first..first + count).map(|epoch| (ix, epoch)).collect(),
                ..Self::default()
            };
        }
        let from = shared.queue.rank(ix).unwrap_or(0);
        let following = shared.queue.order().iter().skip(from).take(NEXT);
        let columns: Vec<_> = following
            .map(|ix| (*ix, shared.epoch_to_show(*ix)))
            .collect();
        Self {
            title: format!("this one and the next {}", columns.len().saturating_sub(1)),
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
