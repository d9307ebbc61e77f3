//! The command line: the program itself is run, and judged by its exit status, by what it prints, and by
//! the files that it leaves; also when it is killed or its disk is full.
//!
//! A file or folder here is a subcommand. Where a test needs a window as well, it belongs to its feature.
#![allow(clippy::unwrap_used, reason = "a test that cannot be prepared fails")]

mod class_sets;
mod close_pairs;
#[path = "../common/mod.rs"]
mod common;
mod convert;
mod evaluate;
mod fine_tune;
mod guide;
mod join;
mod label_agreement;
mod label_export;
mod label_stream;
mod latent;
mod manual;
mod models;
mod photometry;
mod project_merge;
mod samp;
mod score;
mod shards;
mod shares;
mod similar;
mod simulate;
mod team;
mod train_forest;
mod watch;
