//! Evaluation for the window: one worker that judges by the newest order; and files in the
//! background.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use crossbeam_channel::{Sender, bounded};

use super::{Report, Request, report, write_report};
use crate::{
    app::{
        event::{JobEvent, JobId},
        reporter::Reporter,
    },
    domain::{Catalogue, LabelBook, ModelFacts, ScoreBook},
    features::labelling::{transfer, truths::Truths},
    tasks::thread::{self, Broken},
};

/// Where the window takes truths from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TruthSource {
    /// The labels of the project.
    Labels,
    /// The classes in the data.
    Data,
}

/// An evaluation that is wanted.
#[derive(Clone, Debug)]
pub struct EvaluationOrder {
    /// Number of the order.
    pub serial: u64,
    /// The candidates at this moment.
    pub catalogue: Arc<Catalogue>,
    /// The labels at this moment.
    pub book: Arc<LabelBook>,
    /// The scores at this moment.
    pub scores: Arc<ScoreBook>,
    /// The models, the first of which the others are compared with.
    pub models: Vec<ModelFacts>,
    /// Where truths come from.
    pub truth: TruthSource,
    /// How it is judged.
    pub request: Request,
}

impl EvaluationOrder {
    /// Does it.
    pub fn report(&self) -> Report {
        let truths = match self.truth {
            TruthSource::Labels => Truths::Labels(&self.book),
            TruthSource::Data => Truths::Data,
        };
        let Self {
            catalogue,
            scores,
            models,
            request,
            ..
        } = self;
        report(catalogue, truths, scores, models, request)
    }
}

/// The way to the worker, which ends when this is dropped.
pub struct Evaluator {
    newest: Arc<Mutex<Option<EvaluationOrder>>>,
    nudge: Sender<()>,
}

impl Evaluator {
    /// Starts it.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start(reporter: &Reporter) -> std::io::Result<Self> {
        // One nudge is enough for any number of orders.
        let (nudge, nudges) = bounded::<()>(1);
        let newest: Arc<Mutex<Option<EvaluationOrder>>> = Arc::default();
        let (slot, reporter) = (newest.clone(), reporter.clone());
        let work = move || {
            while nudges.recv().is_ok() {
                let order = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
                let Some(order) = order else { continue };
                let report = thread::caught("evaluation", || Arc::new(order.report()));
                let evaluated = JobEvent::Evaluated {
                    serial: order.serial,
                    report: report.map_err(|_panic| Broken::sentence("the evaluation")),
                };
                if !reporter.send(evaluated) {
                    return;
                }
            }
        };
        thread::start("evaluator", work, |_| ())?;
        Ok(Self { newest, nudge })
    }

    /// Judges by this order instead of all before it that are not begun.
    pub fn request(&self, order: EvaluationOrder) {
        *self.newest.lock().unwrap_or_else(PoisonError::into_inner) = Some(order);
        // A full channel holds a nudge already.
        self.nudge.try_send(()).unwrap_or_default();
    }
}

/// Writes a report into a folder, in the background.
///
/// # Errors
/// Where the system gives no thread.
pub fn start_writing(
    folder: PathBuf,
    report: Arc<Report>,
    catalogue: Arc<Catalogue>,
    reporter: Reporter,
) -> std::io::Result<()> {
    let name = "evaluation files";
    transfer::start(JobId::Export, name, reporter, move || {
        let written = write_report(&folder, &report, &catalogue);
        let files = written.map_err(|error| format!("{error:#}"))?.len();
        Ok(format!("{files} files written to {}", folder.display()))
    })
}
