//! What is written, without a runtime: `tests/real/onnx/` runs it.

use std::collections::BTreeSet;

use super::{proto::NodeProto, *};
use crate::learn::{
    Architecture,
    latent::{LatentKind, file_tests::untrained as untrained_latent},
    model_file::tests::untrained,
};

fn graph_of(model: &ModelProto) -> &GraphProto {
    model.graph.as_ref().unwrap()
}

#[test]
fn every_network_is_read_again_as_it_was_written() {
    for (network, written) in messages() {
        let bytes = written.encode_to_vec();
        assert_eq!(ModelProto::decode(&*bytes).unwrap(), written, "{network}");
    }
}

#[test]
fn a_file_holds_the_weights_once_and_little_else() {
    for architecture in Architecture::ALL {
        let model = untrained(architecture.name());
        let (length, weights) = (to_bytes(&model).unwrap().len(), 4 * model.card().parameters);
        let range = weights..weights + 30_000;
        assert!(range.contains(&length), "{}: {length}", architecture.name());
    }
}

fn messages() -> Vec<(&'static str, ModelProto)> {
    let networks = Architecture::ALL.into_iter().map(|architecture| {
        let name = architecture.name();
        (name, message(&untrained(name)).unwrap())
    });
    let latent = LatentKind::ALL.into_iter().map(|kind| {
        let message = latent_message(&untrained_latent(kind)).unwrap();
        (kind.name(), message)
    });
    networks.chain(latent).collect()
}

#[test]
fn no_step_comes_before_what_it_needs() {
    for (network, written) in messages() {
        let graph = graph_of(&written);
        let constants = graph.initializer.iter().map(|one| one.name.clone());
        let inputs = graph.input.iter().map(|one| one.name.clone());
        let mut known: BTreeSet<String> = constants.chain(inputs).flatten().collect();
        for NodeProto { input, output, .. } in &graph.node {
            for name in input.iter().filter(|name| !name.is_empty()) {
                assert!(known.contains(name), "{network}: {name}");
            }
            for name in output.iter().filter(|name| !name.is_empty()) {
                assert!(
                    known.insert(name.clone()),
                    "{network}: {name} is made twice"
                );
            }
        }
        let mut outputs = graph.output.iter().map(|one| one.name.clone().unwrap());
        assert!(outputs.all(|name| known.contains(&name)));
    }
}

#[test]
fn names_and_metadata_tell_a_broker_what_to_do() {
    let model = untrained("cap");
    let written = message(&model).unwrap();
    let graph = graph_of(&written);
    assert_eq!(graph.input[0].name.as_deref(), Some("stamps"));
    assert_eq!(graph.output[0].name.as_deref(), Some("probabilities"));
    let text = |key: &str| {
        let mut all = written.metadata_props.iter();
        let found = all.find(|entry| entry.key.as_deref() == Some(key));
        found.and_then(|entry| entry.value.clone()).unwrap()
    };
    assert_eq!(text("version"), model.id().to_string());
    assert_eq!(text("classes"), r#"["bogus","real"]"#);
    let card: ModelCard = serde_json::from_str(&text("card")).unwrap();
    assert_eq!(card, *model.card());
    assert!(text("preparation").contains("21x21"));
    let recurrent = message(&untrained("recurrent")).unwrap();
    let names = |all: &[proto::ValueInfoProto]| -> Vec<String> {
        all.iter().map(|one| one.name.clone().unwrap()).collect()
    };
    let graph = graph_of(&recurrent);
    assert_eq!(
        names(&graph.input),
        ["images", "conditions", "hidden", "cell"]
    );
    assert_eq!(
        names(&graph.output),
        ["probabilities", "hidden_next", "cell_next"]
    );
}
