//! Layer 2: the project file, SQLite: journal of labels, scores, session.
//!
//! One file, `*.destello`, in write-ahead mode with full synchronisation: what [`Project::append`]
//! returned is on disk. Any number of windows and processes may work on one file; their writes
//! queue, and none overwrites another's because events are only ever added. [`server`] exchanges one with a server.

mod event_row;
mod event_union;
mod journal;
mod merging;
mod open;
mod open_files;
mod place;
mod project;
mod schema;
mod scores;
pub mod server;
mod session;
mod versions;

pub use merging::{Merged, merge_files};
pub use place::Place;
pub use project::{Project, StoreError};
pub use session::About;
