//! `destello score`, and what a project keeps of it; models in files.

mod command;
mod identifiers;
mod models;
mod project;
mod quick;

use crate::common::program::destello_in;

/// A folder with that many triplets in `sky`; half of them are real.
fn triplets(count: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let count = count.to_string();
    let order = ["simulate", "triplets", "--survey", "mixed", "--out", "sky"];
    let (code, _, err) = destello_in(folder.path(), &[&order[..], &["--count", &count]].concat());
    assert_eq!(code, Some(0), "{err}");
    folder
}
