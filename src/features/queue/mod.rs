//! The queue: sort, filter, search, shortlists, saved views.

pub(crate) mod view;
mod views;
