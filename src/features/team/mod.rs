//! A team that labels one project, on a server or in files that are merged: who opens it, what keeps its labels exchanged, who judges
//! which candidates, how far everybody is.

pub mod counting;
pub mod merge;
pub(crate) mod people_view;
pub mod state;
pub mod tally;
pub mod task;
pub(crate) mod view;
