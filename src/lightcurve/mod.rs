//! Floor 2: photometry results to features, and the random forest.

pub mod separability;
