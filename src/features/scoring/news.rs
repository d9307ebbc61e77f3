//! Scoring in the window: which tasks are started, and what they report.

use std::sync::Arc;

use super::{
    state::{ReadyModel, Scores, ScoringStatus, ShownModel},
    tally::Tally,
    task::{ModelChoice, Pace, ScoreSet, ScoreUpdate, StoreFault},
};
use crate::{
    domain::{Candidate, Problem, Role, Vocabulary},
    tasks::TaskEvent,
    window::state::{AppState, Screen},
    workspace::{context::Context, model_registry::LoadedModel, models},
};

/// Rows of the queue before and after the candidate on screen that are scored first.
const NEAR: usize = 24;

impl AppState {
    /// Has every model that is not busy and not done score the set, once all is found.
    pub(crate) fn start_scoring(&mut self, cx: &Context) {
        let is_indexing = self.is_indexing();
        if is_indexing || self.catalogue.is_empty() {
            return;
        }
        self.show_usual_models();
        let focus = self.scores.focus.clone();
        // What lies at the path of a project that cannot be written may be another one.
        let project = &self.project;
        let project = project.path.clone().filter(|_| project.fault.is_none());
        for model in &mut self.scores.shown {
            if model.status.is_busy() || model.status == ScoringStatus::Done {
                continue;
            }
            model.status = ScoringStatus::Reading;
            model.scoring = Some(cx.tasks.start(ScoreSet {
                by: vec![ModelChoice::Source(model.source.clone())],
                catalogue: self.catalogue.clone(),
                project: project.clone(),
                models: cx.models.clone(),
                decoder: self.stamps.decoder().clone(),
                focus: focus.clone(),
                pace: Pace::Fitted,
            }));
        }
    }

    /// Takes in what the tasks of scoring report.
    pub(crate) fn poll_scoring(&mut self, cx: &Context) {
        let shown = self.scores.shown.iter();
        let running = shown.filter(|model| model.scoring.is_some());
        let sources: Vec<Arc<str>> = running.map(|model| model.source.clone()).collect();
        for source in sources {
            while let Some(event) = self.scores.next_event(&source) {
                match event {
                    TaskEvent::Update(update) => {
                        self.take_score_update(&source, update, cx);
                    }
                    TaskEvent::Finished(()) => self.end_scoring(&source, ScoringStatus::Done),
                    TaskEvent::Cancelled => self.end_scoring(&source, ScoringStatus::Stopped),
                    TaskEvent::Failed(why) => self.fail_scoring(&source, &why, cx),
                }
            }
        }
    }

    fn take_score_update(&mut self, source: &str, update: ScoreUpdate, cx: &Context) {
        match update {
            ScoreUpdate::Loaded(loaded) => self.take_model(source, loaded, cx),
            ScoreUpdate::Scored { scores, counts, .. } => {
                self.scores.take(source, scores);
                if let Some(model) = self.scores.find(source) {
                    model.counts.kept += counts.kept;
                    model.counts.computed += counts.computed;
                }
                if self.queue.uses_scores() && self.may_sort_again(cx) {
                    self.refresh_queue();
                }
            }
            ScoreUpdate::Fault(fault) => self.take_store_fault(&fault),
        }
    }

