//! What labels that are held out say: what was gained, and how far the taught weights are drawn back.

use crate::domain::{Confusion, SkyFigures};

/// What was found on labels that were held out.
pub(crate) struct HeldOut {
    /// How far taught weights are drawn back.
    pub shares: &'static [f64],
    pub before: Confusion,
    /// For each share.
    pub after: Vec<Confusion>,
    /// The share that is taken, by position.
    chosen: usize,
}

impl HeldOut {
    pub fn new(shares: &'static [f64], classes: usize) -> Self {
        let empty = || Confusion::new(classes);
        Self {
            shares,
            before: empty(),
            after: shares.iter().map(|_| empty()).collect(),
            chosen: 0,
        }
    }

    /// Takes the share with which most is recognised; the first of equals. Losses would favour the one
    /// that is less sure of itself, which was found to recognise less.
    pub fn choose(&mut self) {
        let recalls = self
            .after
            .iter()
            .map(|found| found.mean_recall().unwrap_or(0.0));
        let best = recalls
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        self.chosen = best.map_or(0, |(at, _)| at);
    }

    /// How far the model is drawn back.
    pub fn share(&self) -> f64 {
        self.shares.get(self.chosen).copied().unwrap_or_default()
    }

    /// Takes the share above the one that was taken, where that was 0 and there is one.
    pub fn draw_back(&mut self) -> Option<f64> {
        let above = self.shares.iter().position(|share| *share > 0.0)?;
        if self.share() > 0.0 {
            return None;
        }
        self.chosen = above;
        Some(self.share())
    }

    pub fn figures(&self) -> Option<SkyFigures> {
        SkyFigures::of(&self.before, self.after.get(self.chosen)?)
    }
}
