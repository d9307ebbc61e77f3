//! The queue: sort, filter, search, shortlists.

pub(crate) mod view;
