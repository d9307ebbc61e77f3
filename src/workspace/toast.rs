//! Short messages at the foot of the window.

use crate::domain::Timestamp;

/// A short message at the foot of the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// The message.
    pub text: String,
    /// True for bad news.
    pub is_error: bool,
    /// True where undo takes back what the message tells.
    pub offers_undo: bool,
    /// Since when it is up.
    pub since: Timestamp,
}
