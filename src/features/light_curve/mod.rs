//! The light curve: photometry of stamps, history, periods, and the plot.

pub(crate) mod folded_view;
pub mod folding;
pub mod measured;
pub mod period_search;
pub mod photometer;
pub mod photometry;
pub(crate) mod photometry_epochs;
pub(crate) mod photometry_facts;
pub mod photometry_order;
pub(crate) mod photometry_shapes;
pub(crate) mod photometry_table;
pub mod points;
pub mod state;
pub(crate) mod view;
