//! What a network of others takes, and what its output means: read from a recipe, and kept in its card.

use serde::{Deserialize, Serialize};

use super::{Role, canonical::Canonical};

/// How an epoch becomes the inputs of a network, and its output probabilities.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForeignPlan {
    /// Inputs that are images.
    pub images: Vec<ForeignImages>,
    /// The input that is numbers of the alert, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fields: Option<ForeignFields>,
    pub output: ForeignOutput,
}

/// Order of the axes of an image input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Axes {
    /// (candidate, channel, y, x).
    #[default]
    Nchw,
    /// (candidate, y, x, channel), as Keras has it.
    Nhwc,
}

/// How a stamp of another size becomes the square of a network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// The square about the stamp's centre.
    #[default]
    Cut,
    /// The same, but a smaller stamp lies at the first corner (Duev et al. 2019).
    Corner,
    /// The whole stamp is interpolated to the square.
    Resample,
}

/// How one image becomes the numbers of a channel. What is no measurement is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForeignScaling {
    /// Pixels as they are.
    #[default]
    None,
    /// Least to 0, largest to 1.
    MinMax,
    /// Divided by the root of the sum of squares.
    L2,
    /// Less the median, divided by the root of the sum of squares.
    MedianNorm,
    /// asinh(pixel / softening).
    Asinh {
        /// In the unit of the pixels.
        softening: f64,
    },
    /// (pixel - offset) / scale.
    Fixed {
        /// What is subtracted.
        offset: f64,
        /// What it is divided by.
        scale: f64,
    },
}

/// An image input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForeignImages {
    /// Its name in the ONNX file.
    pub input: String,
    /// The images, in channel order.
    pub channels: Vec<Role>,
    /// Side of the square, pixels.
    pub side_px: usize,
    /// Order of its axes.
    #[serde(default)]
    pub axes: Axes,
    /// How stamps of other sizes become the square.
    #[serde(default)]
    pub fit: Fit,
    /// Stamps of another pixel scale are resampled to this one, arcseconds, before they are cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pixel_scale_arcsec: Option<f64>,
    /// How every channel is scaled.
    #[serde(default)]
    pub scaling: ForeignScaling,
    /// What a pixel that is no number becomes.
    #[serde(default)]
    pub missing: f32,
    /// True where such a pixel becomes that before the scaling, and not after it.
    #[serde(default)]
    pub is_missing_first: bool,
    /// What lies outside of the stamp, after the scaling; without it `missing`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub padding: Option<f32>,
    /// True where differences are turned so that the detection is positive.
    #[serde(default)]
    pub is_in_detection_polarity: bool,
}

impl ForeignImages {
    /// Numbers for one epoch.
    pub const fn len(&self) -> usize {
        self.channels.len() * self.side_px * self.side_px
    }

    /// True without channels.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The input of numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForeignFields {
    /// Its name in the ONNX file.
    pub input: String,
    /// The numbers, in order.
    pub fields: Vec<ForeignField>,
    /// What a field without a value becomes, after the scaling; without it the epoch is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<f32>,
}

/// One number: (value - offset) / scale. In a recipe its name alone will do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "FieldText")]
pub struct ForeignField {
    /// A field of the alert (`magpsf`), or one of [`HISTORY_FIELDS`].
    pub name: String,
    /// What is subtracted.
    pub offset: f64,
    /// What it is divided by.
    pub scale: f64,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum FieldText {
    Name(String),
    Scaled {
        name: String,
        #[serde(default)]
        offset: f64,
        #[serde(default = "one")]
        scale: f64,
    },
}

const fn one() -> f64 {
    1.0
}

impl From<FieldText> for ForeignField {
    fn from(text: FieldText) -> Self {
        match text {
            FieldText::Name(name) => Self {
                name,
                offset: 0.0,
                scale: 1.0,
            },
            FieldText::Scaled {
                name,
                offset,
                scale,
            } => Self {
                name,
                offset,
                scale,
            },
        }
    }
}

/// Numbers that are made of an object's alerts up to the epoch, as BTSbot's `alert_utils.py` makes them (Rehemtulla
/// et al. 2024): days from the first detection, from the brightest and between both, the brightest and the faintest
/// magnitude, and exposures without a detection. A field of the alert with that name counts before them.
pub const HISTORY_FIELDS: [&str; 6] = [
    "age",
    "days_since_peak",
    "days_to_peak",
    "peakmag_so_far",
    "maxmag_so_far",
    "nnotdet",
];

/// What the output of a network is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutputKind {
    /// One probability, that of the second class.
    Sigmoid,
    /// A probability for every class.
    Softmax,
    /// Before the softmax; of one number, before the sigmoid.
    Logits,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForeignOutput {
    /// Its name in the ONNX file.
    pub output: String,
    pub kind: OutputKind,
}

impl ForeignPlan {
    /// Numbers for one epoch: the images, then the fields.
    pub fn len(&self) -> usize {
        self.images.iter().map(ForeignImages::len).sum::<usize>() + self.field_names().count()
    }

