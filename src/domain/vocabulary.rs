//! Sets of classes that a person chooses from, with their keys and colours.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// One class of a vocabulary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Class {
    /// The name in files: `rr_lyrae`.
    pub name: Arc<str>,
    /// The name on screen: `RR Lyrae`.
    pub title: Arc<str>,
    /// The key that gives this label: one character.
    pub key: char,
    /// Colour on screen, `#rrggbb`.
    pub color: Arc<str>,
    /// Other spellings understood in tables and headers.
    #[serde(default)]
    pub aliases: Vec<Arc<str>>,
}

/// A set of classes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vocabulary {
    /// The name in files: `real_bogus`.
    pub name: Arc<str>,
    /// The name on screen.
    pub title: Arc<str>,
    /// True where a candidate may carry several classes as tags.
    #[serde(default)]
    pub is_tagging: bool,
    /// The classes, in the order of their buttons.
    #[serde(rename = "class")]
    pub classes: Vec<Class>,
}

impl Vocabulary {
    /// The class of that name or alias. Case, spaces, `-` and `_` are ignored.
    pub fn class(&self, name: &str) -> Option<&Class> {
        let wanted = fold(name);
        self.classes
            .iter()
            .find(|class| class.spellings().any(|known| fold(known) == wanted))
    }

    pub fn class_of_key(&self, key: char) -> Option<&Class> {
        self.classes
            .iter()
            .find(|class| class.key.eq_ignore_ascii_case(&key))
    }

    /// Why this vocabulary cannot be used: no class, an empty name, a name, alias or key given
    /// twice, a bad colour.
    ///
    /// # Errors
    /// The reason as a sentence without a full stop.
    pub fn check(&self) -> Result<(), String> {
        if self.classes.is_empty() {
            return Err(format!("vocabulary {} has no class", self.name));
        }
        for (at, class) in self.classes.iter().enumerate() {
            let before = &self.classes[..at];
            // Tables join several tags by `;`.
            if fold(&class.name).is_empty() || class.name.contains(';') {
                return Err(format!(
                    "class number {} has a name that is empty or has a semicolon",
                    at + 1
                ));
            }
            if before
                .iter()
                .any(|other| fold(&other.name) == fold(&class.name))
            {
                return Err(format!("class {} stands twice", class.name));
            }
            if let Some((other, spelling)) = shared_spelling(before, class) {
                return Err(format!(
                    "{spelling} may mean class {} or class {}",
                    other.name, class.name
                ));
            }
            if let Some(other) = before
                .iter()
                .find(|o| o.key.eq_ignore_ascii_case(&class.key))
            {
                return Err(format!(
                    "classes {} and {} have the same key {}",
                    other.name, class.name, class.key
                ));
            }
            if class.rgb().is_none() {
                return Err(format!(
                    "class {}: color {} is not of the form #rrggbb",
                    class.name, class.color
                ));
            }
        }
        Ok(())
    }

    pub fn real_bogus() -> Self {
        Self::built_in(
            "real_bogus",
            "Real or bogus",
            &[
                (
                    "real",
                    "real",
                    '1',
                    GREEN,
                    &["r", "1", "true", "transient", "positive"],
                ),
                (
                    "bogus",
                    "bogus",
                    '2',
                    VERMILION,
                    &["b", "0", "false", "artifact", "artefact", "negative"],
                ),
            ],
        )
    }

    /// The seven classes of the image-sequence classifier.
    pub fn sequence_classes() -> Self {
        Self::built_in(
            "sequence",
            "Seven classes of image sequences",
            &[
                (
                    "supernova",
                    "Supernova",
                    '1',
                    VERMILION,
                    &["SN", "SNe", "supernovae", "SNI", "SNII"],
                ),
                (
                    "rr_lyrae",
                    "RR Lyrae",
                    '2',
                    SKY,
                    &["RRL", "RRLyr", "RRLyrae"],
                ),
                (
                    "cepheid",
                    "Cepheid",
                    '3',
                    PURPLE,
                    &["CEP", "Cepheids", "Ceph", "M33Cepheids"],
                ),
                (
                    "eclipsing_binary",
                    "Eclipsing binary",
                    '4',
                    BLUE,
                    &["EB", "EclipsingBinaries", "eclipsing"],
                ),
                (
                    "non_variable",
                    "Non-variable",
                    '5',
                    GREY,
                    &["NV", "constant", "star"],
                ),
                (
                    "galaxy",
                    "Galaxy",
                    '6',
                    GREEN,
                    &["GAL", "galaxies", "EmptyLightCurve"],
                ),
                (
                    "asteroid",
                    "Asteroid",
                    '7',
                    YELLOW,
                    &["AST", "asteroids", "SSO", "moving"],
                ),
            ],
        )
    }

