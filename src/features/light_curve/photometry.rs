//! Photometry of candidates: every epoch of every object, by one method, as a table.

pub(crate) mod epochs;
pub(crate) mod facts;
pub mod order;
pub(crate) mod shapes;
pub(crate) mod table;
pub mod task;

use self::{
    epochs::of_candidate,
    order::{CandidatePhotometry, PhotometryOrder},
};
use crate::{domain::Candidate, io::Decoder, tasks::cancel::CancelToken};

/// Measures every epoch of a candidate that has a stamp of the wanted role.
pub fn measure_candidate(
    candidate: &Candidate,
    order: &PhotometryOrder,
    decoder: &Decoder,
) -> CandidatePhotometry {
    let never = CancelToken::default();
    of_candidate(candidate, order, decoder, &never).unwrap_or_default()
}
