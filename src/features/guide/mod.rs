//! The guide: its pages as they lie in `assets/guide`, for the window and for `destello guide`.

mod markdown;
pub mod pages;
pub(crate) mod view;
