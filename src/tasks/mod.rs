//! How long work runs: threads that end with one event whatever happens, and faults for tests.

pub mod fault;
pub mod thread;

/// Where the user finds out why something broke off.
pub const SEE_LOG: &str = "see Log in the Help menu";
