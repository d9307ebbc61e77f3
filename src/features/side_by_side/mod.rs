//! Side by side: two to six candidates, or epochs of one, at one scale and one stretch.

pub mod items;
pub(crate) mod view;
