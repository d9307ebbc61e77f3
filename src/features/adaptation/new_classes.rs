//! Classes that labels name and a model does not know: it can be given them.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::ensure;

use crate::{
    domain::{Candidate, ModelCard, ModelInput, class_of},
    features::training::label_source::OpenedLabels,
};

/// Labels of a new class below which it is not learned.
const FEWEST: usize = 2;

/// The names that labels have and the model has not, in alphabetical order; those with a single label
/// are left to the notes.
///
/// # Errors
/// Where there are some, and the network can have no further class.
pub(crate) fn new_classes(
    opened: &OpenedLabels<'_>,
    card: &ModelCard,
) -> anyhow::Result<Vec<String>> {
    let mut counts: BTreeMap<Arc<str>, usize> = BTreeMap::new();
    let unknown = |candidate: &Candidate| {
        let mut labels = opened.labels_of(candidate);
        labels.find(|label| !label.is_empty() && class_of(label, &card.classes).is_none())
    };
    for (_, candidate) in opened.catalogue().iter() {
        if let Some(label) = unknown(candidate) {
            *counts.entry(label).or_default() += 1;
        }
    }
    let counts = counts.into_iter().filter(|(_, count)| *count >= FEWEST);
    let names: Vec<String> = counts.map(|(name, _)| name.to_string()).collect();
    ensure!(
        names.is_empty() || matches!(card.input, ModelInput::Sequence(_)),
        "{} separates {} and cannot take a further class; labelled are also {}",
        card.name,
        card.classes.join(" and "),
        names.join(", ")
    );
    Ok(names)
}
