//! What the components of a mixture look like: decoded centroids in two rows, as in the figures of
//! VaDE on transients (Astorga et al. 2018): stellar clusters above, artefacts below.

use std::{cmp::Reverse, path::PathBuf};

use anyhow::bail;

use super::{LatentOrder, training_set::prepare};
use crate::{
    domain::{ComponentCard, LatentSpace},
    features::training::{input_memory::InputMemory, labelled_set::Sources, train::TrainingData},
    imaging::roundness::roundness,
    io::{
        Decoder,
        figure::centroids::{Tile, write_tiles},
    },
    learn::{
        Compute, Wish,
        latent::{LatentKind, LatentModel, clusters},
    },
    tasks::cancel::CancelToken,
    workspace::latent_models,
};

/// Labels that a star-like source has.
const STELLAR: &str = "real";
/// Components of less purity than this stand for nothing.
const MIXED: f64 = 0.6;
/// Centroids that are rounder than this look like stars, where no label does.
const ROUND: f64 = 0.5;

#[derive(Clone, Debug)]
pub struct CentroidOrder {
    /// Name or file of the model.
    pub model: String,
    /// Whose labels name the components; none for those of the card.
    pub labelled: Option<TrainingData>,
    /// Labelled stamps that are looked at, at most.
    pub examples: usize,
    pub threads: usize,
    /// Random seed of a simulation.
    pub seed: u64,
    pub device: Wish,
    pub out: PathBuf,
}

/// A component of the figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// Its place in the mixture.
    pub component: usize,
    pub card: ComponentCard,
    /// How round its centroid is: 1 for a round source, 0 for none.
    pub roundness: f64,
}

/// Draws the picture; both rows, above and below, in the order of the picture.
///
/// # Errors
/// Where the model or the labelled stamps cannot be used, or nothing can be written.
pub fn centroids(order: &CentroidOrder, cancel: &CancelToken) -> anyhow::Result<[Vec<Shown>; 2]> {
    let model = latent_models::find(&order.model, &Compute::choose(order.device)?)?.model;
    let space = model.space();
    let cards = match &order.labelled {
        Some(data) => labelled(&model, &space, data, order, cancel)?,
        None => of_card(&model),
    };
    let means: Vec<f32> = space
        .components
        .iter()
        .flat_map(|c| c.mean.iter().copied())
        .collect();
    let pictures = model.first_channel(&model.decode(&means)?);
    let square = space.side_px * space.side_px;
    let squares: Vec<&[f32]> = pictures.chunks(square.max(1)).collect();
    if squares.len() != cards.len() {
        bail!(
            "the card of {} lists other components than it has",
            order.model
        );
    }
    let shown = cards
        .into_iter()
        .enumerate()
        .map(|(component, card)| Shown {
            roundness: roundness(squares[component], space.side_px),
            component,
            card,
        });
    let rows = two_rows(shown.collect());
    let tile = |shown: &Shown| Tile {
        pixels: squares[shown.component].to_vec(),
        captions: captions(shown),
        is_faded: shown.card.purity.is_some_and(|purity| purity < MIXED),
    };
    let drawn = rows
        .each_ref()
        .map(|row| row.iter().map(tile).collect::<Vec<Tile>>());
    let title = format!("Decoded centroids of {}", model.id());
    write_tiles(
        &order.out,
        &title,
        &["like stars", "artefacts"],
        &drawn,
        space.side_px,
    )?;
    Ok(rows)
}

fn of_card(model: &LatentModel) -> Vec<ComponentCard> {
    let latent = model.card().latent.as_ref();
    let mut cards = latent.map_or_else(Vec::new, |latent| latent.components.clone());
    for (card, component) in cards.iter_mut().zip(&*model.space().components) {
        card.weight = component.weight;
    }
    cards
}

/// What the components hold of other stamps.
fn labelled(
    model: &LatentModel,
    space: &LatentSpace,
    data: &TrainingData,
    order: &CentroidOrder,
    cancel: &CancelToken,
) -> anyhow::Result<Vec<ComponentCard>> {
    let kind = LatentKind::from_name(&model.card().network)?;
    let mut wanted = LatentOrder::usual(kind, data.clone(), order.out.clone());
    wanted.input = model.plan()?.clone();
    wanted.components = 1;
    (wanted.examples, wanted.validation) = (order.examples, 0);
    (wanted.threads, wanted.seed) = (order.threads, order.seed);
    let decoder = Decoder::default();
    let sources = Sources {
        decoder: &decoder,
        cancel,
        memory: &InputMemory::default(),
    };
    let set = prepare(&wanted, model.card(), sources)?;
    if set.names.is_empty() {
        bail!("{} have no labels", data.in_words());
    }
    let count = space.components.len();
    let found = model.embed(set.training.inputs())?;
    let members = clusters::members(&found.responsibilities, count);
    let (labels, classes) = (set.training.classes(), set.names.len());
    let table = clusters::contingency(&members, labels, count, classes);
    let weights: Vec<f32> = space.components.iter().map(|c| c.weight).collect();
    Ok(clusters::component_cards(&weights, &table, &set.names))
}

/// Like stars above, artefacts below; the purest first, and by roundness where no label is known.
fn two_rows(all: Vec<Shown>) -> [Vec<Shown>; 2] {
    let has_names = all
        .iter()
        .any(|shown| shown.card.label.as_deref() == Some(STELLAR));
    let is_stellar = |shown: &Shown| match &shown.card.label {
        Some(label) if has_names => &**label == STELLAR,
        _ => shown.roundness > ROUND,
    };
    let (mut above, mut below): (Vec<Shown>, Vec<Shown>) = all.into_iter().partition(is_stellar);
    let thousandth = |value: f64| (value * 1000.0) as i64;
    for (row, sign) in [(&mut above, 1), (&mut below, -1)] {
        row.sort_by_key(|shown| {
            let purity = shown.card.purity.unwrap_or(0.0);
            let roundness = thousandth(shown.roundness) * sign;
            Reverse((thousandth(purity), roundness))
        });
    }
    [above, below]
}

fn captions(shown: &Shown) -> Vec<String> {
    let weight = format!("{}: {:.1} %", shown.component, shown.card.weight * 100.0);
    let label = shown.card.label.as_deref().zip(shown.card.purity);
    let label = label.map(|(label, purity)| format!("{label} {purity:.2}"));
    [weight].into_iter().chain(label).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(component: usize, label: Option<&str>, purity: f64, roundness: f64) -> Shown {
        Shown {
            component,
            card: ComponentCard {
                label: label.map(Into::into),
                purity: label.map(|_| purity),
                ..ComponentCard::default()
            },
            roundness,
        }
    }

    #[test]
    fn real_clusters_stand_above_and_the_purest_first() {
        let all = vec![
            shown(0, Some("bogus"), 0.7, 0.9),
            shown(1, Some("real"), 0.8, 0.1),
            shown(2, Some("real"), 0.9, 0.1),
            shown(3, Some("bogus"), 0.95, 0.0),
        ];
        let places = |row: &[Shown]| row.iter().map(|s| s.component).collect::<Vec<_>>();
        let [above, below] = two_rows(all);
        assert_eq!((places(&above), places(&below)), (vec![2, 1], vec![3, 0]));
        let unnamed = vec![shown(0, None, 0.0, 0.1), shown(1, None, 0.0, 0.8)];
        let [above, below] = two_rows(unnamed);
        assert_eq!((places(&above), places(&below)), (vec![1], vec![0]));
    }
}
