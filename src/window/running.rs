//! What runs now, for the list in the bar at the top.

use super::{
    command::{
        ClosePairsCommand, Command, FineTune, Latent, Scoring, Session, SimilarCommand, Simulation,
        Train,
    },
    state::AppState,
};
use crate::{
    features::{
        close_pairs::task::FindClosePairs,
        convert::{state::SaveStamps, task::ConvertSet},
        light_curve::{photometry::task::MeasureSet, saving::SavePhotometry},
        scoring::detections::FindDetections,
        similar::task::CompareStamps,
    },
    language::translated_static,
    tasks::{Running, Task, progress::Progress},
    text,
};

/// Work under way.
#[derive(Debug)]
pub struct RunningWork {
    /// What it does, in a word.
    pub name: &'static str,
    pub progress: Progress,
    /// Stops it; none for what is short.
    pub stop: Option<Command>,
}

impl AppState {
    /// Everything that runs now and is worth a line.
    pub fn running(&self) -> Vec<RunningWork> {
        let mut all = Vec::new();
        let mut add = |name, progress: Option<Progress>, stop| {
            all.extend(progress.map(|progress| RunningWork {
                name,
                progress,
                stop,
            }));
        };
        let opening = progress(self.opening.opening.as_ref());
        add(
            text!("indexing"),
            opening,
            Some(Command::Session(Session::StopIndexing)),
        );
        add(text!("reading new files"), self.growing.reading(), None);
        for (name, is_under_way) in self.short_work() {
            add(name, is_under_way.then(Progress::default), None);
        }
        let simulation = progress(self.simulation.running.as_ref());
        add(
            text!("simulating"),
            simulation,
            Some(Command::Simulation(Simulation::Stop)),
        );
        add(
            text!("scoring"),
            self.scoring_progress(),
            Some(Command::Scoring(Scoring::Stop)),
        );
        add(
            translated_static(FindDetections::NAME),
            progress(self.detections.running.as_ref()),
            None,
        );
        let training = self.training.running.as_ref();
        let training = training.map(|_| self.training.progress());
        add(
            text!("training"),
            training,
            Some(Command::Train(Train::Stop)),
        );
        let fine_tuning = progress(self.fine_tuning.fine_tuning.as_ref());
        add(
            text!("fine-tuning"),
            fine_tuning,
            Some(Command::FineTune(FineTune::Stop)),
        );
        let measuring = progress(self.fine_tuning.measuring.as_ref());
        add(
            text!("learning curve"),
            measuring,
            Some(Command::FineTune(FineTune::StopCurve)),
        );
        add(
            translated_static(FindClosePairs::NAME),
            progress(self.close_pairs.finding.as_ref()),
            Some(Command::ClosePairs(ClosePairsCommand::Stop)),
        );
        add(
            translated_static(ConvertSet::NAME),
            progress(self.saving.running.as_ref()),
            Some(Command::SaveStamps(SaveStamps::Stop)),
        );
        add(
            translated_static(MeasureSet::NAME),
            progress(self.light_curve.saving.as_ref()),
            Some(Command::SavePhotometry(SavePhotometry::Stop)),
        );
        add(
            translated_static(CompareStamps::NAME),
            progress(self.similar.comparing.as_ref()),
            Some(Command::Similar(SimilarCommand::Stop)),
        );
        for (name, progress, stop) in self.latent_work() {
            add(name, progress, Some(Command::Latent(stop)));
        }
        all
    }

    /// Work on the latent space, with what stops it.
    fn latent_work(&self) -> [(&'static str, Option<Progress>, Latent); 3] {
        let total = self.shared.catalogue.len();
        let embedding = progress(self.latent.running.as_ref());
        let embedding = embedding.map(|progress| Progress { total, ..progress });
        let adapting = progress(self.latent.adapting.as_ref());
        // Only a map that takes long has steps.
        let map = progress(self.latent.map.running.as_ref());
        let map = map.filter(|progress| progress.total > 0);
        [
            (text!("embedding"), embedding, Latent::Stop),
            (text!("adapting"), adapting, Latent::StopAdapting),
            (text!("mapping"), map, Latent::StopMap),
        ]
    }

    /// What is short, has no progress, and is not stopped; and whether it is under way.
    fn short_work(&self) -> [(&'static str, bool); 4] {
        let is_exporting = self.label_files.is_exporting() || self.evaluation.is_writing();
        [
            (text!("exporting"), is_exporting),
            (text!("importing"), self.label_files.is_importing()),
            (text!("merging"), self.team.is_merging()),
            (text!("joining"), self.opening.joining.is_some()),
        ]
    }

    /// How many candidates the busy models have done, of how many.
    fn scoring_progress(&self) -> Option<Progress> {
        let busy = self.shared.scores.shown.iter();
        let busy: Vec<_> = busy.filter(|model| model.status.is_busy()).collect();
        (!busy.is_empty()).then(|| Progress {
            done: busy.iter().map(|model| model.tally.done()).sum(),
            total: busy.len() * self.shared.catalogue.len(),
        })
    }
}

fn progress<T: Task>(running: Option<&Running<T>>) -> Option<Progress> {
    running.map(Running::progress)
}
