//! A saved view: a filter, an order and a screen under a name.

use serde::{Deserialize, Serialize};

use super::{queue::order::QueueSpec, screen::Screen};

/// A way to look at a set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedView {
    /// What the user calls it.
    pub name: String,
    /// What fills the window.
    pub screen: Screen,
    /// Filter and order.
    pub queue: QueueSpec,
}
