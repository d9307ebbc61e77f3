//! Scoring a folder that grows: new files are found, those that are still being written are waited for, and each
//! detection gets one row, once, also where the program is killed and started again.

pub mod ledger;
pub mod look;
pub mod task;
