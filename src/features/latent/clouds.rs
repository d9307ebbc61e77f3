//! The points of the latent space as they are drawn: which are seen, in which colours, which are selected. A task gathers them:
//! of a million points that takes longer than a frame.

use std::sync::Arc;

use super::{
    members::Members,
    projection::LatentMap,
    shade::{NO_SHADE, Shades},
};
use crate::{
    domain::{CandidateIx, Embedding},
    gpu::Cloud,
    imaging::spread_order,
    tasks::{Task, TaskContext},
};

/// Points between two looks whether the task was cancelled.
const STEP: usize = 65_536;

/// Gathers the points that are seen, as of the moment when it is started.
pub struct MakeClouds {
    pub map: Arc<LatentMap>,
    /// The members of the components, as of the map.
    pub members: Arc<Members>,
    pub embedding: Arc<Embedding>,
    pub shades: Option<Arc<Shades>>,
    /// Red, green, blue, opacity of every shade.
    pub palette: Vec<[u8; 4]>,
    /// The same of the ring of what is selected.
    pub ring: [u8; 4],
    /// For each candidate whether it is in the queue.
    pub is_listed: Vec<bool>,
    /// In the order of the catalogue.
    pub selected: Vec<CandidateIx>,
    /// True for a point an epoch, false for one a candidate.
    pub shows_every_epoch: bool,
    /// Number of these clouds: what has the number of the last frame is not uploaded again.
    pub revision: u64,
}

/// Points as they are uploaded.
#[derive(Clone, Debug)]
pub struct Clouds {
    /// All that are seen.
    pub all: Cloud,
    /// Those of selected candidates.
    pub selected: Cloud,
    /// What lies round these.
    pub rings: Cloud,
}

impl Task for MakeClouds {
    const NAME: &'static str = "latent points";
    type Update = ();
    type Output = Arc<Clouds>;

    fn run(self, cx: &TaskContext<()>) -> anyhow::Result<Arc<Clouds>> {
        let (mut all, mut selected) = (Points::default(), Points::default());
        let points = spread_order(self.map.positions.len());
        for (number, point) in points.enumerate() {
            if number % STEP == 0 {
                cx.check()?;
            }
            let Some((candidate, position)) = self.seen(point) else {
                continue;
            };
            let shades = self.shades.as_ref();
            let shade = shades.and_then(|shades| shades.index.get(point));
            let shade = usize::from(*shade.unwrap_or(&NO_SHADE));
            let color = self.palette.get(shade).copied().unwrap_or_default();
            all.push(position, color);
            if self.selected.binary_search(&candidate).is_ok() {
                selected.push(position, color);
            }
        }
        let ring = vec![self.ring; selected.colors.len()];
        let selected = selected.cloud(self.revision);
        Ok(Arc::new(Clouds {
            all: all.cloud(self.revision),
            rings: Cloud {
                colors: ring.into(),
                ..selected.clone()
            },
            selected,
        }))
    }
}

impl MakeClouds {
    /// Whose point that is and where it lies, where it is seen.
    fn seen(&self, point: usize) -> Option<(CandidateIx, [f32; 2])> {
        let position = *self.map.positions.get(point)?;
        let candidate = self.embedding.points.get(point)?.candidate;
        let is_placed = position.iter().all(|at| at.is_finite());
        let is_listed = self.is_listed.get(candidate.0 as usize) == Some(&true);
        let stands =
            self.shows_every_epoch || self.members.membership.point(candidate) == Some(point);
        (is_placed && is_listed && stands).then_some((candidate, position))
    }
}

#[derive(Default)]
struct Points {
    positions: Vec<[f32; 2]>,
    colors: Vec<[u8; 4]>,
}

impl Points {
    fn push(&mut self, position: [f32; 2], color: [u8; 4]) {
        self.positions.push(position);
        self.colors.push(color);
    }

    fn cloud(self, revision: u64) -> Cloud {
        Cloud {
            positions: self.positions.into(),
            colors: self.colors.into(),
            revision,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{LatentComponent, LatentPoint, LatentSpace, ModelId},
        features::latent::{
            choice::{ColorBy, Projection},
            shade::Legend,
        },
        tasks::{cancel::CancelToken, run_here},
    };

    /// Three candidates; the second has two epochs, of which the later one is surer. The place of the last is not known.
    fn clouds(change: impl FnOnce(&mut MakeClouds)) -> Clouds {
        let component = LatentComponent {
            weight: 1.0,
            mean: Arc::new([0.0]),
            variance: Arc::new([1.0]),
        };
        let mut all = Embedding::new(Arc::new(LatentSpace {
            model: ModelId::new("vade", 7),
            dimensions: 1,
            side_px: 21,
            components: [component.clone(), component].into(),
        }));
        for (candidate, epoch, sure) in [(0, 0, 0.9), (1, 0, 0.6), (1, 1, 0.8), (2, 0, 0.7)] {
            let candidate = CandidateIx(candidate);
            all.points.push(LatentPoint { candidate, epoch });
            all.means.push(0.0);
            all.responsibilities.extend([sure, 1.0 - sure]);
            all.errors.push(0.0);
        }
        let positions = vec![[0.0; 2], [1.0; 2], [2.0; 2], [f32::NAN; 2]];
        let mut task = MakeClouds {
            map: Arc::new(LatentMap {
                projection: Projection::Pca,
                placed: 3,
                positions,
                plane: None,
                explained: None,
            }),
            members: Arc::new(Members::of(&all)),
            embedding: Arc::new(all),
            shades: Some(Arc::new(Shades {
                index: vec![0, 1, 0],
                legend: Legend::Nothing(""),
                color_by: ColorBy::Component,
            })),
            palette: vec![[10; 4], [20; 4]],
            ring: [99; 4],
            is_listed: vec![true; 3],
            selected: vec![CandidateIx(1)],
            shows_every_epoch: true,
            revision: 5,
        };
        change(&mut task);
        let made = run_here(task, CancelToken::default(), |()| ()).unwrap();
        (*made).clone()
    }

    /// Place and colour of each point, by place.
    fn points(cloud: &Cloud) -> Vec<(u8, u8)> {
        let all = cloud.positions.iter().zip(&*cloud.colors);
        let mut all: Vec<_> = all.map(|(at, color)| (at[0] as u8, color[0])).collect();
        all.sort_unstable();
        all
    }

    #[test]
    fn what_has_a_place_and_is_listed_is_drawn_in_its_colour() {
        let made = clouds(|_| ());
        assert_eq!(points(&made.all), [(0, 10), (1, 20), (2, 10)]);
        assert_eq!(points(&made.selected), [(1, 20), (2, 10)]);
        assert_eq!(points(&made.rings), [(1, 99), (2, 99)]);
        assert_eq!([made.all.revision, made.rings.revision], [5, 5]);
        let made = clouds(|task| task.is_listed = vec![true, false]);
        assert_eq!(points(&made.all), [(0, 10)]);
        assert!(made.selected.positions.is_empty() && made.rings.colors.is_empty());
    }

    #[test]
    fn the_surest_epoch_stands_for_a_candidate() {
        let made = clouds(|task| task.shows_every_epoch = false);
        assert_eq!(points(&made.all), [(0, 10), (2, 10)]);
    }

    #[test]
    fn points_that_came_after_the_colours_have_none_yet() {
        let made = clouds(|task| {
            task.shades = None;
            task.palette = vec![[7; 4]; usize::from(NO_SHADE) + 1];
        });
        assert_eq!(points(&made.all), [(0, 7), (1, 7), (2, 7)]);
    }
}
