//! Evaluation: scores against truths, as figures, plots and files.
//!
//! [`evaluate`] judges one model; [`report`] several, with what they differ in and all plots;
//! [`write_report`] keeps a report as files; [`evaluator`] does both in the background of the window.

mod compare;
mod epochs_seen;

pub mod evaluator;
mod figures;
mod files;
mod judge;
mod plots;
mod report;

pub use compare::{compare, over_seeds};
pub use figures::{Request, evaluate};
pub use files::write_report;
pub use report::{Report, report};
