//! The opened set takes in what has come into its folders.

use std::{collections::BTreeMap, sync::Arc};

use super::{request::Request, shared::Shared};
use crate::domain::{CandidateIx, Growth, Renewed};

/// A candidate for which something came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CameIn {
    pub ix: CandidateIx,
    /// The epoch to look at: the last of the new ones.
    pub epoch: usize,
    /// True where it was not there at all.
    pub is_new: bool,
}

impl Shared {
    /// Takes in candidates and epochs. The candidate and the epoch on the screen stay there, and so do labels, filter
    /// and order; what models predicted of candidates with other epochs is forgotten, and asked for again.
    pub fn take_growth(&mut self, growth: Growth) -> Vec<CameIn> {
        let Growth { new, renewed } = growth;
        let mut came_in = Vec::with_capacity(new.len() + renewed.len());
        let places: BTreeMap<CandidateIx, Vec<usize>> = renewed
            .iter()
            .map(|one| (one.ix, one.places.clone()))
            .collect();
        if let Some(ix) = self.place.candidate
            && let Some(now) = places.get(&ix).and_then(|all| all.get(self.place.epoch))
        {
            self.place.epoch = *now;
        }
        if let Some(embedding) = self.embedding.as_mut().filter(|_| !places.is_empty()) {
            Arc::make_mut(embedding).renumber(&places);
        }
        self.queue.renumber_shortlist(&places);
        if !places.is_empty() {
            self.renumbered += 1;
            self.sight.forget_those(&places);
        }
        let catalogue = Arc::make_mut(&mut self.catalogue);
        for one in renewed {
            if one.gained > 0 {
                let (ix, epoch) = (one.ix, newest(&one));
                let is_new = false;
                came_in.push(CameIn { ix, epoch, is_new });
            }
            catalogue.renew(one.ix, one.candidate);
        }
        for candidate in new {
            let epoch = candidate.first_look();
            let ix = catalogue.absorb(candidate);
            let is_new = true;
            came_in.push(CameIn { ix, epoch, is_new });
        }
        self.scores
            .forget_predictions(&places, self.catalogue.len());
        self.extend_queue();
        if !places.is_empty() || self.queue.is_behind(&self.catalogue) {
            self.follow_scores();
        }
        if self.queue.look_for_columns(&self.catalogue) {
            self.refresh_queue();
        }
        self.ask(Request::ScoreGrown {
            is_renumbered: !places.is_empty(),
        });
        came_in
    }
}

/// The last of the epochs that were not there.
fn newest(one: &Renewed) -> usize {
    let all = (0..one.candidate.epochs.len()).rev();
    let mut new = all.filter(|at| !one.places.contains(at));
    new.next().unwrap_or(0)
}
