//! The session: what is restored at the next start without asking.

use std::{collections::BTreeSet, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{
    command::Session,
    state::{AppState, Pane, ProjectState, Screen},
};
use crate::{
    domain::{Catalogue, LabelBook, Role},
    features::{
        explanation::state::{ExplainChoice, Explanations},
        latent::state::LatentChoice,
        light_curve::{
            folding::PeriodSearch,
            measured::{CurveChoice, MeasuredCurves},
        },
        queue::order::QueueSpec,
        scoring::{saved::SavedScores, state::Scores},
    },
    workspace::{context::Context, display::Display},
};

/// How problems with the user's own settings and vocabularies are marked.
pub const SETTINGS: &str = "settings";

/// Smallest and largest side of a mosaic cell, points.
pub const MOSAIC_SIDES: (f32, f32) = (40.0, 260.0);

/// Side of a mosaic cell unless another is chosen, points.
pub const USUAL_SIDE: f32 = 104.0;

/// The place that a project remembers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedPlace {
    /// Identifier of the candidate on screen.
    pub candidate: Arc<str>,
    /// Its epoch, from 0.
    pub epoch: usize,
    /// The survey's identifier of that epoch, which stays when others are found before it.
    pub candid: Option<Arc<str>>,
}

/// What a project remembers of the window.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedSession {
    /// What was on screen.
    pub place: Option<SavedPlace>,
    /// The screen.
    pub screen: Screen,
    /// Filter and order.
    pub queue: QueueSpec,
    /// How stamps are drawn.
    pub display: Display,
    /// Name of the vocabulary.
    pub vocabulary: Arc<str>,
    /// The role in the mosaic.
    pub mosaic_role: Option<Role>,
    /// Side of a mosaic cell, points; none for the usual one.
    pub mosaic_side: Option<f32>,
    /// Which light curve is shown.
    pub curve: CurveChoice,
    /// What is shown of explanations.
    pub explain: ExplainChoice,
    /// The models side by side, their thresholds, and whether scores are hidden.
    pub scores: SavedScores,
    /// How the latent space is shown.
    pub latent: LatentChoice,
    /// Small windows that were open.
    pub panes: BTreeSet<Pane>,
}

impl AppState {
    pub(crate) fn apply_session(&mut self, session: Session, cx: &Context) {
        match session {
            Session::Open { paths, project } => self.open(paths, project, cx),
            Session::Show(screen) => {
                self.screen = screen;
                self.save_session()
            }
            Session::Vocabulary(source) => {
                self.read_vocabulary(source, cx);
            }
            Session::MosaicSide(side) => {
                self.mosaic_side = side.clamp(MOSAIC_SIDES.0, MOSAIC_SIDES.1);
                self.save_session()
            }
            Session::Export(path) => {
                self.export(path, cx);
            }
            Session::Import(path) => {
                self.import(path, cx);
            }
            Session::LightCurve(choice) => {
                self.curve = choice;
                self.save_session()
            }
            Session::Explanation(choice) => self.choose_explanation(choice),
            Session::StopIndexing => {
                if let Some(opening) = &self.opening {
                    opening.cancel();
                }
            }
            Session::Settings(settings) => {
                self.stamps.set_limit(settings.memory_bytes());
                self.settings = *settings;
                self.save_settings(cx)
            }
            Session::Key { action, chord } => {
                self.report(format!("{}: {chord}", action.info().title), cx.now);
                self.settings.keys.assign(action, chord);
                self.save_settings(cx)
            }
            Session::Page(page) => {
                self.page = page;
            }
            Session::MosaicRole(role) => {
                self.mosaic_role = role;
                self.save_session()
            }
            Session::Stay => {
                self.stay();
            }
            Session::LeaveAnyway => self.leave_anyway(cx),
            Session::DropToast => {
                self.toast = None;
            }
        }
    }

