//! What a trained model is: its identity and its card.

use std::{collections::BTreeMap, fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{
    Candidate, ForeignPlan, LatentCard, Role, SetCalibration,
    canonical::{Canonical, canonical_record, canonical_words, record, variant},
};

/// Names one version of a model: its name and a fingerprint of its weights, `cap@1f0c44d2`.
///
/// Scores are kept under it, so that no score of one version is ever taken for another's. It never
/// changes: see [`super::canonical`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ModelId(Arc<str>);

impl ModelId {
    /// The version of that name whose weights have that fingerprint.
    pub fn new(name: &str, fingerprint: u64) -> Self {
        Self(format!("{name}@{:08x}", fingerprint >> 32).into())
    }

    /// An identity that was written earlier.
    pub fn from_text(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// The model's name without the version.
    pub fn name(&self) -> &str {
        self.0.rsplit_once('@').map_or(&*self.0, |(name, _)| name)
    }

    /// Name and version.
    pub const fn text(&self) -> &Arc<str> {
        &self.0
    }
}

impl fmt::Display for ModelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How the pixels of one channel are brought to the numbers that a network takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scaling {
    /// Least to 0, largest to 1 (Cabrera-Vives et al. 2017).
    MinMax,
    /// Less the median, divided by the root of the sum of squares, times 5 (our choice).
    MedianNorm,
    /// Divided by the root of the sum of squares (Duev et al. 2019).
    Norm,
    /// asinh(S/N / 2) over its largest absolute value; what is no S/N image is brought to units of
    /// its own scatter about its median first (our choice).
    AsinhPeak,
}

/// What a network takes in, and how it is prepared: the same in training and in use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputPlan {
    /// The images it needs, in channel order.
    pub channels: Vec<Role>,
    /// Side of the square that is cut out about the stamp's centre, pixels.
    pub side_px: usize,
    /// Stamps of another pixel scale are resampled to this one, arcseconds; none takes pixels as
    /// they come, as do stamps that do not tell their scale.
    pub pixel_scale_arcsec: Option<f64>,
    /// How every channel is scaled.
    pub scaling: Scaling,
    /// True where differences are turned so that the detection is positive.
    pub is_in_detection_polarity: bool,
    /// Side of the cutout that is seen as a whole beside its middle, at `side_px` pixels, in stamp pixels: a
    /// multiple of `side_px`. Both views then have masks of what is measured. None shows the middle alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context_px: Option<usize>,
}

impl InputPlan {
    /// Numbers for one epoch: planes times side times side.
    pub fn len(&self) -> usize {
        self.planes() * self.side_px * self.side_px
    }

    /// Squares of `side_px` that a network takes: one for each channel; of two views, the channels and masks of
    /// the middle, then those of the whole cutout.
    pub fn planes(&self) -> usize {
        match self.context_px {
            Some(_) => 2 * self.planes_of_view(),
            None => self.channels.len(),
        }
    }

    /// Squares of one of the two views.
    pub fn planes_of_view(&self) -> usize {
        self.channels.len() + self.masked().count()
    }

    /// The images that have a mask: S/N is measured where the difference is.
    pub fn masked(&self) -> impl Iterator<Item = Role> {
        let channels = self.channels.iter().copied();
        channels.filter(|role| *role != Role::Snr)
    }

    /// True for a plan without channels, which nothing can be scored with.
    pub const fn is_empty(&self) -> bool {
        self.channels.is_empty()
    }
}

/// How the images of a sequence become the channels of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SequenceForm {
    /// The image, its difference to the mean of the earlier images, and that difference in units of
    /// the noise (our choice).
    RunningDifference,
    /// Three consecutive images (Carrasco-Davis et al. 2019).
    Window,
}

/// What a network takes in that follows a candidate from epoch to epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SequencePlan {
    /// The images it needs of every epoch: one of science stamps.
    pub role: Role,
    /// How they become channels.
    pub form: SequenceForm,
    /// Side of the square that is cut out about the stamp's centre, pixels.
    pub side_px: usize,
}

/// What a model takes in that looks at numbers of a light curve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeaturePlan {
    /// Names of the features, in the order of the inputs.
    pub features: Vec<String>,
    /// Epochs from which on there is a verdict.
    pub fewest_epochs: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ModelInput {
    /// The stamps of one epoch.
    Stamps(InputPlan),
    /// The stamps of all epochs so far.
    Sequence(SequencePlan),
    /// Features of the light curve so far.
    Features(FeaturePlan),
    /// What a network of others takes of one epoch.
    Foreign(ForeignPlan),
}

