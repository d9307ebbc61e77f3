//! Laying a latent space on a plane: two of its axes, its principal axes, or t-SNE.
//!
//! A task does it, so that a million points do not hold up the window.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::PathBuf,
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use super::{kept_map::KeptMap, members::Members};
use crate::{
    domain::Embedding,
    imaging::{Plane, PrincipalAxes, spread_order},
    tasks::{
        Task, TaskContext,
        cancel::{CancelToken, Cancelled},
    },
};

/// Points that t-SNE takes at most: the rest is left out, evenly (our choice).
pub const MOST_TSNE_POINTS: usize = 20_000;
/// Fewer points than this have no neighbourhoods to keep: t-SNE shows their principal axes.
const FEWEST_TSNE_POINTS: usize = 12;
/// Neighbours that count, roughly (van der Maaten & Hinton 2008 name 5 to 50).
const PERPLEXITY: f32 = 30.0;
/// Steps of the descent.
const EPOCHS: usize = 750;
/// Steps between two reports of progress.
const EPOCHS_A_REPORT: usize = 10;
/// The spread at the start, small beside the finished map's, as its authors have it.
const FIRST_SPREAD: f32 = 1e-4;

/// What a t-SNE map depends on beside the points.
const MADE_WITH: [f32; 3] = [PERPLEXITY, EPOCHS as f32, FIRST_SPREAD];

/// How a latent space is laid on a plane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Projection {
    /// The two directions of the widest spread.
    #[default]
    Pca,
    /// Two of the latent axes.
    Axes(usize, usize),
    /// Stochastic neighbour embedding: what is near stays near; distances between groups and the
    /// axes mean nothing.
    Tsne,
}

/// Lays an embedding on a plane, and lists the members of every component.
pub struct LayMap {
    /// The points.
    pub embedding: Arc<Embedding>,
    pub projection: Projection,
    /// What takes long is kept in it, and taken from it.
    pub project: Option<PathBuf>,
}

/// A latent space on a plane.
#[derive(Clone, Debug, PartialEq)]
pub struct LatentMap {
    /// How it was laid.
    pub projection: Projection,
    /// For each point its place; NaN where it was left out.
    pub positions: Vec<[f32; 2]>,
    /// The plane, where the map is flat: components can be drawn on it.
    pub plane: Option<Plane>,
    /// Share of the variance that the plane keeps, of principal axes.
    pub explained: Option<f32>,
    /// Points that have a place.
    pub placed: usize,
}

impl Task for LayMap {
    const NAME: &'static str = "latent map";
    type Update = ();
    type Output = (Arc<LatentMap>, Arc<Members>);

    fn run(self, cx: &TaskContext<()>) -> anyhow::Result<Self::Output> {
        let report = |done, total| cx.progress(done, total);
        let kept = KeptMap::of(self.project);
        let cancel = cx.cancel_token();
        let map = lay(&self.embedding, self.projection, &kept, cancel, report);
        let map = map.ok_or(Cancelled)?;
        Ok((Arc::new(map), Arc::new(Members::of(&self.embedding))))
    }
}

/// Lays all points on a plane; none where it was cancelled. `report` gets the steps done, of how many. A t-SNE map that is
/// kept is not made again.
pub(crate) fn lay(
    embedding: &Embedding,
    projection: Projection,
    kept: &KeptMap,
    cancel: &CancelToken,
    mut report: impl FnMut(usize, usize),
) -> Option<LatentMap> {
    let dimensions = embedding.space.dimensions;
    let principal = || PrincipalAxes::of(&embedding.means, dimensions);
    let (plane, explained) = match projection {
        Projection::Axes(x, y) => (Plane::of_axes(dimensions, [x, y]), None),
        Projection::Pca | Projection::Tsne => {
            let found = principal();
            let explained = (projection == Projection::Pca).then(|| found.explained(2));
            (Plane::of_principal_axes(&found), explained)
        }
    };
    let mut positions = on_plane(embedding, &plane);
    let mut plane = Some(plane);
    let chosen = sample(&positions, MOST_TSNE_POINTS);
    if projection == Projection::Tsne && chosen.len() >= FEWEST_TSNE_POINTS {
        plane = None;
        let places = if let Some(places) = kept.find(embedding, &chosen, &MADE_WITH) {
            places
        } else {
            let made = tsne(embedding, &positions, &chosen, cancel, &mut report)?;
            kept.keep(embedding, &chosen, &MADE_WITH, &made);
            made
        };
        positions.fill([f32::NAN; 2]);
        for (at, place) in chosen.into_iter().zip(places) {
            positions[at] = place;
        }
    }
    Some(LatentMap {
        projection,
        placed: positions.iter().filter(|at| is_placed(**at)).count(),
        positions,
        plane,
        explained,
    })
}

