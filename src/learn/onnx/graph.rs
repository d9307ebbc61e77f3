//! A graph in the making: inputs, weights, nodes and outputs, every name used once.

use std::collections::BTreeSet;

use burn::tensor::Tensor;

use super::proto::{
    AttributeProto, AttributeType, DataType, DimensionProto, GraphProto, NodeProto, TensorProto,
    TensorShapeProto, TensorTypeProto, TypeProto, ValueInfoProto,
};
use crate::{
    domain::{ModelCard, ModelInput},
    imaging::{model_input, sequence_input},
};

/// The name of the side that may have any length: candidates computed at once.
pub(super) const BATCH: &str = "n";

/// Names of what goes in and comes out.
pub(super) const STAMPS: &str = "stamps";
pub(super) const PROBABILITIES: &str = "probabilities";

/// A tensor of the graph, by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value(String);

impl Value {
    /// What stands for an input that is left out.
    pub const fn none() -> Self {
        Self(String::new())
    }
}

/// What was put in so far.
#[derive(Debug)]
pub(super) struct Graph {
    made: GraphProto,
    taken: BTreeSet<String>,
}

impl Graph {
    /// An empty one of that name.
    pub fn new(name: &str) -> Self {
        let made = GraphProto {
            name: Some(name.into()),
            ..GraphProto::default()
        };
        Self {
            made,
            taken: BTreeSet::new(),
        }
    }

    /// An input: any number of tensors of that shape.
    pub fn input(&mut self, name: &str, shape: &[usize], about: &str) -> Value {
        let name = self.unused(name);
        self.made.input.push(described(&name, shape, about));
        Value(name)
    }

    /// Makes a value an output, under the name that it has: any number of tensors of that shape.
    pub fn output(&mut self, value: &Value, shape: &[usize], about: &str) {
        self.made.output.push(described(&value.0, shape, about));
    }

    /// Weights, which must lie on the CPU.
    pub fn weights<const D: usize>(&mut self, name: &str, tensor: &Tensor<D>) -> Value {
        let data = tensor.to_data();
        let bytes = data.iter::<f32>().flat_map(f32::to_le_bytes).collect();
        let sides = tensor.dims().map(|side| side as i64);
        self.constant(name, &sides, DataType::Float, bytes)
    }

    /// Numbers in a row.
    pub fn numbers(&mut self, name: &str, values: &[f32]) -> Value {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes());
        let sides = [values.len() as i64];
        self.constant(name, &sides, DataType::Float, bytes.collect())
    }

    /// One number.
    pub fn scalar(&mut self, name: &str, value: f32) -> Value {
        self.constant(name, &[], DataType::Float, value.to_le_bytes().to_vec())
    }

    /// Whole numbers in a row: a shape, or where to cut.
    pub fn integers(&mut self, name: &str, values: &[i64]) -> Value {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes());
        let sides = [values.len() as i64];
        self.constant(name, &sides, DataType::Int64, bytes.collect())
    }

    fn constant(&mut self, name: &str, sides: &[i64], kind: DataType, bytes: Vec<u8>) -> Value {
        let name = self.unused(name);
        self.made.initializer.push(TensorProto {
            dims: sides.to_vec(),
            data_type: Some(kind.into()),
            name: Some(name.clone()),
            raw_data: Some(bytes),
        });
        Value(name)
    }

    /// A step that makes one value. It has the node's name, or that with a number where it is taken.
    pub fn node(
        &mut self,
        name: &str,
        operator: &str,
        inputs: &[&Value],
        settings: Vec<AttributeProto>,
    ) -> Value {
        let name = self.unused(name);
        let outputs = vec![name.clone()];
        self.push(&name, operator, inputs, outputs, settings);
        Value(name)
    }

    /// A step of which the second and the third value are wanted.
    pub fn node_of_last_two(
        &mut self,
        name: &str,
        operator: &str,
        inputs: &[&Value],
        settings: Vec<AttributeProto>,
        [second, third]: [&str; 2],
    ) -> [Value; 2] {
        let name = self.unused(name);
        let [second, third] = [second, third].map(|of| self.unused(&format!("{name}.{of}")));
        let outputs = vec![String::new(), second.clone(), third.clone()];
        self.push(&name, operator, inputs, outputs, settings);
        [Value(second), Value(third)]
    }

    fn push(
        &mut self,
        name: &str,
        operator: &str,
        inputs: &[&Value],
        output: Vec<String>,
        attribute: Vec<AttributeProto>,
    ) {
        self.made.node.push(NodeProto {
            input: inputs.iter().map(|value| value.0.clone()).collect(),
            output,
            name: Some(name.into()),
            op_type: Some(operator.into()),
            attribute,
        });
    }

    pub fn finished(self, about: &str) -> GraphProto {
        GraphProto {
            doc_string: Some(about.into()),
            ..self.made
        }
    }

    /// That name, or with the first number that makes it a new one.
    fn unused(&mut self, wish: &str) -> String {
        let mut name = wish.to_owned();
        let mut number = 2;
        while !self.taken.insert(name.clone()) {
            name = format!("{wish}_{number}");
            number += 1;
        }
        name
    }
}

