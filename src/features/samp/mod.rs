//! SAMP: what is on the screen goes to TOPCAT, Aladin, DS9 and others on the same computer by one key, and what they point
//! at becomes current here.

pub mod parcel;
pub mod state;
pub mod task;
pub(crate) mod view;
