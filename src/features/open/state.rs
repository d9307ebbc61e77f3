//! What is being opened, and what is being left.

use super::{
    index::OpenSet,
    join::{ForgetJoins, JoinTable, ToJoin},
    leaving::{Leaving, Refusal},
};
use crate::{tasks::Running, workspace::kept_index::Indexing};

/// The state of opening and leaving.
#[derive(Debug, Default)]
pub struct OpeningPane {
    /// Finds candidates.
    pub opening: Option<Running<OpenSet>>,
    /// What waits until all labels are on disk.
    pub leaving: Option<Leaving>,
    /// Leaving was refused last, because it would lose labels.
    pub refusal: Option<Refusal>,
    /// Tables to join once the set is open.
    pub to_join: Vec<ToJoin>,
    pub joining: Option<Running<JoinTable>>,
    /// Takes joined tables out of the project.
    pub forgetting: Option<Running<ForgetJoins>>,
    /// Whether the set that is opened next takes files from the index that was kept.
    pub indexing: Indexing,
}
