//! The project file.

mod journal;
mod merging;
mod scores;
mod windows;
