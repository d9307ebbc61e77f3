//! Layer 1: pure pixel maths. What a shader computes is computed here too.
//!
//! From pixel to colour: [`marks`] says which pixels are no measurements, [`limits`] chooses
//! the interval, [`stretch`] bends it, [`color_map`] colours it, and [`look`] holds all of
//! them together. [`orientation`] and [`placement`] say where a pixel lies on the screen.
//! From stamps to what a network takes: [`model_input`].
//! From latent vectors to a plot: [`principal_axes`] and [`plane`] lay them on a plane,
//! [`scatter_view`] lays the plane on the screen, [`polygon`] says what a lasso holds.
//! From pixel to flux: [`photometry`] measures point sources and names their fluxes.

pub mod appearance;
pub mod color_map;
pub mod cubic_taps;
pub mod equalise;
pub mod fast_math;
pub mod heat_map;
pub mod histogram;
pub mod icon;
pub mod limits;
pub mod look;
pub mod marks;
pub mod model_input;
pub mod moffat;
pub mod orientation;
pub mod photometry;
pub mod placement;
pub mod plane;
pub mod polygon;
pub mod preset;
pub mod principal_axes;
pub mod roundness;
pub mod scale_bar;
pub mod scatter_view;
pub mod sequence_input;
pub mod shrink;
pub mod sigma_clip;
pub mod sky_limits;
pub mod statistics;
pub mod stretch;
pub mod zscale;

pub use color_map::ColorMap;
pub use cubic_taps::CubicTaps;
pub use histogram::Histogram;
pub use limits::{LimitRule, Limits};
pub use look::{Look, MarkColors};
pub use marks::{Marks, PixelMark};
pub use moffat::Moffat;
pub use orientation::{Compass, Orientation, sky_at};
pub use placement::{Placement, View};
pub use plane::{Ellipse, Plane};
pub use polygon::Polygon;
pub use preset::{Preset, Recipe, SharedLook};
pub use principal_axes::PrincipalAxes;
pub use scale_bar::ScaleBar;
pub use scatter_view::{ScatterView, spread_order};
pub use statistics::StampStatistics;
pub use stretch::Stretch;
