//! How long work runs: tasks on threads of their own that end exactly once whatever happens, a queue for
//! what computes with networks, and faults for tests.

pub mod cancel;
pub mod compute_queue;
pub mod fault;
mod mailbox;
pub(crate) mod parallel;
pub mod progress;
mod running;
mod starter;
pub mod step_times;
pub mod stepwise;
mod task;
pub mod thread;
pub mod to_the_end;
mod wake;

pub use running::{Running, TaskEvent, next_event};
pub use starter::Tasks;
pub use task::{Task, TaskContext, run_here};
pub use wake::Wake;
