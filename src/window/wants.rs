//! Which stamps the view needs: what is on the screen first, then what will be soon.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::{memory::Memory, state::AppState};
use crate::{
    domain::{Candidate, CandidateIx, Role, StampRef},
    workspace::{screen::Screen, stamp_store::Want},
};

/// Candidates after the one on screen that are decoded ahead, and before it.
const AHEAD: usize = 8;
const BEHIND: usize = 2;
/// Rows of the queue panel that may be visible.
const QUEUE_ROWS: usize = 24;

/// What is needed, where it has changed since the last frame.
pub fn wants(state: &AppState, memory: &mut Memory) -> Option<Want> {
    let reload = memory.view.lost.take();
    let key = key_of(state, memory);
    if memory.view.last_want == Some(key) && reload.is_empty() {
        return None;
    }
    memory.view.last_want = Some(key);
    let mut want = Want {
        reload,
        ..Want::default()
    };
    if state.shared.screen == Screen::Mosaic {
        for ix in state.shared.page.iter() {
            shown_stamps(state, *ix, &mut want.visible);
        }
        page_after(state, &mut want.ahead);
    }
    for (ix, epoch) in &memory.view.small {
        let epoch = state
            .shared
            .catalogue
            .get(*ix)
            .and_then(|c| c.epochs.get(*epoch));
        let stamps = epoch.map_or(&[][..], |epoch| &epoch.stamps);
        want.visible.extend(stamps.iter().cloned());
    }
    if let Some(candidate) = state.shared.candidate() {
        of_sequence(candidate, state.shared.place.epoch, &mut want.visible);
        near(state, &mut want);
    }
    Some(want)
}

/// A number that changes when the needs change.
fn key_of(state: &AppState, memory: &Memory) -> u64 {
    let mut hasher = DefaultHasher::new();
    state.shared.generation.hash(&mut hasher);
    state.shared.screen.hash(&mut hasher);
    state.shared.place.candidate.hash(&mut hasher);
    state.shared.place.epoch.hash(&mut hasher);
    state.shared.queue.revision().hash(&mut hasher);
    state.shared.mosaic_role.hash(&mut hasher);
    memory.view.small.hash(&mut hasher);
    state
        .shared
        .candidate()
        .map(|candidate| candidate.epochs.len())
        .hash(&mut hasher);
    if state.shared.screen == Screen::Mosaic {
        state.shared.page.hash(&mut hasher);
    }
    hasher.finish()
}

/// All stamps of a candidate, the epoch on screen first, then its neighbours.
fn of_sequence(candidate: &Candidate, epoch: usize, into: &mut Vec<StampRef>) {
    let mut order: Vec<usize> = (0..candidate.epochs.len()).collect();
    order.sort_by_key(|at| at.abs_diff(epoch));
    for at in order {
        into.extend(candidate.epochs[at].stamps.iter().cloned());
    }
}

/// The stamps that a small picture of a candidate shows.
fn shown_stamps(state: &AppState, ix: CandidateIx, into: &mut Vec<StampRef>) {
    let Some(candidate) = state.shared.catalogue.get(ix) else {
        return;
    };
    let Some(epoch) = candidate.epochs.get(state.shared.epoch_to_show(ix)) else {
        return;
    };
    let stamps = epoch
        .stamps
        .iter()
        .filter(|stamp| match state.shared.mosaic_role {
            Some(role) => stamp.role == role,
            None => matches!(
                stamp.role,
                Role::Science | Role::Reference | Role::Difference
            ),
        });
    into.extend(stamps.cloned());
}

fn page_after(state: &AppState, into: &mut Vec<StampRef>) {
    let order = state.shared.queue.order();
    let last = state
        .shared
        .page
        .last()
        .and_then(|ix| state.shared.queue.rank(*ix))
        .map_or(0, |rank| rank + 1);
    let end = (last + state.shared.page.len()).min(order.len());
    for ix in &order[last.min(end)..end] {
        shown_stamps(state, *ix, into);
    }
}

/// Thumbnails round the candidate on screen, and whole candidates that come next.
fn near(state: &AppState, want: &mut Want) {
    let order = state.shared.queue.order();
    let Some(rank) = state
        .shared
        .place
        .candidate
        .and_then(|ix| state.shared.queue.rank(ix))
    else {
        return;
    };
    let rows = rank.saturating_sub(QUEUE_ROWS)..(rank + QUEUE_ROWS).min(order.len());
    let thumbnails = order[rows].iter().filter_map(|ix| {
        let (epoch, role) = state.shared.thumbnail(*ix)?;
        let candidate = state.shared.catalogue.get(*ix)?;
        candidate.epochs.get(epoch)?.stamp(role).cloned()
    });
    want.visible.extend(thumbnails);
    let soon = order.iter().skip(rank + 1).take(AHEAD);
    let before = order[..rank].iter().rev().take(BEHIND);
    for ix in soon.chain(before) {
        if let Some(candidate) = state.shared.catalogue.get(*ix) {
            of_sequence(candidate, state.shared.epoch_to_show(*ix), &mut want.ahead);
        }
    }
}
