//! Which news are of something that failed: they are written to the log on their way.

use super::event::JobEvent;
use crate::workspace::journal_writer::JournalNews;

impl JobEvent {
    /// Why something failed, where that is what it is about.
    pub(crate) fn failure(&self) -> Option<&str> {
        match self {
            Self::ProjectRefused { why, .. }
            | Self::Broke(why)
            | Self::Journal {
                news: JournalNews::NotSaved { why },
                ..
            } => Some(why),
            _ => None,
        }
    }
}