fn on_plane(embedding: &Embedding, plane: &Plane) -> Vec<[f32; 2]> {
    let all = 0..embedding.len();
    all.map(|at| plane.project(embedding.mean(at))).collect()
}

fn is_placed(at: [f32; 2]) -> bool {
    at.iter().all(|value| value.is_finite())
}

/// Points with a place, at most so many, spread evenly over the list; in order.
fn sample(positions: &[[f32; 2]], most: usize) -> Vec<usize> {
    let placed = (0..positions.len()).filter(|at| is_placed(positions[*at]));
    let placed: Vec<usize> = placed.collect();
    let spread = spread_order(placed.len()).take(most);
    let mut chosen: Vec<_> = spread.map(|at| placed[at]).collect();
    chosen.sort_unstable();
    chosen
}

/// t-SNE (van der Maaten & Hinton 2008) with interpolated forces (Linderman et al. 2019), from the
/// principal plane on, so that maps of the same points look alike.
fn tsne(
    embedding: &Embedding,
    positions: &[[f32; 2]],
    chosen: &[usize],
    cancel: &CancelToken,
    report: &mut impl FnMut(usize, usize),
) -> Option<Vec<[f32; 2]>> {
    let vectors: Vec<&[f32]> = chosen.iter().map(|at| embedding.mean(*at)).collect();
    let first = first_places(positions, chosen);
    let fit = || {
        let mut tsne: bhtsne::tSNE<'_, f32, &[f32]> = bhtsne::tSNE::new(&vectors);
        tsne.epochs(EPOCHS)
            .perplexity(PERPLEXITY.min((chosen.len() as f32 - 1.0) / 3.5))
            .initial_embedding(first)
            .epoch_callback(|epoch, _| {
                if cancel.is_cancelled() {
                    // The only way out of its loop; no panic is reported.
                    resume_unwind(Box::new(Cancelled));
                }
                if epoch % EPOCHS_A_REPORT == 0 {
                    report(epoch, EPOCHS);
                }
            });
        tsne.fit_sne(|a, b| distance(a, b)).embedding()
    };
    match catch_unwind(AssertUnwindSafe(fit)) {
        Ok(places) => Some(places.chunks_exact(2).map(|at| [at[0], at[1]]).collect()),
        Err(cause) if cause.is::<Cancelled>() => None,
        Err(cause) => resume_unwind(cause),
    }
}

/// The places on the principal plane, made small; each moved by a little of its own, because equal
/// places would never part.
fn first_places(positions: &[[f32; 2]], chosen: &[usize]) -> Vec<f32> {
    let widest = chosen.iter().flat_map(|at| positions[*at]);
    let widest = widest.fold(0.0_f32, |widest, value| widest.max(value.abs()));
    let scale = FIRST_SPREAD / if widest > 0.0 { widest } else { 1.0 };
    let places = chosen.iter().zip(0_u32..).flat_map(|(at, number)| {
        let angle = number as f32 * 2.399_963;
        let nudge = [angle.cos(), angle.sin()].map(|part| part * FIRST_SPREAD * 0.01);
        let [x, y] = positions[*at];
        [x * scale + nudge[0], y * scale + nudge[1]]
    });
    places.collect()
}

