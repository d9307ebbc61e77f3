//! Finds the vocabulary that a person means.

use std::path::{Path, PathBuf};

use super::{context::Context, shared::Shared};
use crate::{
    domain::{Problem, Vocabulary},
    io::vocabulary_file,
    tasks::{Task, TaskContext},
    text,
};

/// The built-in vocabulary of that name, else the one in the TOML file of that path.
pub fn find_vocabulary(name_or_file: &str) -> anyhow::Result<Vocabulary> {
    let built_ins = Vocabulary::built_ins();
    let names: Vec<_> = built_ins.iter().map(|v| v.name.to_string()).collect();
    if let Some(built_in) = built_ins.into_iter().find(|v| *v.name == *name_or_file) {
        return Ok(built_in);
    }
    let path = Path::new(name_or_file);
    anyhow::ensure!(
        path.exists(),
        "{name_or_file} is neither a file nor one of the vocabularies {}",
        names.join(", ")
    );
    Ok(vocabulary_file::read(path)?)
}

pub struct ReadVocabulary {
    /// A file, or the name of a built-in one.
    pub source: PathBuf,
}

impl Task for ReadVocabulary {
    const NAME: &'static str = "vocabulary";
    type Update = ();
    type Output = Box<Vocabulary>;

    fn run(self, cx: &TaskContext<()>) -> anyhow::Result<Box<Vocabulary>> {
        cx.abandonable("reading it", move || {
            find_vocabulary(&self.source.to_string_lossy()).map(Box::new)
        })?
    }
}

/// The built-in vocabulary that knows most of these labels; the first one of equals.
pub fn best_vocabulary(labels: &[&str]) -> Vocabulary {
    let known = |vocabulary: &Vocabulary| {
        let is_known = |label: &&&str| vocabulary.class(label).is_some();
        labels.iter().filter(is_known).count()
    };
    let [first, others @ ..] = Vocabulary::built_ins();
    others.into_iter().fold(first, |best, other| {
        if known(&other) > known(&best) {
            other
        } else {
            best
        }
    })
}

impl Shared {
    /// Uses a vocabulary that was read; a file is remembered for the next start.
    pub fn take_vocabulary(
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
            let why = text!(
                "{file}: {name} is the name of a built-in vocabulary: give yours another",
                file = source.display(),
                name
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
        self.report(
            text!("vocabulary: {name}", name = self.vocabulary().title),
            cx.now,
        );
        self.save_session();
        if !is_built_in && !self.settings.vocabulary_files.contains(&source) {
            self.settings.vocabulary_files.push(source);
            self.save_settings(cx);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vocabulary_is_found_by_name_by_file_and_by_its_labels() {
        assert_eq!(&*find_vocabulary("sequence").unwrap().name, "sequence");
        let why = find_vocabulary("no_such").unwrap_err().to_string();
        assert!(
            why.contains("no_such") && why.contains("alerce_stamp"),
            "{why}"
        );
        let best = |labels: &[&str]| best_vocabulary(labels).name;
        assert_eq!(&*best(&["SN", "RRL", "EB"]), "sequence");
        assert_eq!(&*best(&["AGN", "SN", "bogus"]), "alerce_stamp");
        assert_eq!(&*best(&["1", "0", "0"]), "real_bogus");
        assert_eq!(&*best(&[]), "real_bogus");
    }
}
