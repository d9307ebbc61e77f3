//! What order and filter of the queue are made from.

use crate::{
    domain::{Catalogue, Embedding, LabelBook},
    workspace::{repeat_check::RepeatCheck, scores::shown::Scores},
};

/// What a queue is made of.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    pub catalogue: &'a Catalogue,
    pub book: &'a LabelBook,
    pub scores: &'a Scores,
    /// Whose labels are hidden.
    pub repeat_check: &'a RepeatCheck,
    /// Where candidates lie in a latent space.
    pub latent: Option<&'a Embedding>,
}
