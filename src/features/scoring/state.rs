//! Scoring in the window: which tasks are started, and what they report.

use std::sync::Arc;

use super::{
    schedule::Focus,
    score::Orientations,
    task::{ModelChoice, Pace, ScoreSet, ScoreUpdate, StoreFault},
};
use crate::{
    domain::{Candidate, CandidateIx, Problem, Role, Vocabulary},
    tasks::{Running, TaskEvent},
    text,
    workspace::{
        context::Context,
        model_registry::LoadedModel,
        models,
        scores::{
            shown::{ReadyModel, ScoringStatus, ShownModel},
            tally::Tally,
        },
        screen::Screen,
        shared::Shared,
    },
};

/// Candidates from which on a set is large.
const LARGE: usize = 2000;
/// Rows of the queue before and after the candidate on screen that are scored first.
const NEAR: usize = 24;

/// The candidate, the screen, the queue and the page that decide who is looked at.
type FocusOf = (
    (Option<CandidateIx>, Screen, u64),
    Option<Arc<[CandidateIx]>>,
);

/// What scores the opened set: a task for each model, by its source.
#[derive(Debug, Default)]
pub struct ScoringTasks {
    running: Vec<(Arc<str>, Running<ScoreSet>)>,
    /// Who is looked at, for the tasks.
    focus: Focus,
    /// What was on the screen when that was put there.
    focus_of: Option<FocusOf>,
}

impl ScoringTasks {
    /// Has every model that is not busy and not done score the set, once all is found.
    pub fn start(&mut self, shared: &mut Shared, cx: &Context) {
        let is_open = |status: &ScoringStatus| !status.is_busy() && *status != ScoringStatus::Done;
        self.start_those(shared, cx, is_open);
    }

    fn start_those(
        &mut self,
        shared: &mut Shared,
        cx: &Context,
        is_meant: impl Fn(&ScoringStatus) -> bool,
    ) {
        if shared.is_indexing() || shared.catalogue.is_empty() {
            return;
        }
        self.drop_unwanted(shared);
        show_usual_models(shared);
        // What lies at the path of a project that cannot be written may be another one.
        let project = &shared.project;
        let project = project.path.clone().filter(|_| project.fault.is_none());
        for model in &mut shared.scores.shown {
            if !is_meant(&model.status) {
                continue;
            }
            let is_quick =
                shared.settings.scores_one_orientation_first && shared.catalogue.len() >= LARGE;
            let orientations = if is_quick {
                Orientations::OneFirst {
                    threshold: model.chosen,
                }
            } else {
                Orientations::All
            };
            model.status = ScoringStatus::Reading;
            let task = cx.tasks.start(ScoreSet {
                by: vec![ModelChoice::Source(model.source.clone())],
                catalogue: shared.catalogue.clone(),
                known: shared.scores.book.clone(),
                project: project.clone(),
                models: cx.models.clone(),
                decoder: shared.stamps.decoder().clone(),
                focus: self.focus.clone(),
                pace: Pace::Fitted,
                orientations,
            });
            self.running.push((model.source.clone(), task));
        }
    }

    /// Has every model that scores the set, or has scored it, score what has come in.
    pub fn start_again(&mut self, shared: &mut Shared, cx: &Context) {
        // These know the set as it was; what they have scored is in the book.
        self.running.clear();
        for model in &mut shared.scores.shown {
            if model.status.is_busy() || model.status == ScoringStatus::Done {
                model.status = ScoringStatus::Waiting;
            }
        }
        self.start_those(shared, cx, |status| *status == ScoringStatus::Waiting);
    }

    /// Takes in what the tasks report.
    pub fn poll(&mut self, shared: &mut Shared, cx: &Context) {
        self.drop_unwanted(shared);
        for (source, task) in &mut self.running {
            while let Some(event) = task.next_event() {
                match event {
                    TaskEvent::Update(update) => take_score_update(shared, source, update, cx),
                    TaskEvent::Finished(()) => end_scoring(shared, source, ScoringStatus::Done),
                    TaskEvent::Cancelled => end_scoring(shared, source, ScoringStatus::Stopped),
                    TaskEvent::Failed(why) => fail_scoring(shared, source, &why, cx),
                }
                if !is_wanted(shared, source) {
                    break;
                }
            }
        }
        self.running.retain(|(_, task)| !task.has_ended());
        self.drop_unwanted(shared);
    }

    /// Tasks of models that are shown no more, or were stopped, end.
    pub fn drop_unwanted(&mut self, shared: &Shared) {
        self.running.retain(|(source, _)| is_wanted(shared, source));
    }

    /// Who is looked at, the candidate on screen first: put where the tasks find it.
    pub fn follow(&mut self, shared: &Shared) {
        self.drop_unwanted(shared);
        if self.running.is_empty() {
            return;
        }
        let place = (
            shared.place.candidate,
            shared.screen,
            shared.queue.revision(),
        );
        let page = (shared.screen == Screen::Mosaic).then(|| shared.page.clone());
        let is_there = self.focus_of.as_ref().is_some_and(|(known, seen)| {
            let is_same_page = match (seen, &page) {
                (Some(seen), Some(page)) => Arc::ptr_eq(seen, page),
                (seen, page) => seen.is_none() && page.is_none(),
            };
            *known == place && is_same_page
        });
        if is_there {
            return;
        }
        self.focus_of = Some((place, page.clone()));
        let order = shared.queue.order();
        let rank = shared.place.candidate.and_then(|ix| shared.queue.rank(ix));
        let near = rank.map_or(0..0, |rank| {
            rank.saturating_sub(NEAR)..(rank + NEAR).min(order.len())
        });
        let place = shared.place.candidate.iter();
        let page = page.as_deref().unwrap_or_default().iter();
        let all = place.chain(page).chain(&order[near]).copied();
        self.focus.put(all.collect());
    }

