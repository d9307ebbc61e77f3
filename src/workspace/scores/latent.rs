//! What the latent model finds of each candidate, beside the scores: its reconstruction error and
//! its component.

use crate::{
    domain::{CandidateIx, Embedding, LatentMembership},
    workspace::scores::shown::Scores,
};

impl Scores {
    /// How badly the latent model draws a candidate again: the mean square of input less
    /// reconstruction, of its worst epoch.
    pub fn anomaly(&self, candidate: CandidateIx) -> Option<f32> {
        self.latent.error(candidate)
    }

    /// The component of the latent space that a candidate belongs to, from 0.
    pub fn component(&self, candidate: CandidateIx) -> Option<usize> {
        self.latent.component(candidate)
    }

    /// The point of the latent space that stands for a candidate.
    pub fn latent_point(&self, candidate: CandidateIx) -> Option<usize> {
        self.latent.point(candidate)
    }

    /// Takes in the points that came since the last call.
    pub(crate) fn take_latent(&mut self, embedding: &Embedding) {
        self.latent.extend(embedding);
        self.touch();
    }

    /// Forgets a latent space that is left.
    pub(crate) fn forget_latent(&mut self) {
        self.latent = LatentMembership::default();
        self.touch();
    }
}
