//! Destello: look at transient candidates, label them, and train networks on your labels.
//!
//! # Layers
//!
//! Every import points down; `tests/architecture.rs` holds this table.
//!
//! | layer | folder | what lives there |
//! |---|---|---|
//! | 6 | `main.rs`, [`cli`], [`window`] | arguments, a file a subcommand; the eframe application |
//! | 5 | [`features`] | a folder for each thing that a person does with destello |
//! | 4 | [`workspace`], [`widgets`] | what all features share; pieces of egui |
//! | 3 | [`tasks`] | how long work runs: threads, panics, cancel |
//! | 2 | [`io`], [`store`], [`simulate`], [`learn`], [`lightcurve`], [`gpu`] | engines: formats; the project file; the simulator; networks; features of light curves and the forest; wgpu pipelines |
//! | 1 | [`imaging`] | pure pixel maths, twins of the shaders |
//! | 0 | [`domain`], [`language`], [`logging`] | plain types of the field; texts of the window in other languages; the program log |

pub mod cli;
pub mod domain;
pub mod features;
pub mod gpu;
pub mod imaging;
pub mod io;
pub mod language;
pub mod learn;
pub mod lightcurve;
pub mod logging;
pub mod simulate;
pub mod store;
pub mod tasks;
pub mod widgets;
pub mod window;
pub mod workspace;
