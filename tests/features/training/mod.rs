//! Training networks and forests.

mod forest;
mod resume;
mod window;
