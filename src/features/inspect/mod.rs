//! Inspect: the large stamps of one epoch, the strip of all epochs, histogram, header.

pub mod facts;
pub mod facts_view;
pub mod header;
pub(crate) mod header_view;
pub(crate) mod histogram;
pub(crate) mod strip;
pub(crate) mod view;
