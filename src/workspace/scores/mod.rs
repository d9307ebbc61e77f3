//! Scores of the opened set: the models side by side, what they predict, their thresholds.

pub mod choosing;
pub mod classes;
mod doubt;
mod latent;
pub mod saved;
pub mod shown;
pub mod tally;
pub mod threshold;
