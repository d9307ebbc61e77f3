//! The labelled candidates that the one on the screen is like, as all views need them.

use std::sync::Arc;

use crate::{
    domain::{CandidateIx, words::rounded},
    text,
};

/// Of two stamps that have nothing to do with each other the likeness scatters about 0 by the root of one over the
/// directions that are compared (64): by .125.
const BY_CHANCE: f32 = 0.25;
/// From here on two stamps are much alike: with `compact` on simulated triplets the nearest of the kind (our choice).
const MUCH: f32 = 0.7;
/// From here on they are alike (our choice).
const SOME: f32 = 0.4;

/// A labelled candidate that the one on the screen is like.
#[derive(Clone, Debug, PartialEq)]
pub struct Neighbour {
    pub candidate: CandidateIx,
    /// Its label.
    pub class: Arc<str>,
    /// How much it is alike, -1 to 1.
    pub likeness: f32,
}

impl Neighbour {
    /// "much alike", "alike", "a little alike", "hardly alike".
    pub fn in_words(&self) -> &'static str {
        match self.likeness {
            likeness if likeness >= MUCH => text!("much alike"),
            likeness if likeness >= SOME => text!("alike"),
            likeness if likeness >= BY_CHANCE => text!("a little alike"),
            _ => text!("hardly alike"),
        }
    }

    /// The same after its number, such as "0.83 much alike".
    pub fn in_figures(&self) -> String {
        format!("{} {}", rounded(self.likeness.into(), 2), self.in_words())
    }
}

/// The nearest labelled candidates, and whether they stand side by side with the one on the screen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Alike {
    /// The nearest ones, of one class each.
    pub neighbours: Vec<Neighbour>,
    /// True where *Side by side* shows them.
    pub is_side_by_side: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likeness_is_a_word_too() {
        let words = [1.0, 0.7, 0.5, 0.3, 0.1, -0.4].map(|likeness| {
            let neighbour = Neighbour {
                candidate: CandidateIx(0),
                class: "real".into(),
                likeness,
            };
            neighbour.in_words()
        });
        let expected = [
            "much alike",
            "much alike",
            "alike",
            "a little alike",
            "hardly alike",
            "hardly alike",
        ];
        assert_eq!(words, expected);
    }
}
