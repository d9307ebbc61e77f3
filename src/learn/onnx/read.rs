//! What an ONNX file of any program holds: its inputs, outputs, operators and texts.

use std::collections::BTreeMap;

use prost::Message;

use super::proto::{DataType, GraphProto, ModelProto, StringStringEntryProto, ValueInfoProto};

/// A file, without its weights.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OnnxFile {
    /// What has to be put in; weights are no inputs.
    pub inputs: Vec<Port>,
    pub outputs: Vec<Port>,
    /// Operators by name, with their number.
    pub operators: BTreeMap<String, usize>,
    /// The operator that makes each output, by the output's name.
    pub last_operators: BTreeMap<String, String>,
    /// Numbers in its weights.
    pub parameters: usize,
    /// Texts by key; the last of several.
    pub texts: BTreeMap<String, String>,
    /// A hash of the bytes of the network.
    pub fingerprint: u64,
}

/// An input or an output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    pub name: String,
    /// True for 32-bit floating point, or where the file does not give the kind.
    pub is_float: bool,
    /// Its sides; none where the file does not give them.
    pub sides: Option<Vec<Side>>,
}

/// One side of an input or an output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Side {
    /// That length.
    Fixed(usize),
    Free,
}

impl Side {
    /// Its length, where there is only one.
    pub const fn fixed(&self) -> Option<usize> {
        match self {
            Self::Fixed(length) => Some(*length),
            Self::Free => None,
        }
    }
}

impl Port {
    /// Number of sides.
    pub fn rank(&self) -> Option<usize> {
        self.sides.as_ref().map(Vec::len)
    }

    /// A side's length, where it is known.
    pub fn side(&self, at: usize) -> Option<usize> {
        self.sides.as_ref()?.get(at)?.fixed()
    }

    /// `stamps (any, 3, 63, 63)`.
    pub fn in_words(&self) -> String {
        let kind = if self.is_float {
            ""
        } else {
            ", no 32-bit floats"
        };
        let Some(sides) = &self.sides else {
            return format!("{} (any shape){kind}", self.name);
        };
        let words: Vec<String> = sides
            .iter()
            .map(|side| side.fixed().map_or("any".into(), |side| side.to_string()))
            .collect();
        format!("{} ({}){kind}", self.name, words.join(", "))
    }
}

/// The network alone, as bytes.
#[derive(Clone, PartialEq, Message)]
struct Network {
    #[prost(bytes = "vec", optional, tag = "7")]
    graph: Option<Vec<u8>>,
}

/// Reads a file.
///
/// # Errors
/// Where it is no ONNX file, or holds no network: why, in words.
pub fn read(bytes: &[u8]) -> Result<OnnxFile, String> {
    let no = |why: &dyn std::fmt::Display| format!("it is no ONNX file: {why}");
    let model = ModelProto::decode(bytes).map_err(|error| no(&error))?;
    let network = Network::decode(bytes).map_err(|error| no(&error))?;
    let graph = model.graph.ok_or_else(|| no(&"it has no network"))?;
    if graph.node.is_empty() || graph.output.is_empty() {
        return Err(no(&"its network has no operator or no output"));
    }
    let mut file = of_graph(&graph);
    let texts = model.metadata_props.into_iter();
    file.texts = texts
        .filter_map(|text| Some((text.key?, text.value?)))
        .collect();
    let bytes = network.graph.unwrap_or_default();
    file.fingerprint = crate::domain::fnv::fnv1a(crate::domain::fnv::FNV_START, bytes);
    Ok(file)
}

fn of_graph(graph: &GraphProto) -> OnnxFile {
    let is_weight = |name: &str| {
        let mut weights = graph.initializer.iter();
        weights.any(|weight| weight.name.as_deref() == Some(name))
    };
    let mut file = OnnxFile {
        inputs: graph.input.iter().map(port).collect(),
        outputs: graph.output.iter().map(port).collect(),
        ..OnnxFile::default()
    };
    file.inputs.retain(|input| !is_weight(&input.name));
    for node in &graph.node {
        let name = node.op_type.clone().unwrap_or_default();
        for output in &node.output {
            file.last_operators.insert(output.clone(), name.clone());
        }
        *file.operators.entry(name).or_default() += 1;
    }
    let is_output = |name: &String| file.outputs.iter().any(|output| output.name == *name);
    file.last_operators.retain(|name, _| is_output(name));
    let weights = graph.initializer.iter();
    let floats = weights.filter(|weight| weight.data_type == Some(DataType::Float.into()));
    file.parameters = floats
        .map(|weight| {
            weight
                .dims
                .iter()
                .map(|side| *side as usize)
                .product::<usize>()
        })
        .sum();
    file
}

fn port(info: &ValueInfoProto) -> Port {
    let tensor = info.r#type.as_ref();
    let tensor = tensor.and_then(|kind| kind.tensor_type.as_ref());
    let sides = tensor
        .and_then(|tensor| tensor.shape.as_ref())
        .map(|shape| {
            let side = |length: Option<i64>| match length {
                Some(length) if length > 0 => Side::Fixed(length as usize),
                _ => Side::Free,
            };
            shape.dim.iter().map(|dim| side(dim.dim_value)).collect()
        });
    let kind = tensor.and_then(|tensor| tensor.elem_type);
    Port {
        name: info.name.clone().unwrap_or_default(),
        is_float: kind.is_none_or(|kind| kind == i32::from(DataType::Float)),
        sides,
    }
}

/// The same file with one more text, which counts before an earlier one of that key. Nothing else changes: messages
/// one after the other are one.
pub fn with_text(bytes: &[u8], key: &str, value: &str) -> Vec<u8> {
    let more = ModelProto {
        metadata_props: vec![StringStringEntryProto {
            key: Some(key.into()),
            value: Some(value.into()),
        }],
        ..ModelProto::default()
    };
    [bytes, &more.encode_to_vec()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::{model_file::tests::untrained, onnx};

    #[test]
    fn a_file_of_ours_is_read_as_any_other() {
        let model = untrained("braai");
        let bytes = onnx::to_bytes(&model).unwrap();
        let file = read(&bytes).unwrap();
        assert_eq!(file.inputs.len(), 1);
        assert_eq!(file.inputs[0].in_words(), "stamps (any, 3, 63, 63)");
        assert_eq!(file.outputs[0].in_words(), "probabilities (any, 2)");
        assert_eq!(file.operators["Conv"], 4);
        assert_eq!(file.last_operators["probabilities"], "Softmax");
        assert!(file.parameters >= 312_081, "{}", file.parameters);
        let texts = read(&with_text(&bytes, "classes", "none")).unwrap();
        assert_eq!(texts.texts["classes"], "none");
        assert_eq!(texts.fingerprint, file.fingerprint);
        let other = onnx::to_bytes(&untrained("braai")).unwrap();
        assert_ne!(read(&other).unwrap().fingerprint, file.fingerprint);
    }

    #[test]
    fn what_is_no_onnx_file_is_refused() {
        for bytes in [&b""[..], b"{}", &[0x3a, 0x05, 0x00], b"\x08\x08"] {
            let why = read(bytes).unwrap_err();
            assert!(why.starts_with("it is no ONNX file"), "{why}");
        }
    }
}