    /// Everything of the present set goes; nothing of it can arrive from now on.
    pub(crate) fn forget_set(&mut self, cx: &Context) {
        self.generation += 1;
        self.opening = None;
        // Its thread writes what it was given to the end, without this one waiting for it.
        self.journal = None;
        self.catalogue = Arc::new(Catalogue::default());
        self.book = Arc::new(LabelBook::default());
        // What is wrong with the user's own settings stays true.
        self.problems.retain(|problem| problem.what == SETTINGS);
        self.recognised.clear();
        self.selection.clear();
        if let Err(error) = self.stamps.change_set() {
            self.report_fault(format!("stamps cannot be decoded: {error}"), cx);
        }
        self.place = super::state::Place::default();
        self.page = Arc::new([]);
        self.sight.forget();
        self.header = None;
        self.vocabulary = self.vocabulary_before.take().unwrap_or(self.vocabulary);
        self.measured = MeasuredCurves::default();
        self.period_search = PeriodSearch::default();
        self.fine_tuning.forget();
        self.evaluation.forget();
        self.label_files.leave_set();
        self.explanations = Explanations::default();
        self.return_to = None;
        self.steps = None;
        self.motion = None;
        self.sorted_at = None;
        self.decided_at.clear();
        self.display.unlock_set();
        self.drop_scores();
        self.latent.forget();
        self.repeat_check.end();
        self.queue.forget_shortlist();
        self.set_queue(QueueSpec::default());
        self.project = ProjectState::default();
    }

    /// Keeps the settings of this user.
    pub(crate) fn save_settings(&mut self, cx: &Context) {
        if let Err(error) = (cx.save_settings)(&self.settings) {
            self.report_fault(format!("the settings are not kept: {error:#}"), cx);
        }
    }

    /// Keeps the session in the project.
    pub(crate) fn save_session(&self) {
        let Some(journal) = &self.journal else { return };
        // While the last place is looked for, the one on screen is provisional.
        let here = self.candidate().map(|candidate| SavedPlace {
            candidate: candidate.id.clone(),
            epoch: self.place.epoch,
            candid: self.epoch().and_then(|epoch| epoch.candid.clone()),
        });
        let saved = SavedSession {
            place: self.return_to.clone().or(here),
            screen: self.screen,
            queue: self.queue.spec().clone(),
            display: self.display.clone(),
            vocabulary: self.vocabulary().name.clone(),
            mosaic_role: self.mosaic_role,
            mosaic_side: Some(self.mosaic_side),
            curve: self.curve,
            explain: self.explain,
            scores: self.scores.saved(),
            latent: self.latent.choice.clone(),
            panes: self
                .panes
                .iter()
                .copied()
                .filter(|pane| !matches!(pane, Pane::Palette | Pane::Simulation | Pane::FineTune))
                .collect(),
        };
        // A value of plain strings and numbers always has a JSON form.
        journal.save_session(serde_json::to_string(&saved).unwrap_or_default());
    }

    /// Takes up a saved session. One that cannot be read (of another version) is passed over.
    pub(crate) fn restore_session(&mut self, json: &str) {
        let Ok(saved) = serde_json::from_str::<SavedSession>(json) else {
            return;
        };
        let name = self.asked_vocabulary.as_ref().unwrap_or(&saved.vocabulary);
        let named = self
            .vocabularies
            .iter()
            .position(|known| known.name == *name);
        self.vocabulary = named.unwrap_or(self.vocabulary);
        self.screen = saved.screen;
        self.display = saved.display;
        self.mosaic_role = saved.mosaic_role;
        self.mosaic_side = saved.mosaic_side.unwrap_or(self.mosaic_side);
        self.panes = saved.panes;
        self.curve = saved.curve;
        self.explain = saved.explain;
        self.latent.choice = saved.latent;
        self.scores = Scores::restored(saved.scores);
        self.set_queue(saved.queue);
        self.return_to = saved.place;
    }
}
