//! The features: what a person does with destello, step by step, without a screen. A test acts on the
//! real state, tasks, project file and decoders, mostly through `common::InlineWindow`; or it runs the
//! task of a feature as the window and the command line do.
//!
//! A folder or file here is a feature of `src/features`. What egui draws is in `window`, what the
//! program prints in `cli`. Who trains networks takes turns: `let _turn = in_turn();`.
#![allow(clippy::unwrap_used, reason = "a test that cannot be prepared fails")]

mod adaptation;
mod close_pairs;
#[path = "../common/mod.rs"]
mod common;
mod convert;
mod evaluation;
mod explanation;
mod growing;
mod inspect;
mod labelling;
mod latent;
mod light_curve;
mod looks_like;
mod open;
mod practice;
mod queue;
mod render;
mod samp;
mod scoring;
mod side_by_side;
mod similar;
mod simulation;
mod team;
mod training;
mod watch;
