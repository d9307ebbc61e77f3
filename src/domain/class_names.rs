//! What labels mean, however they are spelled: which class of a model, and real or bogus.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use super::{Vocabulary, vocabulary::fold};

/// What surveys and catalogues call real things that no built-in vocabulary has a class for.
const OTHER_REAL: [&str; 12] = [
    "star/variable",
    "variable/star",
    "CV",
    "cataclysmic variable",
    "TDE",
    "tidal disruption event",
    "nova",
    "kilonova",
    "blazar",
    "LPV",
    "YSO",
    "microlensing",
];

/// Class names by folded spelling, in the order of the built-in vocabularies; none of a spelling
/// that only says that something is real.
static SPELLINGS: LazyLock<HashMap<String, Vec<Arc<str>>>> = LazyLock::new(|| {
    let mut spellings: HashMap<String, Vec<Arc<str>>> = HashMap::new();
    for class in Vocabulary::built_ins()
        .iter()
        .flat_map(|vocabulary| &vocabulary.classes)
    {
        for spelling in class.spellings() {
            let names = spellings.entry(fold(spelling)).or_default();
            if !names.contains(&class.name) {
                names.push(class.name.clone());
            }
        }
    }
    for spelling in OTHER_REAL {
        spellings.entry(fold(spelling)).or_default();
    }
    spellings
});

/// The position of a label among a model's classes; any spelling of a vocabulary that comes with the
/// program is understood, and every astronomical class is `real` to a model that knows no other.
pub fn class_of(label: &str, classes: &[impl AsRef<str>]) -> Option<usize> {
    let place = |name: &str| classes.iter().position(|class| class.as_ref() == name);
    if let Some(at) = place(label) {
        return Some(at);
    }
    let names = SPELLINGS.get(&fold(label))?;
    let named = names.iter().find_map(|name| place(name));
    named.or_else(|| place("real"))
}

/// True for names that mean a class to a vocabulary that comes with the program, as "SN" and "artefact" do and "likely
/// real" does not.
pub fn is_class(label: &str) -> bool {
    SPELLINGS.contains_key(&fold(label))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_is_no_class() {
        assert!(["SN", "artefact", "TDE", "real", "RR Lyrae"].map(is_class) == [true; 5]);
        assert!(["likely real", "", "see notes"].map(is_class) == [false; 3]);
    }

    #[test]
    fn every_spelling_finds_its_class() {
        for (label, expected) in [
            ("real", Some(1)),
            ("0", Some(0)),
            ("artefact", Some(0)),
            ("SN", Some(1)),
            ("RR Lyrae", Some(1)),
            ("CV", Some(1)),
            ("tde", Some(1)),
            ("star", Some(1)),
            ("variable", Some(1)),
            ("star/variable", Some(1)),
            ("no such thing", None),
            ("", None),
        ] {
            assert_eq!(class_of(label, &["bogus", "real"]), expected, "{label}");
        }
    }

    #[test]
    fn a_model_of_other_classes_is_told_its_own() {
        let classes = ["AGN", "SN", "VS", "asteroid", "bogus"];
        for (label, expected) in [
            ("supernova", Some(1)),
            ("QSO", Some(0)),
            ("variable", Some(2)),
            ("artifact", Some(4)),
            // No class of this model.
            ("TDE", None),
            ("real", None),
        ] {
            assert_eq!(class_of(label, &classes), expected, "{label}");
        }
    }
}
