//! A vocabulary of the user's own, once it was read.

use std::path::PathBuf;

use crate::{
    domain::{Problem, Vocabulary},
    window::state::AppState,
    workspace::context::Context,
};

impl AppState {
    /// Uses a vocabulary that was read; a file is remembered for the next start.
    pub(crate) fn take_vocabulary(
        &mut self,
        source: PathBuf,
        vocabulary: Result<Box<Vocabulary>, Problem>,
        cx: &Context,
    ) {
        let vocabulary = match vocabulary {
            Ok(vocabulary) => *vocabulary,
            Err(problem) => {
                self.warn(problem.to_string(), cx.now);
                self.problems.push(problem);
                return;
            }
        };
        let known = self
            .vocabularies
            .iter()
            .position(|known| known.name == vocabulary.name);
        let at = known.unwrap_or(self.vocabularies.len());
        let is_built_in = at < Vocabulary::built_ins().len();
        if is_built_in && self.vocabularies[at] != vocabulary {
            let name = &vocabulary.name;
            let why = format!(
                "{}: {name} is the name of a built-in vocabulary: give yours another",
                source.display()
            );
            self.warn(why, cx.now);
            return;
        }
        self.asked_vocabulary = Some(vocabulary.name.clone());
        if at == self.vocabularies.len() {
            self.vocabularies.push(vocabulary);
        } else if !is_built_in {
            self.vocabularies[at] = vocabulary;
        }
        self.vocabulary = at;
        self.report(format!("vocabulary: {}", self.vocabulary().title), cx.now);
        self.save_session();
        if !is_built_in && !self.settings.vocabulary_files.contains(&source) {
            self.settings.vocabulary_files.push(source);
            self.save_settings(cx);
        }
    }
}
