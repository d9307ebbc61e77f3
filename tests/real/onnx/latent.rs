//! Latent models: the same places, components, pictures and errors.

use std::path::Path;

use destello::{
    domain::{ComponentCard, LatentCard, ModelCard, Role},
    learn::{
        Compute,
        latent::{LatentKind, LatentModel, file},
        onnx,
    },
};
use serde_json::json;

use super::runtime::{off, run, tensor};
use crate::common::networks::{in_a_file, noise, shake};

fn shaken(kind: LatentKind, is_upright: bool) -> LatentModel {
    let card = ModelCard {
        about: kind.about().into(),
        latent: Some(LatentCard {
            dimensions: 3,
            widths: vec![24, 12],
            is_upright,
            focus_px: Some(6.0),
            pixel_variance: None,
            components: vec![ComponentCard::default(); if kind.has_mixture() { 4 } else { 1 }],
        }),
        ..ModelCard::untrained(
            kind.name(),
            LatentKind::input(vec![Role::Snr, Role::Science]),
            &[],
        )
    };
    let model = LatentModel::untrained(card, &Compute::cpu()).unwrap();
    let mut bytes = file::to_bytes(&model).unwrap();
    shake(&mut bytes);
    file::from_bytes(kind.name(), &bytes, &Compute::cpu()).unwrap()
}

/// The largest difference of a number that comes out, over batches of 1 and of 5.
fn difference(model: &LatentModel) -> f32 {
    let plan = model.plan().unwrap();
    let (_folder, file) = in_a_file(&onnx::latent_to_bytes(model).unwrap());
    let batches = [1, 5].map(|count| (count, noise(count * plan.len(), count as u32)));
    let runs = batches.each_ref().map(|(count, inputs)| {
        let shape = [*count, plan.channels.len(), plan.side_px, plan.side_px];
        json!({ "stamps": tensor(&shape, inputs) })
    });
    let told = run(&file, &runs);
    let mut largest = 0.0_f32;
    for ((_, inputs), told) in batches.iter().zip(&told) {
        let places = model.embed(inputs).unwrap();
        let drawn = model.reconstruct(inputs).unwrap();
        let mut pairs = vec![
            ("mean", &places.means),
            ("error", &places.errors),
            ("reconstruction", &drawn),
        ];
        if model.space().components.len() > 1 {
            pairs.push(("responsibilities", &places.responsibilities));
        }
        for (name, expected) in pairs {
            largest = largest.max(off(&told[name], expected));
        }
    }
    largest
}

pub fn random_weights_of_every_kind_lie_and_draw_the_same() {
    for kind in LatentKind::ALL {
        for is_upright in [true, false] {
            let off = difference(&shaken(kind, is_upright));
            println!("{}, upright {is_upright}: off by {off:.1e}", kind.name());
            assert!(off < 1e-5, "{}: {off}", kind.name());
        }
    }
}

pub fn the_latent_model_that_comes_with_destello_lies_and_draws_the_same() {
    let vade = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/assets/models/vade.safetensors"
    );
    let model = file::read(Path::new(vade), &Compute::cpu()).unwrap();
    let off = difference(&model);
    println!("vade: off by {off:.1e}");
    assert!(off < 1e-4, "{off}");
}
