//! Decisions: given, undone, imported, exported, given again, and kept when clock or disk misbehave.

mod clock;
mod import;
mod leaving;
mod night;
mod repeat_check;
