//! The published weights of braai (Duev et al. 2019) as a model of destello.
//!
//! Keras keeps the kernels of convolutions as (y, x, in, out) and those of dense layers as
//! (in, out); here convolutions have (out, in, y, x). Layers have the names of the published file,
//! `conv1.kernel` and so on.

use burn::{
    store::{
        ModuleAdapter, ModuleContext, ModuleSnapshot, SafetensorsStore, bridge::map_data,
        burn_pack::Tensor as StoredTensor,
    },
    tensor::{Shape, TensorData},
};

use super::{
    Architecture, Compute, LearnError, Model, Network,
    model_file::{metadata_of, misfit, refused_with},
    network::Braai,
};
use crate::domain::{ModelCard, TrainingRecord};

/// A model out of the bytes of a safetensors file in Keras' layout; `name` stands for the file in
/// messages and in the card. The card says what it was imported from; command and day are left to
/// the caller.
///
/// # Errors
/// Where the bytes are no safetensors file, or hold other weights.
pub fn import(name: &str, bytes: &[u8], compute: &Compute) -> Result<Model, LearnError> {
    let metadata = metadata_of(name, bytes)?;
    let source = metadata.get("source").and_then(serde_json::Value::as_str);
    let mut network = Braai::init(&compute.plain());
    let mut store = SafetensorsStore::from_bytes(Some(bytes.to_vec()))
        .with_key_remapping(r"\.kernel$", ".weight")
        .with_from_adapter(KerasLayout)
        .validate(false)
        .allow_partial(true);
    let result = network
        .load_from(&mut store)
        .map_err(|error| refused_with(name, format!("its weights cannot be read: {error}")))?;
    if let Some(why) = misfit(&result) {
        let why = format!("these are not the weights of braai in Keras' layout: {why}");
        return Err(refused_with(name, why));
    }
    let card = card(name, source);
    Ok(Model::new(card, &Network::Braai(network), compute))
}

fn card(name: &str, source: Option<&str>) -> ModelCard {
    let braai = Architecture::Braai;
    let source = source.map_or(String::new(), |source| format!(", there out of {source}"));
    ModelCard {
        about: braai.about().into(),
        training: TrainingRecord {
            data: format!(
                "labelled alerts of the Zwicky Transient Facility (Duev et al. 2019); \
                 weights imported from {name}{source}"
            ),
            recipe: "as published".into(),
            ..TrainingRecord::default()
        },
        ..ModelCard::untrained(braai.name(), braai.input(), &["bogus", "real"])
    }
}

/// Turns (y, x, in, out) of convolutions into (out, in, y, x).
#[derive(Clone)]
struct KerasLayout;

impl ModuleAdapter for KerasLayout {
    fn adapt(&self, tensor: StoredTensor, _: ModuleContext<'_>) -> StoredTensor {
        let &[height, width, from, to] = &tensor.shape[..] else {
            return tensor;
        };
        let shape = Shape::from([to, from, height, width]);
        let (name, dtype) = (tensor.name.clone(), tensor.dtype);
        map_data(tensor, name, dtype, shape, move |data| {
            let keras: Vec<f32> = data.iter::<f32>().collect();
            let mut weights = Vec::with_capacity(keras.len());
            for out in 0..to {
                for channel in 0..from {
                    let places = 0..height * width;
                    let value = |place: usize| keras[(place * from + channel) * to + out];
                    weights.extend(places.map(value));
                }
            }
            TensorData::new(weights, [to, from, height, width]).convert_dtype(dtype)
        })
    }

    fn clone_box(&self) -> Box<dyn ModuleAdapter> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::model_file;

    #[test]
    fn what_is_not_braai_is_refused() {
        let bytes = model_file::to_bytes(&model_file::tests::untrained("compact")).unwrap();
        for (bytes, words) in [
            (&bytes[..], "not the weights of braai"),
            (&bytes[..20], "truncated"),
            (b"\x89HDF\r\n\x1a\n and more", "no safetensors file"),
        ] {
            let message = import("weights.h5", bytes, &Compute::cpu()).unwrap_err();
            let message = message.to_string();
            assert!(
                message.contains("weights.h5") && message.contains(words),
                "{message}"
            );
        }
    }
}