    /// True for a plan that nothing can be scored with.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Names of the fields, in order.
    pub fn field_names(&self) -> impl Iterator<Item = &str> {
        let fields = self.fields.iter().flat_map(|input| &input.fields);
        fields.map(|field| field.name.as_str())
    }

    /// True where a score depends on the epochs before.
    pub fn looks_back(&self) -> bool {
        self.field_names()
            .any(|name| HISTORY_FIELDS.contains(&name))
    }

    /// What is taken in, in a few words.
    pub fn in_words(&self) -> String {
        let images = self.images.iter().map(|images| {
            let roles: Vec<&str> = images.channels.iter().map(|role| role.name()).collect();
            format!("{} of {1}x{1}", roles.join(", "), images.side_px)
        });
        let fields = match self.field_names().count() {
            0 => None,
            1 => Some("1 field".into()),
            count => Some(format!("{count} fields")),
        };
        let all: Vec<String> = images.chain(fields).collect();
        all.join(", ")
    }
}

impl Canonical for ForeignPlan {
    // As JSON: what is added later is left out where it has its usual value.
    fn write(&self, text: &mut String) {
        text.push_str(&serde_json::to_string(self).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_a_name_or_has_a_scaling() {
        let fields: ForeignFields = toml::from_str(
            "input = \"features\"\nfields = [\"drb\", { name = \"magpsf\", offset = 18.6, scale = 0.9 }]",
        )
        .unwrap();
        assert_eq!(fields.missing, None);
        let [drb, magpsf] = &fields.fields[..] else {
            panic!("{fields:?}");
        };
        assert_eq!((drb.offset, drb.scale), (0.0, 1.0));
        assert_eq!((magpsf.offset, magpsf.scale), (18.6, 0.9));
        let text = serde_json::to_string(&fields).unwrap();
        assert_eq!(
            serde_json::from_str::<ForeignFields>(&text).unwrap(),
            fields
        );
    }

    #[test]
    fn scores_with_fields_of_the_history_depend_on_the_epochs_before() {
        let plan = |name: &str| ForeignPlan {
            images: Vec::new(),
            fields: Some(ForeignFields {
                input: "metadata".into(),
                fields: vec![FieldText::Name(name.into()).into()],
                missing: None,
            }),
            output: ForeignOutput {
                output: "score".into(),
                kind: OutputKind::Sigmoid,
            },
        };
        assert!(plan("age").looks_back() && !plan("drb").looks_back());
        assert_eq!(plan("drb").in_words(), "1 field");
        assert_eq!(plan("drb").len(), 1);
    }

    // Models are called by such texts: they must stay what they are.
    #[test]
    fn its_text_stays() {
        let plan = ForeignPlan {
            images: vec![ForeignImages {
                input: "stamps".into(),
                channels: vec![Role::Science],
                side_px: 63,
                axes: Axes::Nhwc,
                fit: Fit::Corner,
                pixel_scale_arcsec: None,
                scaling: ForeignScaling::L2,
                missing: 0.0,
                is_missing_first: false,
                padding: Some(1e-9),
                is_in_detection_polarity: false,
            }],
            fields: None,
            output: ForeignOutput {
                output: "score".into(),
                kind: OutputKind::Sigmoid,
            },
        };
        assert_eq!(
            plan.canonical_text(),
            r#"{"images":[{"input":"stamps","channels":["science"],"side_px":63,"axes":"nhwc","fit":"corner","scaling":"l2","missing":0.0,"is_missing_first":false,"padding":1e-9,"is_in_detection_polarity":false}],"output":{"output":"score","kind":"sigmoid"}}"#
        );
    }
}
