//! What a person does with destello, a folder each: state, updates, work and views.

pub mod adaptation;
pub mod close_pairs;
pub mod convert;
pub mod evaluation;
pub mod explanation;
pub mod file_dialog;
pub mod guide;
pub mod inspect;
pub mod labelling;
pub mod latent;
pub mod light_curve;
pub mod mosaic;
pub mod open;
pub mod practice;
pub mod queue;
pub mod render;
pub mod samp;
pub mod scoring;
pub mod side_by_side;
pub mod similar;
pub mod simulation;
pub mod team;
pub mod training;
pub mod watch;
