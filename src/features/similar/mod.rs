//! Find more like this: the candidates of the opened set nearest first to examples, by what a network finds in
//! their stamps.

pub mod state;
pub mod task;
pub(crate) mod view;
