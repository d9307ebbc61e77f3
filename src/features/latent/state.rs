//! The latent space of the opened set, as the window shows it: which model, how far it is, what is
//! known.

use std::{path::Path, sync::Arc};

use serde::{Deserialize, Serialize};

// Views know tasks only by these.
use super::{
    adapt_task::Adapt,
    check::MemberCheck,
    components::ComponentTable,
    embed_task::{Embed, EmbedUpdate},
    map::MapPart,
    pictures::PicturePart,
    shade::ShadePart,
};
pub use super::{
    members::Members,
    projection::{LatentMap, Projection},
};
use crate::{
    domain::{Embedding, LatentSpace, ModelCard},
    features::queue::column::Column,
    tasks::{Running, TaskEvent, next_event},
    window::{
        command::Latent,
        state::{AppState, Screen},
    },
    workspace::{context::Context, latent_models},
};
pub use crate::{features::file_dialog::pick::PickFor, workspace::latent_registry::Reconstruction};

/// Smallest and largest radius of a point, points of the screen.
pub const RADII: (f32, f32) = (0.5, 8.0);

/// What points are coloured by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColorBy {
    /// The likeliest component of each point.
    Component,
    /// The number of the epoch.
    Epoch,
    /// How badly the model draws each point's stamp again.
    Error,
    /// Any column of its candidate.
    Column(Column),
}

/// What a drag over the plot does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tool {
    /// Draws a closed line: what lies inside is selected.
    #[default]
    Lasso,
    /// Draws a rectangle.
    Box,
    /// Moves the plot.
    Pan,
}

/// How the space is shown; a project remembers it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LatentChoice {
    /// The name of a model that comes with the program, or a file.
    pub source: Arc<str>,
    /// How it is laid on a plane.
    pub projection: Projection,
    /// What points are coloured by.
    pub color_by: ColorBy,
    /// True shows a point for each epoch, false one for each candidate.
    pub shows_every_epoch: bool,
    /// True draws components in, where the map is flat.
    pub shows_components: bool,
    /// What a drag does.
    pub tool: Tool,
    /// Radius of a point, points of the screen.
    pub radius: f32,
    /// 0 to 1.
    pub opacity: f32,
}

impl Default for LatentChoice {
    fn default() -> Self {
        Self {
            source: latent_models::DEFAULT.into(),
            projection: Projection::default(),
            color_by: ColorBy::Component,
            shows_every_epoch: true,
            shows_components: true,
            tool: Tool::default(),
            radius: 2.0,
            opacity: 0.8,
        }
    }
}

/// How far it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LatentStatus {
    /// Nothing was asked for.
    #[default]
    Idle,
    /// The model is being read.
    Reading,
    /// Stamps are put into the space.
    Embedding,
    /// All are there.
    Done,
    /// The user stopped it; what came before stays.
    Stopped,
    /// Why it broke off: a sentence.
    Failed(Arc<str>),
}

/// The state of the screen.
#[derive(Debug, Default)]
pub struct LatentPane {
    /// How it is shown.
    pub choice: LatentChoice,
    pub(crate) adapting: Option<Running<Adapt>>,
    /// What came of fine-tuning the model, in a sentence.
    pub(crate) adapted: Option<String>,
    pub running: Option<Running<Embed>>,
    status: LatentStatus,
    run: u64,
    card: Option<Arc<ModelCard>>,
    pub(crate) embedding: Option<Arc<Embedding>>,
    refused: usize,
    pub(crate) map: MapPart,
    pub(crate) shade: ShadePart,
    pub(crate) table: ComponentTable,
    pub(crate) pictures: PicturePart,
    pub(crate) check: Option<MemberCheck>,
    pub(crate) chosen: Option<usize>,
}

impl LatentPane {
    /// How far it is.
    pub const fn status(&self) -> &LatentStatus {
        &self.status
    }

    /// True while stamps are being put into the space.
    pub const fn is_under_way(&self) -> bool {
        self.running.is_some()
    }

