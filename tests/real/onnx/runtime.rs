//! ONNX Runtime, through Python.

use std::{
    collections::BTreeMap,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::{Value, json};

/// Checks a model by ONNX's own checker, then runs it; inputs that a later run lacks are what came out of
/// the run before under that name with `_next`.
const SCRIPT: &str = r#"
import json, sys
import numpy as np, onnx, onnxruntime
order = json.load(sys.stdin)
onnx.checker.check_model(onnx.load(order["model"]), full_check=True)
session = onnxruntime.InferenceSession(order["model"], providers=["CPUExecutionProvider"])
outputs = [output.name for output in session.get_outputs()]
told, all = {}, []
for run in order["runs"]:
    given = {name: np.array(i["values"], np.float32).reshape(i["shape"]) for name, i in run.items()}
    for name in (input.name for input in session.get_inputs()):
        given.setdefault(name, told.get(name + "_next"))
    told = dict(zip(outputs, session.run(outputs, given)))
    all.append({name: value.ravel().tolist() for name, value in told.items()})
json.dump(all, sys.stdout)
"#;

/// A tensor of that shape.
pub fn tensor(shape: &[usize], values: &[f32]) -> Value {
    assert_eq!(shape.iter().product::<usize>(), values.len());
    json!({ "shape": shape, "values": values })
}

/// What comes out of each run: numbers by name.
pub fn run(model: &Path, runs: &[Value]) -> Vec<BTreeMap<String, Vec<f32>>> {
    let order = json!({ "model": model, "runs": runs }).to_string();
    let mut python = Command::new("python3")
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = python.stdin.take().unwrap();
    stdin.write_all(order.as_bytes()).unwrap();
    drop(stdin);
    let done = python.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    serde_json::from_slice(&done.stdout).unwrap()
}

/// The largest difference of two rows of numbers.
pub fn off(one: &[f32], other: &[f32]) -> f32 {
    assert_eq!(one.len(), other.len());
    let pairs = one.iter().zip(other);
    pairs.fold(0.0, |largest, (a, b)| {
        let off = (a - b).abs();
        assert!(off.is_finite(), "{a} {b}");
        off.max(largest)
    })
}
