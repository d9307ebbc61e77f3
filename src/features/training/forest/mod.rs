//! The forest of light curves: what is ordered, what it learns from, how it is judged.

pub(crate) mod forest_set;
pub mod judge;
pub mod order;
pub mod train;
