//! Photometry: unbiased, as good as it says, better than the best circle, and true to the sky.
#![allow(clippy::unwrap_used, reason = "a test that cannot be prepared fails")]

#[path = "../common/mod.rs"]
mod common;

mod command;
mod cubes;
mod extremes;
mod real_data;
mod sky;
mod speed;
mod statistics;
mod window;
