//! Floor 4: the application's state, its commands, and the pure function between them.
//!
//! `AppState::apply` is the only way in: no thread, no file, no clock, no GPU. What has to
//! happen outside comes back as `Effect`s, and what happened returns as `JobEvent`s.

pub mod action;
mod adapting;
pub mod apply;
mod cell;
mod changed_decisions;
pub mod classes;
pub mod column;
pub mod command;
pub mod display;
mod doubt;
pub mod effect;
pub mod evaluation;
pub mod explain;
pub mod filter;
pub mod fine_tuning;
mod fine_tuning_pane;
pub mod folding;
mod going;
pub mod journal_news;
pub mod keys;
pub mod label_count;
mod label_far;
pub mod label_next;
pub mod labelling;
pub mod latent;
pub mod latent_check;
pub mod latent_components;
pub mod latent_map;
pub mod latent_pictures;
mod latent_scores;
pub mod latent_shade;
mod learning_curve;
pub mod light_curve;
pub mod measured;
pub mod news;
mod problem_report;
pub mod queue;
pub mod repeat_check;
pub mod saved_scores;
mod score_news;
pub mod score_tally;
pub mod scores;
pub mod scoring;
mod screen;
pub mod selection;
pub mod session;
pub mod settings;
pub mod shelf;
mod shortlist;
pub mod simulation;
pub mod state;
pub mod threshold;
mod toast;
pub mod training;
mod training_form;
mod training_plan;
pub mod words;

pub use action::Action;
pub use command::Command;
pub use effect::Effect;
pub use state::AppState;
