//! SAMP 1.3, the way in which the programs of astronomers talk to each other on one computer (IVOA Recommendation of
//! 2012 April 11): TOPCAT, Aladin, DS9 and others register with a hub and send each other short messages, such as "point
//! at this position" or "load this table". Only the standard profile, which goes by XML-RPC over the loopback address.
//!
//! A hub is looked for by its lock file; none is started, and nothing is sent before a person asks for it.

mod hub;
mod listener;
mod lock_file;
mod message;
pub mod xml_rpc;

pub use hub::{Hub, Peer};
pub use listener::Listener;
pub use lock_file::HubAddress;
pub use message::{Incoming, Message};
pub use xml_rpc::SampValue;
