//! A user's own vocabulary as TOML. `assets/vocabularies/example.toml` shows every setting.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::Deserialize;

use super::export::{ExportError, written_beside};
use crate::domain::{Class, Vocabulary, vocabulary::PALETTE};

/// Why a vocabulary file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum VocabularyError {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// It is not TOML, or a setting is missing, unknown or of the wrong type.
    #[error("{}, line {line}: {why}", path.display())]
    Syntax {
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        why: String,
    },
    /// The classes contradict each other.
    #[error("{}: {why}", path.display())]
    Unsound { path: PathBuf, why: String },
}

/// The file's own shape: what may be left out is optional here, and a misspelt setting is an
/// error instead of silence.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VocabularyToml {
    name: Arc<str>,
    title: Option<Arc<str>>,
    #[serde(default)]
    is_tagging: bool,
    class: Vec<ClassToml>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClassToml {
    name: Arc<str>,
    title: Option<Arc<str>>,
    key: char,
    color: Option<Arc<str>>,
    #[serde(default)]
    aliases: Vec<Arc<str>>,
}

pub fn read(path: &Path) -> Result<Vocabulary, VocabularyError> {
    let text = fs::read_to_string(path).map_err(|source| VocabularyError::Unreadable {
        path: path.to_path_buf(),
        source,
    })?;
    parse(&text, path)
}

/// Reads a vocabulary from TOML text; `path` is for error messages.
pub fn parse(text: &str, path: &Path) -> Result<Vocabulary, VocabularyError> {
    let file: VocabularyToml = toml::from_str(text).map_err(|error| VocabularyError::Syntax {
        path: path.to_path_buf(),
        line: line_of(text, error.span().map_or(0, |span| span.start)),
        why: error.message().to_owned(),
    })?;
    let vocabulary = Vocabulary {
        title: file.title.unwrap_or_else(|| file.name.clone()),
        name: file.name,
        is_tagging: file.is_tagging,
        classes: file.class.into_iter().enumerate().map(class_of).collect(),
    };
    vocabulary.check().map_err(|why| VocabularyError::Unsound {
        path: path.to_path_buf(),
        why,
    })?;
    Ok(vocabulary)
}

/// Writes a vocabulary file, beside and renamed.
pub fn write(path: &Path, vocabulary: &Vocabulary) -> Result<(), ExportError> {
    written_beside(path, |beside| {
        let text = toml::to_string(vocabulary).map_err(|error| error.to_string())?;
        fs::write(beside, text).map_err(|error| error.to_string())
    })
}

fn class_of((at, class): (usize, ClassToml)) -> Class {
    Class {
        title: class.title.unwrap_or_else(|| class.name.clone()),
        name: class.name,
        key: class.key,
        color: class
            .color
            .unwrap_or_else(|| PALETTE[at % PALETTE.len()].into()),
        aliases: class.aliases,
    }
}

/// The line, from 1, of a byte position.
fn line_of(text: &str, at_byte: usize) -> usize {
    let before = text.get(..at_byte).unwrap_or(text);
    1 + before.matches('\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = include_str!("../../assets/vocabularies/example.toml");

    fn refusal(text: &str) -> String {
        let error = parse(text, Path::new("mine.toml")).unwrap_err();
        error.to_string()
    }

    #[test]
    fn the_example_is_sound_and_survives_a_round_trip() {
        let example = parse(EXAMPLE, Path::new("example.toml")).unwrap();
        assert!(example.is_tagging);
        assert_eq!(
            &*example.class("saturated star").unwrap().name,
            "saturation"
        );
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("copy.toml");
        write(&path, &example).unwrap();
        assert_eq!(read(&path).unwrap(), example);
    }

    #[test]
    fn every_built_in_vocabulary_survives_a_round_trip() {
        for vocabulary in Vocabulary::built_ins() {
            let text = toml::to_string(&vocabulary).unwrap();
            assert_eq!(parse(&text, Path::new("x")).unwrap(), vocabulary);
        }
    }

    #[test]
    fn errors_name_file_line_and_cause() {
        let misspelt = "name = \"mine\"\n[[class]]\nname = \"a\"\nkey = \"1\"\nalias = [\"b\"]\n";
        let why = refusal(misspelt);
        assert!(
            why.starts_with("mine.toml, line 5: ") && why.contains("alias"),
            "{why}"
        );
        let why = refusal("name = \"mine\"\n[[class]]\nname = \"a\"\nkey = \"12\"\n");
        assert!(why.starts_with("mine.toml, line 4: "), "{why}");
        let why = refusal("name = \n");
        assert!(why.starts_with("mine.toml, line 1: "), "{why}");
        let twice = "name = \"m\"\n[[class]]\nname = \"a\"\nkey = \"1\"\n[[class]]\nname = \"A\"\nkey = \"2\"\n";
        assert!(refusal(twice).contains("stands twice"));
        let missing = read(Path::new("/nowhere/mine.toml")).unwrap_err();
        assert!(missing.to_string().starts_with("/nowhere/mine.toml: "));
    }
}
