//! Simulating: the form and its run in the window, and the folder that comes of it.

mod folder;
mod window;
