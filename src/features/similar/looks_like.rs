//! *Looks like* as the window has it: which labelled candidates the one on the screen is like, kept until it or the
//! labels change.

use std::sync::Arc;

use super::{
    neighbours::{FindNeighbours, Labelled, NearestOfClasses, Sought, chosen},
    state::SimilarSearch,
};
use crate::{
    domain::CandidateIx,
    learn::similarity::AlikeVectors,
    tasks::{Running, TaskEvent, next_event},
    workspace::{
        action::Action,
        alike::Neighbour,
        context::Context,
        screen::{Pane, Screen},
        shared::Shared,
    },
};

/// Sets of so many candidates are compared without being asked: some seconds.
const MOST_UNASKED: usize = 20_000;

/// What an answer depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key {
    here: CandidateIx,
    /// Labels and candidates whose labels are hidden.
    labels: (u64, usize),
    /// How often the set was compared.
    comparison: u64,
}

/// The state beside the search.
#[derive(Debug, Default)]
pub struct LooksLike {
    /// True where the person wants a large set compared.
    pub(super) is_asked: bool,
    /// Why the set is not compared: it was stopped, or failed.
    pub(super) fault: Option<String>,
    /// How often the set was compared.
    pub(super) comparison: u64,
    labelled: Option<Arc<Labelled>>,
    /// What the answer, or the one that is awaited, is about.
    key: Option<Key>,
    finding: Option<Running<FindNeighbours>>,
    found: Option<NearestOfClasses>,
}

/// What the view shows.
#[derive(Clone, Debug, PartialEq)]
pub enum LooksLikeNow {
    /// Nothing is labelled.
    NoLabel,
    /// The set is large: the person decides whether its stamps are compared.
    Unasked,
    /// Stamps are being compared, or the nearest looked for.
    Looking,
    /// Why there is no answer.
    Fault(String),
    /// The candidate has no stamp that can be compared.
    NoStamp,
    /// The nearest ones.
    Found(Vec<Sought>),
}

impl LooksLike {
    pub(super) const fn is_finding(&self) -> bool {
        self.finding.is_some()
    }
}

impl SimilarSearch {
    /// Side by side with what comes next or with the nearest labelled ones, or *Looks like* on and off.
    pub(crate) fn act_on_alike(&mut self, shared: &mut Shared, action: Action, cx: &Context) {
        let is_open = shared.panes.contains(&Pane::SideBySide);
        let was_alike = std::mem::take(&mut shared.alike.is_side_by_side);
        match action {
            Action::LooksLike => {
                shared.alike.is_side_by_side = was_alike;
                shared.settings.shows_looks_like ^= true;
                shared.save_settings(cx);
            }
            Action::BesideAlike => {
                shared.alike.is_side_by_side = !(is_open && was_alike);
                if is_open != shared.alike.is_side_by_side {
                    shared.toggle(Pane::SideBySide);
                }
                let needs_asking = self.looks_like(shared) == LooksLikeNow::Unasked;
                if shared.alike.is_side_by_side && needs_asking {
                    self.compare_by_request(shared, cx);
                }
            }
            _ => shared.toggle(Pane::SideBySide),
        }
    }

    /// True where somebody looks at what the candidate on the screen is like.
    fn is_looked_at(shared: &Shared) -> bool {
        if shared.repeat_check.is_practice() {
            return false;
        }
        let is_beside = shared.alike.is_side_by_side && shared.panes.contains(&Pane::SideBySide);
        is_beside || (shared.settings.shows_looks_like && shared.screen == Screen::Inspect)
    }

    /// Looks anew where the candidate on the screen or the labels have changed; the stamps of the set are compared
    /// first where they were not yet.
    pub(crate) fn want_neighbours(&mut self, shared: &mut Shared, cx: &Context) {
        let here = shared.place.candidate;
        let here = here.filter(|_| Self::is_looked_at(shared) && !shared.is_indexing());
        let Some(here) = here.filter(|_| shared.labelled() > 0) else {
            shared.alike.neighbours.clear();
            return;
        };
        if let Some(vectors) = self.vectors_with(here) {
            self.find_neighbours(here, vectors, shared, cx);
        } else {
            self.compare_unasked(shared, cx);
        }
        shared.alike.neighbours = match self.looks_like(shared) {
            LooksLikeNow::Found(shown) => shown.into_iter().filter_map(Sought::found).collect(),
            _ => Vec::new(),
        };
    }

