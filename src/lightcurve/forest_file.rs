//! Forests in files: one file, card and trees together.
//!
//! `destello forest 1` and a line end; the card as JSON, its length before it; the number of trees
//! and the trees ([`Tree`]); a fingerprint of all before. Numbers are little endian.

use std::io::Read;

use super::{Forest, ForestError, tree::Tree};
use crate::domain::{
    ModelCard,
    canonical::Canonical,
    fnv::{FNV_START, fnv1a},
};

/// How a file of this layout begins.
const MAGIC: &[u8] = b"destello forest 1\n";
/// The ending of such files.
pub const ENDING: &str = "forest";
/// Forests with more trees are a slip of the pen.
const MOST_TREES: u32 = 10_000;

/// True for the bytes of a forest, of this layout or another.
pub fn is_forest(bytes: &[u8]) -> bool {
    bytes.starts_with(b"destello forest ")
}

/// A fingerprint of all that decides what a forest says: inputs, classes, trees.
pub(super) fn fingerprint(card: &ModelCard, trees: &[Tree]) -> u64 {
    let (input, classes) = (card.input.canonical_text(), card.classes.canonical_text());
    let words = format!("{input} {classes}");
    let bytes = trees_to_bytes(trees);
    // The low bits of this hash change more than the high ones, which name the version.
    fnv1a(fnv1a(FNV_START, words.bytes()), bytes).rotate_left(32)
}

fn trees_to_bytes(trees: &[Tree]) -> Vec<u8> {
    let mut bytes = (trees.len() as u32).to_le_bytes().to_vec();
    for tree in trees {
        // Writing into memory does not fail.
        tree.write(&mut bytes).unwrap_or_default();
    }
    bytes
}

/// The bytes of its file.
///
/// # Errors
/// Where the card cannot be put down.
pub fn to_bytes(forest: &Forest) -> Result<Vec<u8>, ForestError> {
    let card = serde_json::to_vec(forest.card());
    let card = card.map_err(|error| refused(&forest.card().name, error.to_string()))?;
    let mut bytes = MAGIC.to_vec();
    bytes.extend((card.len() as u32).to_le_bytes());
    bytes.extend(card);
    bytes.extend(trees_to_bytes(forest.trees()));
    let sum = fnv1a(FNV_START, bytes.iter().copied());
    bytes.extend(sum.to_le_bytes());
    Ok(bytes)
}

/// A forest out of the bytes of its file; `name` stands for the file in messages.
///
/// # Errors
/// Where they are truncated, changed, of another layout, or no forest.
pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Forest, ForestError> {
    let (card, mut rest) = card_and_rest(name, bytes)?;
    let ended = |error: std::io::Error| refused(name, format!("its trees: {error}"));
    let mut count = [0; 4];
    rest.read_exact(&mut count).map_err(ended)?;
    let count = u32::from_le_bytes(count);
    if count > MOST_TREES {
        return Err(refused(name, format!("it claims {count} trees")));
    }
    let classes = card.classes.len();
    let trees = (0..count).map(|_| Tree::read(&mut rest, classes));
    let trees = trees.collect::<Result<_, _>>().map_err(ended)?;
    if !rest.is_empty() {
        return Err(refused(name, "something follows its trees".into()));
    }
    Forest::new(card, trees).map_err(|why| refused(name, why))
}

/// The card out of the bytes of a file.
///
/// # Errors
/// As [`from_bytes`], as far as trees are not looked at.
pub fn card_of(name: &str, bytes: &[u8]) -> Result<ModelCard, ForestError> {
    Ok(card_and_rest(name, bytes)?.0)
}

/// The card, and what lies between it and the fingerprint.
fn card_and_rest<'a>(name: &str, bytes: &'a [u8]) -> Result<(ModelCard, &'a [u8]), ForestError> {
    if !is_forest(bytes) {
        return Err(refused(name, "it does not begin as one".into()));
    }
    let newer = || {
        refused(
            name,
            "it is of a layout that this version does not know".into(),
        )
    };
    let body = bytes.strip_prefix(MAGIC).ok_or_else(newer)?;
    let broken = || refused(name, "it is truncated or was changed".into());
    let (body, sum) = body.split_last_chunk::<8>().ok_or_else(broken)?;
    let whole = &bytes[..bytes.len() - sum.len()];
    if fnv1a(FNV_START, whole.iter().copied()) != u64::from_le_bytes(*sum) {
        return Err(broken());
    }
    let (length, body) = body.split_first_chunk::<4>().ok_or_else(broken)?;
    let length = u32::from_le_bytes(*length) as usize;
    let (card, rest) = body.split_at_checked(length).ok_or_else(broken)?;
    let card: ModelCard = serde_json::from_slice(card)
        .map_err(|error| refused(name, format!("its card cannot be read: {error}")))?;
    if card.format != ModelCard::FORMAT {
        let why = format!(
            "its card has the layout {}, not {}",
            card.format,
            ModelCard::FORMAT
        );
        return Err(refused(name, why));
    }
    Ok((card, rest))
}

fn refused(file: &str, why: String) -> ForestError {
    ForestError::File {
        file: file.into(),
        why,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::forest::tests::forest, *};

    #[test]
    fn a_file_gives_the_forest_again() {
        let mut forest = forest();
        let id = forest.id().clone();
        forest.figures_mut().insert("mean_recall".into(), 0.5);
        let bytes = to_bytes(&forest).unwrap();
        let read = from_bytes("a.forest", &bytes).unwrap();
        assert_eq!(read, forest);
        // Figures do not make another model of it.
        assert_eq!(*read.id(), id);
        assert_eq!(card_of("a.forest", &bytes).unwrap(), *forest.card());
    }

    #[test]
    fn bad_files_are_refused_by_name_and_cause() {
        let bytes = to_bytes(&forest()).unwrap();
        let why = |bytes: &[u8]| from_bytes("b.forest", bytes).unwrap_err().to_string();
        assert!(why(b"SIMPLE  = T").contains("b.forest is no forest"));
        assert!(why(b"").contains("does not begin as one"));
        for cut in [18, 25, bytes.len() / 2, bytes.len() - 1] {
            assert!(
                why(&bytes[..cut]).contains("truncated or was changed"),
                "{cut}"
            );
        }
        let mut changed = bytes.clone();
        let middle = changed.len() / 2;
        changed[middle] ^= 1;
        assert!(why(&changed).contains("changed"));
        let newer = [b"destello forest 2\n", &bytes[18..]].concat();
        assert!(why(&newer).contains("layout"));
    }

    // Bytes with a right fingerprint are still looked at.
    #[test]
    fn made_up_files_are_refused() {
        let good = to_bytes(&forest()).unwrap();
        let signed = |mut bytes: Vec<u8>| {
            let sum = fnv1a(FNV_START, bytes.iter().copied());
            bytes.extend(sum.to_le_bytes());
            bytes
        };
        let plain = good[..good.len() - 8].to_vec();
        assert!(from_bytes("c", &signed(plain.clone())).is_ok());
        assert!(from_bytes("c", &signed([&plain[..], b"x"].concat())).is_err());
        assert!(from_bytes("c", &signed(plain[..plain.len() - 3].to_vec())).is_err());
        let no_card = [MAGIC, &u32::MAX.to_le_bytes()].concat();
        assert!(from_bytes("c", &signed(no_card)).is_err());
        let bad_card = [MAGIC, &2_u32.to_le_bytes(), b"{}"].concat();
        let why = from_bytes("c", &signed(bad_card)).unwrap_err().to_string();
        assert!(why.contains("its card cannot be read"), "{why}");
    }
}
