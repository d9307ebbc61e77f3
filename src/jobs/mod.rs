//! Floor 3: long tasks. Threads, channels, cancel tokens; window and command line call the same.

pub mod annotator;
pub mod clock;
pub mod decode;
pub mod dialog;
pub mod event;
pub mod export;
pub mod header;
pub mod import;
pub mod index;
pub mod inspect;
pub mod journal;
pub mod open;
pub mod photometer;
pub mod photometry;
mod photometry_epochs;
mod photometry_facts;
mod photometry_shapes;
mod photometry_table;
pub mod render;
mod render_painter;
mod render_plan;
pub mod reporter;
pub mod transfer;
pub mod vocabulary;
