//! Scores without a window: the command, what a project keeps, models in files, braai on real alerts.
#![allow(clippy::unwrap_used, reason = "a test that cannot be prepared fails")]

mod braai;
mod command;
mod identifiers;
mod models;
mod project;
mod sky;
