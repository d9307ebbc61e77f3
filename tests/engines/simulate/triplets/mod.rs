//! Triplets of real and bogus detections, by their statistics: sources, artefacts, fairness between
//! the classes, and what holds under any survey.

mod extremes;
mod fairness;
mod frames;
mod made;
mod real_sources;
mod signatures;
