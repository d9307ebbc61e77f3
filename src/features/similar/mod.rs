//! Find more like this: the candidates of the opened set nearest first to examples, by what a network finds in
//! their stamps; and beside a candidate the labelled ones that it looks like.

pub mod examples;
pub mod labelled_table;
pub mod looks_like;
pub mod neighbours;
pub(crate) mod neighbours_view;
pub mod state;
pub mod task;
pub(crate) mod view;
