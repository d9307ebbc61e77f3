//! A project that a team shares on a PostgreSQL server.
//!
//! Each person has a local copy, which is a project file like any other: decisions are acknowledged when they are in it, and all
//! of destello works on it. [`Exchange`] sends what the server does not have, in order, and takes what others sent; each event has
//! an identity of 16 random bytes, by which it is kept once wherever it is sent again. The server numbers events in the order in
//! which they are committed, and that is the order in which they count everywhere ([`crate::store::Project::history`]).

mod address;
mod connection;
mod copying;
mod error;
mod exchange;
mod local_copy;
mod password;
mod tls;
mod values;

pub use address::Address;
pub use copying::{copy_to_file, copy_to_server};
pub use error::ServerError;
pub use exchange::{Exchange, Exchanged};
pub use local_copy::SharedOn;
