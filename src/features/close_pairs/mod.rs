//! Close pairs: candidates of the opened set that lie within some arcseconds of each other under different
//! identifiers. Often they are one object.

pub mod state;
pub mod task;
pub(crate) mod view;
