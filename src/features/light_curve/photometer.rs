//! Measuring the light curve on screen, as a task.

use std::sync::Arc;

use super::{
    photometry_epochs::of_candidate,
    photometry_order::{CandidatePhotometry, PhotometryOrder},
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
    /// How.
    pub order: PhotometryOrder,
    /// Decodes its stamps.
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
