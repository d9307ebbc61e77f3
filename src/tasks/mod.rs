//! How long work runs: threads that end with one event whatever happens, and faults for tests.

pub mod fault;
pub(crate) mod gathering;
pub mod learner;
pub(crate) mod parallel;
pub(crate) mod piecewise;
pub mod step_times;
pub mod thread;

/// Where the user finds out why something broke off.
pub const SEE_LOG: &str = "see Log in the Help menu";
