//! The latent space of the opened set, as the window shows it: which model, how far it is, what is
//! known.

use std::{path::Path, sync::Arc};

// Views know tasks only by these.
use super::{
    adapt_task::Adapt,
    embed_task::{Embed, EmbedUpdate},
    parts::{ComponentTable, MapPart, MemberCheck, ShadePart},
    pictures::PicturePart,
};
pub use super::{
    members::Members,
    projection::{LatentMap, Projection},
};
use crate::{
    domain::{Embedding, LatentSpace, ModelCard},
    features::latent::{
        choice::{LatentChoice, RADII},
        command::Latent,
    },
    tasks::{Running, TaskEvent, next_event},
    workspace::{
        context::Context, latent_models, request::Request, screen::Screen, shared::Shared,
    },
};
pub use crate::{workspace::latent_registry::Reconstruction, workspace::pick::PickFor};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LatentStatus {
    /// Nothing was asked for.
    #[default]
    Idle,
    /// The model is being read.
    Reading,
    /// Stamps are put into the space.
    Embedding,
    Done,
    /// The user stopped it; what came before stays.
    Stopped,
    /// Why it broke off: a sentence.
    Failed(Arc<str>),
}

/// The state of the screen.
#[derive(Debug, Default)]
pub struct LatentPane {
    pub choice: LatentChoice,
    pub(crate) adapting: Option<Running<Adapt>>,
    /// What came of fine-tuning the model, in a sentence.
    pub(crate) adapted: Option<String>,
    pub running: Option<Running<Embed>>,
    status: LatentStatus,
    run: u64,
    card: Option<Arc<ModelCard>>,
    space: Option<Arc<LatentSpace>>,
    refused: usize,
    pub(crate) map: MapPart,
    pub(crate) shade: ShadePart,
    pub(crate) table: ComponentTable,
    pub(crate) pictures: PicturePart,
    pub(crate) check: Option<MemberCheck>,
    pub(crate) chosen: Option<usize>,
}

impl LatentPane {
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
    pub const fn space(&self) -> Option<&Arc<LatentSpace>> {
        self.space.as_ref()
    }

