//! The latent space of the opened set, as the window shows it: which model, how far it is, what is
//! known.

use std::{path::Path, sync::Arc};

// Views know tasks only by these.
use super::{
    adapt_task::Adapt,
    embed_task::{Embed, EmbedOutcome},
    parts::{CloudPart, ComponentTable, MapPart, MemberCheck, ShadePart},
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
    tasks::Running,
    workspace::{
        context::Context, latent_models, request::Request, scores::tally::Counts, screen::Screen,
        shared::Shared,
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
    /// The user stopped it, or the project holds a part: what there is stays.
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
    pub(super) status: LatentStatus,
    pub(super) run: u64,
    pub(super) card: Option<Arc<ModelCard>>,
    pub(super) space: Option<Arc<LatentSpace>>,
    pub(super) refused: usize,
    /// True once the places that the project holds were asked for.
    pub(super) is_looked_up: bool,
    /// True while they are read.
    pub(super) is_reading_kept: bool,
    pub(super) outcome: EmbedOutcome,
    /// Points that came while a task holds those before them: a copy of a million points would hold up the window.
    pub(super) waiting: Option<Box<Embedding>>,
    pub(crate) map: MapPart,
    pub(crate) shade: ShadePart,
    pub(crate) cloud: CloudPart,
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
        self.is_under_way()
            || self.is_adapting()
            || self.is_mapping()
            || self.is_coloring()
            || self.is_drawing()
    }

    /// True while places that the project holds are read.
    pub const fn is_reading_kept(&self) -> bool {
        self.is_reading_kept
    }

    /// Places of the last run by where they came from.
    pub const fn counts(&self) -> Counts {
        self.outcome.counts
    }

    /// Epochs of which the project held no place when the set was opened.
    pub const fn unplaced(&self) -> usize {
        self.outcome.unplaced
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
    pub(super) fn begin_again(&mut self) {
        *self = Self {
            adapting: self.adapting.take(),
            adapted: self.adapted.take(),
            choice: std::mem::take(&mut self.choice),
            run: self.run + 1,
            is_looked_up: true,
            pictures: self.pictures.anew(),
            cloud: self.cloud.anew(),
            ..Self::default()
        };
    }

    /// Of another set: nothing is known yet, and nothing is under way.
    pub(crate) fn forget(&mut self) {
        self.begin_again();
        (self.adapting, self.adapted) = (None, None);
        self.is_looked_up = false;
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

    /// A file that was chosen in a dialog is the model from now on.
    pub(crate) fn take_latent_file(&mut self, shared: &mut Shared, file: &Path, cx: &Context) {
        self.use_latent(shared, file.to_string_lossy().into(), cx);
    }

    /// Takes in what the tasks of the latent space report.
    pub(crate) fn poll_latent(&mut self, shared: &mut Shared, cx: &Context) {
        self.poll_embedding(shared, cx);
        self.take_waiting(shared, false, cx);
        self.poll_map(shared, cx);
        self.poll_colors(shared, cx);
        self.pictures.poll();
        self.poll_adapting(shared, cx);
    }

    /// What the screen needs and is not there: kept places, maps, colours, rows, pictures.
    pub(crate) fn want_latent(&mut self, shared: &mut Shared, cx: &Context) {
        self.want_kept(shared, cx);
        // Those that the project holds are there in a moment, and are shown at once.
        let is_shown = shared.screen == Screen::Latent && !self.is_reading_kept;
        if !is_shown || shared.embedding.is_none() {
            return;
        }
        self.want_colors(shared, cx);
        self.refresh_components(shared);
        self.want_map(shared, cx);
        self.want_pictures(cx);
        self.want_reconstruction(shared, cx);
    }
}
