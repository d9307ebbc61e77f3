//! Triplets of real and bogus detections, by their statistics: sources, artefacts, fairness between
//! the classes, and what holds under any survey.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails where a simulator cannot be made"
)]

mod extremes;
mod fairness;
mod made;
mod real_sources;
mod signatures;
