//! Floor 3: long tasks. Threads, channels, cancel tokens; window and command line call the same.

pub mod annotator;
pub mod clock;
pub mod decode;
pub mod demo;
pub mod dialog;
pub mod event;
pub mod export;
pub mod header;
pub mod import;
pub mod index;
pub mod inspect;
pub mod journal;
pub mod open;
pub mod preview;
pub mod render;
mod render_painter;
mod render_plan;
pub mod reporter;
pub mod simulate;
pub mod simulation_folder;
pub mod simulation_order;
pub mod simulator;
pub mod stream;
pub mod transfer;
pub mod vocabulary;
