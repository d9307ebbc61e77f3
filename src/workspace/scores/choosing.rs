//! What the person asks of scores: models, thresholds, blind labelling, disagreements.

use std::{path::Path, sync::Arc};

use super::{shares::ChosenShares, shown::ShownModel, threshold::threshold_for_recall};
use crate::{
    domain::ModelVersion,
    text,
    workspace::{
        command::{QueueCommand, Scoring},
        context::Context,
        models,
        queue::column::Column,
        request::Request,
        scores::shown::ScoringStatus,
        shared::Shared,
        versions,
    },
};

/// How far a key moves the threshold.
const NUDGE: f32 = 0.01;

impl Shared {
    pub fn apply_scoring(&mut self, scoring: Scoring, cx: &Context) {
        match scoring {
            Scoring::Show(source) => return self.show_model(source, cx),
            Scoring::Drop(source) => return self.drop_model(&source, cx),
            Scoring::Activate(source) => {
                let mut shown = self.scores.shown.iter();
                let Some(at) = shown.position(|model| model.source == source) else {
                    return;
                };
                self.scores.active = at;
            }
            Scoring::Stop => return self.stop_scoring(cx),
            Scoring::Threshold(threshold) => self.set_threshold(threshold),
            Scoring::Shares(chosen) => self.choose_shares(*chosen),
            Scoring::WantedRecall(wanted) => {
                self.scores.wanted_recall = wanted.clamp(0.01, 1.0);
            }
        }
        self.after_scores_changed();
        self.save_session();
    }

    /// Warns where the active model has no threshold that could be moved.
    fn warn_of_no_threshold(&mut self, cx: &Context) -> bool {
        let active = self.scores.active();
        let has_none = active.predicts_classes();
        if has_none {
            let name = active.name();
            self.warn(
                text!("{name} predicts classes: it has no threshold", name),
                cx.now,
            );
        }
        has_none
    }

    /// Moves the threshold by a step.
    pub fn nudge_threshold(&mut self, steps: f32, cx: &Context) {
        if self.warn_of_no_threshold(cx) {
            return;
        }
        let steps_up = (self.scores.active().threshold() / NUDGE).round() + steps;
        self.set_threshold(steps_up * NUDGE);
        if !self.is_blind() {
            let active = self.scores.active();
            let text = text!(
                "threshold of {name}: {threshold}",
                name = active.name(),
                threshold = format_args!("{:.2}", active.threshold())
            );
            self.report(text, cx.now);
        }
        self.after_scores_changed();
        self.save_session();
    }

    /// The threshold that finds the wanted share of the labelled real candidates.
    pub fn choose_threshold(&mut self, cx: &Context) {
        if self.warn_of_no_threshold(cx) {
            return;
        }
        let [real, _] = self.labelled_scores();
        let wanted = self.scores.wanted_recall;
        let Some(threshold) = threshold_for_recall(&real, wanted) else {
            self.warn(
                text!("label some real candidates that have a score first"),
                cx.now,
            );
            return;
        };
        self.set_threshold(threshold);
        self.after_scores_changed();
        let recall = self.evidence().recall().unwrap_or_default() * 100.0;
        let text = text!(
            "threshold {threshold}: finds {recall} % of {all} labelled real; {rejection}",
            threshold = format_args!("{threshold:.3}"),
            recall = format_args!("{recall:.0}"),
            all = real.len(),
            rejection = self.evidence().rejection_words()
        );
        self.report(text, cx.now);
        self.save_session();
    }

    pub fn hide_scores(&mut self, cx: &Context) {
        self.scores.is_hidden = !self.scores.is_hidden;
        self.report(
            if self.scores.is_hidden && self.queue.gives_away() {
                text!("scores and truth are hidden, but still sort or filter the queue: labels are not blind")
            } else if self.scores.is_hidden {
                text!("scores and truth are hidden: labels are blind")
            } else {
                text!("scores are shown")
            },
            cx.now,
        );
        self.save_session();
    }

