//! The light curve: photometry of stamps, history, periods, and the plot.

mod choices;
pub(crate) mod folded_view;
pub mod folding;
pub mod measured;
pub mod period_search;
pub mod photometry;
pub mod points;
pub mod saving;
pub mod state;
pub(crate) mod view;
