//! Destello: look at transient candidates, judge them, and teach a network what you know.
//!
//! # Floors
//!
//! Every import points down; `tests/architecture.rs` holds this table.
//!
//! | floor | room | what lives there |
//! |---|---|---|
//! | roof | `main.rs`, [`cli`], [`viewer`] | arguments; one file a subcommand; eframe's door |
//! | 5 | [`ui`] | egui views: state in, commands out |
//! | 4 | [`app`] | `AppState`, `Command`, pure `apply`, undo, selection |
//! | 3 | [`jobs`] | one long task a file: progress, cancel |
//! | 3 | [`tasks`] | how long work runs: threads, panics |
//! | 2 | [`io`], [`store`], [`simulate`], [`learn`], [`lightcurve`], [`gpu`] | formats; the project file; the sky by recipe; networks; features and the forest; wgpu pipelines |
//! | 1 | [`imaging`] | pure pixel maths, twins of the shaders |
//! | ground | [`domain`], [`logging`] | plain types; the program log |

pub mod app;
pub mod cli;
pub mod domain;
pub mod gpu;
pub mod imaging;
pub mod io;
pub mod jobs;
pub mod learn;
pub mod lightcurve;
pub mod logging;
pub mod simulate;
pub mod store;
pub mod tasks;
pub mod ui;
pub mod viewer;
