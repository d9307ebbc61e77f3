//! Opening and closing sets: recognition, index, problems, the start page.

pub mod index;
pub mod inspect;
pub mod join;
pub mod kept_joins;
pub mod leaving;
pub(crate) mod log_view;
pub mod opening;
pub(crate) mod problems;
pub(crate) mod refusal;
pub(crate) mod start_page;
pub mod state;
