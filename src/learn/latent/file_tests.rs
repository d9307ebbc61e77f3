//! Latent models in files: whole, broken, of other kinds; and what a model does with stamps.

use super::{Embedded, LatentKind, LatentModel, LatentNetwork, file};
use crate::{
    domain::{ComponentCard, LatentCard, ModelCard, Role},
    learn::{
        Compute,
        model_file::{self, tests::untrained as classifier},
    },
};

fn card(kind: LatentKind) -> ModelCard {
    ModelCard {
        latent: Some(LatentCard {
            dimensions: 3,
            widths: vec![16, 12],
            is_upright: true,
            focus_px: Some(6.0),
            pixel_variance: None,
            components: vec![ComponentCard::default(); if kind.has_mixture() { 4 } else { 1 }],
        }),
        ..ModelCard::untrained(
            kind.name(),
            LatentKind::input(vec![Role::Snr, Role::Science]),
            &[],
        )
    }
}

/// A network of random weights.
pub(in crate::learn) fn untrained(kind: LatentKind) -> LatentModel {
    LatentModel::untrained(card(kind), &Compute::cpu()).unwrap()
}

fn stamps(count: usize) -> Vec<f32> {
    (0..count * 2 * 441)
        .map(|at| (at as f32 * 0.37).sin())
        .collect()
}

#[test]
fn every_network_says_the_same_after_a_visit_to_a_file() {
    for kind in LatentKind::ALL {
        let model = untrained(kind);
        let bytes = file::to_bytes(&model).unwrap();
        let again = file::from_bytes("x", &bytes, &Compute::cpu()).unwrap();
        assert_eq!((again.id(), again.card()), (model.id(), model.card()));
        assert_eq!(again.space(), model.space());
        let (one, other) = (model.embed(&stamps(5)), again.embed(&stamps(5)));
        assert_eq!(one.unwrap(), other.unwrap(), "{}", kind.name());
    }
}

fn assert_near(parts: &[f32], whole: &[f32], of: &str) {
    assert_eq!(parts.len(), whole.len(), "{of}");
    for (part, whole) in parts.iter().zip(whole) {
        let most = 1e-5 * whole.abs().max(1.0);
        assert!((part - whole).abs() < most, "{of}: {part} {whole}");
    }
}

#[test]
fn how_many_are_placed_at_once_changes_nothing() {
    for kind in LatentKind::ALL {
        let model = untrained(kind);
        let inputs = stamps(256);
        let at_once = model.embed(&inputs).unwrap();
        for size in [16, 32, 64, 128] {
            let mut parts = Embedded::default();
            for inputs in inputs.chunks(size * 2 * 441) {
                let part = model.embed(inputs).unwrap();
                parts.means.extend(part.means);
                parts.responsibilities.extend(part.responsibilities);
                parts.errors.extend(part.errors);
            }
            // A batch of another size is summed in another order: the last bits may differ.
            let name = kind.name();
            assert_near(&parts.means, &at_once.means, name);
            assert_near(&parts.responsibilities, &at_once.responsibilities, name);
            assert_near(&parts.errors, &at_once.errors, name);
        }
        // The components of all of them, as a check finds them.
        if let LatentNetwork::Vade(network) = model.network() {
            let device = Compute::cpu().plain();
            let of = |means: &[f32]| network.mixture.responsibilities(means, &device);
            let axes = model.space().dimensions;
            let parts = at_once.means.chunks(100 * axes).flat_map(of);
            assert_near(&parts.collect::<Vec<f32>>(), &of(&at_once.means), "vade");
        }
    }
}

#[test]
fn a_model_places_draws_and_refuses() {
    for kind in LatentKind::ALL {
        let model = untrained(kind);
        let found = model.embed(&stamps(300)).unwrap();
        let space = model.space();
        let components = space.components.len();
        assert_eq!(found.means.len(), 300 * 3);
        assert_eq!(found.errors.len(), 300);
        for row in found.responsibilities.chunks(components) {
            assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-4, "{row:?}");
        }
        // One alone lies where it lies among others.
        let alone = model.embed(&stamps(300)[2 * 441..4 * 441]).unwrap();
        let pairs = alone.means.iter().zip(&found.means[3..6]);
        assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-4));
        let pictures = model.decode(&found.means[..6]).unwrap();
        assert_eq!(pictures.len(), 2 * 2 * 441);
        assert_eq!(model.first_channel(&pictures)[441..], pictures[882..1323]);
        assert_eq!(model.reconstruct(&stamps(2)).unwrap().len(), 2 * 2 * 441);
        assert!(model.embed(&[0.0; 7]).is_err());
        assert!(model.decode(&[0.0; 4]).is_err());
        assert!(model.embed(&[]).unwrap().means.is_empty());
    }
}

#[test]
fn a_turned_stamp_lies_where_it_lay_and_is_drawn_turned() {
    let model = untrained(LatentKind::Vade);
    let stamp = stamps(1);
    let mut turned = Vec::new();
    for square in stamp.chunks(441) {
        crate::learn::batch::orient(square, 21, 3, &mut turned);
    }
    let (one, other) = (model.embed(&stamp).unwrap(), model.embed(&turned).unwrap());
    assert_eq!(one.means, other.means);
    let (drawn, drawn_turned) = (
        model.reconstruct(&stamp).unwrap(),
        model.reconstruct(&turned),
    );
    let mut expected = Vec::new();
    for square in drawn.chunks(441) {
        crate::learn::batch::orient(square, 21, 3, &mut expected);
    }
    assert_eq!(drawn_turned.unwrap(), expected);
}

#[test]
fn other_files_and_impossible_cards_are_refused_in_a_sentence() {
    let refusal = |bytes: &[u8]| {
        let message = file::from_bytes("my.safetensors", bytes, &Compute::cpu());
        let message = message.unwrap_err().to_string();
        assert!(
            message.starts_with("my.safetensors is no model"),
            "{message}"
        );
        message
    };
    let bytes = file::to_bytes(&untrained(LatentKind::Vade)).unwrap();
    for length in [0, 7, 100, bytes.len() / 2] {
        refusal(&bytes[..length]);
    }
    let other = model_file::to_bytes(&classifier("compact")).unwrap();
    let message = refusal(&other);
    assert!(message.contains("has no latent space"), "{message}");
    let scored = model_file::from_bytes("my.safetensors", &bytes, &Compute::cpu());
    let message = scored.unwrap_err().to_string();
    assert!(message.contains("destello latent"), "{message}");
    let mut model = untrained(LatentKind::Vade);
    if let Some(latent) = &mut model.card_mut().latent {
        latent.widths = vec![16, 13];
    }
    let message = refusal(&file::to_bytes(&model).unwrap());
    assert!(
        message.contains("weights are not those of its network"),
        "{message}"
    );
    if let Some(latent) = &mut model.card_mut().latent {
        latent.widths = vec![usize::MAX];
    }
    let message = refusal(&file::to_bytes(&model).unwrap());
    assert!(message.contains("impossible network"), "{message}");
}

#[test]
fn the_identity_is_that_of_weights_and_preparation() {
    let model = untrained(LatentKind::Vade);
    let again = LatentModel::new(model.card().clone(), model.network(), &Compute::cpu()).unwrap();
    assert_eq!(model.id(), again.id());
    let mut card = model.card().clone();
    if let Some(latent) = &mut card.latent {
        latent.is_upright = false;
    }
    let as_it_lies = LatentModel::new(card, model.network(), &Compute::cpu()).unwrap();
    assert_ne!(model.id(), as_it_lies.id());
}