    pub const fn card(&self) -> Option<&Arc<ModelCard>> {
        self.card.as_ref()
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

impl LatentPane {
    /// The latent models to choose from: those that come with the program, those that the project has,
    /// and the chosen one; by source.
    pub fn known_latent_models(&self, shared: &Shared) -> Vec<Arc<str>> {
        let mut known: Vec<Arc<str>> = latent_models::names().map(Arc::from).collect();
        let versions = shared.versions.all().iter();
        let versions = versions.filter(|version| version.card.latent.is_some());
        let versions = versions.filter_map(|version| shared.source_of(version));
        for source in versions.chain([self.choice.source.clone()]) {
            if !known.contains(&source) {
                known.push(source);
            }
        }
        known
    }

    pub(crate) fn apply_latent(&mut self, shared: &mut Shared, latent: Latent, cx: &Context) {
        match latent {
            Latent::Start => self.start_embedding(shared, cx),
            Latent::Adapt => self.start_adapting(shared, cx),
            Latent::Use(source) => self.use_latent(shared, source, cx),
            Latent::Pick => shared.ask(Request::Pick(PickFor::LatentModel)),
            Latent::Choose(choice) => {
                self.choice = LatentChoice {
                    radius: choice.radius.clamp(RADII.0, RADII.1),
                    opacity: choice.opacity.clamp(0.02, 1.0),
                    ..*choice
                };
                shared.save_session();
            }
            Latent::Component(chosen) => self.choose_component(chosen),
            Latent::Walk(walk) => self.pictures.walk = Some(*walk),
            Latent::Enclose { region, adds } => self.enclose(shared, &region, adds),
            Latent::SelectMembers(component) => self.select_members(shared, component, cx),
            Latent::Check(component) => self.check_members(shared, component, cx),
            Latent::Stop => self.stop_embedding(),
            Latent::StopAdapting => self.stop_adapting(),
            Latent::StopMap => self.stop_map(),
            Latent::CheckOthers => self.check_other_members(shared),
            Latent::DropCheck => self.check = None,
            Latent::LabelMembers(class) => self.label_members(shared, class, cx),
        }
    }

    /// Puts the set into the space of the chosen model, once all of it is found.
    pub(crate) fn start_embedding(&mut self, shared: &mut Shared, cx: &Context) {
        if shared.is_indexing() {
            shared.report("the set is still being indexed: try again then", cx.now);
            return;
        }
        if shared.catalogue.is_empty() {
            shared.report("open stamps first: there is nothing to embed", cx.now);
            return;
        }
        if self.is_under_way() {
            return;
        }
        self.begin_again();
        shared.embedding = None;
        shared.scores.forget_latent();
        shared.screen = Screen::Latent;
        self.status = LatentStatus::Reading;
        self.running = Some(cx.tasks.start(Embed {
            source: self.choice.source.clone(),
            catalogue: shared.catalogue.clone(),
            models: cx.latent_models.clone(),
            decoder: shared.stamps.decoder().clone(),
        }));
    }

    /// A file that was chosen in a dialog is the model from now on.
    pub(crate) fn take_latent_file(&mut self, shared: &mut Shared, file: &Path, cx: &Context) {
        self.use_latent(shared, file.to_string_lossy().into(), cx);
    }

    /// Takes in what the tasks of the latent space report.
    pub(crate) fn poll_latent(&mut self, shared: &mut Shared, cx: &Context) {
        self.poll_embedding(shared, cx);
        self.poll_map(shared, cx);
        self.pictures.poll();
        self.poll_adapting(shared, cx);
    }

    fn poll_embedding(&mut self, shared: &mut Shared, cx: &Context) {
        while let Some(event) = next_event(&mut self.running) {
            match event {
                TaskEvent::Update(EmbedUpdate::Space { space, card }) => {
                    self.space = Some(space.clone());
                    shared.embedding = Some(Arc::new(Embedding::new(space)));
                    self.card = Some(card);
                    self.status = LatentStatus::Embedding;
                }
                TaskEvent::Update(EmbedUpdate::Placed { new, refused }) => {
                    self.refused = refused;
                    take_points(shared, *new, cx);
                }
                TaskEvent::Finished(()) => self.end_embedding(shared, LatentStatus::Done),
                TaskEvent::Cancelled => {
                    self.end_embedding(shared, LatentStatus::Stopped);
                    let name = self.name();
                    shared.report(format!("embedding by {name} stopped"), cx.now);
                }
                TaskEvent::Failed(why) => {
                    self.end_embedding(shared, LatentStatus::Failed(why.as_str().into()));
                    let name = self.name();
                    shared.warn(format!("embedding by {name}: {why}"), cx.now);
                }
            }
        }
    }

    fn end_embedding(&mut self, shared: &mut Shared, status: LatentStatus) {
        self.status = status;
        if shared.queue.uses_scores() {
            shared.refresh_queue();
        }
    }

    pub(crate) fn stop_embedding(&self) {
        if let Some(running) = &self.running {
            running.cancel();
        }
    }

    /// What the screen needs and is not there: maps, colours, rows, pictures.
    pub(crate) fn want_latent(&mut self, shared: &mut Shared, cx: &Context) {
        if shared.screen != Screen::Latent || shared.embedding.is_none() {
            return;
        }
        self.refresh_shades(shared);
        self.refresh_components(shared);
        self.want_map(shared, cx);
        self.want_pictures(cx);
        self.want_reconstruction(shared, cx);
    }
}

fn take_points(shared: &mut Shared, new: Embedding, cx: &Context) {
    let Some(embedding) = &mut shared.embedding else {
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
    shared.scores.take_latent(all);
    if shared.queue.uses_scores() && shared.may_sort_again(cx) {
        shared.refresh_queue();
    }
}

/// True where every point has all its numbers.
fn is_whole(new: &Embedding) -> bool {
    let points = new.len();
    new.means.len() == points * new.space.dimensions
        && new.responsibilities.len() == points * new.space.components.len()
        && new.errors.len() == points
}
