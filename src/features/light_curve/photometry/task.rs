//! Measuring the light curve on screen, as a task.

use std::sync::Arc;

use super::{
    epochs::of_candidate,
    order::{CandidatePhotometry, PhotometryOrder},
};
use crate::{
    domain::Candidate,
    io::Decoder,
    tasks::{Task, TaskContext},
};

/// Measures one candidate.
pub struct Measure {
    /// It, as it is known now.
    pub candidate: Box<Candidate>,
    pub order: PhotometryOrder,
    pub decoder: Arc<Decoder>,
}

impl Task for Measure {
    const NAME: &'static str = "photometry";
    type Update = ();
    type Output = CandidatePhotometry;

    fn run(self, cx: &TaskContext<()>) -> anyhow::Result<CandidatePhotometry> {
        let cancel = cx.cancel_token();
        Ok(of_candidate(
            &self.candidate,
            &self.order,
            &self.decoder,
            cancel,
        )?)
    }
}
