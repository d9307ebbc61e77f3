//! Training: networks and forests, on simulated or labelled examples.

pub(crate) mod checkpoint;
pub(crate) mod chunk;
pub mod class_sets;
pub mod command;
pub(crate) mod curve;
pub mod forest;
pub(crate) mod form;
pub(crate) mod form_view;
pub mod fusion;
pub(crate) mod idle;
pub(crate) mod input_memory;
pub mod label_source;
pub mod labelled_set;
pub(crate) mod labels;
pub mod model_export;
pub mod note;
pub(crate) mod order;
pub mod plan;
pub(crate) mod plot_view;
pub(crate) mod sequences;
pub mod state;
pub mod task;
pub mod train;
pub(crate) mod training_set;
pub(crate) mod triplets;
pub(crate) mod view;
