//! Networks of single epochs: the same probabilities, alone and in a batch.

use destello::learn::{Architecture, Model};
use serde_json::json;

use super::runtime::{off, run, tensor};
use crate::common::networks::{as_onnx, noise, shaken, shipped};

/// The largest difference of a probability, over batches of 1 and of 3.
fn difference(model: &Model) -> f32 {
    let plan = model.stamps().unwrap();
    let (_folder, file) = as_onnx(model);
    // As strong as prepared stamps are.
    let stamps = |count: usize| -> Vec<f32> {
        let noise = noise(count * plan.len(), count as u32);
        noise.iter().map(|value| 0.25 * value).collect()
    };
    let batches = [1, 3].map(|count| (count, stamps(count)));
    let runs = batches.each_ref().map(|(count, inputs)| {
        let planes = plan.len() / (plan.side_px * plan.side_px);
        let shape = [*count, planes, plan.side_px, plan.side_px];
        json!({ "stamps": tensor(&shape, inputs) })
    });
    let told = run(&file, &runs);
    let mut largest = 0.0_f32;
    for ((count, inputs), told) in batches.iter().zip(&told) {
        let expected = model.score(inputs).unwrap();
        assert_eq!(expected.len(), 2 * count);
        // Further out a probability hardly follows the network's last number: at .001 that may be off by .01.
        let is_undecided = expected.iter().any(|p| (0.001..0.999).contains(p));
        assert!(is_undecided, "this proves nothing: {expected:?}");
        largest = largest.max(off(&told["probabilities"], &expected));
    }
    largest
}

pub fn random_weights_of_every_architecture_say_the_same() {
    for architecture in Architecture::ALL {
        if architecture.is_recurrent() {
            continue;
        }
        let off = difference(&shaken(architecture));
        println!("{}: off by {off:.1e}", architecture.name());
        assert!(off < 1e-5, "{}: {off}", architecture.name());
    }
}

pub fn the_models_that_come_with_destello_say_the_same() {
    for name in ["compact", "cap", "context"] {
        let off = difference(&shipped(name));
        println!("{name}: off by {off:.1e}");
        assert!(off < 1e-5, "{name}: {off}");
    }
}
