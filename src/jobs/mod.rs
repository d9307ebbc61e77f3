//! Floor 3: long tasks. Threads, channels, cancel tokens; window and command line call the same.

pub mod inspect;
pub mod open;
