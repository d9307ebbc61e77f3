//! Networks as ONNX, for programs that are not destello: a broker's ONNX Runtime says the same.
//!
//! What goes in is what the network takes in destello, prepared as `imaging::model_input` and
//! `imaging::sequence_input` prepare it; what comes out are probabilities, views and members averaged.
//! The card and a sentence on the preparation travel in the file's metadata.

mod braai;
mod chain;
mod coder;
mod cyclic_average;
mod deep_hits;
mod graph;
mod latent;
mod proto;
mod recurrent;
mod trunk;
mod upright;

use prost::Message;

use self::{
    graph::{Graph, Value},
    proto::{GraphProto, ModelProto, OperatorSetIdProto, StringStringEntryProto},
};
use super::{Compute, LearnError, Model, Network, latent::LatentModel, network::CyclicAverage};
use crate::{
    domain::{InputPlan, ModelCard, ModelId, ModelInput},
    imaging::{model_input, sequence_input},
};

/// How the file of such a model ends.
pub const ENDING: &str = "onnx";

/// Layout of the messages. Both versions are those of 2021, which runtimes of today and of then take.
const IR_VERSION: i64 = 8;
/// Version of the operators.
const OPERATORS: i64 = 17;

/// Names of what goes in and comes out.
const STAMPS: &str = "stamps";
const PROBABILITIES: &str = "probabilities";

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
        (_, network) => of_single_epochs(card, model.stamps()?, network)?,
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
/// Where its card tells of no stamps.
pub fn latent_to_bytes(model: &LatentModel) -> Result<Vec<u8>, LearnError> {
    Ok(latent_message(model)?.encode_to_vec())
}

fn latent_message(model: &LatentModel) -> Result<ModelProto, LearnError> {
    let model = model.on(&Compute::cpu());
    let graph = latent::graph(&model)?;
    Ok(with_metadata(model.card(), model.id(), graph))
}

/// How the input of a model is prepared: what somebody needs to know who makes it elsewhere.
pub fn preparation(card: &ModelCard) -> String {
    match &card.input {
        ModelInput::Stamps(plan) => model_input::in_words(plan),
        ModelInput::Sequence(plan) => sequence_input::in_words(plan),
        ModelInput::Features(plan) => plan.features.join(", "),
    }
}

fn of_single_epochs(
    card: &ModelCard,
    plan: &InputPlan,
    network: &Network,
) -> Result<GraphProto, LearnError> {
    let mut graph = Graph::new(&card.name);
    let channels: Vec<&str> = plan.channels.iter().map(|role| role.name()).collect();
    let about = format!(
        "(candidate, channel, y, x), no unit. Channels: {}. {}",
        channels.join(", "),
        preparation(card)
    );
    let shape = [plan.channels.len(), plan.side_px, plan.side_px];
    let stamps = graph.input(STAMPS, &shape, &about);
    let probabilities = match network {
        Network::DeepHits(network) => deep_hits::probabilities(&mut graph, network, &stamps),
        Network::Cap(network) => cyclic_average::cap(&mut graph, "", network, &stamps),
        Network::Cape(members) => ensemble(&mut graph, members, &stamps),
        Network::Compact(network) => cyclic_average::compact(&mut graph, network, &stamps),
        Network::Braai(network) => braai::probabilities(&mut graph, network, &stamps),
        Network::Recurrent(_) => return Err(LearnError::Kind("single epochs", "sequences")),
    };
    put_out(&mut graph, card, &probabilities);
    Ok(graph.finished(&card.about))
}

/// The mean of what the members say.
fn ensemble(graph: &mut Graph, members: &[CyclicAverage], stamps: &Value) -> Value {
    let members = members.iter().enumerate();
    let said: Vec<Value> = members
        .map(|(at, member)| cyclic_average::cap(graph, &format!("{at}."), member, stamps))
        .collect();
    let said: Vec<&Value> = said.iter().collect();
    graph.node(PROBABILITIES, "Mean", &said, Vec::new())
}

fn put_out(graph: &mut Graph, card: &ModelCard, probabilities: &Value) {
    let about = format!(
        "(candidate, class), from 0 to 1; a row sums to 1. Classes: {}",
        card.classes.join(", ")
    );
    graph.output(probabilities, &[card.classes.len()], &about);
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
