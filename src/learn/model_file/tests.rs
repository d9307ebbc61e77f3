//! Model files: whole, broken, of other networks.

use super::*;
use crate::domain::{InputPlan, ModelInput};

/// A network of random weights.
pub(in crate::learn) fn untrained(network: &str) -> Model {
    let architecture = Architecture::from_name(network).unwrap();
    let card = ModelCard {
        members: if network == "cape" { 2 } else { 1 },
        ..ModelCard::untrained(network, architecture.input(), &["bogus", "real"])
    };
    Model::untrained(card, &Compute::cpu()).unwrap()
}

/// The bytes of a model whose card was changed.
fn with_card(mut model: Model, change: impl FnOnce(&mut ModelCard)) -> Vec<u8> {
    change(model.card_mut());
    to_bytes(&model).unwrap()
}

fn refusal(bytes: &[u8]) -> String {
    let read = from_bytes("my.safetensors", bytes, &Compute::cpu());
    let message = read.unwrap_err().to_string();
    assert!(
        message.starts_with("my.safetensors is no model"),
        "{message}"
    );
    assert!(!message.contains('\n'), "one sentence: {message}");
    message
}

#[test]
fn every_architecture_says_the_same_after_a_visit_to_a_file() {
    for architecture in Architecture::ALL {
        let model = untrained(architecture.name());
        let bytes = to_bytes(&model).unwrap();
        let again = from_bytes("x", &bytes, &Compute::cpu()).unwrap();
        assert_eq!(again.id(), model.id());
        assert_eq!(again.card(), model.card());
        let Ok(plan) = model.stamps() else {
            continue;
        };
        let wave = |at: usize| (at as f32 * 0.37).sin();
        let inputs: Vec<f32> = (0..3 * plan.len()).map(wave).collect();
        let (message, said_again) = (model.score(&inputs), again.score(&inputs));
        assert_eq!(message, said_again, "{}", architecture.name());
    }
}

#[test]
fn truncated_files_and_other_files_are_refused() {
    let bytes = to_bytes(&untrained("compact")).unwrap();
    for length in [0, 7, 100, bytes.len() / 2, bytes.len() - 1] {
        refusal(&bytes[..length]);
    }
    let message = refusal(&bytes[..bytes.len() / 2]);
    assert!(message.contains("weights cannot be read"), "{message}");
    assert!(refusal(&bytes[..4]).contains("truncated"));
    let message = refusal(b"SIMPLE  =                    T");
    assert!(message.contains("no safetensors file"), "{message}");
}

#[test]
fn weights_of_another_architecture_are_refused() {
    let message = refusal(&with_card(untrained("compact"), |card| {
        card.network = "cap".into();
    }));
    assert!(message.contains("not those of its network"), "{message}");
    let message = refusal(&with_card(untrained("compact"), |card| {
        card.network = "resnet".into();
    }));
    assert!(
        message.contains("resnet") && message.contains("cape"),
        "{message}"
    );
}

fn plan(card: &mut ModelCard) -> &mut InputPlan {
    match &mut card.input {
        ModelInput::Stamps(plan) => plan,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_wrong_number_of_channels_is_refused() {
    let fewer = |card: &mut ModelCard| {
        plan(card).channels.pop();
    };
    let message = refusal(&with_card(untrained("cap"), fewer));
    assert!(
        message.contains("conv_1.weight is 32x4x4x4, not 32x3x4x4"),
        "{message}"
    );
    let message = refusal(&with_card(untrained("braai"), fewer));
    assert!(
        message.contains("2 channels to braai, which takes 3"),
        "{message}"
    );
    let message = refusal(&with_card(untrained("compact"), |card| {
        plan(card).side_px = 63;
    }));
    assert!(message.contains("63x63 pixels to compact"), "{message}");
    let message = refusal(&with_card(untrained("context"), |card| {
        plan(card).context_px = None;
    }));
    assert!(
        message.contains("no view of the whole cutout to context"),
        "{message}"
    );
}

#[test]
fn another_layout_of_the_card_or_none_is_refused() {
    let message = refusal(&with_card(untrained("compact"), |card| card.format = 9));
    assert!(
        message.contains("layout 9") && message.contains("reads 1"),
        "{message}"
    );
    let bytes = to_bytes(&untrained("compact")).unwrap();
    // The same length, so that the header stays whole.
    let at = bytes
        .windows(6)
        .position(|part| part == b"\"card\"")
        .unwrap();
    let mut without = bytes.clone();
    without[at..at + 6].copy_from_slice(b"\"none\"");
    let message = refusal(&without);
    assert!(message.contains("has no model card"), "{message}");
}
