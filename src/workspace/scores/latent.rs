//! Where candidates lie in the latent space, beside the scores.

use crate::{
    domain::{Embedding, LatentMembership},
    workspace::scores::shown::Scores,
};

impl Scores {
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
