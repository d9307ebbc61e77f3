//! What the screen of the latent space keeps: its map, its colours, the table of components, members that
//! are looked at.

use std::sync::Arc;

pub use super::shade::{Legend, Shades};
use super::{
    choice::{ColorBy, Projection},
    clouds::{Clouds, MakeClouds},
    members::Members,
    projection::{LatentMap, LayMap},
    shade::MakeShades,
};
use crate::{
    domain::{CandidateIx, class_of},
    tasks::Running,
    workspace::settings::Theme,
};

/// The two sides of the field, in the order of [`class_of`].
pub(super) const SIDES: [&str; 2] = ["bogus", "real"];
/// A component whose share of real members lies between these is no evidence (our choice).
const UNDECIDED: (f32, f32) = (0.4, 0.6);

/// A map with the members that it was made with.
pub type Made = (Arc<LatentMap>, Arc<Members>);

/// Which map there is, and which is being made.
#[derive(Debug, Default)]
pub struct MapPart {
    pub running: Option<Running<LayMap>>,
    /// Of what is under way.
    pub(super) awaited: Projection,
    pub(super) made: Option<Made>,
    pub(super) fault: Option<(Projection, String)>,
}

/// A point that is seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LatentDot {
    /// Its row in the embedding.
    pub point: usize,
    pub candidate: CandidateIx,
    /// Which of its epochs, from 0.
    pub epoch: usize,
    /// Its place on the plane.
    pub position: [f32; 2],
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct ShadeKey {
    pub(super) color_by: ColorBy,
    pub(super) points: usize,
    pub(super) run: u64,
    pub(super) candidates: usize,
    /// How often candidates were given other epochs.
    pub(super) renumbered: u64,
    pub(super) labels: Option<u64>,
    pub(super) scores: Option<u64>,
    pub(super) is_hidden: bool,
    /// Labels that are hidden.
    pub(super) unrepeated: usize,
    /// How often what is assigned hid other labels.
    pub(super) assigned: u64,
}

impl ShadeKey {
    /// True where something must not be seen any more that was seen before.
    pub(super) fn hides_more(&self, before: &Self) -> bool {
        let is_of_column = matches!(self.color_by, ColorBy::Column(_));
        (self.is_hidden && !before.is_hidden)
            || (is_of_column
                && (self.unrepeated != before.unrepeated || self.assigned != before.assigned))
    }
}

/// The shades that were made last, and those that are being made.
#[derive(Debug, Default)]
pub struct ShadePart {
    /// Of what was started last.
    pub(super) key: Option<ShadeKey>,
    pub(super) color_by: Option<ColorBy>,
    pub(super) running: Option<Running<MakeShades>>,
    pub(super) shades: Option<Arc<Shades>>,
    /// Grows with all that are made.
    pub(super) revision: u64,
}

/// What drawn points depend on.
#[derive(Clone, Debug)]
pub(super) struct CloudKey {
    pub(super) map: Arc<LatentMap>,
    pub(super) shades: u64,
    pub(super) queue: u64,
    pub(super) selection: u64,
    pub(super) shows_every_epoch: bool,
    pub(super) theme: Theme,
}

impl CloudKey {
    /// Another allocation of a map is another map.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let numbers = |key: &Self| (key.shades, key.queue, key.selection);
        Arc::ptr_eq(&self.map, &other.map)
            && numbers(self) == numbers(other)
            && self.shows_every_epoch == other.shows_every_epoch
            && self.theme == other.theme
    }
}

/// The points that were gathered last, and those that are being gathered.
#[derive(Debug, Default)]
pub struct CloudPart {
    /// Of what was started last.
    pub(super) key: Option<CloudKey>,
    pub(super) running: Option<Running<MakeClouds>>,
    pub(super) made: Option<Arc<Clouds>>,
    /// Number of those that were started last: it never comes again.
    pub(super) revision: u64,
}

impl CloudPart {
    /// Nothing is drawn until other points are there.
    pub(super) fn forget_points(&mut self) {
        *self = self.anew();
    }

    /// Without a point; numbers go on.
    pub(super) fn anew(&self) -> Self {
        Self {
            revision: self.revision,
            ..Self::default()
        }
    }
}

/// The label that most labelled members have.
#[derive(Clone, Debug, PartialEq)]
pub struct Majority {
    pub class: Arc<str>,
    /// Members that have it.
    pub count: usize,
    /// Members that have any.
    pub labelled: usize,
}

impl Majority {
    /// Share of the labelled members, 0 to 1.
    pub fn purity(&self) -> f32 {
        self.count as f32 / self.labelled.max(1) as f32
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct ComponentRow {
    /// Which, from 0.
    pub component: usize,
    /// Its weight in the mixture, 0 to 1.
    pub weight: f32,
    /// Candidates that belong to it.
    pub size: usize,
    /// Of these, candidates without a decision.
    pub unseen: usize,
    /// The label that most labelled members have.
    pub majority: Option<Majority>,
    /// Share of real ones among those labelled real or bogus, 0 to 1.
    pub real_share: Option<f32>,
    /// Mean of the members' scores by the active model, where that one separates real from bogus.
    pub mean_score: Option<f32>,
    /// What the card of the model names: the label of most of its stamps when it was trained, and
    /// their share.
    pub learned: Option<(Arc<str>, f32)>,
    /// How round the decoded centroid is, 0 to 1; none before it is decoded.
    pub roundness: Option<f32>,
    /// Root mean square of the distances from the centroid, in its standard deviations.
    pub spread: f32,
    /// The most typical members.
    pub nearest: Vec<CandidateIx>,
    /// The oddest members.
    pub farthest: Vec<CandidateIx>,
}

impl ComponentRow {
    /// How real it is, by the best that is known: labels, else what its model learned, else scores,
    /// else the looks of its centroid.
    pub fn realness(&self) -> f32 {
        let known = self.real_share.or(self.learned_share());
        known.or(self.mean_score).or(self.roundness).unwrap_or(0.5)
    }

    /// The share of real stamps when the model was trained.
    pub fn learned_share(&self) -> Option<f32> {
        let (label, purity) = self.learned.as_ref()?;
        match class_of(label, &SIDES)? {
            0 => Some(1.0 - purity),
            _ => Some(*purity),
        }
    }

    /// True where its labelled members contradict each other.
    pub fn is_undecided(&self) -> bool {
        self.real_share
            .is_some_and(|share| (UNDECIDED.0..=UNDECIDED.1).contains(&share))
    }
}

/// What the rows depend on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TableKey {
    pub(super) members: usize,
    pub(super) labels: u64,
    pub(super) scores: u64,
    pub(super) pictures: u64,
    pub(super) queue: u64,
    pub(super) is_hidden: bool,
    /// Labels that are hidden.
    pub(super) unrepeated: usize,
}

/// The rows that were worked out last.
#[derive(Clone, Debug, Default)]
pub struct ComponentTable {
    pub(super) key: Option<TableKey>,
    /// Members that the key is of: another allocation is another table.
    pub(super) members: Option<Arc<Members>>,
    pub(super) rows: Arc<[ComponentRow]>,
}

/// Members of a component that are being looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberCheck {
    /// The component, from 0.
    pub component: usize,
    /// Which draw: another one has other members.
    pub draw: u64,
    /// Those looked at, drawn at random from the unjudged members.
    pub shown: Arc<[CandidateIx]>,
    /// How many have been looked at in all draws of this check.
    pub looked_at: usize,
    /// Members without a decision, of those in the queue.
    pub unjudged: usize,
}
