//! Models of random weights, biases among them, and numbers to ask them about.

use std::path::{Path, PathBuf};

use destello::{
    domain::{ComponentCard, InputPlan, LatentCard, ModelCard, ModelInput, Role},
    learn::{Architecture, Compute, Model, latent::LatentKind, model_file, onnx},
};

/// Numbers that look like noise, between -1 and 1.
pub fn noise(count: usize, seed: u32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9) | 1;
    let next = |_| {
        // Marsaglia's xorshift.
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..count).map(next).collect()
}

/// A card of an untrained model that takes S/N differences.
pub fn latent_card(
    network: &str,
    side_px: usize,
    widths: Vec<usize>,
    dimensions: usize,
    components: usize,
) -> ModelCard {
    ModelCard {
        name: "made".into(),
        latent: Some(LatentCard {
            dimensions,
            widths,
            is_upright: false,
            focus_px: None,
            pixel_variance: None,
            components: vec![ComponentCard::default(); components],
        }),
        ..ModelCard::untrained(
            network,
            InputPlan {
                side_px,
                ..LatentKind::input(vec![Role::Snr])
            },
            &[],
        )
    }
}

/// A network in which no weight and no bias is what it started as.
pub fn shaken(architecture: Architecture) -> Model {
    let name = architecture.name();
    let classes: &[&str] = match architecture.input() {
        ModelInput::Sequence(_) => &["supernova", "rr_lyrae", "galaxy"],
        _ => &["bogus", "real"],
    };
    let card = ModelCard {
        about: architecture.about().into(),
        members: if name == "cape" { 3 } else { 1 },
        ..ModelCard::untrained(name, architecture.input(), classes)
    };
    let model = Model::untrained(card, &Compute::cpu()).unwrap();
    let mut bytes = model_file::to_bytes(&model).unwrap();
    shake(&mut bytes);
    model_file::from_bytes(name, &bytes, &Compute::cpu()).unwrap()
}

/// Adds a little to every weight of a model file.
pub fn shake(bytes: &mut [u8]) {
    let header = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let weights = bytes[8 + header..].chunks_exact_mut(4);
    let shaking = noise(weights.len(), 7);
    for (place, by) in weights.zip(shaking) {
        let weight = f32::from_le_bytes((&*place).try_into().unwrap());
        place.copy_from_slice(&(weight + 0.02 * by).to_le_bytes());
    }
}

/// A model that comes with destello.
pub fn shipped(name: &str) -> Model {
    let assets = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets/models");
    let file = assets.join(name).with_extension("safetensors");
    model_file::read(&file, &Compute::cpu()).unwrap()
}

/// A model as an ONNX file, in a folder of its own.
pub fn as_onnx(model: &Model) -> (tempfile::TempDir, PathBuf) {
    in_a_file(&onnx::to_bytes(model).unwrap())
}

/// Bytes in a file, in a folder of its own.
pub fn in_a_file(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("model.onnx");
    std::fs::write(&file, bytes).unwrap();
    (folder, file)
}

/// A copy of the default model under another name.
pub fn renamed_model(folder: &Path, name: &str) -> PathBuf {
    use destello::learn::{Compute, model_file};
    let shipped = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/assets/models/compact.safetensors"
    );
    let mut model = model_file::read(Path::new(shipped), &Compute::cpu()).unwrap();
    name.clone_into(&mut model.card_mut().name);
    let path = folder.join(format!("{name}.safetensors"));
    std::fs::write(&path, model_file::to_bytes(&model).unwrap()).unwrap();
    path
}