    /// True while a task runs.
    pub fn is_busy(&self) -> bool {
        !self.running.is_empty()
    }
}

/// True while that model is shown and at work.
fn is_wanted(shared: &Shared, source: &str) -> bool {
    let mut shown = shared.scores.shown().iter();
    shown.any(|model| *model.source == *source && model.status.is_busy())
}

fn take_score_update(shared: &mut Shared, source: &str, update: ScoreUpdate, cx: &Context) {
    match update {
        ScoreUpdate::Loaded(loaded) => take_model(shared, source, loaded, cx),
        ScoreUpdate::Scored {
            scores,
            counts,
            one_view,
            ..
        } => {
            shared.scores.take(source, scores);
            if let Some(model) = shared.scores.find(source) {
                model.counts.kept += counts.kept;
                model.counts.computed += counts.computed;
                model.one_view += one_view.len();
            }
            if shared.queue.uses_scores() && shared.may_sort_again(cx) {
                shared.follow_scores();
            }
        }
        ScoreUpdate::Fault(fault) => take_store_fault(shared, "scores", &fault),
    }
}

/// Once: the same would come from every model. `kept` is what the project is to keep: "scores".
pub(crate) fn take_store_fault(shared: &mut Shared, kept: &str, fault: &StoreFault) {
    let (what, error) = fault.parts(kept);
    let path = shared.project.path.clone().unwrap_or_default();
    let path = path.display().to_string();
    let why = error.strip_prefix(&format!("{path}: ")).unwrap_or(error);
    let problem = Problem::new(path.clone(), what, why);
    if !shared.problems.contains(&problem) {
        shared.problems.push(problem);
    }
}

/// Sequences are also followed by the model of sequences, unless the user has chosen what is shown.
fn show_usual_models(shared: &mut Shared) {
    let is_sequence = |candidate: &Candidate| {
        let epochs = candidate.epochs.iter();
        epochs
            .filter(|epoch| epoch.stamp(Role::Science).is_some())
            .count()
            > 1
    };
    let is_shown = |model: &ShownModel| *model.source == *models::SEQUENCES;
    if shared.scores.is_usual
        && !shared.scores.shown.iter().any(is_shown)
        && shared
            .catalogue
            .iter()
            .any(|(_, candidate)| is_sequence(candidate))
    {
        let model = ShownModel::new(models::SEQUENCES.into());
        shared.scores.shown.push(model);
    }
}

/// Where the active model can score nothing at all and another one can, that one is active.
fn prefer_what_scores(shared: &mut Shared) {
    let active = shared.scores.active();
    if !shared.scores.is_usual || active.status != ScoringStatus::Done || active.tally.scored() > 0
    {
        return;
    }
    let mut shown = shared.scores.shown.iter();
    if let Some(at) = shown.position(|model| model.tally.scored() > 0) {
        shared.scores.active = at;
        prefer_vocabulary_of_classes(shared);
    }
}

/// Where no label was given and no vocabulary was asked for, the classes of the active model are those
/// that are offered.
fn prefer_vocabulary_of_classes(shared: &mut Shared) {
    let is_asked = shared.asked_vocabulary.is_some() || shared.has_chosen_vocabulary;
    let is_free = !is_asked && shared.book.events().is_empty();
    let Some(ready) = shared.scores.active().ready.as_ref().filter(|_| is_free) else {
        return;
    };
    let classes = &ready.card.classes;
    let has_all = |vocabulary: &Vocabulary| {
        classes
            .iter()
            .all(|class| vocabulary.class(class).is_some())
    };
    if has_all(shared.vocabulary()) {
        return;
    }
    if let Some(at) = shared.vocabularies.iter().position(has_all) {
        shared.vocabulary_before = Some(shared.vocabulary);
        shared.vocabulary = at;
    }
}

fn take_model(shared: &mut Shared, source: &str, loaded: LoadedModel, cx: &Context) {
    let LoadedModel { id, card, warning } = loaded;
    let ready = ReadyModel::new(id, card);
    if let Some(twin) = shared.scores.twin(source, &ready.id) {
        let twin = twin.name().to_owned();
        shared.drop_model(source, cx);
        shared.report(
            text!("{source} is {twin}, which is shown already", source, twin),
            cx.now,
        );
        return;
    }
    let Some(model) = shared.scores.find(source) else {
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
        model.uncorrect();
        model.tally = Tally::default();
    }
    if let Some(warning) = warning {
        shared.warn(warning, cx.now);
    }
    if let Some(old) = replaced {
        shared.scores.book.forget(&old.id);
    }
    shared.after_scores_changed();
}

fn end_scoring(shared: &mut Shared, source: &str, status: ScoringStatus) {
    if let Some(model) = shared.scores.find(source) {
        model.status = status;
    }
    prefer_what_scores(shared);
    shared.after_scores_changed();
}

fn fail_scoring(shared: &mut Shared, source: &str, why: &str, cx: &Context) {
    let Some(model) = shared.scores.find(source) else {
        return;
    };
    let name = model.name().to_owned();
    let is_read = model.status == ScoringStatus::Scoring;
    end_scoring(shared, source, ScoringStatus::Failed(why.into()));
    if is_read {
        shared.warn(text!("scoring by {name}: {why}", name, why), cx.now);
        return;
    }
    shared.warn(text!("{name} cannot score: {why}", name, why), cx.now);
    let is_version = source.contains('#');
    if is_version {
        shared.leave_lost_version(source, cx);
    }
}
