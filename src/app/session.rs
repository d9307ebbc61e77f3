//! The session: what is restored at the next start without asking.

use std::{path::PathBuf, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{
    command::Session,
    display::Display,
    effect::Effect,
    queue::QueueSpec,
    state::{AppState, HeaderCards, Pane, ProjectState, Screen},
};
use crate::{
    domain::{Catalogue, LabelBook, Role, Timestamp},
    jobs::transfer::ImportOrder,
};

/// What a project remembers of the window.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedSession {
    /// Identifier of the candidate on screen.
    pub candidate: Option<Arc<str>>,
    /// Its epoch, from 0.
    pub epoch: usize,
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
}

impl AppState {
    pub(super) fn apply_session(&mut self, session: Session, now: Timestamp) -> Vec<Effect> {
        match session {
            Session::Open { paths, project } => self.open(paths, project),
            Session::Show(screen) => {
                self.screen = screen;
                vec![self.save_session()]
            }
            Session::Export(path) => self.export(path),
            Session::Import(path) => self.import(path),
            Session::Cancel(job) => vec![Effect::Cancel(job)],
            Session::Settings(settings) => {
                self.shelf.set_limit(settings.memory_bytes());
                self.settings = *settings;
                vec![Effect::SaveSettings(Box::new(self.settings.clone()))]
            }
            Session::Key { action, chord } => {
                self.tell(format!("{}: {chord}", action.info().title), now);
                self.settings.keys.assign(action, chord);
                vec![Effect::SaveSettings(Box::new(self.settings.clone()))]
            }
            Session::Page(page) => {
                self.page = page;
                Vec::new()
            }
            Session::MosaicRole(role) => {
                self.mosaic_role = role;
                vec![self.save_session()]
            }
            Session::DropToast => {
                self.toast = None;
                Vec::new()
            }
        }
    }

    /// Leaves the present set and opens another. Labels are on disk already.
    pub(super) fn open(&mut self, paths: Vec<PathBuf>, project: Option<PathBuf>) -> Vec<Effect> {
        self.generation += 1;
        self.catalogue = Arc::new(Catalogue::default());
        self.book = Arc::new(LabelBook::default());
        self.problems.clear();
        self.recognised.clear();
        self.selection.clear();
        self.shelf.clear();
        self.place = super::state::Place::default();
        self.page = Arc::new([]);
        self.header = None;
        self.return_to = None;
        self.steps = None;
        self.queue.refresh(&self.catalogue, &self.book);
        self.project = ProjectState {
            paths: paths.clone(),
            ..ProjectState::default()
        };
        vec![Effect::Open {
            generation: self.generation,
            paths,
            project,
        }]
    }

    pub(super) fn export(&self, path: PathBuf) -> Vec<Effect> {
        let (book, catalogue) = (self.book.clone(), self.catalogue.clone());
        vec![Effect::Export {
            path,
            book,
            catalogue,
        }]
    }

    pub(super) fn import(&self, path: PathBuf) -> Vec<Effect> {
        let Some(project) = self.project.path.clone() else {
            return Vec::new();
        };
        vec![Effect::Import(Box::new(ImportOrder {
            table: path,
            project,
            catalogue: self.catalogue.clone(),
            vocabulary: self.vocabulary().clone(),
            annotator: self.annotator(),
        }))]
    }

    pub(super) fn save_session(&self) -> Effect {
        let saved = SavedSession {
            candidate: self
                .candidate()
                .map(|candidate| candidate.id.clone())
                .or_else(|| self.return_to.as_ref().map(|(id, _)| id.clone())),
            epoch: self.place.epoch,
            screen: self.screen,
            queue: self.queue.spec().clone(),
            display: self.display.clone(),
            vocabulary: self.vocabulary().name.clone(),
            mosaic_role: self.mosaic_role,
        };
        // A value of plain strings and numbers always has a JSON form.
        Effect::SaveSession(serde_json::to_string(&saved).unwrap_or_default())
    }

    /// Takes up a saved session. One that cannot be read (of another version) is passed over.
    pub(super) fn restore_session(&mut self, json: &str) {
        let Ok(saved) = serde_json::from_str::<SavedSession>(json) else {
            return;
        };
        let named = self
            .vocabularies
            .iter()
            .position(|known| known.name == saved.vocabulary);
        self.vocabulary = named.unwrap_or(self.vocabulary);
        self.screen = saved.screen;
        self.display = saved.display;
        self.mosaic_role = saved.mosaic_role;
        self.queue
            .set_spec(saved.queue, &self.catalogue, &self.book);
        self.return_to = saved.candidate.map(|id| (id, saved.epoch));
    }

    /// Asks for the header of the epoch on screen where its pane is open.
    pub(super) fn refresh_header(&mut self) -> Vec<Effect> {
        if !self.panes.contains(&Pane::Header) {
            return Vec::new();
        }
        let stamp = self.epoch().and_then(|epoch| epoch.stamps.first()).cloned();
        self.header = stamp.as_ref().map(|stamp| HeaderCards {
            stamp: stamp.id,
            cards: None,
        });
        stamp.map(Effect::ReadHeader).into_iter().collect()
    }
}
