//! How much a predicted class is worth: whether anything is seen yet, and the set of classes that an object may be.

use super::shown::{ReadyModel, Scores, ShownModel};
use crate::domain::{
    CandidateIx, Prediction, SetCalibration,
    certainty::{Certainty, KnownClasses},
};

impl ShownModel {
    /// What sets of its classes follow from; none of a model that tells real from bogus, or that was not
    /// calibrated.
    pub fn sets(&self) -> Option<&SetCalibration> {
        let ready = self.ready.as_ref().filter(|ready| ready.real.is_none())?;
        let by_labels = self.shares().and_then(|found| found.sets.as_deref());
        by_labels.or_else(|| ready.card.sets_of(&ready.id))
    }
}

impl Scores {
    /// The level of sets, 0 to 1.
    pub const fn level(&self) -> f64 {
        self.level
    }

    /// Takes another level.
    pub fn set_level(&mut self, level: f64) {
        if (self.level - level).abs() > 1e-9 {
            self.level = level;
            self.touch();
        }
    }

    /// What a model of classes knows of a candidate up to an epoch; the last one where none is given.
    pub fn known_classes<'a>(
        &'a self,
        model: &'a ShownModel,
        candidate: CandidateIx,
        epoch: Option<usize>,
    ) -> Option<KnownClasses<'a>> {
        let ready = model.ready.as_ref().filter(|ready| ready.real.is_none())?;
        let shown = self.predictions(model, candidate)?;
        let own = self.book.get(&ready.id, candidate).unwrap_or(shown);
        let epoch = epoch.unwrap_or(own.len().saturating_sub(1));
        Some(KnownClasses {
            is_seen: self.detections.is_seen(candidate, epoch),
            set: self.set_of(model, ready, [own, shown], epoch),
        })
    }

    fn set_of<'a>(
        &self,
        model: &ShownModel,
        ready: &'a ReadyModel,
        both: [&[Prediction]; 2],
        epoch: usize,
    ) -> Option<Vec<&'a str>> {
        let set = model.sets()?.set(both, epoch, self.level)?;
        let names = set.into_iter().filter_map(|at| ready.card.classes.get(at));
        Some(names.map(String::as_str).collect())
    }

    /// The same in short; not known of a model that tells real from bogus.
    pub fn certainty(
        &self,
        model: &ShownModel,
        candidate: CandidateIx,
        epoch: Option<usize>,
    ) -> Certainty {
        let known = self.known_classes(model, candidate, epoch);
        known.map_or(Certainty::Unknown, |known| known.certainty())
    }
}
