//! Scores of the opened set: the models side by side, what they predict, their thresholds.

pub mod certainty;
pub mod choosing;
mod choosing_shares;
pub mod classes;
mod doubt;
mod latent;
mod likeness;
pub mod saved;
pub mod shares;
pub mod shown;
pub mod tally;
pub mod threshold;
