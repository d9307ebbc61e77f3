//! The queue: sort, filter, search, shortlists.

pub(crate) mod cell;
pub mod column;
pub mod filter;
pub mod order;
pub(crate) mod shortlist;
pub(crate) mod view;
