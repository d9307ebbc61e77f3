//! Labelling what is on the screen: decisions, who they are about, what stays hidden, undo.

pub mod assigning;
pub mod blind;
pub mod journal;
pub mod repeat_check;
mod sight;
pub mod targets;
pub mod update;
