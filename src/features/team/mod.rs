//! A team that labels one project on a server: who opens it, what keeps its labels exchanged, what is shown of that.

pub mod state;
pub mod task;
pub(crate) mod view;
