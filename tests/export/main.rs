//! Exports, read back by readers that have nothing to do with their writers.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops where its scene cannot be set"
)]

mod binary_readers;
mod bundle;
mod samples;
mod tables;
mod text_readers;

use std::collections::BTreeMap;

use destello::io::export::columns::{COLUMNS, Kind};

/// A row by column name: the text of each value, none where it is missing.
type Row = BTreeMap<String, Option<String>>;

fn kind_of(name: &str) -> Kind {
    COLUMNS.iter().find(|c| c.name == name).unwrap().kind
}