impl ModelInput {
    /// The plan of a model of single epochs.
    pub const fn stamps(&self) -> Option<&InputPlan> {
        match self {
            Self::Stamps(plan) => Some(plan),
            Self::Sequence(_) | Self::Features(_) | Self::Foreign(_) => None,
        }
    }

    /// True for models whose word on an epoch depends on the epochs before it.
    pub fn looks_back(&self) -> bool {
        match self {
            Self::Stamps(_) => false,
            Self::Sequence(_) | Self::Features(_) => true,
            Self::Foreign(plan) => plan.looks_back(),
        }
    }

    /// What the scores of a candidate's epochs are kept under.
    pub fn epoch_keys(&self, candidate: &Candidate) -> Vec<Arc<str>> {
        if self.looks_back() {
            candidate.history_keys()
        } else {
            candidate.epoch_keys()
        }
    }

    /// What is taken in, in a few words.
    pub fn in_words(&self) -> String {
        match self {
            Self::Stamps(plan) => {
                let roles: Vec<&str> = plan.channels.iter().map(|role| role.name()).collect();
                let whole = plan.context_px.map_or_else(String::new, |side| {
                    format!(", and of the whole cutout of {side}x{side}")
                });
                format!("{} of {1}x{1}{whole}", roles.join(", "), plan.side_px)
            }
            Self::Sequence(plan) => {
                format!("sequences of {} of {1}x{1}", plan.role.name(), plan.side_px)
            }
            Self::Features(plan) => format!("{} features of light curves", plan.features.len()),
            Self::Foreign(plan) => plan.in_words(),
        }
    }
}

impl From<InputPlan> for ModelInput {
    fn from(plan: InputPlan) -> Self {
        Self::Stamps(plan)
    }
}

canonical_words!(Scaling {
    MinMax: "MinMax",
    MedianNorm: "MedianNorm",
    Norm: "Norm",
    AsinhPeak: "AsinhPeak",
});

impl Canonical for InputPlan {
    /// The second view is written only where there is one, so that models without are called as before.
    fn write(&self, text: &mut String) {
        let mut fields: Vec<(&str, &dyn Canonical)> = vec![
            ("channels", &self.channels),
            ("side_px", &self.side_px),
            ("pixel_scale_arcsec", &self.pixel_scale_arcsec),
            ("scaling", &self.scaling),
            ("is_in_detection_polarity", &self.is_in_detection_polarity),
        ];
        if let Some(context_px) = &self.context_px {
            fields.push(("context_px", context_px));
        }
        record(text, "InputPlan", &fields);
    }
}

canonical_words!(SequenceForm {
    RunningDifference: "RunningDifference",
    Window: "Window",
});

canonical_record!(SequencePlan, "SequencePlan" {
    "role": role,
    "form": form,
    "side_px": side_px,
});

canonical_record!(FeaturePlan, "FeaturePlan" {
    "features": features,
    "fewest_epochs": fewest_epochs,
});

impl Canonical for ModelInput {
    fn write(&self, text: &mut String) {
        match self {
            Self::Stamps(plan) => variant(text, "Stamps", plan),
            Self::Sequence(plan) => variant(text, "Sequence", plan),
            Self::Features(plan) => variant(text, "Features", plan),
            Self::Foreign(plan) => variant(text, "Foreign", plan),
        }
    }
}

/// How a model came to be.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TrainingRecord {
    /// What it learned from.
    pub data: String,
    /// Optimiser and schedule, in words.
    pub recipe: String,
    /// The command that makes it again.
    pub command: String,
    pub seed: u64,
    /// Examples presented, repetitions counted.
    pub examples: u64,
    /// Commit of destello.
    pub commit: String,
    /// Day on which it was made, UTC.
    pub date: String,
    /// Identifiers of the labelled objects that it has learned, those of the models that it was fine-tuned from
    /// among them: it is not judged on them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub learned: Vec<Arc<str>>,
}

/// Everything that is known of a model but its weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelCard {
    /// Layout of this card; [`ModelCard::FORMAT`].
    pub format: u32,
    /// Short name, unique among the shipped ones.
    pub name: String,
    /// What it is, in a sentence.
    pub about: String,
    /// Network definition: a name of `learn`.
    pub network: String,
    /// Members of an ensemble; 1 where it is none.
    pub members: usize,
    pub input: ModelInput,
    /// Names of the classes, in the order of the outputs; `bogus`, `real` for real/bogus.
    pub classes: Vec<String>,
    /// Number of trained parameters.
    pub parameters: usize,
    /// Score from which a candidate is called real, unless the user chooses another.
    pub threshold: f32,
    pub training: TrainingRecord,
    /// Measured figures by name.
    pub figures: BTreeMap<String, f64>,
    /// Its latent space; none for models that tell classes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latent: Option<LatentCard>,
    /// What sets of classes follow from: calibrated with objects that it has not learned from. None where that is
    /// not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class_sets: Option<SetCalibration>,
}

