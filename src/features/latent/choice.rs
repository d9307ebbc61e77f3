//! How the latent space is shown: what the person chose.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use super::projection::Projection;
use crate::workspace::{latent_models, queue::column::Column};

/// Smallest and largest radius of a point, points of the screen.
pub const RADII: (f32, f32) = (0.5, 8.0);

/// What points are coloured by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColorBy {
    /// The likeliest component of each point.
    Component,
    /// The number of the epoch.
    Epoch,
    /// How badly the model draws each point's stamp again.
    Error,
    /// Any column of its candidate.
    Column(Column),
}

/// What a drag over the plot does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tool {
    /// Draws a closed line: what lies inside is selected.
    #[default]
    Lasso,
    /// Draws a rectangle.
    Box,
    /// Moves the plot.
    Pan,
}

/// How the space is shown; a project remembers it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LatentChoice {
    /// The name of a model that comes with the program, or a file.
    pub source: Arc<str>,
    /// How it is laid on a plane.
    pub projection: Projection,
    /// What points are coloured by.
    pub color_by: ColorBy,
    /// True shows a point for each epoch, false one for each candidate.
    pub shows_every_epoch: bool,
    /// True draws components in, where the map is flat.
    pub shows_components: bool,
    /// What a drag does.
    pub tool: Tool,
    /// Radius of a point, points of the screen.
    pub radius: f32,
    /// 0 to 1.
    pub opacity: f32,
}

impl Default for LatentChoice {
    fn default() -> Self {
        Self {
            source: latent_models::DEFAULT.into(),
            projection: Projection::default(),
            color_by: ColorBy::Component,
            shows_every_epoch: true,
            shows_components: true,
            tool: Tool::default(),
            radius: 2.0,
            opacity: 0.8,
        }
    }
}
