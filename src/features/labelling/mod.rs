//! Labelling: classes by key, vocabularies, import, export, agreement, truths, the repeat check.

pub mod agreement;
pub mod blind;
pub mod export;
pub mod import;
pub mod journal_news;
pub mod label_source;
pub mod repeat_check;
pub mod targets;
pub mod transfer;
pub mod truth_table;
pub mod truths;
pub mod update;
pub(crate) mod view;
pub mod vocabulary;
