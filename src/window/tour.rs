//! The tour: a scripted visit that saves a picture of every screen, and quits.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{
    command::Command,
    state::AppState,
    tour_script::{Stop, stops},
};
use crate::{
    features::simulation::state::PreviewState,
    workspace::{
        screen::{Pane, Screen},
        stamp_cache::CachedStamp,
    },
};

/// How the tour ended: a sentence where it failed.
pub type Outcome = Arc<Mutex<Result<(), String>>>;

/// Frames to wait after the last change, so that panels have found their places.
const CALM_FRAMES: u32 = 4;
/// Frames after which the tour goes on although stamps are still missing.
const PATIENCE_FRAMES: u32 = 2400;

/// A visit under way.
pub struct Tour {
    folder: PathBuf,
    stops: std::vec::IntoIter<Stop>,
    at: Option<&'static str>,
    awaits_picture: Arc<AtomicBool>,
    waited: u32,
    calm: u32,
    pictures: Arc<Mutex<Vec<PathBuf>>>,
    outcome: Outcome,
    is_begun: bool,
}

impl Tour {
    /// A visit whose pictures go to `folder`.
    pub fn new(folder: PathBuf, outcome: Outcome) -> Self {
        Self {
            folder,
            stops: Vec::new().into_iter(),
            at: None,
            awaits_picture: Arc::default(),
            waited: 0,
            calm: 0,
            pictures: Arc::default(),
            outcome,
            is_begun: false,
        }
    }

    /// One frame of the visit.
    pub fn step(&mut self, ctx: &egui::Context, state: &AppState, queue: &mut Vec<Command>) {
        ctx.request_repaint();
        if !self.is_begun {
            if !state.running().is_empty()
                || (state.shared.project.path.is_none() && !state.shared.is_blank())
            {
                return;
            }
            self.is_begun = true;
            self.stops = stops(state).into_iter();
            self.go_on(ctx, queue);
            return;
        }
        // The picture is of a frame still to come: the scene stands still until it is taken.
        if self.awaits_picture.load(Ordering::Acquire) {
            return;
        }
        self.waited += 1;
        self.calm = if is_settled(state) { self.calm + 1 } else { 0 };
        let is_ready = self.calm >= CALM_FRAMES || self.waited >= PATIENCE_FRAMES;
        if !is_ready {
            return;
        }
        match self.at.take() {
            Some(name) => self.shoot(ctx, name),
            None => self.go_on(ctx, queue),
        }
    }

    fn go_on(&mut self, ctx: &egui::Context, queue: &mut Vec<Command>) {
        self.waited = 0;
        self.calm = 0;
        match self.stops.next() {
            Some(stop) => {
                self.at = stop.name;
                queue.extend(stop.commands);
            }
            None => self.end(ctx),
        }
    }

    fn shoot(&self, ctx: &egui::Context, name: &str) {
        let path = self.folder.join(format!("{name}.png"));
        let (pictures, outcome) = (self.pictures.clone(), self.outcome.clone());
        let awaits_picture = self.awaits_picture.clone();
        awaits_picture.store(true, Ordering::Release);
        let callback = egui::ScreenshotCallback::new(move |image| {
            match write_png(&path, &image) {
                Ok(()) => pictures
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(path),
                Err(error) => {
                    let why = format!("{}: {error}", path.display());
                    *outcome.lock().unwrap_or_else(PoisonError::into_inner) = Err(why);
                }
            }
            awaits_picture.store(false, Ordering::Release);
        });
        ctx.send_viewport_cmd(egui::ViewportCommand::Screenshot(callback));
    }

    fn end(&mut self, ctx: &egui::Context) {
        let pictures = self.pictures.lock().unwrap_or_else(PoisonError::into_inner);
        println!("{} pictures in {}", pictures.len(), self.folder.display());
        if pictures.is_empty() {
            let why = "the tour made no picture".to_owned();
            *self.outcome.lock().unwrap_or_else(PoisonError::into_inner) = Err(why);
        }
        ctx.send_viewport_cmd(egui::ViewportCommand::Close);
        // The window acts on it with the next frame.
        ctx.request_repaint();
    }
}

/// True where every stamp of the screen is there.
fn is_settled(state: &AppState) -> bool {
    let is_there = |id| {
        !matches!(
            state.shared.stamps.get(id),
            None | Some(CachedStamp::Pending)
        )
    };
    let of_page = state
        .shared
        .page
        .iter()
        .filter(|_| state.shared.screen == Screen::Mosaic);
    let of_page = of_page.filter_map(|ix| {
        let epoch = state
            .shared
            .catalogue
            .get(*ix)?
            .epochs
            .get(state.shared.epoch_to_show(*ix))?;
        let stamp = epoch
            .stamps
            .iter()
            .find(|s| state.shared.mosaic_role.is_none_or(|r| r == s.role));
        stamp.map(|stamp| stamp.id)
    });
    let of_place = state
        .shared
        .epoch()
        .into_iter()
        .flat_map(|epoch| &epoch.stamps)
        .map(|s| s.id);
    let header_is_there = state
        .header
        .header
        .as_ref()
        .is_none_or(|header| header.cards.is_some());
    let preview_is_there = !state.shared.panes.contains(&Pane::Simulation)
        || !matches!(state.simulation.preview, PreviewState::Pending);
    let is_written = state.shared.project.unsaved == 0;
    let is_measured = !state.light_curve.measured.is_measuring();
    let is_judged = !state.evaluation.is_under_way();
    let is_explained = !state.explanation.explanations.is_awaited();
    let latent = &state.latent;
    let is_embedded = !(latent.is_under_way()
        || latent.is_mapping()
        || latent.is_coloring()
        || latent.is_drawing());
    let is_trained = !state.fine_tuning.is_under_way();
    is_written
        && is_trained
        && is_embedded
        && is_measured
        && is_judged
        && is_explained
        && header_is_there
        && preview_is_there
        && of_page.chain(of_place).all(is_there)
}

fn write_png(path: &Path, picture: &egui::ColorImage) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let pixels = picture
        .pixels
        .iter()
        .flat_map(egui::Color32::to_array)
        .collect();
    let [width, height] = picture.size.map(|side| side as u32);
    let image = image::RgbaImage::from_raw(width, height, pixels)
        .ok_or_else(|| anyhow::anyhow!("the picture has another size than it says"))?;
    image.save(path)?;
    Ok(())
}
