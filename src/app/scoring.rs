//! What the person asks of scores, and what the learner's thread says of them.

use std::{path::Path, sync::Arc};

use super::{
    column::Column,
    command::Scoring,
    effect::Effect,
    scores::{ReadyModel, Scores, ShownModel, Standing},
    state::{AppState, Screen},
    threshold::threshold_for_recall,
};
use crate::{
    domain::{CandidateIx, ModelId, ScoreRow, Timestamp, Verdicts},
    jobs::{
        event::{JobEvent, JobId, LoadedModel, Progress, ScoringEnd},
        score_task::ScoreOrder,
    },
};

/// How far a key moves the threshold.
const NUDGE: f32 = 0.01;
/// Rows of the queue before and after the candidate on screen that are scored first.
const NEAR: usize = 24;

impl AppState {
    pub(super) fn apply_scoring(&mut self, scoring: Scoring, now: Timestamp) -> Vec<Effect> {
        match scoring {
            Scoring::Show(source) => return self.show_model(source),
            Scoring::Drop(source) => return self.drop_model(&source, now),
            Scoring::Activate(source) => {
                let mut shown = self.scores.shown.iter();
                let Some(at) = shown.position(|model| model.source == source) else {
                    return Vec::new();
                };
                self.scores.active = at;
            }
            Scoring::Threshold(threshold) => self.set_threshold(threshold),
            Scoring::WantedRecall(wanted) => {
                self.scores.wanted_recall = wanted.clamp(0.01, 1.0);
            }
        }
        self.after_scores_changed();
        vec![self.save_session()]
    }

    /// Moves the threshold by a step.
    pub(super) fn nudge_threshold(&mut self, steps: f32, now: Timestamp) -> Vec<Effect> {
        let steps_up = (self.scores.active().threshold() / NUDGE).round() + steps;
        self.set_threshold(steps_up * NUDGE);
        if !self.scores.is_hidden {
            let active = self.scores.active();
            let text = format!("threshold of {}: {:.2}", active.name(), active.threshold());
            self.tell(text, now);
        }
        self.after_scores_changed();
        vec![self.save_session()]
    }

    /// The threshold that finds the wanted share of the labelled real candidates.
    pub(super) fn choose_threshold(&mut self, now: Timestamp) -> Vec<Effect> {
        let [real, _] = self.labelled_scores();
        let wanted = self.scores.wanted_recall;
        let Some(threshold) = threshold_for_recall(&real, wanted) else {
            self.warn("label some real candidates that have a score first", now);
            return Vec::new();
        };
        self.set_threshold(threshold);
        self.after_scores_changed();
        let text = format!(
            "threshold {threshold:.3}: finds {:.0} % of {} labelled real; {}",
            self.evidence().recall().unwrap_or_default() * 100.0,
            real.len(),
            self.evidence().rejection_words()
        );
        self.tell(text, now);
        vec![self.save_session()]
    }

    pub(super) fn hide_scores(&mut self, now: Timestamp) -> Vec<Effect> {
        self.scores.is_hidden = !self.scores.is_hidden;
        self.tell(
            if self.scores.is_hidden {
                "scores are hidden: labels are blind"
            } else {
                "scores are shown"
            },
            now,
        );
        vec![self.save_session()]
    }

    /// The next of the shown models becomes the active one.
    pub(super) fn next_model(&mut self, now: Timestamp) -> Vec<Effect> {
        let count = self.scores.shown.len();
        self.scores.active = (self.scores.active + 1) % count;
        let name = self.scores.active().name();
        let text = match count {
            1 => format!("{name} is the only model that is shown: the Model menu adds others"),
            _ => format!("scores of {name}"),
        };
        self.tell(text, now);
        self.after_scores_changed();
        vec![self.save_session()]
    }

    /// Keeps only candidates on which the shown models disagree, or drops that filter again.
    pub(super) fn show_disagreements(&mut self, now: Timestamp) -> Vec<Effect> {
        const TERM: &str = "disagree";
        if self.scores.shown.len() < 2 {
            self.tell(
                "models disagree where two are shown: choose another in the Model menu",
                now,
            );
            return Vec::new();
        }
        let line = &self.queue.spec().filter;
        let mut words: Vec<&str> = line.split_whitespace().collect();
        let before = words.len();
        words.retain(|word| *word != TERM);
        if words.len() == before {
            words.push(TERM);
        }
        let line = words.join(" ");
        self.apply_queue(super::command::QueueCommand::Filter(line), now)
    }

    /// Also shows a model; one that is shown becomes the active one.
    fn show_model(&mut self, source: Arc<str>) -> Vec<Effect> {
        let mut shown = self.scores.shown.iter();
        let known = shown.position(|model| model.source == source);
        self.scores.active = known.unwrap_or(self.scores.shown.len());
        let mut effects = Vec::new();
        if known.is_none() {
            self.scores.shown.push(ShownModel::new(source));
            effects = self.start_scoring();
        }
        self.after_scores_changed();
        effects.push(self.save_session());
        effects
    }

