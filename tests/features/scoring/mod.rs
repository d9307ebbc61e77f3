//! Scores: in the window, and by the task behind it.

mod certainty;
mod classes;
mod forest;
mod new_epochs;
mod shares;
mod task;
mod window;
