//! What the components of a latent space hold, judged by labels.

use std::sync::Arc;

use crate::{
    domain::{ComponentCard, likeliest},
    learn::metrics::clustering::Contingency,
};

/// The class of a stamp that nobody labelled.
pub const UNLABELLED: u8 = u8::MAX;

/// The likeliest component of every stamp; `responsibilities` are (stamp, component).
pub fn members(responsibilities: &[f32], components: usize) -> Vec<usize> {
    let rows = responsibilities.chunks(components.max(1));
    rows.map(|row| likeliest(row).unwrap_or(0)).collect()
}

/// How often each component holds each label.
pub fn contingency(
    members: &[usize],
    labels: &[u8],
    components: usize,
    classes: usize,
) -> Contingency {
    let mut table = Contingency::new(components, classes);
    for (component, label) in members.iter().zip(labels) {
        if usize::from(*label) < classes {
            table.add(*component, usize::from(*label), 1);
        }
    }
    table
}

/// What is known of each component: its weight, and the label that most of its stamps have.
pub fn component_cards(
    weights: &[f32],
    table: &Contingency,
    names: &[Arc<str>],
) -> Vec<ComponentCard> {
    let majority = table.majority();
    let card = |(component, weight): (usize, &f32)| {
        let labelled = table.of_cluster(component);
        let label = majority.get(component).copied().flatten();
        let held = label.map(|label| table.count(component, label));
        ComponentCard {
            weight: *weight,
            labelled: labelled as usize,
            label: label.and_then(|label| names.get(label).cloned()),
            purity: held.map(|held| held as f64 / labelled as f64),
        }
    };
    weights.iter().enumerate().map(card).collect()
}

/// Figures for a card: how well components agree with labels on stamps that nothing was learned from.
/// `majority` is the label of each component, as found on the stamps learned from.
pub fn figures(table: &Contingency, majority: &[Option<usize>]) -> Vec<(String, f64)> {
    let figures = [
        ("accuracy_majority_label", table.accuracy_of(majority)),
        ("accuracy_hungarian", table.hungarian_accuracy()),
        ("nmi", table.normalised_mutual_information()),
        ("ari", table.adjusted_rand_index()),
    ];
    let named = figures.into_iter();
    let known = named.filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let labelled = ("labelled_examples".to_owned(), table.total() as f64);
    known.chain([labelled]).collect()
}