fn distance(a: &[f32], b: &[f32]) -> f32 {
    let squares = a.iter().zip(b).map(|(a, b)| (a - b).powi(2));
    squares.sum::<f32>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CandidateIx, LatentComponent, LatentPoint, LatentSpace, ModelId};

    /// Two groups, apart along the third axis.
    fn embedding(count: usize) -> Embedding {
        let component = |at: f32| LatentComponent {
            weight: 0.5,
            mean: Arc::new([0.0, 0.0, at]),
            variance: Arc::new([1.0; 3]),
        };
        let space = LatentSpace {
            model: ModelId::new("vade", 7),
            dimensions: 3,
            side_px: 21,
            components: [component(-4.0), component(4.0)].into(),
        };
        let mut all = Embedding::new(Arc::new(space));
        for at in 0..count {
            let candidate = CandidateIx(at as u32);
            all.points.push(LatentPoint {
                candidate,
                epoch: 0,
            });
            let side = if at % 2 == 0 { -4.0 } else { 4.0 };
            let angle = at as f32;
            all.means.extend([angle.sin(), (2.0 * angle).cos(), side]);
            all.responsibilities
                .extend(if at % 2 == 0 { [1.0, 0.0] } else { [0.0, 1.0] });
            all.errors.push(0.1);
        }
        all
    }

    fn lay_all(embedding: &Embedding, projection: Projection) -> LatentMap {
        let (nowhere, cancel) = (KeptMap::default(), CancelToken::default());
        lay(embedding, projection, &nowhere, &cancel, |_, _| ()).unwrap()
    }

    /// True where every point's nearest neighbour is of its own group.
    fn keeps_groups(map: &LatentMap) -> bool {
        let places = || map.positions.iter().enumerate();
        places().all(|(at, place)| {
            let others = places().filter(|(other, _)| *other != at);
            let far = |other: &[f32; 2]| (other[0] - place[0]).hypot(other[1] - place[1]);
            let nearest = others.min_by(|(_, a), (_, b)| far(a).total_cmp(&far(b)));
            nearest.is_some_and(|(other, _)| other % 2 == at % 2)
        })
    }

    #[test]
    fn axes_and_principal_axes_are_planes() {
        let all = embedding(60);
        let axes = lay_all(&all, Projection::Axes(2, 0));
        let expected = [4.0, 1.0_f32.sin()];
        assert_eq!(
            axes.positions[1].map(f32::to_bits),
            expected.map(f32::to_bits)
        );
        assert_eq!((axes.placed, axes.explained), (60, None));
        let pca = lay_all(&all, Projection::Pca);
        // The widest direction is the third axis.
        let apart = pca.positions[1][0] - pca.positions[0][0];
        assert!(apart.abs() > 7.0 && pca.explained.unwrap() > 0.9);
        assert!(pca.plane.is_some() && keeps_groups(&pca));
    }

    #[test]
    fn neighbours_stay_neighbours() {
        let mut all = embedding(120);
        let map = lay_all(&all, Projection::Tsne);
        assert!(map.plane.is_none() && map.placed == 120);
        assert!(keeps_groups(&map));
        // Points without a place are left out; the others have theirs.
        all.means[3] = f32::NAN;
        let map = lay_all(&all, Projection::Tsne);
        assert!(map.placed == 119 && map.positions[1][0].is_nan());
    }

    #[test]
    fn a_few_points_or_equal_ones_are_no_trouble() {
        for count in [0, 1, 5] {
            let map = lay_all(&embedding(count), Projection::Tsne);
            assert_eq!(map.positions.len(), count);
            assert!(map.plane.is_some(), "their principal axes");
        }
        let mut equal = embedding(40);
        equal.means.fill(1.0);
        let map = lay_all(&equal, Projection::Tsne);
        assert_eq!(map.placed, 40, "{:?}", map.positions);
    }

    #[test]
    fn a_map_can_be_stopped() {
        let cancel = CancelToken::default();
        let mut steps = 0;
        let nowhere = KeptMap::default();
        let stopped = lay(
            &embedding(60),
            Projection::Tsne,
            &nowhere,
            &cancel,
            |_, _| {
                steps += 1;
                if steps == 3 {
                    cancel.cancel();
                }
            },
        );
        assert!(stopped.is_none() && steps == 3);
    }

    #[test]
    fn a_sample_is_spread_over_the_list() {
        let mut positions = vec![[0.0; 2]; 1000];
        positions[5] = [f32::NAN; 2];
        let chosen = sample(&positions, 100);
        assert_eq!(chosen.len(), 100);
        assert!(chosen.is_sorted() && !chosen.contains(&5));
        let early = chosen.iter().filter(|at| **at < 500).count();
        assert!(early.abs_diff(50) <= 2, "{early}");
    }
}
