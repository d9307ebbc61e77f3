//! Floor 2: formats in and out.

pub mod export;
pub mod fits_bundle;
mod fits_literal;
mod fits_write;
pub mod labels_csv;
pub mod vocabulary_file;
