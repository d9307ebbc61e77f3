//! Floor 3: long tasks. Threads, channels, cancel tokens; window and command line call the same.

pub mod annotator;
pub mod clock;
pub mod export;
pub mod import;
pub mod inspect;
pub mod open;
pub mod vocabulary;
