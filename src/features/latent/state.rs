//! The latent space of the opened set, as the window shows it: which model, how far it is, what is
//! known.

use std::{path::Path, sync::Arc};

use serde::{Deserialize, Serialize};

// Views know jobs only by these.
use super::{
    check::MemberCheck,
    components::ComponentTable,
    map::MapPart,
    models,
    news::{EmbedOrder, LatentNews},
    pictures::PicturePart,
    shade::ShadePart,
};
pub use super::{
    members::Members,
    news::Reconstruction,
    projection::{LatentMap, Projection},
};
pub use crate::{app::event::JobId, features::file_dialog::pick::PickFor};
use crate::{
    app::{
        command::Latent,
        effect::Effect,
        state::{AppState, Screen},
    },
    domain::{Embedding, LatentSpace, ModelCard},
    features::{queue::column::Column, scoring::task::ScoringEnd},
    tasks::progress::Progress,
    workspace::context::Context,
};

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
            source: models::DEFAULT.into(),
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
pub enum LatentStanding {
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
#[derive(Clone, Debug, Default)]
pub struct LatentPane {
    /// How it is shown.
    pub choice: LatentChoice,
    /// What came of teaching the model, in a sentence.
    pub(crate) taught: Option<String>,
    standing: LatentStanding,
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
    pub const fn standing(&self) -> &LatentStanding {
        &self.standing
    }

    /// True while stamps are being put into the space.
    pub const fn is_under_way(&self) -> bool {
        matches!(
            self.standing,
            LatentStanding::Reading | LatentStanding::Embedding
        )
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

    /// What came of teaching the model, in a sentence.
    pub fn taught(&self) -> Option<&str> {
        self.taught.as_deref()
    }

    /// Forgets what belongs to a set that is left.
    pub(crate) fn forget(&mut self) {
        *self = Self {
            taught: self.taught.take(),
            choice: std::mem::take(&mut self.choice),
            run: self.run + 1,
            map: self.map.anew(),
            pictures: self.pictures.anew(),
            ..Self::default()
        };
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
        let mut known: Vec<Arc<str>> = models::names().map(Arc::from).collect();
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

    pub(crate) fn apply_latent(&mut self, latent: Latent, cx: &Context) -> Vec<Effect> {
        match latent {
            Latent::Start => return self.start_embedding(cx),
            Latent::Adapt => return self.start_adapting(cx),
            Latent::Use(source) => return self.use_latent(source, cx),
            Latent::Pick => return self.pick(PickFor::LatentModel),
            Latent::Choose(choice) => {
                self.latent.choice = LatentChoice {
                    radius: choice.radius.clamp(RADII.0, RADII.1),
                    opacity: choice.opacity.clamp(0.02, 1.0),
                    ..*choice
                };
                return vec![self.save_session()];
            }
            Latent::Component(chosen) => self.choose_component(chosen),
            Latent::Walk(walk) => self.latent.pictures.walk = Some(*walk),
            Latent::Enclose { region, adds } => self.enclose(&region, adds),
            Latent::SelectMembers(component) => self.select_members(component, cx),
            Latent::Check(component) => self.check_members(component, cx),
            Latent::CheckOthers => self.check_other_members(),
            Latent::DropCheck => self.latent.check = None,
            Latent::LabelMembers(class) => return self.label_members(class, cx),
        }
        Vec::new()
    }

    /// Puts the set into the space of the chosen model, once all of it is found.
    pub(crate) fn start_embedding(&mut self, cx: &Context) -> Vec<Effect> {
        if self.jobs.contains_key(&JobId::Index) {
            self.tell("the set is still being indexed: try again then", cx.now);
            return Vec::new();
        }
        if self.catalogue.is_empty() {
            self.tell("open stamps first: there is nothing to embed", cx.now);
            return Vec::new();
        }
        if self.latent.is_under_way() {
            return Vec::new();
        }
        self.latent.forget();
        self.scores.forget_latent();
        self.screen = Screen::Latent;
        self.latent.standing = LatentStanding::Reading;
        let total = self.catalogue.len();
        self.jobs.insert(JobId::Embed, Progress { done: 0, total });
        vec![Effect::Embed(Box::new(EmbedOrder {
            generation: self.generation,
            run: self.latent.run,
            source: self.latent.choice.source.clone(),
            catalogue: self.catalogue.clone(),
        }))]
    }

    /// A file that was chosen in a dialog is the model from now on.
    pub(crate) fn take_latent_file(&mut self, file: &Path, cx: &Context) -> Vec<Effect> {
        self.use_latent(file.to_string_lossy().into(), cx)
    }

    /// News of earlier openings and runs are nobody's.
    pub(crate) fn take_latent(&mut self, news: LatentNews, cx: &Context) {
        let present = (self.generation, self.latent.run);
        match news {
            LatentNews::Space {
                generation,
                run,
                space,
                card,
            } if (generation, run) == present => {
                self.latent.embedding = Some(Arc::new(Embedding::new(space)));
                self.latent.card = Some(card);
                self.latent.standing = LatentStanding::Embedding;
            }
            LatentNews::Embedded {
                generation,
                run,
                new,
                refused,
                done,
            } if (generation, run) == present => {
                self.latent.refused = refused;
                let total = self.catalogue.len();
                self.jobs.insert(JobId::Embed, Progress { done, total });
                self.take_points(*new, cx);
            }
            LatentNews::Ended {
                generation,
                run,
                end,
            } if (generation, run) == present => self.end_embedding(end, cx),
            LatentNews::Space { .. } | LatentNews::Embedded { .. } | LatentNews::Ended { .. } => {}
            LatentNews::Decoded { serial, pixels } => self.latent.pictures.take(serial, pixels),
            LatentNews::Reconstructed {
                serial,
                reconstruction,
            } => self
                .latent
                .pictures
                .take_reconstruction(serial, reconstruction),
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

    fn end_embedding(&mut self, end: ScoringEnd, cx: &Context) {
        self.jobs.remove(&JobId::Embed);
        let name = self.latent.name().to_owned();
        self.latent.standing = match &end {
            ScoringEnd::Finished => LatentStanding::Done,
            ScoringEnd::Stopped => LatentStanding::Stopped,
            ScoringEnd::Failed(why) => LatentStanding::Failed(why.as_str().into()),
        };
        match end {
            ScoringEnd::Finished => {}
            ScoringEnd::Stopped => self.tell(format!("embedding by {name} stopped"), cx.now),
            ScoringEnd::Failed(why) => self.warn(format!("embedding by {name}: {why}"), cx.now),
        }
        if self.queue.uses_scores() {
            self.refresh_queue();
        }
    }

    /// What the screen needs and is not there: maps, colours, rows, pictures.
    pub(crate) fn want_latent(&mut self) -> Vec<Effect> {
        if self.screen != Screen::Latent || self.latent.embedding.is_none() {
            return Vec::new();
        }
        self.refresh_shades();
        self.refresh_components();
        let map = self.want_map().into_iter();
        let pictures = self.want_pictures().into_iter();
        map.chain(pictures)
            .chain(self.want_reconstruction())
            .collect()
    }
}

/// True where every point has all its numbers.
fn is_whole(new: &Embedding) -> bool {
    let points = new.len();
    new.means.len() == points * new.space.dimensions
        && new.responsibilities.len() == points * new.space.components.len()
        && new.errors.len() == points
}