    /// True while the model is fine-tuned.
    pub const fn is_adapting(&self) -> bool {
        self.adapting.is_some()
    }

    /// True while work of any kind is under way.
    pub const fn is_busy(&self) -> bool {
        self.is_under_way() || self.is_adapting() || self.is_mapping() || self.is_drawing()
    }

    /// Number of the run.
    pub const fn run(&self) -> u64 {
        self.run
    }

    /// The space; none before the model is read.
    pub fn space(&self) -> Option<&Arc<LatentSpace>> {
        self.embedding.as_ref().map(|embedding| &embedding.space)
    }

    /// The card of the model that was read.
    pub const fn card(&self) -> Option<&Arc<ModelCard>> {
        self.card.as_ref()
    }

    /// All points so far.
    pub const fn embedding(&self) -> Option<&Arc<Embedding>> {
        self.embedding.as_ref()
    }

    /// Epochs without a place.
    pub const fn refused(&self) -> usize {
        self.refused
    }

    /// The component that was chosen in the table.
    pub const fn chosen(&self) -> Option<usize> {
        self.chosen
    }

    /// What came of fine-tuning the model, in a sentence.
    pub fn adapted(&self) -> Option<&str> {
        self.adapted.as_deref()
    }

    /// Forgets what is known of the set; what is under way stops, but fine-tuning.
    fn begin_again(&mut self) {
        *self = Self {
            adapting: self.adapting.take(),
            adapted: self.adapted.take(),
            choice: std::mem::take(&mut self.choice),
            run: self.run + 1,
            pictures: self.pictures.anew(),
            ..Self::default()
        };
    }

    /// Of another set: nothing is known yet, and nothing is under way.
    pub(crate) fn forget(&mut self) {
        self.begin_again();
        (self.adapting, self.adapted) = (None, None);
    }

    /// The name of the model for a sentence.
    pub fn name(&self) -> &str {
        match self.space() {
            Some(space) => space.model.name(),
            None => &self.choice.source,
        }
    }
}

impl AppState {
    /// The latent models to choose from: those that come with the program, those that the project has,
    /// and the chosen one; by source.
    pub fn known_latent_models(&self) -> Vec<Arc<str>> {
        let mut known: Vec<Arc<str>> = latent_models::names().map(Arc::from).collect();
        let versions = self.fine_tuning.versions().iter();
        let versions = versions.filter(|version| version.card.latent.is_some());
        let versions = versions.filter_map(|version| self.source_of(version));
        for source in versions.chain([self.latent.choice.source.clone()]) {
            if !known.contains(&source) {
                known.push(source);
            }
        }
        known
    }

    pub(crate) fn apply_latent(&mut self, latent: Latent, cx: &Context) {
        match latent {
            Latent::Start => self.start_embedding(cx),
            Latent::Adapt => self.start_adapting(cx),
            Latent::Use(source) => return self.use_latent(source, cx),
            Latent::Pick => return self.pick(PickFor::LatentModel),
            Latent::Choose(choice) => {
                self.latent.choice = LatentChoice {
                    radius: choice.radius.clamp(RADII.0, RADII.1),
                    opacity: choice.opacity.clamp(0.02, 1.0),
                    ..*choice
                };
                self.save_session();
            }
            Latent::Component(chosen) => self.choose_component(chosen),
            Latent::Walk(walk) => self.latent.pictures.walk = Some(*walk),
            Latent::Enclose { region, adds } => self.enclose(&region, adds),
            Latent::SelectMembers(component) => self.select_members(component, cx),
            Latent::Check(component) => self.check_members(component, cx),
            Latent::Stop => self.stop_embedding(),
            Latent::StopAdapting => self.stop_adapting(),
            Latent::StopMap => self.stop_map(),
            Latent::CheckOthers => self.check_other_members(),
            Latent::DropCheck => self.latent.check = None,
            Latent::LabelMembers(class) => return self.label_members(class, cx),
        }
    }