    /// Once: the same would come from every model.
    fn take_store_fault(&mut self, fault: &StoreFault) {
        let (what, error) = match fault {
            StoreFault::Unread(error) => ("kept scores are computed anew", error),
            StoreFault::Unwritten(error) => ("scores are not kept", error),
        };
        let path = self.project.path.clone().unwrap_or_default();
        let path = path.display().to_string();
        let why = error.strip_prefix(&format!("{path}: ")).unwrap_or(error);
        let problem = Problem::new(path.clone(), what, why);
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Sequences are also followed by the model of sequences, unless the user has chosen what is shown.
    fn show_usual_models(&mut self) {
        let is_sequence = |candidate: &Candidate| {
            let epochs = candidate.epochs.iter();
            epochs
                .filter(|epoch| epoch.stamp(Role::Science).is_some())
                .count()
                > 1
        };
        let is_shown = |model: &ShownModel| *model.source == *models::SEQUENCES;
        if self.scores.is_usual
            && !self.scores.shown.iter().any(is_shown)
            && self
                .catalogue
                .iter()
                .any(|(_, candidate)| is_sequence(candidate))
        {
            let model = ShownModel::new(models::SEQUENCES.into());
            self.scores.shown.push(model);
        }
    }

    /// Where the active model can score nothing at all and another one can, that one is active.
    fn prefer_what_scores(&mut self) {
        let active = self.scores.active();
        if !self.scores.is_usual
            || active.status != ScoringStatus::Done
            || active.tally.scored() > 0
        {
            return;
        }
        let mut shown = self.scores.shown.iter();
        if let Some(at) = shown.position(|model| model.tally.scored() > 0) {
            self.scores.active = at;
            self.prefer_vocabulary_of_classes();
        }
    }

    /// Where no label was given and no vocabulary was asked for, the classes of the active model are those
    /// that are offered.
    fn prefer_vocabulary_of_classes(&mut self) {
        let is_asked = self.asked_vocabulary.is_some() || self.has_chosen_vocabulary;
        let is_free = !is_asked && self.book.events().is_empty();
        let Some(ready) = self.scores.active().ready.as_ref().filter(|_| is_free) else {
            return;
        };
        let classes = &ready.card.classes;
        let has_all = |vocabulary: &Vocabulary| {
            classes
                .iter()
                .all(|class| vocabulary.class(class).is_some())
        };
        if has_all(self.vocabulary()) {
            return;
        }
        if let Some(at) = self.vocabularies.iter().position(has_all) {
            self.vocabulary_before = Some(self.vocabulary);
            self.vocabulary = at;
        }
    }

    /// The user stops scoring: what was reported until now stays, and the project keeps what was computed.
    pub(crate) fn stop_scoring(&mut self, cx: &Context) {
        let mut stopped = Vec::new();
        for model in &mut self.scores.shown {
            if !model.status.is_busy() {
                continue;
            }
            if model.status == ScoringStatus::Scoring {
                stopped.push(model.name().to_owned());
            }
            model.scoring = None;
            model.status = ScoringStatus::Stopped;
        }
        for name in stopped {
            self.report(format!("scoring by {name} stopped"), cx.now);
        }
        self.after_scores_changed();
    }

    fn take_model(&mut self, source: &str, loaded: LoadedModel, cx: &Context) {
        let LoadedModel { id, card, warning } = loaded;
        let real = card.positive_class();
        let ready = ReadyModel { id, card, real };
        if let Some(twin) = self.scores.twin(source, &ready.id) {
            let twin = twin.name().to_owned();
            self.drop_model(source, cx);
            self.report(
                format!("{source} is {twin}, which is shown already"),
                cx.now,
            );
            return;
        }
        let Some(model) = self.scores.find(source) else {
            return;
        };
        if model.chosen_for.as_ref().is_some_and(|id| *id != ready.id) {
            // Another version: what was chosen for the old one means nothing.
            model.chosen = None;
        }
        let id = ready.id.clone();
        model.status = ScoringStatus::Scoring;
        model.chosen_for = Some(id.clone());
        let before = model.ready.replace(ready);
        let replaced = before.filter(|before| before.id != id);
        if replaced.is_some() {
            // The file is another model by now: no score of the old one counts for it.
            model.tally = Tally::default();
        }
        if let Some(warning) = warning {
            self.warn(warning, cx.now);
        }
        if let Some(old) = replaced {
            self.scores.book.forget(&old.id);
        }
        self.after_scores_changed();
    }

    fn end_scoring(&mut self, source: &str, status: ScoringStatus) {
        if let Some(model) = self.scores.find(source) {
            model.status = status;
        }
        self.prefer_what_scores();
        self.after_scores_changed();
    }

    fn fail_scoring(&mut self, source: &str, why: &str, cx: &Context) {
        let Some(model) = self.scores.find(source) else {
            return;
        };
        let name = model.name().to_owned();
        let is_read = model.status == ScoringStatus::Scoring;
        self.end_scoring(source, ScoringStatus::Failed(why.into()));
        if is_read {
            self.warn(format!("scoring by {name}: {why}"), cx.now);
            return;
        }
        self.warn(format!("{name} cannot score: {why}"), cx.now);
        let is_version = source.contains('#');
        if is_version {
            self.leave_lost_version(source, cx)
        } else {
        }
    }

    /// Who is looked at, the candidate on screen first: put where the tasks find it.
    pub(crate) fn want_scores(&mut self) {
        if !self.scores.is_busy() {
            return;
        }
        let place = (self.place.candidate, self.screen, self.queue.revision());
        let page = (self.screen == Screen::Mosaic).then(|| self.page.clone());
        let is_there = self.scores.focus_of.as_ref().is_some_and(|(known, seen)| {
            let is_same_page = match (seen, &page) {
                (Some(seen), Some(page)) => Arc::ptr_eq(seen, page),
                (seen, page) => seen.is_none() && page.is_none(),
            };
            *known == place && is_same_page
        });
        if is_there {
            return;
        }
        self.scores.focus_of = Some((place, page.clone()));
        let order = self.queue.order();
        let rank = self.place.candidate.and_then(|ix| self.queue.rank(ix));
        let near = rank.map_or(0..0, |rank| {
            rank.saturating_sub(NEAR)..(rank + NEAR).min(order.len())
        });
        let place = self.place.candidate.iter();
        let page = page.as_deref().unwrap_or_default().iter();
        let all = place.chain(page).chain(&order[near]).copied();
        self.scores.focus.put(all.collect());
    }

    /// Forgets scores with the set that they were of.
    pub(crate) fn drop_scores(&mut self) {
        self.scores = Scores::default();
    }
}
