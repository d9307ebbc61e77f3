//! Floor 4: the application's state, its commands, and the pure function between them.
//!
//! `AppState::apply` is the only way in: no thread, no file, no clock, no GPU. What has to
//! happen outside comes back as `Effect`s, and what happened returns as `JobEvent`s.

pub mod action;
pub mod apply;
pub mod command;
pub mod effect;
pub mod event;
pub(crate) mod failure;
pub mod keys;
pub mod news;
mod problem_report;
pub mod reporter;
mod saved_path;
pub mod session;
pub mod settings;
pub mod state;

pub use action::Action;
pub use command::Command;
pub use effect::Effect;
pub use state::AppState;