    /// Puts the set into the space of the chosen model, once all of it is found.
    pub(crate) fn start_embedding(&mut self, cx: &Context) {
        if self.is_indexing() {
            self.report("the set is still being indexed: try again then", cx.now);
            return;
        }
        if self.catalogue.is_empty() {
            self.report("open stamps first: there is nothing to embed", cx.now);
            return;
        }
        if self.latent.is_under_way() {
            return;
        }
        self.latent.begin_again();
        self.scores.forget_latent();
        self.screen = Screen::Latent;
        self.latent.status = LatentStatus::Reading;
        self.latent.running = Some(cx.tasks.start(Embed {
            source: self.latent.choice.source.clone(),
            catalogue: self.catalogue.clone(),
            models: cx.latent_models.clone(),
            decoder: self.stamps.decoder().clone(),
        }));
    }

    /// A file that was chosen in a dialog is the model from now on.
    pub(crate) fn take_latent_file(&mut self, file: &Path, cx: &Context) {
        self.use_latent(file.to_string_lossy().into(), cx)
    }

    /// Takes in what the tasks of the latent space report.
    pub(crate) fn poll_latent(&mut self, cx: &Context) {
        self.poll_embedding(cx);
        self.poll_map(cx);
        self.latent.pictures.poll();
        self.poll_adapting(cx)
    }

    fn poll_embedding(&mut self, cx: &Context) {
        while let Some(event) = next_event(&mut self.latent.running) {
            match event {
                TaskEvent::Update(EmbedUpdate::Space { space, card }) => {
                    self.latent.embedding = Some(Arc::new(Embedding::new(space)));
                    self.latent.card = Some(card);
                    self.latent.status = LatentStatus::Embedding;
                }
                TaskEvent::Update(EmbedUpdate::Placed { new, refused }) => {
                    self.latent.refused = refused;
                    self.take_points(*new, cx);
                }
                TaskEvent::Finished(()) => self.end_embedding(LatentStatus::Done),
                TaskEvent::Cancelled => {
                    self.end_embedding(LatentStatus::Stopped);
                    let name = self.latent.name();
                    self.report(format!("embedding by {name} stopped"), cx.now);
                }
                TaskEvent::Failed(why) => {
                    self.end_embedding(LatentStatus::Failed(why.as_str().into()));
                    let name = self.latent.name();
                    self.warn(format!("embedding by {name}: {why}"), cx.now);
                }
            }
        }
    }

    fn take_points(&mut self, new: Embedding, cx: &Context) {
        let Some(embedding) = &mut self.latent.embedding else {
            return;
        };
        if new.space != embedding.space || !is_whole(&new) {
            return;
        }
        let all = Arc::make_mut(embedding);
        all.points.extend(new.points);
        all.means.extend(new.means);
        all.responsibilities.extend(new.responsibilities);
        all.errors.extend(new.errors);
        self.scores.take_latent(all);
        if self.queue.uses_scores() && self.may_sort_again(cx) {
            self.refresh_queue();
        }
    }

    fn end_embedding(&mut self, status: LatentStatus) {
        self.latent.status = status;
        if self.queue.uses_scores() {
            self.refresh_queue();
        }
    }

    pub(crate) fn stop_embedding(&self) {
        if let Some(running) = &self.latent.running {
            running.cancel();
        }
    }

    /// What the screen needs and is not there: maps, colours, rows, pictures.
    pub(crate) fn want_latent(&mut self, cx: &Context) {
        if self.screen != Screen::Latent || self.latent.embedding.is_none() {
            return;
        }
        self.refresh_shades();
        self.refresh_components();
        self.want_map(cx);
        self.want_pictures(cx);
        self.want_reconstruction(cx);
    }
}

/// True where every point has all its numbers.
fn is_whole(new: &Embedding) -> bool {
    let points = new.len();
    new.means.len() == points * new.space.dimensions
        && new.responsibilities.len() == points * new.space.components.len()
        && new.errors.len() == points
}
