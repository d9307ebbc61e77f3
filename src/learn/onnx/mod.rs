//! Networks as ONNX, for programs that are not destello: a broker's ONNX Runtime says the same.
//!
//! What goes in is what the network takes in destello, prepared as `imaging::model_input` and
//! `imaging::sequence_input` prepare it; what comes out are probabilities, views and members averaged.
//! The card and a sentence on the preparation travel in the file's metadata.

mod chain;
mod coder;
mod graph;
mod latent;
#[cfg(test)]
pub(in crate::learn) mod made;
mod proto;
pub mod read;
mod recurrent;
mod single_epoch;
mod upright;

use prost::Message;

pub use self::graph::preparation;
use self::proto::{GraphProto, ModelProto, OperatorSetIdProto, StringStringEntryProto};
use super::{Compute, LearnError, Model, latent::LatentModel};
use crate::domain::{ModelCard, ModelId, ModelInput};

/// How the file of such a model ends.
pub const ENDING: &str = "onnx";

/// Layout of the messages. Both versions are those of 2021, which runtimes of today and of then take.
const IR_VERSION: i64 = 8;
/// Version of the operators.
const OPERATORS: i64 = 17;

/// The bytes of an ONNX file of a model.
///
/// Of single epochs: `stamps` (n, channel, y, x) to `probabilities` (n, class). Of sequences, one epoch
/// of each: `images` (n, channel, y, x), `conditions` (n, condition), `hidden` and `cell` (n, unit) to
/// `probabilities` (n, class), `hidden_next` and `cell_next` (n, unit).
///
/// # Errors
/// Where the network has a part that ONNX has not.
pub fn to_bytes(model: &Model) -> Result<Vec<u8>, LearnError> {
    Ok(message(model)?.encode_to_vec())
}

fn message(model: &Model) -> Result<ModelProto, LearnError> {
    // The weights are read here; no graphics processor is asked for them one by one.
    let model = model.on_cpu();
    let card = model.card();
    let graph = match (&card.input, model.network()) {
        (ModelInput::Sequence(_), network) => recurrent::graph(card, network.recurrent()?)?,
        (_, network) => single_epoch::graph(card, model.stamps()?, network)?,
    };
    Ok(with_metadata(card, model.id(), graph))
}

/// The bytes of an ONNX file of a latent model.
///
/// `stamps` (n, channel, y, x) to `mean` and `log_variance` (n, axis), `reconstruction` (n, channel, y,
/// x), `error` (n), and where there is a mixture `responsibilities` (n, component). Stamps are turned
/// upright inside, and what is drawn is turned back.
///
/// # Errors
/// Where its card has no stamps.
pub fn latent_to_bytes(model: &LatentModel) -> Result<Vec<u8>, LearnError> {
    Ok(latent_message(model)?.encode_to_vec())
}

fn latent_message(model: &LatentModel) -> Result<ModelProto, LearnError> {
    let model = model.on(&Compute::cpu());
    let graph = latent::graph(&model)?;
    Ok(with_metadata(model.card(), model.id(), graph))
}

fn with_metadata(card: &ModelCard, id: &ModelId, graph: GraphProto) -> ModelProto {
    let text = |key: &str, value: String| StringStringEntryProto {
        key: Some(key.into()),
        value: Some(value),
    };
    let json = |value: serde_json::Value| value.to_string();
    ModelProto {
        ir_version: Some(IR_VERSION),
        opset_import: vec![OperatorSetIdProto {
            domain: Some(String::new()),
            version: Some(OPERATORS),
        }],
        producer_name: Some("destello".into()),
        producer_version: Some(env!("CARGO_PKG_VERSION").into()),
        doc_string: Some(format!("{id}: {}", card.about)),
        graph: Some(graph),
        metadata_props: vec![
            text("name", card.name.clone()),
            text("version", id.to_string()),
            text("classes", json(serde_json::json!(card.classes))),
            text("preparation", preparation(card)),
            text("card", json(serde_json::json!(card))),
        ],
    }
}

#[cfg(test)]
mod tests;
