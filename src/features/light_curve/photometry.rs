//! Photometry of candidates: every epoch of every object, by one method, as a table.

pub(crate) mod epochs;
pub(crate) mod facts;
pub mod order;
pub(crate) mod shapes;
pub(crate) mod table;
pub mod task;

use std::path::PathBuf;

use anyhow::{bail, ensure};

use self::{
    epochs::of_candidate,
    order::{CandidatePhotometry, PhotometryOrder},
    table::{Row, columns},
};
use crate::{
    domain::{Candidate, Problem},
    io::{Decoder, export::FilledColumn},
    tasks::cancel::CancelToken,
    workspace::open::{Opened, read_all_with},
};

/// Measures every epoch of a candidate that has a stamp of the wanted role.
pub fn measure_candidate(
    candidate: &Candidate,
    order: &PhotometryOrder,
    decoder: &Decoder,
) -> CandidatePhotometry {
    let never = CancelToken::default();
    of_candidate(candidate, order, decoder, &never).unwrap_or_default()
}

/// What a run over many candidates found.
#[derive(Debug, Default)]
pub struct PhotometryReport {
    /// The table.
    pub columns: Vec<FilledColumn>,
    /// Candidates with at least one measured epoch.
    pub candidates: usize,
    /// Measured epochs.
    pub epochs: usize,
    /// Those without a zero point: their fluxes stay in the unit of the stamps.
    pub uncalibrated: usize,
    /// What could not be opened or measured.
    pub problems: Vec<Problem>,
}

/// Measures everything that the paths hold. `progress` is given how many candidates of how many are done.
///
/// # Errors
/// Where there is no candidate, or none has a stamp of the wanted role.
pub fn photometry(
    paths: &[PathBuf],
    order: &PhotometryOrder,
    progress: &mut dyn FnMut(usize, usize),
) -> anyhow::Result<PhotometryReport> {
    if let Some(radius) = order.radius_arcsec {
        let is_length = radius > 0.0 && radius.is_finite();
        ensure!(is_length, "--radius {radius}: more than 0 arcseconds");
    }
    let decoder = Decoder::default();
    let Opened {
        catalogue,
        mut problems,
        ..
    } = read_all_with(paths, &decoder);
    if catalogue.is_empty() {
        let cause = problems.first().map(|problem| format!(": {problem}"));
        bail!("no candidate was found{}", cause.unwrap_or_default());
    }
    let mut has_role = catalogue
        .iter()
        .flat_map(|(_, candidate)| &candidate.epochs);
    if !has_role.any(|epoch| epoch.stamp(order.on).is_some()) {
        bail!("no candidate has a {} stamp", order.on.name());
    }
    let mut report = PhotometryReport::default();
    let mut rows = Vec::new();
    for (done, (_, candidate)) in catalogue.iter().enumerate() {
        progress(done, catalogue.len());
        let found = measure_candidate(candidate, order, &decoder);
        report.candidates += usize::from(!found.epochs.is_empty());
        report.epochs += found.epochs.len();
        report.uncalibrated += found.uncalibrated();
        problems.extend(found.problems);
        rows.extend(
            found
                .epochs
                .into_iter()
                .map(|found| Row { candidate, found }),
        );
    }
    progress(catalogue.len(), catalogue.len());
    report.columns = columns(&rows, order.method);
    report.problems = problems;
    Ok(report)
}
