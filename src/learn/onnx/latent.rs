//! Latent models: where a stamp lies, which component it belongs to, and how the model draws it again.

use burn::tensor::Tensor;

use super::{
    chain::Chain,
    coder::{decoded, encoded},
    graph::{Graph, STAMPS, Value, integer, preparation},
    proto::GraphProto,
    upright::{turned_back, upright},
};
use crate::learn::{
    LearnError,
    latent::{LatentModel, LatentNetwork, mixture::Mixture, terms::LN_TAU},
};

/// Names of what comes out, beside the encoder's.
const RESPONSIBILITIES: &str = "responsibilities";
const RECONSTRUCTION: &str = "reconstruction";
const ERROR: &str = "error";

/// The graph of a model on the CPU.
pub(super) fn graph(model: &LatentModel) -> Result<GraphProto, LearnError> {
    let (card, plan, network) = (model.card(), model.plan()?, model.network());
    let image = [plan.channels.len(), plan.side_px];
    let [channels, side] = image;
    let mut graph = Graph::new(&card.name);
    let about = format!("(stamp, channel, y, x), no unit. {}", preparation(card));
    let stamps = graph.input(STAMPS, &[channels, side, side], &about);
    let is_upright = card.latent.as_ref().is_some_and(|card| card.is_upright);
    let (seen, turns) = if is_upright {
        let (seen, turns) = upright(&mut graph, &stamps, side);
        (seen, Some(turns))
    } else {
        (stamps, None)
    };
    let coder = network.coder();
    let [mean, log_variance] = encoded(&mut graph, coder, &seen);
    let drawn = decoded(&mut graph, coder, &mean, image);
    let weights = weights(network, channels * side * side);
    let error = error(&mut graph, &weights, &seen, &drawn);
    let drawn = match turns {
        Some(turns) => turned_back(&mut graph, &drawn, &turns),
        None => drawn,
    };
    let drawn = graph.node(RECONSTRUCTION, "Identity", &[&drawn], Vec::new());
    let axes = [coder.dimensions()];
    graph.output(&mean, &axes, "(stamp, axis): means of the latent vectors");
    let about = "(stamp, axis): logarithms of their variances";
    graph.output(&log_variance, &axes, about);
    let about = "(stamp, channel, y, x): the stamps as they are drawn from the means";
    graph.output(&drawn, &[channels, side, side], about);
    let about = "(stamp): mean square of stamp less reconstruction, weighed as in training";
    graph.output(&error, &[], about);
    if let LatentNetwork::Vade(network) = network {
        let memberships = responsibilities(&mut graph, &network.mixture, &mean);
        let about = "(stamp, component), from 0 to 1; a row sums to 1";
        graph.output(&memberships, &[network.mixture.len()], about);
    }
    Ok(graph.finished(&card.about))
}

/// Weighed mean squares, one of each stamp: (n).
fn error(graph: &mut Graph, weights: &Tensor<2>, seen: &Value, drawn: &Value) -> Value {
    let weights = graph.weights("error.weights", weights);
    let axis = graph.integers("error.axis", &[1]);
    let off = Chain::new(graph, "error.", seen)
        .then("difference", "Sub", &[drawn], Vec::new())
        .flattened()
        .end();
    let squares = graph.node("error.squares", "Mul", &[&off, &off], Vec::new());
    Chain::new(graph, "", &squares)
        .then("error.weighed", "Mul", &[&weights], Vec::new())
        .then(ERROR, "ReduceSum", &[&axis], vec![integer("keepdims", 0)])
        .end()
}

/// How much each pixel counts in the error: (1, pixel), which sums to 1.
fn weights(network: &LatentNetwork, pixels: usize) -> Tensor<2> {
    let device = network.coder().mean.weight.device();
    let weights = match network {
        LatentNetwork::Vade(network) => network.focus.weights(&device),
        LatentNetwork::Vae(_) => Tensor::ones([1, pixels], &device),
    };
    weights.clone() / weights.sum_dim(1)
}

/// Probabilities of the components: (n, axis) to (n, component).
fn responsibilities(graph: &mut Graph, mixture: &Mixture, vectors: &Value) -> Value {
    let log_variances = mixture.log_variances.val();
    // What does not depend on the vector: ln weight - (sum of ln variances + axes ln 2 pi) / 2.
    let constants = (log_variances.clone() + LN_TAU)
        .sum_dim(1)
        .squeeze_dim::<1>(1);
    let constants = mixture.log_weights() - constants / 2.0;
    let [means, precisions, constants] = [
        graph.weights("mixture.means", &mixture.means.val()),
        graph.weights("mixture.precisions", &(-log_variances).exp()),
        graph.weights("mixture.constants", &constants),
    ];
    let minus_half = graph.scalar("mixture.minus_half", -0.5);
    let [one, last] = [[1], [2]].map(|axis| graph.integers("mixture.axis", &axis));
    let off = Chain::new(graph, "mixture.", vectors)
        .then("vectors", "Unsqueeze", &[&one], Vec::new())
        .then("offsets", "Sub", &[&means], Vec::new())
        .end();
    let squares = graph.node("mixture.squares", "Mul", &[&off, &off], Vec::new());
    Chain::new(graph, "", &squares)
        .then("mixture.scaled", "Mul", &[&precisions], Vec::new())
        .then(
            "mixture.distances",
            "ReduceSum",
            &[&last],
            vec![integer("keepdims", 0)],
        )
        .then("mixture.halves", "Mul", &[&minus_half], Vec::new())
        .then("mixture.logs", "Add", &[&constants], Vec::new())
        .softmax(RESPONSIBILITIES)
        .end()
}
