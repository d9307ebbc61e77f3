//! The session: what is restored at the next start without asking.

use std::{collections::BTreeSet, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{command::Session, settings_file, state::AppState};
use crate::{
    domain::Role,
    features::{
        explanation::state::ExplainChoice, latent::choice::LatentChoice,
        light_curve::measured::CurveChoice,
    },
    workspace::{
        context::Context,
        display::Display,
        place::SavedPlace,
        queue::order::QueueSpec,
        scores::{saved::SavedScores, shown::Scores},
        screen::{MOSAIC_SIDES, Pane, Screen},
    },
};

/// What a project remembers of the window.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedSession {
    /// What was on screen.
    pub place: Option<SavedPlace>,
    pub screen: Screen,
    /// Filter and order.
    pub queue: QueueSpec,
    /// How stamps are drawn.
    pub display: Display,
    /// Name of the vocabulary.
    pub vocabulary: Arc<str>,
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
            Session::Open { paths, project } => {
                self.opening.open(&mut self.shared, paths, project, cx);
            }
            Session::Show(screen) => {
                self.shared.screen = screen;
                self.shared.save_session();
            }
            Session::Vocabulary(source) => {
                self.label_files.read_vocabulary(source, cx);
            }
            Session::MosaicSide(side) => {
                self.shared.mosaic_side = side.clamp(MOSAIC_SIDES.0, MOSAIC_SIDES.1);
                self.shared.save_session();
            }
            Session::Export(path) => {
                self.label_files.export(&mut self.shared, path, cx);
            }
            Session::Join(path) => {
                let radius = self.shared.settings.join_radius_arcsec;
                self.opening.join(&path, radius);
                self.opening.poll_join(&mut self.shared, cx);
            }
            Session::Import(path) => {
                self.label_files.import(&mut self.shared, path, cx);
            }
            Session::StopIndexing => {
                if let Some(opening) = &self.opening.opening {
                    opening.cancel();
                }
            }
            Session::Settings(settings) => {
                self.shared.stamps.set_limit(settings.memory_bytes());
                if settings.language != self.shared.settings.language {
                    settings_file::choose_language(settings.language);
                }
                self.shared.settings = *settings;
                self.shared.save_settings(cx);
            }
            Session::Key { action, chord } => {
                self.shared
                    .report(format!("{}: {chord}", action.info().title()), cx.now);
                self.shared.settings.keys.assign(action, chord);
                self.shared.save_settings(cx);
            }
            Session::Page(page) => {
                self.shared.page = page;
            }
            Session::MosaicRole(role) => {
                self.shared.mosaic_role = role;
                self.shared.save_session();
            }
            Session::Stay => {
                self.opening.stay();
            }
            Session::LeaveAnyway => self.opening.leave_anyway(&mut self.shared),
            Session::DropToast => {
                self.shared.toast = None;
            }
        }
    }

    /// Everything of the present set goes; nothing of it can arrive from now on.
    pub(super) fn forget_set(&mut self, cx: &Context) {
        self.opening.opening = None;
        self.opening.forget_joins();
        self.shared.forget_set(cx);
        self.growing.forget();
        self.scoring.drop_unwanted(&self.shared);
        self.detections.forget();
        self.shares.forget();
        self.header.header = None;
        self.light_curve.forget();
        self.fine_tuning.forget();
        self.close_pairs.forget();
        self.similar.forget();
        self.samp.forget();
        self.practice.forget();
        self.team.forget();
        self.evaluation.forget();
        self.label_files.leave_set();
        self.explanation.forget();
        self.latent.forget();
    }

    /// Keeps the session in the project.
    pub(super) fn keep_session(&self) {
        let Some(journal) = &self.shared.journal else {
            return;
        };
        // While the last place is looked for, the one on screen is provisional.
        let here = self.shared.candidate().map(|candidate| SavedPlace {
            candidate: candidate.id.clone(),
            epoch: self.shared.place.epoch,
            candid: self.shared.epoch().and_then(|epoch| epoch.candid.clone()),
        });
        let saved = SavedSession {
            place: self.shared.return_to.clone().or(here),
            screen: self.shared.screen,
            queue: self.shared.spec_to_keep(),
            display: self.shared.display.clone(),
            vocabulary: self.shared.vocabulary().name.clone(),
            mosaic_role: self.shared.mosaic_role,
            mosaic_side: Some(self.shared.mosaic_side),
            curve: self.light_curve.curve,
            explain: self.explanation.explain,
            scores: self.shared.scores.saved(),
            latent: self.latent.choice.clone(),
            panes: self
                .shared
                .panes
                .iter()
                .copied()
                .filter(|pane| {
                    !matches!(
                        pane,
                        Pane::Palette
                            | Pane::Simulation
                            | Pane::FineTune
                            | Pane::Practice
                            | Pane::Server
                    )
                })
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
        let name = self
            .shared
            .asked_vocabulary
            .as_ref()
            .unwrap_or(&saved.vocabulary);
        let named = self
            .shared
            .vocabularies
            .iter()
            .position(|known| known.name == *name);
        self.shared.vocabulary = named.unwrap_or(self.shared.vocabulary);
        self.shared.screen = saved.screen;
        self.shared.display = saved.display;
        self.shared.mosaic_role = saved.mosaic_role;
        self.shared.mosaic_side = saved.mosaic_side.unwrap_or(self.shared.mosaic_side);
        self.shared.panes = saved.panes;
        self.light_curve.curve = saved.curve;
        self.explanation.explain = saved.explain;
        self.latent.choice = saved.latent;
        self.shared.scores = Scores::restored(saved.scores);
        self.shared.set_queue(saved.queue);
        self.shared.return_to = saved.place;
    }
}
