//! Photometry: unbiased, as good as it says, better than the best circle, and true to the source.

mod extremes;
mod speed;
mod statistics;
