//! The project file.

mod journal;
mod scores;
mod windows;
