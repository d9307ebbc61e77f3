//! What went wrong with one input: a line of the *Problems* list.

use serde::{Deserialize, Serialize};

/// One fault of one input. Everything else opens all the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Problem {
    /// The file, folder or archive member (`night.tar.gz/1105.avro`).
    pub path: String,
    /// What could not be used: "file", "stamp", "packet", "table", "cutout difference", …
    pub what: String,
    /// Why, as a clear sentence without a full stop.
    pub why: String,
}

impl Problem {
    /// A problem of `path`: `what` failed because of `why`.
    pub fn new(path: impl Into<String>, what: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            what: what.into(),
            why: why.into(),
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}: {}", self.path, self.what, self.why)
    }
}
