//! What is to be known of the labels that a training began with: English in errors, files and on the command line,
//! in the language of the window where that shows it.

use std::{collections::BTreeMap, fmt, sync::Arc};

use crate::{
    english,
    language::{in_english, translated},
    text,
};

/// What could not be read, what was left out, what is not held out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// Of a file or row, as its reader reports it.
    Problem(String),
    LeftOut {
        what: Things,
        count: usize,
        why: Reason,
    },
    /// So many labels are of objects that a model of that name has learned.
    Learned { labels: usize, model: String },
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Things {
    Candidates,
    Epochs,
    Objects,
}

/// Why something cannot be learned from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// In English; looked up where it is shown.
    Other(String),
    /// A label that a model of that name has no class for; without a name, a forest.
    NoClass {
        label: Arc<str>,
        model: Option<String>,
    },
    /// A light curve of fewer epochs than that.
    FewEpochs(usize),
}

impl Reason {
    /// In the language of the window.
    pub fn shown(&self) -> String {
        match self {
            Self::Other(why) => translated(why).into_owned(),
            Self::NoClass {
                label,
                model: Some(model),
            } => text!("label \"{label}\" is no class of {model}", label, model),
            Self::NoClass { label, model: None } => {
                text!("label \"{label}\" is no class of a forest", label)
            }
            Self::FewEpochs(count) => text!("fewer than {count} epochs can be measured", count),
        }
    }
}

impl From<String> for Reason {
    fn from(why: String) -> Self {
        Self::Other(why)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&in_english(|| self.shown()))
    }
}

impl Note {
    /// In the language of the window.
    pub fn shown(&self) -> String {
        match self {
            Self::Problem(problem) => problem.clone(),
            Self::LeftOut { what, count, why } => {
                let why = why.shown();
                match what {
                    Things::Candidates => {
                        text!("{count} candidates left out: {why}", count, why)
                    }
                    Things::Epochs => text!("{count} epochs left out: {why}", count, why),
                    Things::Objects => text!("{count} objects left out: {why}", count, why),
                }
            }
            Self::Learned { labels, model } => text!(
                "{known} labels are known to {model} already: none of them is held out to measure with",
                known = labels,
                model
            ),
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&in_english(|| self.shown()))
    }
}

/// How many are left out, by the reason.
#[derive(Default)]
pub(crate) struct LeftOut(BTreeMap<String, (Reason, usize)>);

impl LeftOut {
    /// One more.
    pub fn add(&mut self, why: Reason) {
        self.0.entry(why.to_string()).or_insert((why, 0)).1 += 1;
    }

    /// A note for each reason, in the order of their English texts.
    pub fn notes(self, what: Things) -> Vec<Note> {
        let counts = self.0.into_values();
        counts
            .map(|(why, count)| Note::LeftOut { what, count, why })
            .collect()
    }
}

/// No epoch of it can be used.
pub(crate) fn no_usable_epoch() -> Reason {
    Reason::Other(english!("no usable epoch").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_counted_and_put_into_words() {
        let mut left_out = LeftOut::default();
        let no_class = |label: &str, model: Option<&str>| Reason::NoClass {
            label: label.into(),
            model: model.map(str::to_owned),
        };
        for why in [
            no_usable_epoch(),
            no_class("quasar", None),
            no_class("quasar", Some("compact")),
            no_usable_epoch(),
        ] {
            left_out.add(why);
        }
        let notes = left_out.notes(Things::Epochs);
        let notes: Vec<_> = notes.iter().map(ToString::to_string).collect();
        assert_eq!(
            notes,
            [
                "1 epochs left out: label \"quasar\" is no class of a forest",
                "1 epochs left out: label \"quasar\" is no class of compact",
                "2 epochs left out: no usable epoch",
            ]
        );
    }
}