    /// The five classes of ALeRCE's stamp classifier.
    pub fn alerce_stamp() -> Self {
        Self::built_in(
            "alerce_stamp",
            "ALeRCE stamp classes",
            &[
                ("AGN", "AGN", '1', PURPLE, &["QSO", "quasar"]),
                ("SN", "SN", '2', VERMILION, &["supernova", "SNe"]),
                ("VS", "VS", '3', SKY, &["variable", "variable_star"]),
                ("asteroid", "asteroid", '4', YELLOW, &["SSO"]),
                ("bogus", "bogus", '5', GREY, &["artifact", "artefact"]),
            ],
        )
    }

    /// The vocabularies that come with the program.
    pub fn built_ins() -> [Self; 3] {
        [
            Self::real_bogus(),
            Self::sequence_classes(),
            Self::alerce_stamp(),
        ]
    }

    fn built_in(name: &str, title: &str, classes: &[BuiltIn<'_>]) -> Self {
        let classes = classes
            .iter()
            .map(|&(name, title, key, color, aliases)| Class {
                name: name.into(),
                title: title.into(),
                key,
                color: color.into(),
                aliases: aliases.iter().map(|&alias| alias.into()).collect(),
            });
        Self {
            name: name.into(),
            title: title.into(),
            is_tagging: false,
            classes: classes.collect(),
        }
    }
}

/// A spelling of `class` that one of the other classes has too, with that class.
fn shared_spelling<'a>(others: &'a [Class], class: &'a Class) -> Option<(&'a Class, &'a str)> {
    class.spellings().find_map(|spelling| {
        let wanted = fold(spelling);
        let other = others
            .iter()
            .find(|other| other.spellings().any(|known| fold(known) == wanted))?;
        Some((other, spelling))
    })
}

impl Class {
    /// Name, title and aliases.
    pub(super) fn spellings(&self) -> impl Iterator<Item = &str> {
        [&self.name, &self.title]
            .into_iter()
            .chain(&self.aliases)
            .map(|spelling| &**spelling)
    }

    /// Red, green and blue of the colour; none where it is not `#rrggbb`.
    pub fn rgb(&self) -> Option<[u8; 3]> {
        let hex = self
            .color
            .strip_prefix('#')
            .filter(|hex| hex.len() == 6 && hex.is_ascii())?;
        let part = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).ok();
        Some([part(0)?, part(2)?, part(4)?])
    }
}

type BuiltIn<'a> = (&'a str, &'a str, char, &'a str, &'a [&'a str]);

/// Colours for classes that name none, from the colour-blind-safe palette of Okabe and Ito (2008): the blue a little
/// lighter, to be seen on dark grey, and the grey darker, because theirs looks like the purple without red-green vision.
pub const PALETTE: [&str; 7] = [VERMILION, SKY, PURPLE, BLUE, GREEN, YELLOW, GREY];

const SKY: &str = "#56b4e9";
const GREEN: &str = "#009e73";
const YELLOW: &str = "#f0e442";
const BLUE: &str = "#0077bb";
const VERMILION: &str = "#d55e00";
const PURPLE: &str = "#cc79a7";
const GREY: &str = "#707070";

/// A spelling without case, spaces, dashes and underscores.
pub(super) fn fold(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_'))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_vocabularies_are_sound() {
        for vocabulary in Vocabulary::built_ins() {
            assert_eq!(vocabulary.check(), Ok(()), "{}", vocabulary.name);
        }
    }

    #[test]
    fn aliases_of_the_field_are_understood() {
        let seven = Vocabulary::sequence_classes();
        for (alias, name) in [
            ("SN", "supernova"),
            ("RRLyrae", "rr_lyrae"),
            ("RR Lyrae", "rr_lyrae"),
            ("EB", "eclipsing_binary"),
            ("NonVariable", "non_variable"),
            ("non-variable", "non_variable"),
            ("EmptyLightCurve", "galaxy"),
        ] {
            assert_eq!(
                seven.class(alias).map(|class| &*class.name),
                Some(name),
                "{alias}"
            );
        }
        assert!(seven.class("quasar").is_none());
    }

    #[test]
    fn an_alias_of_two_classes_is_named() {
        let mut vocabulary = Vocabulary::sequence_classes();
        vocabulary.classes[3].aliases.push("rr-l".into());
        let why = vocabulary.check().unwrap_err();
        assert!(
            why.contains("rr_lyrae") && why.contains("eclipsing_binary"),
            "{why}"
        );
    }

    #[test]
    fn a_key_given_twice_is_named() {
        let mut vocabulary = Vocabulary::real_bogus();
        vocabulary.classes[1].key = '1';
        let why = vocabulary.check().unwrap_err();
        assert!(
            why.contains("real") && why.contains("bogus") && why.contains('1'),
            "{why}"
        );
    }
}
