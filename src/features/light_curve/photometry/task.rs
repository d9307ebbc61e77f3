//! Measuring the light curve on screen, and those of many candidates, as tasks of the window and of the command line.

use std::{collections::HashSet, path::PathBuf, sync::Arc};

use anyhow::{bail, ensure};

use super::{
    epochs::of_candidate,
    order::{CandidatePhotometry, PhotometryOrder},
    table::{Row, columns},
};
use crate::{
    domain::{Candidate, CandidateIx, Catalogue, Problem, words::counted},
    io::{Decoder, export::FilledColumn},
    tasks::{Task, TaskContext, progress::Progress},
    workspace::table,
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

/// Measures every epoch of a set.
pub struct MeasureSet {
    /// The candidates at this moment.
    pub catalogue: Arc<Catalogue>,
    /// Which of them are measured; none for all.
    pub only: Option<HashSet<CandidateIx>>,
    pub order: PhotometryOrder,
    /// Reads the stamps.
    pub decoder: Arc<Decoder>,
    /// The table to write; none where whoever asked does it.
    pub out: Option<PathBuf>,
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
    /// What could not be measured.
    pub problems: Vec<Problem>,
    /// Where the table was written to.
    pub out: Option<PathBuf>,
}

impl Task for MeasureSet {
    const NAME: &'static str = crate::english!("photometry of the list");
    type Update = Progress;
    type Output = PhotometryReport;

    fn run(self, cx: &TaskContext<Progress>) -> anyhow::Result<PhotometryReport> {
        cx.check()?;
        let order = &self.order;
        if let Some(radius) = order.radius_arcsec {
            let is_length = radius > 0.0 && radius.is_finite();
            ensure!(is_length, "a radius of {radius}: more than 0 arcseconds");
        }
        if let Some(out) = &self.out {
            // Before the work, not after it.
            table::format_of(out)?;
        }
        let is_wanted = |ix: &CandidateIx| self.only.as_ref().is_none_or(|only| only.contains(ix));
        let wanted = self.catalogue.iter().filter(|(ix, _)| is_wanted(ix));
        let wanted: Vec<_> = wanted.map(|(_, candidate)| candidate).collect();
        let mut epochs = wanted.iter().flat_map(|candidate| &candidate.epochs);
        if !epochs.any(|epoch| epoch.stamp(order.on).is_some()) {
            bail!("no candidate has a {} stamp", order.on.name());
        }
        let mut report = PhotometryReport::default();
        let mut rows = Vec::new();
        let total = wanted.len();
        for (done, candidate) in wanted.into_iter().enumerate() {
            cx.progress(done, total);
            cx.update_now_and_then(|| Progress { done, total });
            let found = of_candidate(candidate, order, &self.decoder, cx.cancel_token())?;
            report.candidates += usize::from(!found.epochs.is_empty());
            report.epochs += found.epochs.len();
            report.uncalibrated += found.uncalibrated();
            report.problems.extend(found.problems);
            let epochs = found.epochs.into_iter();
            rows.extend(epochs.map(|found| Row { candidate, found }));
        }
        report.columns = columns(&rows, order.method);
        if let Some(out) = self.out.filter(|_| report.epochs > 0) {
            table::write("PHOTOMETRY", &report.columns, Some(&out))?;
            report.out = Some(out);
        }
        Ok(report)
    }
}

impl PhotometryReport {
    /// "2,000 epochs of 800 candidates", and where they are.
    pub fn in_words(&self) -> String {
        let measured = format!(
            "{} of {}",
            counted(self.epochs as u64, "epoch"),
            counted(self.candidates as u64, "candidate")
        );
        match &self.out {
            Some(out) => format!("{measured} written to {}", out.display()),
            None => measured,
        }
    }

    /// How many have no zero point; none where all have one.
    pub fn uncalibrated_in_words(&self) -> Option<String> {
        let (some, all) = (self.uncalibrated, self.epochs);
        (some > 0).then(|| {
            format!("{some} of {all} epochs have no zero point: their fluxes stay in the unit of the stamps")
        })
    }
}