/// Any number of tensors of that shape, with a name and a sentence.
fn described(name: &str, shape: &[usize], about: &str) -> ValueInfoProto {
    let any = DimensionProto {
        dim_value: None,
        dim_param: Some(BATCH.into()),
    };
    let fixed = shape.iter().map(|side| DimensionProto {
        dim_value: Some(*side as i64),
        dim_param: None,
    });
    let tensor = TensorTypeProto {
        elem_type: Some(DataType::Float.into()),
        shape: Some(TensorShapeProto {
            dim: std::iter::once(any).chain(fixed).collect(),
        }),
    };
    ValueInfoProto {
        name: Some(name.into()),
        r#type: Some(TypeProto {
            tensor_type: Some(tensor),
        }),
        doc_string: Some(about.into()),
    }
}

/// A setting that is a whole number.
pub(super) fn integer(name: &str, value: i64) -> AttributeProto {
    AttributeProto {
        i: Some(value),
        ..setting(name, AttributeType::Int)
    }
}

/// A setting that is a number.
pub(super) fn number(name: &str, value: f64) -> AttributeProto {
    AttributeProto {
        f: Some(value as f32),
        ..setting(name, AttributeType::Float)
    }
}

/// A setting that is a word.
pub(super) fn word(name: &str, value: &str) -> AttributeProto {
    AttributeProto {
        s: Some(value.as_bytes().to_vec()),
        ..setting(name, AttributeType::String)
    }
}

/// A setting of several whole numbers.
pub(super) fn integers(name: &str, values: &[usize]) -> AttributeProto {
    AttributeProto {
        ints: values.iter().map(|value| *value as i64).collect(),
        ..setting(name, AttributeType::Ints)
    }
}

fn setting(name: &str, kind: AttributeType) -> AttributeProto {
    AttributeProto {
        name: Some(name.into()),
        r#type: Some(kind.into()),
        ..AttributeProto::default()
    }
}

/// How the input of a model is prepared: what somebody needs to know who makes it elsewhere.
pub fn preparation(card: &ModelCard) -> String {
    match &card.input {
        ModelInput::Stamps(plan) => model_input::in_words(plan),
        ModelInput::Sequence(plan) => sequence_input::in_words(plan),
        ModelInput::Features(plan) => plan.features.join(", "),
        ModelInput::Foreign(plan) => plan.in_words(),
    }
}

/// Puts out the probabilities of the classes that a card names.
pub(super) fn put_out(graph: &mut Graph, card: &ModelCard, probabilities: &Value) {
    let about = format!(
        "(candidate, class), from 0 to 1; a row sums to 1. Classes: {}",
        card.classes.join(", ")
    );
    graph.output(probabilities, &[card.classes.len()], &about);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_given_twice() {
        let mut graph = Graph::new("names");
        let input = graph.input("relu", &[4], "four numbers");
        let once = graph.node("relu", "Relu", &[&input], Vec::new());
        let twice = graph.node("relu", "Relu", &[&once], Vec::new());
        assert_eq!(
            [&*input.0, &*once.0, &*twice.0],
            ["relu", "relu_2", "relu_3"]
        );
        graph.output(&twice, &[4], "four numbers above 0");
        let made = graph.finished("two rectifiers");
        assert_eq!(made.node[1].input, ["relu_2"]);
        assert_eq!(made.output[0].name.as_deref(), Some("relu_3"));
    }
}