    fn find_neighbours(
        &mut self,
        here: CandidateIx,
        vectors: Arc<AlikeVectors>,
        shared: &Shared,
        cx: &Context,
    ) {
        let key = Key {
            here,
            labels: (shared.book.revision(), shared.repeat_check.hidden()),
            comparison: self.alike.comparison,
        };
        if self.alike.finding.is_some() || self.alike.key == Some(key) {
            return;
        }
        self.alike.key = Some(key);
        self.alike.finding = Some(cx.tasks.start(FindNeighbours {
            here,
            vectors,
            catalogue: shared.catalogue.clone(),
            book: shared.book.clone(),
            repeat_check: shared.repeat_check.clone(),
            known: self.alike.labelled.clone(),
        }));
    }

    /// A set that is not too large is compared by itself, once its candidates are scored.
    fn compare_unasked(&mut self, shared: &Shared, cx: &Context) {
        let is_small = shared.catalogue.len() <= MOST_UNASKED;
        let may = (is_small || self.alike.is_asked) && self.alike.fault.is_none();
        if may && !shared.scores.is_busy() {
            self.compare(shared, cx);
        }
    }

    /// The person asks for it, also after it was stopped.
    pub(super) fn compare_by_request(&mut self, shared: &Shared, cx: &Context) {
        self.alike.is_asked = true;
        self.alike.fault = None;
        self.compare(shared, cx);
    }

    pub(super) fn poll_neighbours(&mut self) {
        while let Some(event) = next_event(&mut self.alike.finding) {
            match event {
                TaskEvent::Update(()) | TaskEvent::Cancelled => {}
                TaskEvent::Finished(found) => {
                    self.alike.labelled = Some(found.labelled.clone());
                    self.alike.found = Some(found);
                }
                TaskEvent::Failed(why) => {
                    self.alike.found = None;
                    self.alike.fault = Some(why);
                }
            }
        }
    }

    /// What is known of the candidate on the screen.
    pub fn looks_like(&self, shared: &Shared) -> LooksLikeNow {
        if shared.labelled() == 0 {
            return LooksLikeNow::NoLabel;
        }
        if let Some(why) = &self.alike.fault {
            return LooksLikeNow::Fault(why.clone());
        }
        let Some(here) = shared.place.candidate else {
            return LooksLikeNow::Looking;
        };
        if self.vectors_with(here).is_none() {
            let is_large = shared.catalogue.len() > MOST_UNASKED;
            let is_unasked = is_large && !self.alike.is_asked && self.comparing.is_none();
            return if is_unasked {
                LooksLikeNow::Unasked
            } else {
                LooksLikeNow::Looking
            };
        }
        // While an answer is awaited, the one that is there may be of the candidate before.
        let found = self.alike.found.as_ref();
        match found.filter(|found| found.here == here) {
            Some(found) if !found.is_known => LooksLikeNow::NoStamp,
            Some(found) => LooksLikeNow::Found(shown(found, here, shared)),
            None => LooksLikeNow::Looking,
        }
    }
}

/// What is shown of the nearest: the likely classes are those of the model, unless its scores are hidden.
fn shown(found: &NearestOfClasses, here: CandidateIx, shared: &Shared) -> Vec<Sought> {
    let predictions = (!shared.is_blind()).then(|| shared.scores.classes(here));
    let predictions = predictions.flatten();
    let row = predictions.and_then(|known| known.until(shared.place.epoch));
    let likely: Option<Vec<&str>> = predictions.zip(row).map(|(known, row)| {
        let ranked = known.ranked(row).into_iter();
        ranked.map(|likely| likely.class).collect()
    });
    chosen(found, shared.vocabulary(), likely.as_deref())
}

impl Sought {
    fn found(self) -> Option<Neighbour> {
        match self {
            Self::Found(neighbour) => Some(neighbour),
            Self::Missing(_) => None,
        }
    }
}
