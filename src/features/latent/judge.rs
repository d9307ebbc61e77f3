//! What is measured of a trained latent model: what its components hold, and how well it draws stamps of
//! both domains again. Some stamps at a time: between two steps others may have the device.

use std::collections::VecDeque;

use super::training_set::LatentSet;
use crate::learn::{
    Examples,
    latent::{Embedded, LatentModel, clusters, reseed, trainer::LatentTrainerStatus},
    metrics::clustering::Contingency,
};

/// A model that is being measured.
pub(crate) struct Judging {
    model: Box<LatentModel>,
    /// The next one is the first.
    looks: VecDeque<Look>,
    /// Of the look under way.
    found: Embedded,
    /// Labels by component on what was learned from, and how many components have stamps.
    learned: Option<(Contingency, usize)>,
}

/// Stamps that a model is shown.
#[derive(Clone, Copy)]
enum Look {
    Training,
    Validation,
    /// Of a domain, by the model as it was or as it is.
    Domain {
        is_source: bool,
        is_parent: bool,
    },
}

impl Judging {
    /// Of a model; nothing is computed yet. Where it was fine-tuned it is compared with its parent.
    pub fn new(model: LatentModel, set: &LatentSet, has_parent: bool) -> Self {
        let mut looks = VecDeque::from([Look::Training, Look::Validation]);
        let is_there = |is_source: &bool| of_domain(set, *is_source).is_some();
        for is_source in [false, true].into_iter().filter(is_there) {
            for is_parent in [true, false].into_iter().filter(|_| has_parent) {
                looks.push_back(Look::Domain {
                    is_source,
                    is_parent,
                });
            }
        }
        Self {
            model: Box::new(model),
            looks,
            found: Embedded::default(),
            learned: None,
        }
    }

    /// The model, its card filled in.
    pub fn model(self) -> Box<LatentModel> {
        self.model
    }

    /// Shows some more stamps; true when all is measured.
    ///
    /// # Errors
    /// Where the device fails.
    pub fn step(
        &mut self,
        set: &LatentSet,
        parent: Option<&LatentModel>,
        status: LatentTrainerStatus,
    ) -> anyhow::Result<bool> {
        let Some(look) = self.looks.front().copied() else {
            return Ok(true);
        };
        let examples = match look {
            Look::Training => Some(&set.training),
            Look::Validation => Some(&set.validation),
            Look::Domain { is_source, .. } => of_domain(set, is_source),
        };
        let is_of_parent = matches!(
            look,
            Look::Domain {
                is_parent: true,
                ..
            }
        );
        let model = parent.filter(|_| is_of_parent).unwrap_or(&self.model);
        let is_done = match examples {
            Some(examples) => model.embed_more(examples.inputs(), &mut self.found)?,
            None => true,
        };
        if is_done {
            self.looks.pop_front();
            let found = std::mem::take(&mut self.found);
            match (look, examples) {
                (Look::Training, _) => self.take_training(&found, set),
                (Look::Validation, _) => self.take_validation(&found, set, status),
                (
                    Look::Domain {
                        is_source,
                        is_parent,
                    },
                    Some(examples),
                ) => {
                    let domain = if is_source { "old_sky" } else { "new_sky" };
                    let when = if is_parent { "before" } else { "after" };
                    self.take_domain(&found, examples, domain, when);
                }
                (Look::Domain { .. }, None) => {}
            }
        }
        Ok(self.looks.is_empty())
    }

    fn table(&self, found: &Embedded, examples: &Examples, set: &LatentSet) -> Contingency {
        let components = self.model.space().components.len();
        let members = clusters::members(&found.responsibilities, components);
        clusters::contingency(&members, examples.classes(), components, set.names.len())
    }

    fn take_training(&mut self, found: &Embedded, set: &LatentSet) {
        let space = self.model.space();
        let components = space.components.len();
        let table = self.table(found, &set.training, set);
        let counts = reseed::occupancy(&found.responsibilities, components);
        let weights: Vec<f32> = space.components.iter().map(|known| known.weight).collect();
        let cards = clusters::component_cards(&weights, &table, &set.names);
        if let Some(latent) = &mut self.model.card_mut().latent {
            latent.components = cards;
        }
        self.learned = Some((table, components - reseed::dead(&counts).len()));
    }

    fn take_validation(&mut self, found: &Embedded, set: &LatentSet, status: LatentTrainerStatus) {
        let Some((learned, alive)) = self.learned.take() else {
            return;
        };
        let judged = self.table(found, &set.validation, set);
        let components = self.model.space().components.len();
        let mut figures = clusters::figures(&judged, &learned.majority());
        if let Some((loss, _)) = status.best {
            figures.push(("validation_loss".into(), loss));
        }
        let counts = [
            ("validation_examples", set.validation.len()),
            ("components", components),
            ("components_alive", alive),
            ("components_revived", status.revived),
        ];
        figures.extend(counts.map(|(name, count)| (name.into(), count as f64)));
        figures.push(("reconstruction_error".into(), mean(&found.errors)));
        self.model.card_mut().figures.extend(figures);
    }

    /// How well stamps are drawn again: `new_sky_error_before` and so on, the mean square of input less
    /// reconstruction.
    fn take_domain(&mut self, found: &Embedded, examples: &Examples, domain: &str, when: &str) {
        self.model.card_mut().figures.extend([
            (format!("{domain}_error_{when}"), mean(&found.errors)),
            (format!("{domain}_examples"), examples.len() as f64),
        ]);
    }
}

/// Stamps of a domain that nothing was learned from, where there are some.
fn of_domain(set: &LatentSet, is_source: bool) -> Option<&Examples> {
    if is_source {
        set.source_domain.as_ref()
    } else {
        Some(&set.validation).filter(|_| set.has_held_out)
    }
}

fn mean(errors: &[f32]) -> f64 {
    let sum: f64 = errors.iter().copied().map(f64::from).sum();
    sum / errors.len().max(1) as f64
}