    fn drop_model(&mut self, source: &str, now: Timestamp) -> Vec<Effect> {
        if self.scores.shown.len() < 2 {
            self.tell("one model stays: to label without scores, hide them", now);
            return Vec::new();
        }
        let mut shown = self.scores.shown.iter();
        let Some(at) = shown.position(|model| *model.source == *source) else {
            return Vec::new();
        };
        let dropped = self.scores.shown.remove(at);
        if self.scores.active >= at {
            self.scores.active = self.scores.active.saturating_sub(1);
        }
        self.after_scores_changed();
        let mut effects = Vec::new();
        if let Some(ready) = dropped.ready {
            self.scores.book.forget(&ready.id);
            effects.push(Effect::StopScoring(ready.id));
        }
        effects.push(self.save_session());
        effects
    }

    /// A model file that the user chose: remembered, and shown.
    pub(super) fn add_model(&mut self, path: &Path) -> Vec<Effect> {
        let mut effects = Vec::new();
        if !self.settings.model_files.iter().any(|known| known == path) {
            self.settings.model_files.push(path.to_owned());
            effects.push(Effect::SaveSettings(Box::new(self.settings.clone())));
        }
        effects.extend(self.show_model(path.to_string_lossy().into()));
        effects
    }

    fn set_threshold(&mut self, threshold: f32) {
        let at = self.scores.active.min(self.scores.shown.len() - 1);
        let model = &mut self.scores.shown[at];
        model.chosen = Some(threshold.clamp(0.0, 1.0));
        model.chosen_for = model.ready.as_ref().map(|ready| ready.id.clone());
    }

    /// Makes the queue anew where its order or filter is made of scores.
    fn after_scores_changed(&mut self) {
        self.scores.touch();
        self.show_scoring_progress();
        if self.queue.uses_scores() {
            self.refresh_queue();
        }
    }
}

/// Scoring from its start to its end.
impl AppState {
    /// News of an earlier opening are nobody's; scores of one are not kept either, as its project
    /// is closed.
    pub(super) fn take_score_news(&mut self, event: JobEvent, now: Timestamp) -> Vec<Effect> {
        match event {
            JobEvent::ModelLoaded {
                generation,
                source,
                model,
            } if generation == self.generation => return self.take_model(&source, model, now),
            JobEvent::StoredScores {
                generation,
                model,
                rows,
            } if generation == self.generation => return self.take_stored(&model, rows),
            JobEvent::Scored {
                generation,
                model,
                scores,
                new,
            } if generation == self.generation => {
                return self.take_scores(&model, scores, new, now);
            }
            JobEvent::ScoringEnded {
                generation,
                model,
                end,
            } if generation == self.generation => self.end_scoring(&model, end, now),
            _ => {}
        }
        Vec::new()
    }

    /// Has every model that is not busy and not done score the set, once all is found.
    pub(super) fn start_scoring(&mut self) -> Vec<Effect> {
        let is_indexing = self.jobs.contains_key(&JobId::Index);
        if is_indexing || self.catalogue.is_empty() {
            return Vec::new();
        }
        let mut effects = Vec::new();
        for model in &mut self.scores.shown {
            if model.standing.is_busy() || model.standing == Standing::Done {
                continue;
            }
            model.standing = Standing::Reading;
            effects.push(Effect::LoadModel {
                generation: self.generation,
                source: model.source.clone(),
            });
        }
        self.show_scoring_progress();
        effects
    }

    fn show_scoring_progress(&mut self) {
        let busy = self.scores.shown.iter();
        let busy: Vec<_> = busy.filter(|model| model.standing.is_busy()).collect();
        let progress = Progress {
            done: busy.iter().map(|model| model.tally.done()).sum(),
            total: busy.len() * self.catalogue.len(),
        };
        if busy.is_empty() {
            self.jobs.remove(&JobId::Score);
        } else {
            self.jobs.insert(JobId::Score, progress);
        }
    }

    pub(super) fn take_model(
        &mut self,
        source: &str,
        loaded: Result<LoadedModel, String>,
        now: Timestamp,
    ) -> Vec<Effect> {
        let mut shown = self.scores.shown.iter_mut();
        let Some(model) = shown.find(|model| *model.source == *source) else {
            return Vec::new();
        };
        let ready = loaded.and_then(|loaded| {
            let class = loaded.card.positive_class();
            let class = class.ok_or("has no class named real")?;
            let (id, card) = (loaded.id, loaded.card);
            Ok((ReadyModel { id, card, class }, loaded.warning))
        });
        let (ready, warning) = match ready {
            Ok(ready) => ready,
            Err(why) => {
                model.standing = Standing::Failed(why.as_str().into());
                let text = format!("{} cannot score: {why}", model.name());
                self.warn(text, now);
                self.show_scoring_progress();
                return Vec::new();
            }
        };
        let source = model.source.clone();
        if let Some(twin) = self.scores.twin(&source, &ready.id) {
            let twin = twin.name().to_owned();
            let effects = self.drop_model(&source, now);
            self.tell(format!("{source} is {twin}, which is shown already"), now);
            return effects;
        }
        let mut shown = self.scores.shown.iter_mut();
        let Some(model) = shown.find(|model| model.source == source) else {
            return Vec::new();
        };
        if model.chosen_for.as_ref().is_some_and(|id| *id != ready.id) {
            // Another version: what was chosen for the old one means nothing.
            model.chosen = None;
        }
        let id = ready.id.clone();
        model.chosen_for = Some(id.clone());
        model.ready = Some(ready);
        if let Some(warning) = warning {
            self.warn(warning, now);
        }
        self.after_scores_changed();
        vec![Effect::ReadScores(id)]
    }

