//! What a person orders to be trained, and what of it goes into the card of the model.

use std::path::PathBuf;

use anyhow::{Context, bail};

use crate::{
    domain::{
        ComponentCard, InputPlan, LatentCard, ModelCard, Role, TrainingRecord, canonical::words,
    },
    features::training::train::{TrainingData, checkpoint_path},
    learn::latent::{LatentCourse, LatentKind, vade::PIXEL_VARIANCE},
    workspace::{clock::today, models::check_place},
};

/// Components unless a person chooses otherwise (`recipes.md`).
pub const COMPONENTS: usize = 20;
/// How far from the middle of a stamp pixels count unless a person chooses otherwise.
pub const FOCUS_PX: f64 = 6.0;
/// More components than this are a slip of the pen.
const MOST_COMPONENTS: usize = 1000;
/// Simulated stamps to learn from and to validate with, unless a person chooses otherwise.
pub const SIMULATED: (usize, usize) = (20_000, 4_000);

/// Simulated stamps beside those of a set that a model is fine-tuned with, and with which it is
/// looked at what it forgets.
const REPLAYED: usize = 4_000;
pub(crate) const SOURCE_TEST: usize = 1_000;
/// How often each stamp is then shown.
const FURTHER_PASSES: usize = 6;

/// What is to be trained.
#[derive(Clone, Debug, PartialEq)]
pub struct LatentOrder {
    pub kind: LatentKind,
    /// Components of the mixture; 1 without one.
    pub components: usize,
    /// Latent axes.
    pub dimensions: usize,
    /// Widths of the hidden layers.
    pub widths: Vec<usize>,
    /// What it takes of an epoch.
    pub input: InputPlan,
    /// True where stamps are turned upright first.
    pub is_upright: bool,
    /// How far from the middle pixels count, pixels; none where all count the same.
    pub focus_px: Option<f64>,
    /// Variance of a pixel in the middle about what is drawn; none where the network estimates it.
    pub pixel_variance: Option<f64>,
    pub data: TrainingData,
    /// Name or file of the model that is fine-tuned; none begins with an untrained network.
    pub parent: Option<String>,
    /// Simulated stamps that a fine-tuned model is shown beside those of a set, so that it does not forget.
    pub replay: usize,
    /// How often each stamp is shown to the autoencoder, and then to the whole.
    pub passes: [usize; 2],
    /// How it learns; its steps follow from the passes.
    pub course: LatentCourse,
    /// Simulated stamps to learn from; of a stamp set so many at most.
    pub examples: usize,
    /// Simulated stamps to validate with.
    pub validation: usize,
    pub threads: usize,
    pub seed: u64,
    /// The model's name; none for that of the network.
    pub name: Option<String>,
    /// The command that makes the model again, for the card.
    pub command: String,
    /// Commit of destello, for the card.
    pub commit: String,
    pub out: PathBuf,
}

impl LatentOrder {
    /// The usual order: S/N differences, upright, seed 1.
    pub fn usual(kind: LatentKind, data: TrainingData, out: PathBuf) -> Self {
        Self {
            kind,
            components: if kind.has_mixture() { COMPONENTS } else { 1 },
            dimensions: kind.usual_dimensions(),
            widths: kind.usual_widths(),
            input: LatentKind::input(vec![Role::Snr]),
            is_upright: true,
            focus_px: kind.has_mixture().then_some(FOCUS_PX),
            pixel_variance: kind.has_mixture().then_some(PIXEL_VARIANCE),
            data,
            parent: None,
            replay: 0,
            passes: [10, 15],
            course: LatentCourse::usual(kind, 0, 0),
            examples: SIMULATED.0,
            validation: SIMULATED.1,
            threads: crate::features::training::train::cores(),
            seed: 1,
            name: None,
            command: String::new(),
            commit: String::new(),
            out,
        }
    }

