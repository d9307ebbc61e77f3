//! One target a reader: `Cargo.toml` builds this file once for each name.

#![no_main]

use destello_fuzz::{read, watch_panics};

libfuzzer_sys::fuzz_target!(init: watch_panics(), |bytes: &[u8]| read(env!("CARGO_BIN_NAME"), bytes));
