//! Folders that grow: new files are found, and those that are still being written are waited for.
//!
//! Without a window ([`task`]) each detection is scored and gets one row, once, also where the program is killed and
//! started again. In the window ([`state`]) what comes in joins the set that is open.

mod changes;
mod find_new;
pub mod ledger;
pub mod look;
pub mod state;
pub mod task;
pub(crate) mod view;
