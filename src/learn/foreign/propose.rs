//! A recipe that fits the inputs and outputs of a file, to be completed by somebody who knows the network.

use crate::learn::onnx::read::{OnnxFile, Port};

/// The side of ZTF's stamps, for files that take any.
const USUAL_SIDE: usize = 63;
/// More channels than images of an epoch are no channels.
const MOST_CHANNELS: usize = 6;

/// What a file holds as comments, and a recipe in TOML; `name` is that of the model.
pub fn proposal(name: &str, file: &OnnxFile) -> String {
    let mut lines = vec![format!("# {} parameters", file.parameters)];
    let inputs = file.inputs.iter();
    lines.extend(inputs.map(|port| format!("# input  {}", port.in_words())));
    lines.extend(file.outputs.iter().map(|port| {
        let by = file.last_operators.get(&port.name);
        let by = by.map_or(String::new(), |by| format!(", made by {by}"));
        format!("# output {}{by}", port.in_words())
    }));
    let operators = file.operators.iter();
    let operators: Vec<String> = operators
        .map(|(name, count)| format!("{name} {count}"))
        .collect();
    let (kind, classes) = output(file);
    lines.extend([
        format!("# operators: {}", operators.join(", ")),
        String::new(),
        format!("name = {}", quoted(name)),
        "about = \"\"".into(),
        "threshold = 0.5".into(),
        format!("classes = {classes}"),
    ]);
    lines.extend(file.inputs.iter().map(|port| match port.rank() {
        Some(4) | None => images(port),
        _ => fields(port),
    }));
    let output = file.outputs.first().map_or("", |port| &port.name);
    lines.extend([
        "\n[output]".into(),
        format!("output = {}", quoted(output)),
        format!("kind = \"{kind}\"  # or sigmoid, softmax, logits\n"),
    ]);
    lines.join("\n")
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.into()).to_string()
}

fn images(port: &Port) -> String {
    let is_channels = |count: Option<usize>| count.filter(|count| *count <= MOST_CHANNELS);
    // Where both may be channels, the other two are the sides of a square.
    let is_last = port.side(1) == port.side(2) && port.side(2) != port.side(3);
    let (axes, channels, side) = match (is_channels(port.side(1)), is_channels(port.side(3))) {
        (Some(_), Some(last)) if is_last => ("nhwc", last, port.side(1)),
        (None, Some(last)) => ("nhwc", last, port.side(1)),
        (Some(first), _) => ("nchw", first, port.side(2)),
        (None, None) => ("nchw", 3, port.side(2)),
    };
    let channels = match channels {
        1 => "[\"difference\"]",
        2 => "[\"science\", \"reference\"]",
        3 => "[\"science\", \"reference\", \"difference\"]",
        _ => "[\"science\", \"reference\", \"difference\", \"snr\"]",
    };
    format!(
        "\n[[images]]\ninput = {}\nchannels = {channels}  # in order; also snr, variance\nside_px = {}\naxes = \"{axes}\"\n\
         fit = \"cut\"  # or corner (smaller stamps lie at the first corner), resample (the whole stamp)\n\
         scaling = \"none\"  # or min_max, l2, median_norm, {{ asinh = {{ softening = 2.0 }} }}, \
         {{ fixed = {{ offset = 0.0, scale = 1.0 }} }}\n\
         missing = 0.0  # what no number becomes\nis_missing_first = false  # true: before the scaling",
        quoted(&port.name),
        side.unwrap_or(USUAL_SIDE)
    )
}

fn fields(port: &Port) -> String {
    let count = port.side(1).unwrap_or(1);
    let names: Vec<String> = (1..=count).map(|at| format!("\"field_{at}\"")).collect();
    format!(
        "\n[fields]\ninput = {}\n# Fields of the alert in order: a name, or {{ name = \"magpsf\", offset = 18.6, scale = \
         0.9 }}.\nfields = [{}]\n# missing = 0.0  # what a field without a value becomes; without it the epoch is \
         refused",
        quoted(&port.name),
        names.join(", ")
    )
}

/// The kind of the output, and the classes.
fn output(file: &OnnxFile) -> (&'static str, String) {
    let port = file.outputs.first();
    let by = port.and_then(|port| file.last_operators.get(&port.name));
    let width = port.and_then(|port| port.side(1)).unwrap_or(1);
    let kind = match by.map(String::as_str) {
        Some("Sigmoid") => "sigmoid",
        Some("Softmax") => "softmax",
        _ => "logits",
    };
    let classes = match width {
        1 | 2 => "[\"bogus\", \"real\"]".into(),
        many => {
            let names: Vec<String> = (1..=many).map(|at| format!("\"class_{at}\"")).collect();
            format!("[{}]", names.join(", "))
        }
    };
    (kind, classes)
}