    /// The next of the shown models becomes the active one.
    pub fn next_model(&mut self, cx: &Context) {
        self.scores.is_usual = false;
        let count = self.scores.shown.len();
        self.scores.active = (self.scores.active + 1) % count;
        let name = self.scores.active().name();
        let text = match count {
            1 => text!(
                "{name} is the only model that is shown: the Model menu adds others",
                name
            ),
            _ => text!("scores of {name}", name),
        };
        self.report(text, cx.now);
        self.after_scores_changed();
        self.save_session();
    }

    /// Keeps only candidates on which the shown models disagree, or drops that filter again.
    pub fn show_disagreements(&mut self, cx: &Context) {
        const TERM: &str = "disagree";
        if self.scores.shown.len() < 2 {
            self.report(
                text!("models disagree where two are shown: choose another in the Model menu"),
                cx.now,
            );
            return;
        }
        let line = &self.queue.spec().filter;
        let mut words: Vec<&str> = line.split_whitespace().collect();
        let before = words.len();
        words.retain(|word| *word != TERM);
        if words.len() == before {
            words.push(TERM);
        }
        let line = words.join(" ");
        self.apply_queue(QueueCommand::Filter(line), cx);
    }

    /// What would be learned most from comes first, and the first of it on screen.
    pub fn sort_to_label_next(&mut self, cx: &Context) {
        let sort = QueueCommand::Sort {
            column: Column::Next,
            is_descending: false,
        };
        self.apply_queue(sort, cx);
        self.go_to_first(cx);
        self.report(
            text!("what to label next: F5 takes new labels and scores into account"),
            cx.now,
        );
    }

    /// Only labels that the active model doubts; again shows all.
    pub fn show_doubts(&mut self, cx: &Context) {
        const TERM: &str = "doubt>0";
        let line = &self.queue.spec().filter;
        let is_on = line.split_whitespace().any(|word| word == TERM);
        let filter = if is_on { "" } else { TERM };
        self.apply_queue(QueueCommand::Filter(filter.into()), cx);
        let sort = QueueCommand::Sort {
            column: if is_on { Column::Found } else { Column::Doubt },
            is_descending: !is_on,
        };
        self.apply_queue(sort, cx);
        if !is_on {
            self.go_to_first(cx);
            let count = self.queue.order().len();
            self.report(
                text!("labels that the model doubts: {count}", count),
                cx.now,
            );
        }
    }

    /// The user stops scoring: what was reported until now stays, and the project keeps what was computed.
    pub fn stop_scoring(&mut self, cx: &Context) {
        let mut stopped = Vec::new();
        for model in &mut self.scores.shown {
            if !model.status.is_busy() {
                continue;
            }
            if model.status == ScoringStatus::Scoring {
                stopped.push(model.name().to_owned());
            }
            model.status = ScoringStatus::Stopped;
        }
        for name in stopped {
            self.report(text!("scoring by {name} stopped", name), cx.now);
        }
        self.after_scores_changed();
    }

    /// Also shows a model; one that is shown becomes the active one.
    pub fn show_model(&mut self, source: Arc<str>, _cx: &Context) {
        self.scores.is_usual = false;
        let mut shown = self.scores.shown.iter();
        let known = shown.position(|model| model.source == source);
        self.scores.active = known.unwrap_or(self.scores.shown.len());
        if known.is_none() {
            self.scores.shown.push(ShownModel::new(source));
            self.ask(Request::Score);
        }
        self.after_scores_changed();
        self.save_session();
    }

    pub fn drop_model(&mut self, source: &str, cx: &Context) {
        if self.scores.shown.len() < 2 {
            self.report(
                text!("one model stays: to label without scores, hide them"),
                cx.now,
            );
            return;
        }
        let mut shown = self.scores.shown.iter();
        let Some(at) = shown.position(|model| *model.source == *source) else {
            return;
        };
        self.scores.is_usual = false;
        let dropped = self.scores.shown.remove(at);
        if self.scores.active >= at {
            self.scores.active = self.scores.active.saturating_sub(1);
        }
        self.after_scores_changed();
        if let Some(ready) = dropped.ready {
            self.scores.book.forget(&ready.id);
        }
        self.save_session();
    }

