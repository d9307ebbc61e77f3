//! A latent space: where a model puts stamps, and the components of its mixture.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{CandidateIx, ModelId, likeliest};

/// One normal distribution of the mixture that a latent model takes stamps to come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LatentComponent {
    /// Share of the stamps, 0 to 1.
    pub weight: f32,
    /// Its centroid, a number for each latent axis.
    pub mean: Arc<[f32]>,
    /// Its variance along each latent axis.
    pub variance: Arc<[f32]>,
}

/// What is known of one component of a mixture.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ComponentCard {
    /// Share of the stamps that the mixture gives it, 0 to 1.
    pub weight: f32,
    /// Labelled stamps of the training set that lie in it.
    pub labelled: usize,
    /// The label that most of them have.
    pub label: Option<Arc<str>>,
    /// Share of them that have it.
    pub purity: Option<f64>,
}

/// What a model card tells of a latent space: what its network is made from, and its components.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LatentCard {
    /// Latent axes.
    pub dimensions: usize,
    /// Widths of the hidden layers, from the stamp to the latent space.
    pub widths: Vec<usize>,
    /// True where every stamp is turned upright before it is looked at: its gradient points one way.
    pub is_upright: bool,
    /// How far from the middle pixels still count, pixels: their weight falls as a normal density of
    /// that standard deviation. None where all count the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub focus_px: Option<f64>,
    /// Variance of a pixel in the middle about what is drawn; none where the network tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pixel_variance: Option<f64>,
    /// Components of the mixture, in order; one, the standard normal distribution, where there is
    /// no mixture.
    pub components: Vec<ComponentCard>,
}

/// A latent space as the window needs it. A plain autoencoder's has one component: the standard
/// normal distribution.
#[derive(Clone, Debug, PartialEq)]
pub struct LatentSpace {
    pub model: ModelId,
    /// Latent axes.
    pub dimensions: usize,
    /// Side of the decoded square, pixels.
    pub side_px: usize,
    /// The mixture.
    pub components: Arc<[LatentComponent]>,
}

/// Whose stamps were put into the latent space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LatentPoint {
    pub candidate: CandidateIx,
    pub epoch: u32,
}

/// Where a model puts the stamps of a set: a row a point, in every field the same order.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedding {
    /// The space that they lie in.
    pub space: Arc<LatentSpace>,
    pub points: Vec<LatentPoint>,
    /// (point, axis): the mean of the latent vector.
    pub means: Vec<f32>,
    /// (point, component): the probability that it comes from the component; a row sums to 1.
    pub responsibilities: Vec<f32>,
    /// How badly the model draws the stamp again: the mean square of input less reconstruction.
    pub errors: Vec<f32>,
}

impl Embedding {
    /// Without a point yet.
    pub const fn new(space: Arc<LatentSpace>) -> Self {
        Self {
            space,
            points: Vec::new(),
            means: Vec::new(),
            responsibilities: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// Adds points of the same space.
    pub fn extend(&mut self, more: Self) {
        self.points.extend(more.points);
        self.means.extend(more.means);
        self.responsibilities.extend(more.responsibilities);
        self.errors.extend(more.errors);
    }

    /// Candidates have other epochs: where each epoch is now.
    pub fn renumber(&mut self, places: &BTreeMap<CandidateIx, Vec<usize>>) {
        for point in &mut self.points {
            let places = places.get(&point.candidate);
            let now = places.and_then(|all| all.get(point.epoch as usize));
            point.epoch = now.map_or(point.epoch, |now| *now as u32);
        }
    }

    /// Number of points.
    pub const fn len(&self) -> usize {
        self.points.len()
    }

    /// True without a point.
    pub const fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// The latent vector of a point; empty where there is no such point.
    pub fn mean(&self, point: usize) -> &[f32] {
        row(&self.means, point, self.space.dimensions)
    }

    /// Probabilities of the components for a point; empty where there is no such point.
    pub fn responsibility(&self, point: usize) -> &[f32] {
        row(&self.responsibilities, point, self.space.components.len())
    }

    /// The likeliest component of a point.
    pub fn component(&self, point: usize) -> Option<usize> {
        likeliest(self.responsibility(point))
    }
}

fn row(all: &[f32], at: usize, width: usize) -> &[f32] {
    let Range { start, end } = at * width..(at + 1) * width;
    all.get(start..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_and_what_is_not_there_is_empty() {
        let component = LatentComponent {
            weight: 0.5,
            mean: Arc::new([0.0, 1.0]),
            variance: Arc::new([1.0, 1.0]),
        };
        let space = LatentSpace {
            model: ModelId::new("vade", 7),
            dimensions: 2,
            side_px: 21,
            components: [component.clone(), component].into(),
        };
        let mut all = Embedding::new(Arc::new(space));
        assert!(all.is_empty() && all.mean(0).is_empty() && all.component(0).is_none());
        for epoch in 0..2 {
            let candidate = CandidateIx(3);
            all.points.push(LatentPoint { candidate, epoch });
            all.errors.push(0.1);
        }
        all.means.extend([1.0, 2.0, 3.0, 4.0]);
        all.responsibilities.extend([0.9, 0.1, 0.2, 0.8]);
        assert_eq!((all.len(), all.mean(1)), (2, &[3.0, 4.0][..]));
        assert_eq!([all.component(0), all.component(1)], [Some(0), Some(1)]);
        let mut twice = all.clone();
        twice.extend(all.clone());
        assert_eq!((twice.len(), twice.mean(3)), (4, all.mean(1)));
        assert_eq!((twice.component(3), twice.errors.len()), (Some(1), 4));
        assert!(all.mean(2).is_empty());
    }
}