impl ModelCard {
    /// The layout of cards that this program writes and reads.
    pub const FORMAT: u32 = 1;

    /// The card of an untrained model that is named after its network: of one member, with the threshold 0.5, without
    /// figures. `classes` are those of its outputs.
    pub fn untrained(network: &str, input: impl Into<ModelInput>, classes: &[&str]) -> Self {
        Self {
            format: Self::FORMAT,
            name: network.into(),
            about: String::new(),
            network: network.into(),
            members: 1,
            input: input.into(),
            classes: classes.iter().map(|&class| class.into()).collect(),
            parameters: 0,
            threshold: 0.5,
            training: TrainingRecord::default(),
            figures: BTreeMap::new(),
            latent: None,
            class_sets: None,
        }
    }

    /// The class shares that it was trained with, which sum to 1: equal ones, for simulated classes are shown
    /// equally often, and labelled ones are learned as if they were; others stand among its figures, as
    /// `trained_share_<class>` of every class.
    pub fn trained_shares(&self) -> Vec<f64> {
        let count = self.classes.len().max(1) as f64;
        let named = self.classes.iter().map(|class| {
            let share = self
                .figures
                .get(&format!("trained_share_{class}"))
                .copied()?;
            (share > 0.0 && share < 1.0).then_some(share)
        });
        let named: Option<Vec<f64>> = named.collect();
        let sum = |shares: &Vec<f64>| shares.iter().sum::<f64>();
        let is_whole = |shares: &Vec<f64>| (sum(shares) - 1.0).abs() < 1e-3;
        named
            .filter(is_whole)
            .unwrap_or_else(|| vec![1.0 / count; self.classes.len()])
    }

    /// What sets of classes follow from, where that is known of this very version.
    pub fn sets_of(&self, id: &ModelId) -> Option<&SetCalibration> {
        let known = self.class_sets.as_ref()?;
        let is_of_it = *known.model == **id.text() && known.fits(self.classes.len());
        is_of_it.then_some(known)
    }

    /// Position of the class that `threshold` is about: `real` where there is one.
    pub fn positive_class(&self) -> Option<usize> {
        self.classes.iter().position(|class| class == "real")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Models are called by such texts: they must stay what they are.
    #[test]
    fn inputs_are_written_as_ever() {
        let plan = |scaling, scale| InputPlan {
            channels: vec![Role::Science, Role::Snr],
            side_px: 21,
            pixel_scale_arcsec: scale,
            scaling,
            is_in_detection_polarity: true,
            context_px: None,
        };
        for (input, expected) in [
            (
                plan(Scaling::MinMax, None).into(),
                "Stamps(InputPlan { channels: [Science, Snr], side_px: 21, pixel_scale_arcsec: None, \
                 scaling: MinMax, is_in_detection_polarity: true })",
            ),
            (
                plan(Scaling::Norm, Some(0.25)).into(),
                "Stamps(InputPlan { channels: [Science, Snr], side_px: 21, pixel_scale_arcsec: \
                 Some(0.25), scaling: Norm, is_in_detection_polarity: true })",
            ),
            (
                ModelInput::Sequence(SequencePlan {
                    role: Role::Science,
                    form: SequenceForm::Window,
                    side_px: 21,
                }),
                "Sequence(SequencePlan { role: Science, form: Window, side_px: 21 })",
            ),
            (
                ModelInput::Features(FeaturePlan {
                    features: vec!["r: amplitude".into()],
                    fewest_epochs: 3,
                }),
                "Features(FeaturePlan { features: [\"r: amplitude\"], fewest_epochs: 3 })",
            ),
        ] {
            assert_eq!(input.canonical_text(), expected);
        }
    }

    #[test]
    fn an_identity_tells_its_name() {
        let id = ModelId::new("cap", 0x1f0c_44d2_0000_0001);
        assert_eq!(id.to_string(), "cap@1f0c44d2");
        assert_eq!(id.name(), "cap");
        assert_eq!(ModelId::from_text("plain").name(), "plain");
    }
}
