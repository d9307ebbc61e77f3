//! The mosaic: hundreds of candidates a page.

pub(crate) mod cell;
pub(crate) mod view;
