//! The engines: what `domain`, `imaging`, `io`, `store`, `simulate`, `learn`, `lightcurve` and `gpu`
//! compute, read and write, each without a window and without the tasks of a feature around it.
//!
//! A folder here is a folder of `src`. Tests of one type or function stand beside it in `src`; here
//! stands what takes files, statistics over many simulations, a GPU, or several modules together.
//! Who trains networks takes turns: `let _turn = in_turn();`.
#![allow(clippy::unwrap_used, reason = "a test that cannot be prepared fails")]

#[path = "../common/mod.rs"]
mod common;
mod gpu;
mod imaging;
mod io;
mod learn;
mod simulate;
mod store;
