//! A made-up latent model: it puts candidates where a test wants them, and draws discs.

use std::sync::Arc;

use destello::{
    app::{Effect, event::JobEvent},
    domain::{
        CandidateIx, Embedding, LatentComponent, LatentPoint, LatentSpace, ModelCard, ModelId,
    },
    features::{
        latent::news::{EmbedOrder, LatentNews, Reconstruction},
        scoring::task::ScoringEnd,
    },
    workspace::models,
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

    fn card() -> ModelCard {
        let mut card = models::shipped().remove(0);
        card.name = "made".into();
        card.classes.clear();
        card
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

    fn embedding(self, order: &EmbedOrder, part: std::ops::Range<usize>) -> Embedding {
        let mut new = Embedding::new(Arc::new(self.space()));
        for (candidate, known) in order.catalogue.iter().take(part.end).skip(part.start) {
            for epoch in 0..known.epochs.len() as u32 {
                new.points.push(LatentPoint { candidate, epoch });
                new.means.extend(self.mean(candidate, epoch));
                let own = candidate.0 as usize % self.components;
                let rest = 0.1 / (self.components - 1).max(1) as f32;
                let sure = |at| if at == own { 0.9 } else { rest };
                new.responsibilities.extend((0..self.components).map(sure));
                new.errors.push(0.01 * (candidate.0 + 1) as f32);
            }
        }
        new
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

    /// What it answers to an effect; none where the effect is none of its business.
    pub fn answer(self, effect: &Effect) -> Option<Vec<JobEvent>> {
        let news = match effect {
            Effect::Embed(order) => self.embed(order),
            Effect::DecodeLatent(order) => {
                let vectors = order.vectors.chunks_exact(AXES);
                let pixels: Vec<f32> = vectors.flat_map(Self::picture).collect();
                vec![LatentNews::Decoded {
                    serial: order.serial,
                    pixels: Ok(pixels.into()),
                }]
            }
            Effect::Reconstruct(order) => {
                let mean = self.mean(order.candidate, order.epoch as u32);
                let drawn = Self::picture(&mean);
                let input = drawn.iter().enumerate();
                let input = input.map(|(at, value)| value + 0.1 * ((at * 7) as f32).sin());
                vec![LatentNews::Reconstructed {
                    serial: order.serial,
                    reconstruction: Ok(Arc::new(Reconstruction {
                        side_px: SIDE,
                        input: input.collect(),
                        drawn,
                    })),
                }]
            }
            _ => return None,
        };
        Some(news.into_iter().map(JobEvent::Latent).collect())
    }

    fn embed(self, order: &EmbedOrder) -> Vec<LatentNews> {
        let (generation, run) = (order.generation, order.run);
        let all = order.catalogue.len();
        let part = |part: std::ops::Range<usize>| LatentNews::Embedded {
            generation,
            run,
            done: part.end,
            new: Box::new(self.embedding(order, part)),
            refused: 0,
        };
        vec![
            LatentNews::Space {
                generation,
                run,
                space: Arc::new(self.space()),
                card: Arc::new(Self::card()),
            },
            part(0..all / 3),
            part(all / 3..all),
            LatentNews::Ended {
                generation,
                run,
                end: ScoringEnd::Finished,
            },
        ]
    }
}
