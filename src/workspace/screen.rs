//! What fills the window, and the small windows above it.

use serde::{Deserialize, Serialize};

/// What fills the middle of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Screen {
    /// One candidate, large.
    #[default]
    Inspect,
    /// Many candidates.
    Mosaic,
    /// Where a latent model puts the candidates.
    Latent,
    /// How well models judge.
    Evaluate,
    /// Teaching a network.
    Train,
    /// What could not be opened.
    Problems,
}

/// Small windows above the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pane {
    /// Keys, name, memory, theme.
    Settings,
    /// All keys.
    KeySheet,
    /// Find an action by name.
    Palette,
    /// Pixel values and limits.
    Histogram,
    /// Header cards and packet fields.
    Header,
    /// An order for simulated candidates.
    Simulation,
    /// Teaching a model the labels of this set.
    FineTune,
}
