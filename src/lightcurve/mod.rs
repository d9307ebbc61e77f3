//! Layer 2: light curves to periods and features, and the random forest that learns from them.

pub mod curve;
pub mod features;
pub mod forest;
pub mod forest_file;
pub mod growing;
pub mod period;
pub mod separability;
pub mod significance;
pub mod tree;

pub use curve::{LightCurve, Point};
pub use forest::{Forest, ForestError};
