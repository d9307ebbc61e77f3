//! Explanations over the stamps: what is shown, what is asked for, what is known.

use std::{collections::VecDeque, sync::Arc};

use serde::{Deserialize, Serialize};

use super::explain::{ExplainKey, ExplainRequest, Explained};
use crate::{
    app::{
        action::Action,
        effect::Effect,
        state::{AppState, Screen},
    },
    domain::{ExplainMethod, Explanation, ModelId},
    workspace::context::Context,
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

/// An explanation, or why there is none: a sentence.
pub type Outcome = Result<Arc<Explanation>, Arc<str>>;

/// Explanations of this opening, the newest last.
#[derive(Clone, Debug, Default)]
pub struct Explanations {
    known: VecDeque<(ExplainKey, Outcome)>,
    awaited: Option<ExplainKey>,
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
        if self.awaited.as_ref() == Some(&key) {
            self.awaited = None;
        }
        if self.get(&key).is_none() {
            self.known.push_back((key, outcome));
        }
        if self.known.len() > MOST_KEPT {
            self.known.pop_front();
        }
    }
}

impl AppState {
    /// The explanation of the epoch on screen; none while it is computed, or where none is shown.
    pub fn explanation(&self) -> Option<&Outcome> {
        self.explanations.get(&self.explain_key()?)
    }

    /// The version of the model that is explained: the one whose scores stand on the stamps; none
    /// before it is read.
    fn explained_model(&self) -> Option<ModelId> {
        let ready = self.scores.active().ready.as_ref()?;
        Some(ready.id.clone())
    }

    /// True where explanations stand on the screen. An explanation tells what a model says, so that
    /// blind labelling hides it too.
    pub fn shows_explanations(&self) -> bool {
        let is_there = self.screen == Screen::Inspect && self.epoch().is_some();
        self.explain.is_shown && is_there && !self.is_blind()
    }

    /// What is to be explained; none where nothing is shown.
    fn explain_key(&self) -> Option<ExplainKey> {
        if !self.shows_explanations() {
            return None;
        }
        let stamps = self.epoch()?.stamps.iter().map(|stamp| stamp.id);
        Some(ExplainKey {
            candidate: self.place.candidate?,
            stamps: stamps.collect(),
            model: self.explained_model()?,
            method: self.explain.method,
        })
    }

    /// Asks for the explanation on screen where it is not known; the newest request wins.
    pub(crate) fn want_explanation(&mut self) -> Option<Effect> {
        let key = self.explain_key()?;
        let is_asked = self.explanations.awaited.as_ref() == Some(&key);
        if is_asked || self.explanations.get(&key).is_some() {
            return None;
        }
        let epoch = self.epoch()?.clone();
        self.explanations.awaited = Some(key.clone());
        Some(Effect::Explain(Box::new(ExplainRequest {
            generation: self.generation,
            key,
            epoch,
        })))
    }

    pub(crate) fn take_explanation(&mut self, explained: Explained) {
        if explained.generation == self.generation {
            self.explanations.put(explained.key, explained.outcome);
        }
    }

    /// Shows heat maps or takes them away; the next method shows them too.
    pub(crate) fn act_on_explanation(&mut self, action: Action, cx: &Context) -> Vec<Effect> {
        if self.is_blind() {
            self.tell(
                "scores are hidden for blind labelling, and explanations with them",
                cx.now,
            );
            return Vec::new();
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
            format!("explanation: {}", choice.method.title())
        } else {
            "explanation off".into()
        };
        self.tell(text, cx.now);
        self.choose_explanation(choice)
    }

    pub(crate) fn choose_explanation(&mut self, choice: ExplainChoice) -> Vec<Effect> {
        self.explain = ExplainChoice {
            opacity: choice.opacity.clamp(0.0, 1.0),
            ..choice
        };
        vec![self.save_session()]
    }
}