    /// A model file that the user chose: remembered, shown, and the active one.
    pub fn add_model(&mut self, path: &Path, cx: &Context) {
        self.remember_model(path, cx);
        self.show_model(path.to_string_lossy().into(), cx);
    }

    /// A model that was trained here: remembered, and shown beside the active one, which stays.
    pub fn add_model_beside(&mut self, path: &Path, cx: &Context) {
        let active = self.scores.active;
        self.remember_model(path, cx);
        self.show_model(path.to_string_lossy().into(), cx);
        self.scores.active = active;
        self.after_scores_changed();
    }

    fn remember_model(&mut self, path: &Path, cx: &Context) {
        if !self.settings.model_files.iter().any(|known| known == path) {
            self.settings.model_files.push(path.to_owned());
            self.save_settings(cx);
        }
    }

    fn set_threshold(&mut self, threshold: f32) {
        if self.scores.active().followed_threshold().is_some() {
            // The user's own threshold follows from nothing.
            self.choose_shares(ChosenShares::default());
        }
        let at = self.scores.active.min(self.scores.shown.len() - 1);
        let model = &mut self.scores.shown[at];
        model.chosen = Some(threshold.clamp(0.0, 1.0));
        model.chosen_for = model.ready.as_ref().map(|ready| ready.id.clone());
    }

    /// Makes the queue anew where its order or filter is made of scores.
    pub fn after_scores_changed(&mut self) {
        self.scores.touch();
        if self.queue.uses_scores() {
            self.follow_scores();
        }
    }
}

/// What menus offer.
impl Shared {
    /// The columns of scores that a menu offers to sort by.
    pub fn score_columns(&self) -> Vec<Column> {
        let mut columns = vec![Column::Score, Column::Margin, Column::Next, Column::Doubt];
        if self.scores.shown.len() > 1 {
            columns.push(Column::Disagreement);
            let names = self.scores.shown.iter().map(ShownModel::name);
            columns.extend(names.map(Column::score_of));
        }
        let classes = self
            .scores
            .class_model()
            .and_then(|model| model.ready.as_ref());
        if let Some(ready) = classes {
            columns.extend([
                Column::Predicted,
                Column::Entropy,
                Column::Change,
                Column::Significance,
            ]);
            let names = ready.card.classes.iter();
            columns.extend(names.map(|class| Column::probability_of(class)));
        }
        if self.embedding.is_some() {
            columns.extend([Column::Anomaly, Column::Component]);
        }
        if self.scores.has_likeness() {
            columns.push(Column::Likeness);
        }
        columns
    }

    /// The models to choose from: those that come with the program, the user's files, and what
    /// is shown; by source.
    pub fn known_models(&self) -> Vec<Arc<str>> {
        let shipped = models::names().map(Arc::from);
        let files = self.settings.model_files.iter();
        let files = files.map(|file| Arc::from(file.to_string_lossy()));
        let versions = self.versions.all().iter();
        let versions = versions.filter(|version| version.card.latent.is_none());
        let versions = versions.filter_map(|version| self.source_of(version));
        let shown = self.scores.shown.iter().map(|model| model.source.clone());
        let mut known: Vec<Arc<str>> = Vec::new();
        for source in shipped.chain(files).chain(versions).chain(shown) {
            if !known.contains(&source) {
                known.push(source);
            }
        }
        known
    }
}

/// Models that the project keeps.
impl Shared {
    /// A version that the project has no longer, or never could be read: another model serves, and the
    /// list of versions is read anew.
    pub fn leave_lost_version(&mut self, source: &str, cx: &Context) {
        if self.scores.shown().len() < 2 {
            self.show_model(models::DEFAULT.into(), cx);
        }
        self.drop_model(source, cx);
        if let Some(project) = self.project.path.clone() {
            self.versions.read(project, &cx.tasks);
        }
    }

    /// Where a version of this project can be read.
    pub fn source_of(&self, version: &ModelVersion) -> Option<Arc<str>> {
        let project = self.project.path.as_ref()?;
        Some(versions::source(project, &version.id))
    }
}
