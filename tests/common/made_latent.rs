//! A made-up latent model: it puts candidates where a test wants them, and draws discs.

use std::sync::Arc;

use destello::{
    domain::{CandidateIx, InputPlan, LatentComponent, LatentSpace, ModelCard, ModelId},
    learn::{LearnError, latent::Embedded},
    workspace::{
        latent_registry::{LatentCoder, Reconstruction},
        models,
    },
};

/// Side of what it draws.
const SIDE: usize = 15;
/// Latent axes.
const AXES: usize = 4;

/// Components stand round a circle; candidate `n` belongs to component `n % components`, and is a
/// little beside its centroid.
#[derive(Clone, Copy, Debug)]
pub struct MadeLatent {
    /// How many components.
    pub components: usize,
}

impl MadeLatent {
    /// Its space.
    pub fn space(self) -> LatentSpace {
        let component = |at: usize| {
            let angle = std::f32::consts::TAU * at as f32 / self.components as f32;
            LatentComponent {
                weight: 1.0 / self.components as f32,
                mean: Arc::new([6.0 * angle.cos(), 6.0 * angle.sin(), at as f32 * 0.5, 0.0]),
                variance: Arc::new([0.8, 0.4, 0.2, 0.1]),
            }
        };
        LatentSpace {
            model: ModelId::new("made", 7),
            dimensions: AXES,
            side_px: SIDE,
            components: (0..self.components).map(component).collect(),
        }
    }

    /// Where it puts an epoch of a candidate.
    pub fn mean(self, candidate: CandidateIx, epoch: u32) -> Vec<f32> {
        let space = self.space();
        let component = &space.components[candidate.0 as usize % self.components];
        let noise = |axis: u32| {
            let mixed = (candidate.0 * 8 + epoch * 3 + axis).wrapping_mul(2_654_435_761);
            (mixed >> 8) as f32 / (1 << 24) as f32 - 0.5
        };
        let axes = (0..).zip(component.mean.iter().zip(&*component.variance));
        axes.map(|(axis, (mean, variance))| mean + 2.0 * variance.sqrt() * noise(axis))
            .collect()
    }

    /// A disc that fades from the first component on, and a ramp for the second half of them.
    fn picture(vector: &[f32]) -> Vec<f32> {
        let is_star = vector[1] >= 0.0;
        let pixel = |at: usize| {
            let [x, y] = [at % SIDE, at / SIDE].map(|place| place as f32 - 7.0);
            if is_star {
                (-(x * x + y * y) / (4.0 + vector[3].abs())).exp()
            } else {
                (-(x - 0.4 * vector[0]).powi(2) / 6.0).exp()
            }
        };
        (0..SIDE * SIDE).map(pixel).collect()
    }

    fn placed(self, (candidate, epoch): (CandidateIx, u32), all: &mut Embedded) {
        all.means.extend(self.mean(candidate, epoch));
        let own = candidate.0 as usize % self.components;
        let rest = 0.1 / (self.components - 1).max(1) as f32;
        let sure = |at| if at == own { 0.9 } else { rest };
        all.responsibilities.extend((0..self.components).map(sure));
        all.errors.push(0.01 * (candidate.0 + 1) as f32);
    }
}

/// Its inputs are numbers: of which candidate an epoch is, and which of its epochs.
fn epochs(inputs: &[f32]) -> impl Iterator<Item = (CandidateIx, u32)> {
    let numbers = inputs.chunks_exact(2);
    numbers.map(|pair| (CandidateIx(pair[0] as u32), pair[1] as u32))
}

impl LatentCoder for MadeLatent {
    fn card(&self) -> ModelCard {
        let mut card = models::shipped().remove(0);
        card.name = "made".into();
        card.classes.clear();
        card
    }

    fn space(&self) -> LatentSpace {
        (*self).space()
    }

    fn plan(&self) -> Result<Option<&InputPlan>, LearnError> {
        Ok(None)
    }

    fn embed(&self, inputs: &[f32]) -> Result<Embedded, LearnError> {
        let mut all = Embedded::default();
        epochs(inputs).for_each(|epoch| self.placed(epoch, &mut all));
        Ok(all)
    }

    fn decode(&self, vectors: &[f32]) -> Result<Vec<f32>, LearnError> {
        Ok(vectors.chunks_exact(AXES).flat_map(Self::picture).collect())
    }

    fn reconstruct(&self, input: &[f32]) -> Result<Reconstruction, LearnError> {
        let means = epochs(input).flat_map(|(candidate, epoch)| self.mean(candidate, epoch));
        let drawn = Self::picture(&means.collect::<Vec<_>>());
        let input = drawn.iter().enumerate();
        let input = input.map(|(at, value)| value + 0.1 * ((at * 7) as f32).sin());
        Ok(Reconstruction {
            side_px: SIDE,
            input: input.collect(),
            drawn,
        })
    }

    fn boxed(&self) -> Box<dyn LatentCoder> {
        Box::new(*self)
    }
}
