//! Recipes: what somebody who knows a network writes down about it.

use serde::Deserialize;

use crate::domain::{
    ForeignPlan,
    foreign::{ForeignFields, ForeignImages, ForeignOutput, ForeignScaling, OutputKind},
};

const MOST_CLASSES: usize = 64;
/// Largest side of a square, pixels.
const LARGEST_SIDE: usize = 1024;

/// A recipe, as it is written in TOML. Names of inputs and of the output may be empty where the file has only one
/// of that kind.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Short name of the model.
    pub name: String,
    /// What it is, in a sentence.
    #[serde(default)]
    pub about: String,
    /// Score from which a candidate is called real.
    #[serde(default = "half")]
    pub threshold: f32,
    /// Names of the classes, in the order of the outputs; of a sigmoid the second is the one it is about.
    pub classes: Vec<String>,
    /// Inputs that are images.
    #[serde(default)]
    pub images: Vec<ForeignImages>,
    /// The input that is numbers of the alert.
    #[serde(default)]
    pub fields: Option<ForeignFields>,
    pub output: ForeignOutput,
}

const fn half() -> f32 {
    0.5
}

/// Recipes that come with the program, by name.
const SHIPPED: [(&str, &str); 3] = [
    ("braai", include_str!("../../../assets/recipes/braai.toml")),
    ("acai", include_str!("../../../assets/recipes/acai.toml")),
    (
        "btsbot",
        include_str!("../../../assets/recipes/btsbot.toml"),
    ),
];

impl Recipe {
    /// The text of the recipe of that name that comes with the program.
    pub fn shipped(name: &str) -> Option<&'static str> {
        let found = SHIPPED.iter().find(|(known, _)| *known == name);
        found.map(|(_, text)| *text)
    }

    /// Names of the recipes that come with the program.
    pub fn names() -> impl Iterator<Item = &'static str> {
        SHIPPED.iter().map(|(name, _)| *name)
    }

    /// Reads a recipe.
    ///
    /// # Errors
    /// Where it is none, or asks for what cannot be: why, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let recipe: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        recipe.check()?;
        Ok(recipe)
    }

    pub fn plan(&self) -> ForeignPlan {
        ForeignPlan {
            images: self.images.clone(),
            fields: self.fields.clone(),
            output: self.output.clone(),
        }
    }

    fn check(&self) -> Result<(), String> {
        let is_name = |name: &str| !name.is_empty() && !name.contains(['@', '#', '/', '\\']);
        if !is_name(&self.name) {
            return Err(format!(
                "\"{}\" is no name: it is empty, or has one of @ # / \\",
                self.name
            ));
        }
        check(&self.plan(), &self.classes, self.threshold)
    }
}

/// That a plan can be followed.
pub(super) fn check(plan: &ForeignPlan, classes: &[String], threshold: f32) -> Result<(), String> {
    if !(0.0..=1.0).contains(&threshold) {
        return Err(format!(
            "a threshold lies between 0 and 1, not at {threshold}"
        ));
    }
    let mut names = classes.to_vec();
    names.sort_unstable();
    names.dedup();
    if names.len() != classes.len() || !(2..=MOST_CLASSES).contains(&classes.len()) {
        return Err(format!(
            "it names {} classes; 2 to {MOST_CLASSES} different ones are wanted",
            classes.len()
        ));
    }
    if plan.output.kind == OutputKind::Sigmoid && classes.len() != 2 {
        return Err(format!(
            "a sigmoid is the probability of one of two classes, and {} are named",
            classes.len()
        ));
    }
    if plan.is_empty() {
        return Err("it names neither images nor fields".into());
    }
    for images in &plan.images {
        check_images(images)?;
    }
    let fields = plan.fields.iter().flat_map(|input| &input.fields);
    for field in fields {
        if field.scale == 0.0 || !field.scale.is_finite() || !field.offset.is_finite() {
            return Err(format!(
                "the scaling of {} divides by {}",
                field.name, field.scale
            ));
        }
    }
    Ok(())
}

fn check_images(images: &ForeignImages) -> Result<(), String> {
    if images.channels.is_empty() || !(1..=LARGEST_SIDE).contains(&images.side_px) {
        return Err(format!(
            "an image input has {} channels of {1}x{1} pixels; there must be one of 1 to {LARGEST_SIDE} pixels a side",
            images.channels.len(),
            images.side_px
        ));
    }
    let by = match images.scaling {
        ForeignScaling::Asinh { softening } if softening <= 0.0 => softening,
        ForeignScaling::Asinh { softening } => softening,
        ForeignScaling::Fixed { offset, scale } if offset.is_finite() => scale,
        ForeignScaling::Fixed { offset, .. } => offset,
        _ => 1.0,
    };
    let is_softening = matches!(images.scaling, ForeignScaling::Asinh { .. });
    if !by.is_finite() || by == 0.0 || is_softening && by < 0.0 {
        return Err(format!("its scaling divides by {by}"));
    }
    let scale = images.pixel_scale_arcsec.unwrap_or(1.0);
    if !(scale.is_finite() && scale > 0.0) {
        return Err(format!("{scale} arcseconds are no pixel scale"));
    }
    Ok(())
}
