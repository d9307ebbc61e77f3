//! Exports, read back by readers that have nothing to do with their writers.

mod binary_readers;
mod bundle;
mod services;
mod tables;
mod text_readers;

use std::collections::BTreeMap;

use destello::io::export::columns::{COLUMNS, Kind};

/// A row by column name: the text of each value, none where it is missing.
type Row = BTreeMap<String, Option<String>>;

fn kind_of(name: &str) -> Kind {
    COLUMNS.iter().find(|c| c.name == name).unwrap().kind
}
