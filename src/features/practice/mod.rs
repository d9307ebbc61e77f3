//! Practice for people: candidates whose truth is known and hidden, an answer at once, the score beside the model's,
//! and a certificate. Nothing that is answered becomes a label.

pub mod kinds;
pub mod questions;
pub mod state;
pub mod task;
pub(crate) mod view;
