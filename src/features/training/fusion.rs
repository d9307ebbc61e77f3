//! Training a fusion: a network and a forest predict labelled or simulated objects after each epoch, and weights
//! and calibrations are learned from that.

use anyhow::{bail, ensure};

use crate::{
    domain::{Candidate, Catalogue, Predictions, TrainingRecord},
    features::{
        labelling::truths::{Classes, Truths},
        scoring::{fusing::seen, score::score_candidates},
    },
    io::Decoder,
    learn::fusion::{Fusion, Seen},
    tasks::cancel::CancelToken,
    workspace::{any_model::AnyModel, clock::today},
};

/// Candidates scored between two looks at Ctrl-C.
const CHUNK: usize = 64;

pub struct FusionOrder {
    /// Name or file, and the network.
    pub network: (String, AnyModel),
    /// Name or file, and the forest.
    pub forest: (String, AnyModel),
    /// The fusion's name.
    pub name: String,
    /// What it learns from, in words.
    pub data: String,
    /// The command, for the record.
    pub command: String,
    /// Commit of destello, for the record.
    pub commit: String,
}

/// Learns from all candidates whose class is known; none where it was cancelled. `report` is given how many
/// are done.
///
/// # Errors
/// Where both models cannot be fused, or too few objects have a class that they know.
pub fn train(
    order: FusionOrder,
    catalogue: &Catalogue,
    truths: Truths<'_>,
    cancel: &CancelToken,
    report: &dyn Fn(usize),
) -> anyhow::Result<Option<Fusion>> {
    let (network, forest) = (&order.network.1, &order.forest.1);
    let classes = &network.card().classes;
    ensure!(
        matches!(network, AnyModel::Network(_)) && matches!(forest, AnyModel::Forest(_)),
        "a fusion is of a network and a forest; given are {} and {}",
        network.id(),
        forest.id()
    );
    ensure!(
        *classes == forest.card().classes,
        "{} and {} have other classes, or in another order: they cannot be fused",
        network.id(),
        forest.id()
    );
    let mut known = Classes::new(truths, classes);
    let class_of = |candidate: &Candidate| {
        let epochs = 0..candidate.epochs.len();
        epochs
            .rev()
            .find_map(|epoch| known.of(candidate, epoch).ok())
    };
    let labelled: Vec<&Candidate> = catalogue.iter().map(|(_, candidate)| candidate).collect();
    let of: Vec<Option<usize>> = labelled.iter().copied().map(class_of).collect();
    let labelled: Vec<(&Candidate, usize)> = labelled
        .into_iter()
        .zip(of)
        .filter_map(|(candidate, class)| Some((candidate, class?)))
        .collect();
    let decoder = Decoder::default();
    let mut predictions: Vec<[Predictions; 2]> = Vec::with_capacity(labelled.len());
    for chunk in labelled.chunks(CHUNK) {
        if cancel.is_cancelled() {
            return Ok(None);
        }
        let candidates: Vec<&Candidate> = chunk.iter().map(|(candidate, _)| *candidate).collect();
        let of_network = score_candidates(&candidates, network, &decoder)?;
        let of_forest = score_candidates(&candidates, forest, &decoder)?;
        predictions.extend(of_network.into_iter().zip(of_forest).map(<[_; 2]>::from));
        report(predictions.len());
    }
    let objects: Vec<(Vec<Seen<'_>>, usize)> = predictions
        .iter()
        .zip(&labelled)
        .map(|([network, forest], (_, class))| {
            (
                seen(network, forest).into_iter().flatten().collect(),
                *class,
            )
        })
        .collect();
    let beginning = Fusion {
        format: Fusion::FORMAT,
        name: order.name.clone(),
        classes: classes.clone(),
        network: order.network.0.clone(),
        network_id: network.id().to_string(),
        forest: order.forest.0.clone(),
        forest_id: forest.id().to_string(),
        both: Vec::new(),
        forest_alone: Vec::new(),
        training: TrainingRecord {
            data: order.data,
            recipe: "logarithmic pools by Newton's method, one for each number of epochs".into(),
            command: order.command,
            seed: 0,
            examples: objects.len() as u64,
            commit: order.commit,
            date: today(),
            learned: Vec::new(),
        },
        class_sets: None,
    };
    let fusion = Fusion::learned(beginning, &objects);
    if fusion.both.is_empty() {
        bail!(
            "{} objects have a class that both models know and predictions of both: too few for a fusion",
            objects.len()
        );
    }
    Ok(Some(fusion))
}
