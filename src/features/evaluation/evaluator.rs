//! Judging models, and writing what was found, as tasks: the same for the window and the command line.

use std::{path::PathBuf, sync::Arc};

use super::{
    Report, Request, report,
    sets::{SetsAtHand, set_figures},
    write_report,
};
use crate::{
    domain::{Catalogue, ModelFacts, ScoreBook},
    features::labelling::truths::TruthsAtHand,
    tasks::{Task, TaskContext},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TruthSource {
    /// The labels of the project.
    Labels,
    /// The classes in the data.
    Data,
}

/// Judges models.
pub struct Judge {
    /// The candidates at this moment.
    pub catalogue: Arc<Catalogue>,
    /// What they really are.
    pub truths: TruthsAtHand,
    pub scores: Arc<ScoreBook>,
    /// The models, the first of which the others are compared with.
    pub models: Vec<ModelFacts>,
    pub request: Request,
    /// What sets of classes are made from.
    pub sets: SetsAtHand,
}

impl Task for Judge {
    const NAME: &'static str = "evaluation";
    type Update = ();
    type Output = Arc<Report>;

    fn run(self, cx: &TaskContext<()>) -> anyhow::Result<Arc<Report>> {
        // Seconds of counting, beside the window.
        cx.abandonable("the evaluation", move || {
            let truths = self.truths.as_truths();
            let mut found = report(
                &self.catalogue,
                truths,
                &self.scores,
                &self.models,
                &self.request,
            );
            for (judged, facts) in found.models.iter_mut().zip(&self.models) {
                let set = (&*self.catalogue, truths);
                judged.sets = set_figures(judged, facts, &self.scores, set, &self.sets);
            }
            Arc::new(found)
        })
    }
}

/// Writes all figures of an evaluation into a folder; returns that, and how many files it has now.
pub struct WriteEvaluation {
    pub folder: PathBuf,
    pub report: Arc<Report>,
    /// The candidates that it is about.
    pub catalogue: Arc<Catalogue>,
}

impl Task for WriteEvaluation {
    const NAME: &'static str = "evaluation files";
    type Update = ();
    type Output = (PathBuf, usize);

    fn run(self, cx: &TaskContext<()>) -> anyhow::Result<(PathBuf, usize)> {
        cx.abandonable("exporting", move || {
            let files = write_report(&self.folder, &self.report, &self.catalogue)?;
            Ok((self.folder, files.len()))
        })?
    }
}
