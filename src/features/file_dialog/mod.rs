//! Choosing files and folders: by the dialog of the system, else by one of our own.

pub mod disk;
pub mod native;
pub mod path_text;
pub(crate) mod portal;
pub mod state;
pub(crate) mod view;

pub use crate::workspace::pick;
