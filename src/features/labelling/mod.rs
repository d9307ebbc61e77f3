//! Labelling: classes by key, vocabularies, import, export, agreement, truths, the repeat check.

pub mod agreement;
pub mod export;
pub mod import;
pub mod label_sets;
pub mod transfer;
pub mod truth_table;
pub mod truths;
pub(crate) mod view;
