//! Scoring: what models predict for every epoch, thresholds, badges, class bands.

pub(crate) mod badge;
pub(crate) mod class_bands;
pub mod class_shares;
pub(crate) mod class_table;
pub(crate) mod curve_inputs;
pub mod detections;
pub mod find_shares;
pub(crate) mod foreign_fields;
pub mod forest_curve;
pub mod fusing;
pub(crate) mod inputs;
pub(crate) mod model_memory;
pub(crate) mod origin;
pub mod part;
pub mod report;
pub mod run;
pub(crate) mod schedule;
pub mod score;
pub(crate) mod score_store;
pub(crate) mod sequence_epochs;
pub(crate) mod sequence_inputs;
pub(crate) mod shares_view;
pub mod state;
pub(crate) mod table;
pub mod task;
pub(crate) mod view;
