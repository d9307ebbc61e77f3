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
    #[serde(alias = "key_sheet")]
    KeyHelp,
    Guide,
    /// Find an action by name.
    Palette,
    /// Pixel values and limits.
    Histogram,
    /// Header cards and packet fields.
    Header,
    /// An order for simulated candidates.
    Simulation,
    /// Training a model the labels of this set.
    FineTune,
    /// Candidates that lie close together.
    ClosePairs,
    /// Class shares of this set, and what they change.
    ClassShares,
    /// Several candidates or epochs at one scale.
    SideBySide,
    Samp,
    /// Practising on candidates whose truth is known.
    Practice,
    /// The address of a project on a server.
    Server,
    /// Who judges which candidates, and how far everybody is.
    Team,
}

/// A text field that a key jumps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Search by identifier.
    Search,
    /// The filter line.
    Filter,
    /// The note of the candidate.
    Note,
}

/// Smallest and largest side of a mosaic cell, points.
pub const MOSAIC_SIDES: (f32, f32) = (40.0, 260.0);

/// Side of a mosaic cell unless another is chosen, points.
pub const USUAL_SIDE: f32 = 104.0;
