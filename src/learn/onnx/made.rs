//! Small networks of others, made for tests.

use prost::Message;

use super::{
    IR_VERSION, OPERATORS,
    graph::{Graph, Value, integers},
    proto::{ModelProto, OperatorSetIdProto},
};

/// A network of `stamps` (n, 4, 4, 2) and `features` (n, 3, 1): the means of both channels and the features, times
/// 1, 10, 100, 1000 and 10,000 thousandths, through `last` as `score` (n, 1).
pub(in crate::learn) fn made(last: &str) -> Vec<u8> {
    let mut graph = Graph::new("made");
    let stamps = graph.input("stamps", &[4, 4, 2], "");
    let features = graph.input("features", &[3, 1], "");
    let means = graph.node(
        "means",
        "ReduceMean",
        &[&stamps],
        vec![
            integers("axes", &[1, 2]),
            super::graph::integer("keepdims", 0),
        ],
    );
    let shape = graph.integers("shape", &[-1, 3]);
    let features = graph.node("flat", "Reshape", &[&features, &shape], Vec::new());
    let all = graph.node(
        "all",
        "Concat",
        &[&means, &features],
        vec![super::graph::integer("axis", 1)],
    );
    let weights = graph.numbers("weights", &[0.001, 0.01, 0.1, 1.0, 10.0]);
    let shape = graph.integers("column", &[5, 1]);
    let column = graph.node("weights_column", "Reshape", &[&weights, &shape], Vec::new());
    let sum = graph.node("sum", "MatMul", &[&all, &column], Vec::new());
    let score: Value = graph.node("score", last, &[&sum], Vec::new());
    graph.output(&score, &[1], "");
    let model = ModelProto {
        ir_version: Some(IR_VERSION),
        opset_import: vec![OperatorSetIdProto {
            domain: Some(String::new()),
            version: Some(OPERATORS),
        }],
        graph: Some(graph.finished("")),
        ..ModelProto::default()
    };
    model.encode_to_vec()
}
