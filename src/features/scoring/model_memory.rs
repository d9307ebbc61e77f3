//! What models remembered of candidates when they were scored last, as a project holds it.

use std::{path::Path, sync::Arc};

use crate::{
    domain::{ModelId, Remembered},
    store::Project,
};

/// The memories of a project; empty without one.
#[derive(Default)]
pub(crate) struct ModelMemories(Option<Project>);

impl ModelMemories {
    /// Those of a project. Where it cannot be read nothing is remembered, and candidates are scored
    /// from their first epoch on.
    pub fn open(path: Option<&Path>) -> Self {
        let opened = path.map(Project::open_existing);
        Self(opened.and_then(|project| match project {
            Ok(project) => Some(project),
            Err(error) => {
                log::warn!("{error}; nothing is remembered of candidates");
                None
            }
        }))
    }

    pub fn get(&self, model: &ModelId, candidate: &Arc<str>) -> Option<Remembered> {
        let found = self.0.as_ref()?.memory_of(model, candidate);
        found.unwrap_or_else(|error| {
            log::warn!("{error}");
            None
        })
    }
}
