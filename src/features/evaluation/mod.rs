//! Evaluation: scores against truths, as figures, plots and files.

pub mod command;
pub(crate) mod compare;
pub(crate) mod epochs_seen;
pub mod evaluator;
pub(crate) mod figures;
pub(crate) mod files;
pub(crate) mod judge;
pub(crate) mod matrix_view;
pub(crate) mod plot_view;
pub(crate) mod plots;
pub(crate) mod report;
pub mod sets;
pub mod state;
pub(crate) mod view;
pub mod where_to_stop;
pub(crate) mod workload;

pub use compare::{compare, over_seeds};
pub use figures::{Request, evaluate};
pub use files::write_report;
pub use report::{Report, report};
