//! Explanations over the stamps: what is shown, what is asked for, what is known.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

pub use super::explain::Outcome;

use super::explain::{Explain, ExplainKey};
use crate::{
    domain::{ExplainMethod, ModelId},
    tasks::{Running, TaskEvent},
    text,
    workspace::{action::Action, context::Context, screen::Screen, shared::Shared},
};

/// Explanations kept: going back and forth computes nothing twice.
const MOST_KEPT: usize = 256;

/// What is shown over the stamps.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExplainChoice {
    /// True shows heat maps.
    pub is_shown: bool,
    /// How they are computed.
    pub method: ExplainMethod,
    /// Their opacity, 0 to 1.
    pub opacity: f32,
}

impl Default for ExplainChoice {
    fn default() -> Self {
        Self {
            is_shown: false,
            method: ExplainMethod::default(),
            opacity: 0.85,
        }
    }
}

/// Explanations of the opened set, the newest last.
#[derive(Debug, Default)]
pub struct Explanations {
    known: VecDeque<(ExplainKey, Outcome)>,
    awaited: Option<(ExplainKey, Running<Explain>)>,
}

impl Explanations {
    /// True while one is being computed.
    pub const fn is_awaited(&self) -> bool {
        self.awaited.is_some()
    }

    fn get(&self, key: &ExplainKey) -> Option<&Outcome> {
        let mut known = self.known.iter();
        known.find_map(|(known, outcome)| (known == key).then_some(outcome))
    }

    fn put(&mut self, key: ExplainKey, outcome: Outcome) {
        if self.get(&key).is_none() {
            self.known.push_back((key, outcome));
        }
        if self.known.len() > MOST_KEPT {
            self.known.pop_front();
        }
    }
}

#[derive(Debug, Default)]
pub struct ExplanationPane {
    pub explain: ExplainChoice,
    /// Explanations computed here.
    pub explanations: Explanations,
}

impl ExplanationPane {
    /// Of another set: nothing is explained yet.
    pub fn forget(&mut self) {
        self.explanations = Explanations::default();
    }

    /// The explanation of the epoch on screen; none while it is computed, or where none is shown.
    pub fn explanation(&self, shared: &Shared) -> Option<&Outcome> {
        self.explanations.get(&self.explain_key(shared)?)
    }

    /// True where explanations stand on the screen. An explanation shows what a model predicts, so that
    /// blind labelling hides it too.
    pub fn shows_explanations(&self, shared: &Shared) -> bool {
        let is_there = shared.screen == Screen::Inspect && shared.epoch().is_some();
        self.explain.is_shown && is_there && !shared.is_blind()
    }

    /// What is to be explained; none where nothing is shown.
    fn explain_key(&self, shared: &Shared) -> Option<ExplainKey> {
        if !self.shows_explanations(shared) {
            return None;
        }
        let stamps = shared.epoch()?.stamps.iter().map(|stamp| stamp.id);
        Some(ExplainKey {
            candidate: shared.place.candidate?,
            stamps: stamps.collect(),
            model: explained_model(shared)?,
            method: self.explain.method,
        })
    }

    /// Computes the explanation on screen where it is not known; one before it is not waited for.
    pub(crate) fn want_explanation(&mut self, shared: &mut Shared, cx: &Context) {
        let Some(key) = self.explain_key(shared) else {
            return;
        };
        let awaited = self.explanations.awaited.as_ref();
        let is_awaited = awaited.is_some_and(|(awaited, _)| *awaited == key);
        if is_awaited || self.explanations.get(&key).is_some() {
            return;
        }
        let Some(epoch) = shared.epoch().cloned() else {
            return;
        };
        let running = cx.tasks.start(Explain {
            key: key.clone(),
            epoch,
            models: cx.models.clone(),
            decoder: shared.stamps.decoder().clone(),
        });
        self.explanations.awaited = Some((key, running));
    }

    /// Takes in what was explained.
    pub(crate) fn poll_explanation(&mut self) {
        let awaited = self.explanations.awaited.as_mut();
        let Some(event) = awaited.and_then(|(_, running)| running.next_event()) else {
            return;
        };
        let outcome = match event {
            TaskEvent::Update(()) => return,
            TaskEvent::Finished(outcome) => Some(outcome),
            TaskEvent::Failed(why) => Some(Err(why.into())),
            TaskEvent::Cancelled => None,
        };
        let key = self.explanations.awaited.take().map(|(key, _)| key);
        if let Some((key, outcome)) = key.zip(outcome) {
            self.explanations.put(key, outcome);
        }
    }

    /// Shows heat maps or takes them away; the next method shows them too.
    pub(crate) fn act_on_explanation(&mut self, shared: &mut Shared, action: Action, cx: &Context) {
        if shared.is_blind() {
            shared.report(
                text!("scores are hidden for blind labelling, and explanations with them"),
                cx.now,
            );
            return;
        }
        let mut choice = self.explain;
        if action == Action::NextExplanation {
            if choice.is_shown {
                let all = ExplainMethod::ALL;
                let at = all.iter().position(|method| *method == choice.method);
                choice.method = all[at.map_or(0, |at| at + 1) % all.len()];
            }
            choice.is_shown = true;
        } else {
            choice.is_shown = !choice.is_shown;
        }
        let text = if choice.is_shown {
            text!("explanation: {method}", method = choice.method.title())
        } else {
            text!("explanation off").into()
        };
        shared.report(text, cx.now);
        self.choose_explanation(shared, choice);
    }

    pub(crate) fn choose_explanation(&mut self, shared: &mut Shared, choice: ExplainChoice) {
        self.explain = ExplainChoice {
            opacity: choice.opacity.clamp(0.0, 1.0),
            ..choice
        };
        shared.save_session();
    }
}

/// The version of the model that is explained: the one whose scores stand on the stamps; none
/// before it is read.
fn explained_model(shared: &Shared) -> Option<ModelId> {
    let ready = shared.scores.active().ready.as_ref()?;
    Some(ready.id.clone())
}