    /// A model is fine-tuned with the stamps of a set, and simulated ones beside them.
    ///
    /// # Errors
    /// Where the card is no latent model's.
    pub fn further(
        parent: &str,
        card: &ModelCard,
        data: TrainingData,
        out: PathBuf,
    ) -> anyhow::Result<Self> {
        let kind = LatentKind::from_name(&card.network)?;
        let latent = card.latent.as_ref();
        let latent = latent.with_context(|| format!("{parent} is no latent model"))?;
        let input = card.input.stamps();
        let usual = Self::usual(kind, data, out);
        Ok(Self {
            components: latent.components.len(),
            dimensions: latent.dimensions,
            widths: latent.widths.clone(),
            input: input.cloned().unwrap_or_else(|| usual.input.clone()),
            is_upright: latent.is_upright,
            focus_px: latent.focus_px,
            pixel_variance: latent.pixel_variance,
            parent: Some(parent.to_owned()),
            replay: REPLAYED,
            passes: [0, FURTHER_PASSES],
            name: Some(card.name.clone()),
            ..usual
        })
    }

    /// Why nothing can be trained by it.
    ///
    /// # Errors
    /// A sentence.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        let name = self.kind.name();
        if !self.kind.has_mixture() && self.components != 1 {
            bail!("{name} has no mixture, so no components; vade has");
        }
        if !(1..=MOST_COMPONENTS).contains(&self.components) {
            bail!(
                "{} components: a mixture has 1 to {MOST_COMPONENTS}",
                self.components
            );
        }
        let of_pixels = [self.focus_px, self.pixel_variance];
        if of_pixels.iter().any(Option::is_some) && !self.kind.has_mixture() {
            bail!("{name} predicts the scatter of its pixels, so --focus does not apply");
        }
        let is_impossible = |number: &f64| number.is_nan() || *number <= 0.0;
        if of_pixels.iter().flatten().any(is_impossible) {
            bail!("a focus and a variance of pixels are numbers above 0");
        }
        if self.input.is_empty() || self.dimensions == 0 || self.widths.contains(&0) {
            bail!("a latent space has at least one axis, and one image that is looked at");
        }
        if self.passes[1] == 0 || self.course.batch == 0 {
            bail!("a training shows every stamp at least once");
        }
        // What is kept in a project has no file of its own.
        if self.has_file() {
            check_place(&self.out, "safetensors")?;
        }
        Ok(())
    }

    /// True where model and checkpoints go into files.
    pub(crate) fn has_file(&self) -> bool {
        !self.out.as_os_str().is_empty()
    }

    /// Takes the checkpoint away: what it was for is done. A file that stays does no harm.
    pub(crate) fn drop_checkpoint(&self) {
        if self.has_file() {
            std::fs::remove_file(checkpoint_path(&self.out)).unwrap_or_default();
        }
    }

    /// Steps in which every one of so many stamps is shown once.
    pub(crate) fn steps_a_pass(&self, stamps: usize) -> u64 {
        stamps.div_ceil(self.course.batch).max(1) as u64
    }

    pub(crate) fn course_for(&self, stamps: usize) -> LatentCourse {
        let steps = self.steps_a_pass(stamps);
        let [before, after] = self.passes.map(|passes| passes as u64 * steps);
        LatentCourse {
            pretraining: if self.kind.has_mixture() { before } else { 0 },
            steps: after,
            ..self.course.clone()
        }
    }

    /// The card of the model to be, without its figures.
    pub(crate) fn card(&self, course: &LatentCourse) -> ModelCard {
        let name = self.name.clone();
        ModelCard {
            name: name.unwrap_or_else(|| self.kind.name().into()),
            about: self.kind.about().into(),
            training: TrainingRecord {
                data: match &self.parent {
                    Some(parent) => format!(
                        "{} and {} simulated triplets, after {parent}",
                        self.data.in_words(),
                        self.replay
                    ),
                    None => self.data.in_words(),
                },
                recipe: course.in_words(),
                command: self.command.clone(),
                seed: self.seed,
                examples: course.all_steps() * course.batch as u64,
                commit: self.commit.clone(),
                date: today(),
                learned: Vec::new(),
            },
            latent: Some(LatentCard {
                dimensions: self.dimensions,
                widths: self.widths.clone(),
                is_upright: self.is_upright,
                focus_px: self.focus_px,
                pixel_variance: self.pixel_variance,
                components: vec![ComponentCard::default(); self.components],
            }),
            ..ModelCard::untrained(self.kind.name(), self.input.clone(), &[])
        }
    }

    /// Everything that decides the result.
    pub(crate) fn fingerprint(&self) -> String {
        let Self {
            kind,
            components,
            dimensions,
            widths,
            input,
            is_upright,
            focus_px,
            pixel_variance,
            data,
            passes,
            course,
            examples,
            validation,
            seed,
            parent,
            replay,
            ..
        } = self;
        words(&[
            kind,
            components,
            dimensions,
            widths,
            input,
            is_upright,
            focus_px,
            pixel_variance,
            data,
            passes,
            course,
            examples,
            validation,
            seed,
            parent,
            replay,
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Checkpoints hold such texts: they must stay what they are.
    #[test]
    fn orders_are_written_as_ever() {
        let simulation = TrainingData::Simulation {
            survey: "mixed".into(),
            templates: None,
        };
        let labelled = TrainingData::Labelled {
            paths: vec!["big".into()],
            labels: None,
        };
        let usual = |kind, data: &TrainingData| LatentOrder {
            examples: 2000,
            validation: 64,
            ..LatentOrder::usual(kind, data.clone(), PathBuf::new())
        };
        let conv = LatentOrder {
            widths: vec![12, 3],
            input: LatentKind::input(vec![Role::Snr, Role::Difference]),
            focus_px: Some(4.5),
            parent: Some("vade".into()),
            replay: 4000,
            ..usual(LatentKind::VadeConv, &simulation)
        };
        let mut vae = usual(LatentKind::Vae, &labelled);
        vae.course.is_importance_weighted = true;
        for (order, expected) in [
            (
                usual(LatentKind::Vade, &simulation),
                "Vade 20 10 [500, 500, 1000] InputPlan { channels: [Snr], side_px: 21, \
                 pixel_scale_arcsec: None, scaling: AsinhPeak, is_in_detection_polarity: true } \
                 true Some(6.0) Some(0.02) Simulation { survey: \"mixed\", templates: None } \
                 [10, 15] LatentCourse { batch: 128, pretraining: 0, steps: 0, \
                 pretraining_rate: 0.001, rate: 0.0005, mixture_rate: 0.001, \
                 is_importance_weighted: false } 2000 64 1 None 0",
            ),
            (
                vae,
                "Vae 1 2 [128] InputPlan { channels: [Snr], side_px: 21, pixel_scale_arcsec: None, \
                 scaling: AsinhPeak, is_in_detection_polarity: true } true None None Labelled { \
                 paths: [\"big\"], labels: None } [10, 15] LatentCourse { batch: 128, pretraining: \
                 0, steps: 0, pretraining_rate: 0.001, rate: 0.001, mixture_rate: 0.001, \
                 is_importance_weighted: true } 2000 64 1 None 0",
            ),
            (
                conv,
                "VadeConv 20 10 [12, 3] InputPlan { channels: [Snr, Difference], side_px: 21, \
                 pixel_scale_arcsec: None, scaling: AsinhPeak, is_in_detection_polarity: true } \
                 true Some(4.5) Some(0.02) Simulation { survey: \"mixed\", templates: None } \
                 [10, 15] LatentCourse { batch: 128, pretraining: 0, steps: 0, \
                 pretraining_rate: 0.001, rate: 0.0005, mixture_rate: 0.001, \
                 is_importance_weighted: false } 2000 64 1 Some(\"vade\") 4000",
            ),
        ] {
            assert_eq!(order.fingerprint(), expected);
        }
    }
}
