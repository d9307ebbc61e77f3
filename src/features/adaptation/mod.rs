//! Adaptation: a model learns from the labels of the opened set, from button to scores. Fine-tuning and
//! its versions, what it changed, what to label next, the learning curve.

pub mod changed_decisions;
pub(crate) mod check;
pub mod command;
pub mod curve_task;
pub(crate) mod curve_update;
pub mod fine_tuning;
pub mod forest;
pub(crate) mod held_out;
pub mod learning_curve;
pub(crate) mod material;
pub(crate) mod new_classes;
pub(crate) mod order;
pub(crate) mod recipe;
pub(crate) mod round;
pub(crate) mod state;
pub(crate) mod subsets;
pub mod task;
pub mod update;
pub(crate) mod view;
