//! What the person asks of the latent space.

use std::sync::Arc;

use super::{choice::LatentChoice, pictures::LatentWalk};
use crate::imaging::Polygon;

/// The latent space.
#[derive(Clone, Debug)]
pub enum Latent {
    /// Put the set into the space of the chosen model.
    Start,
    /// Put no more of it there.
    Stop,
    /// Fine-tune the chosen model on the stamps of this set.
    Adapt,
    /// Stop that; all is as it was.
    StopAdapting,
    /// Lay the space on a plane no more.
    StopMap,
    /// Put the set into the space of this model.
    Use(Arc<str>),
    /// Ask for the file of a model.
    Pick,
    /// How it is shown: the whole of it, edited by the view.
    Choose(Box<LatentChoice>),
    /// Choose a component, from 0, or none.
    Component(Option<usize>),
    /// Where the sliders stand.
    Walk(Box<LatentWalk>),
    /// Select what a closed line on the plane holds.
    Enclose {
        /// The line.
        region: Polygon,
        /// True adds to the selection.
        adds: bool,
    },
    /// Select the members of a component.
    SelectMembers(usize),
    /// Look at random members of a component.
    Check(usize),
    CheckOthers,
    /// Look at them no more.
    DropCheck,
    /// Give all unjudged members of the component that is looked at the class at that position of
    /// the vocabulary.
    LabelMembers(usize),
}