    /// The project has said what it holds: the rest is computed.
    pub(super) fn take_stored(&mut self, id: &ModelId, kept: Arc<[ScoreRow]>) -> Vec<Effect> {
        let mut shown = self.scores.shown.iter_mut();
        let model = shown.find(|model| {
            let is_it = model.ready.as_ref().is_some_and(|ready| ready.id == *id);
            is_it && model.standing == Standing::Reading
        });
        let Some(model) = model else {
            return Vec::new();
        };
        model.standing = Standing::Scoring;
        vec![Effect::Score(Box::new(ScoreOrder {
            generation: self.generation,
            model: id.clone(),
            catalogue: self.catalogue.clone(),
            kept,
        }))]
    }

    pub(super) fn take_scores(
        &mut self,
        id: &ModelId,
        scores: Vec<(CandidateIx, Verdicts)>,
        new: Vec<ScoreRow>,
        now: Timestamp,
    ) -> Vec<Effect> {
        let is_shown = self.scores.take(id, scores);
        self.show_scoring_progress();
        if is_shown && self.queue.uses_scores() && self.may_sort_again(now) {
            self.refresh_queue();
        }
        if new.is_empty() {
            return Vec::new();
        }
        let model = id.clone();
        vec![Effect::KeepScores { model, rows: new }]
    }

    pub(super) fn end_scoring(&mut self, id: &ModelId, end: ScoringEnd, now: Timestamp) {
        let mut shown = self.scores.shown.iter_mut();
        let is_it = |model: &&mut ShownModel| model.ready.as_ref().is_some_and(|r| r.id == *id);
        let Some(model) = shown.find(is_it) else {
            return;
        };
        let name = model.name().to_owned();
        model.standing = match &end {
            ScoringEnd::Finished => Standing::Done,
            ScoringEnd::Stopped => Standing::Stopped,
            ScoringEnd::Failed(why) => Standing::Failed(why.as_str().into()),
        };
        match end {
            ScoringEnd::Finished => {}
            ScoringEnd::Stopped => self.tell(format!("scoring by {name} stopped"), now),
            ScoringEnd::Failed(why) => self.warn(format!("scoring by {name}: {why}"), now),
        }
        self.after_scores_changed();
    }

    /// Who is looked at, the candidate on screen first; told anew where it has changed while
    /// scores are being made.
    pub(super) fn want_scores(&mut self) -> Option<Effect> {
        if !self.scores.is_busy() {
            return None;
        }
        let key = (self.place.candidate, self.screen, self.queue.revision());
        let page = (self.screen == Screen::Mosaic).then(|| self.page.clone());
        let is_told = self.focus_told.as_ref().is_some_and(|(told, seen)| {
            let is_same_page = match (seen, &page) {
                (Some(seen), Some(page)) => Arc::ptr_eq(seen, page),
                (seen, page) => seen.is_none() && page.is_none(),
            };
            *told == key && is_same_page
        });
        if is_told {
            return None;
        }
        self.focus_told = Some((key, page.clone()));
        let order = self.queue.order();
        let rank = self.place.candidate.and_then(|ix| self.queue.rank(ix));
        let near = rank.map_or(0..0, |rank| {
            rank.saturating_sub(NEAR)..(rank + NEAR).min(order.len())
        });
        let place = self.place.candidate.iter();
        let page = page.as_deref().unwrap_or_default().iter();
        let all = place.chain(page).chain(&order[near]).copied();
        Some(Effect::LookAt(all.collect()))
    }

    /// The columns of scores that a menu offers to sort by.
    pub fn score_columns(&self) -> Vec<Column> {
        let mut columns = vec![Column::Score, Column::Margin];
        if self.scores.shown.len() > 1 {
            columns.push(Column::Disagreement);
            let names = self.scores.shown.iter().map(|model| model.name());
            columns.extend(names.map(Column::score_of));
        }
        columns
    }

    /// The models to choose from: those that come with the program, the user's files, and what
    /// is shown; by source.
    pub fn known_models(&self) -> Vec<Arc<str>> {
        let shipped = crate::jobs::models::names().map(Arc::from);
        let files = self.settings.model_files.iter();
        let files = files.map(|file| Arc::from(file.to_string_lossy()));
        let shown = self.scores.shown.iter().map(|model| model.source.clone());
        let mut known: Vec<Arc<str>> = Vec::new();
        for source in shipped.chain(files).chain(shown) {
            if !known.contains(&source) {
                known.push(source);
            }
        }
        known
    }

    /// Forgets scores with the set that they were of.
    pub(super) fn drop_scores(&mut self) {
        self.scores = Scores::default();
        self.focus_told = None;
        self.jobs.remove(&JobId::Score);
    }
}
