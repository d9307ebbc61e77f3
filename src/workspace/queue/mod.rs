//! The queue: which candidates are listed, in which order.

mod apply;
mod cell;
pub mod column;
pub mod facts;
pub mod filter;
mod filter_line;
pub mod filter_term;
pub(crate) mod hint;
pub(crate) mod label_far;
pub mod label_next;
pub mod order;
pub mod shortlist;
mod sorting;
