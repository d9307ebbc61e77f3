//! Scoring from its start to its end: what is asked of the learner's thread, and what it says.

use std::sync::Arc;

use super::{
    state::{ReadyModel, Scores, ShownModel, Standing},
    tally::Tally,
    task::{ScoreOrder, ScoringEnd},
};
use crate::{
    app::{
        effect::Effect,
        event::{JobEvent, JobId},
        state::{AppState, Screen},
    },
    domain::{Candidate, CandidateIx, ModelId, NewScores, Role, ScoreRow, Verdicts, Vocabulary},
    tasks::progress::Progress,
    workspace::{context::Context, model_registry::LoadedModel, models},
};

/// Rows of the queue before and after the candidate on screen that are scored first.
const NEAR: usize = 24;

impl AppState {
    /// News of an earlier opening are nobody's; scores of one are not kept either, as its project
    /// is closed.
    pub(crate) fn take_score_news(&mut self, event: JobEvent, cx: &Context) -> Vec<Effect> {
        match event {
            JobEvent::ModelLoaded {
                generation,
                source,
                model,
            } if generation == self.generation => return self.take_model(&source, model, cx),
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
                return self.take_scores(&model, scores, new, cx);
            }
            JobEvent::ScoringEnded {
                generation,
                model,
                run,
                end,
            } if generation == self.generation => self.end_scoring(&model, run, end, cx),
            _ => {}
        }
        Vec::new()
    }

    /// Has every model that is not busy and not done score the set, once all is found.
    pub(crate) fn start_scoring(&mut self) -> Vec<Effect> {
        let is_indexing = self.jobs.contains_key(&JobId::Index);
        if is_indexing || self.catalogue.is_empty() {
            return Vec::new();
        }
        self.show_usual_models();
        let mut effects = Vec::new();
        for model in &mut self.scores.shown {
            if model.standing.is_busy() || model.standing == Standing::Done {
                continue;
            }
            model.standing = Standing::Reading;
            // No run counts until the next one begins.
            model.run = 0;
            effects.push(Effect::LoadModel {
                generation: self.generation,
                source: model.source.clone(),
            });
        }
        self.show_scoring_progress();
        effects
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
        if !self.scores.is_usual || active.standing != Standing::Done || active.tally.scored() > 0 {
            return;
        }
        let mut shown = self.scores.shown.iter();
        if let Some(at) = shown.position(|model| model.tally.scored() > 0) {
            self.scores.active = at;
            self.prefer_vocabulary_of_classes();
        }
    }

    /// Where nobody has labelled or asked for a vocabulary, the classes of the active model are those
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

    /// The user stops scoring. What scores says itself when it has stopped; what is still being
    /// read does not begin.
    pub(crate) fn stop_reading_models(&mut self) {
        for model in &mut self.scores.shown {
            if model.standing == Standing::Reading {
                model.standing = Standing::Stopped;
            }
        }
        self.show_scoring_progress();
    }

    pub(crate) fn show_scoring_progress(&mut self) {
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

    pub(crate) fn take_model(
        &mut self,
        source: &str,
        loaded: Result<LoadedModel, String>,
        cx: &Context,
    ) -> Vec<Effect> {
        let mut shown = self.scores.shown.iter_mut();
        let Some(model) = shown.find(|model| *model.source == *source) else {
            return Vec::new();
        };
        let ready = loaded.and_then(|loaded| {
            if loaded.card.classes.is_empty() {
                return Err("tells no class".into());
            }
            let (id, card) = (loaded.id, loaded.card);
            let real = card.positive_class();
            Ok((ReadyModel { id, card, real }, loaded.warning))
        });
        let (ready, warning) = match ready {
            Ok(ready) => ready,
            Err(why) => {
                model.standing = Standing::Failed(why.as_str().into());
                let text = format!("{} cannot score: {why}", model.name());
                let is_version = source.contains('#');
                self.warn(text, cx.now);
                self.show_scoring_progress();
                return if is_version {
                    self.leave_lost_version(source, cx)
                } else {
                    Vec::new()
                };
            }
        };
        let source = model.source.clone();
        if let Some(twin) = self.scores.twin(&source, &ready.id) {
            let twin = twin.name().to_owned();
            let effects = self.drop_model(&source, cx);
            self.tell(
                format!("{source} is {twin}, which is shown already"),
                cx.now,
            );
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
        let is_wanted = model.standing == Standing::Reading;
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
        let mut effects = Vec::new();
        if let Some(old) = replaced {
            self.scores.book.forget(&old.id);
            effects.push(Effect::StopScoring(old.id));
        }
        self.after_scores_changed();
        if is_wanted {
            effects.push(Effect::ReadScores(id));
        }
        effects
    }

    /// The project has said what it holds: the rest is computed.
    pub(crate) fn take_stored(&mut self, id: &ModelId, kept: Arc<[ScoreRow]>) -> Vec<Effect> {
        let mut shown = self.scores.shown.iter_mut();
        let model = shown.find(|model| {
            let is_it = model.ready.as_ref().is_some_and(|ready| ready.id == *id);
            is_it && model.standing == Standing::Reading
        });
        let Some(model) = model else {
            return Vec::new();
        };
        model.standing = Standing::Scoring;
        self.scores.runs += 1;
        model.run = self.scores.runs;
        vec![Effect::Score(Box::new(ScoreOrder {
            generation: self.generation,
            model: id.clone(),
            run: self.scores.runs,
            catalogue: self.catalogue.clone(),
            kept,
            project: self.project.path.clone(),
        }))]
    }

    pub(crate) fn take_scores(
        &mut self,
        id: &ModelId,
        scores: Vec<(CandidateIx, Verdicts)>,
        new: NewScores,
        cx: &Context,
    ) -> Vec<Effect> {
        let is_shown = self.scores.take(id, scores);
        self.show_scoring_progress();
        if is_shown && self.queue.uses_scores() && self.may_sort_again(cx) {
            self.refresh_queue();
        }
        if new.is_empty() {
            return Vec::new();
        }
        let model = id.clone();
        vec![Effect::KeepScores { model, new }]
    }

    pub(crate) fn end_scoring(&mut self, id: &ModelId, run: u64, end: ScoringEnd, cx: &Context) {
        let mut shown = self.scores.shown.iter_mut();
        // A run that was given up may end after another has begun.
        let is_it = |model: &&mut ShownModel| {
            model.run == run && model.ready.as_ref().is_some_and(|ready| ready.id == *id)
        };
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
            ScoringEnd::Stopped => self.tell(format!("scoring by {name} stopped"), cx.now),
            ScoringEnd::Failed(why) => self.warn(format!("scoring by {name}: {why}"), cx.now),
        }
        self.prefer_what_scores();
        self.after_scores_changed();
    }

    /// Who is looked at, the candidate on screen first; told anew where it has changed while
    /// scores are being made.
    pub(crate) fn want_scores(&mut self) -> Option<Effect> {
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

    /// Forgets scores with the set that they were of.
    pub(crate) fn drop_scores(&mut self) {
        self.scores = Scores::default();
        self.focus_told = None;
        self.jobs.remove(&JobId::Score);
    }
}
