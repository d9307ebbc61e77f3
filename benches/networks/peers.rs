//! The same networks in Python, in a process of their own.

use std::{env, fs, process::Command};

use anyhow::Context;
use destello::learn::{Architecture, Compute, Model, onnx};

use super::{MEASURED, Rates, card};

/// Rates of PyTorch and ONNX Runtime; the latter is given the files that destello writes.
///
/// # Errors
/// Where Python does not run, or has no PyTorch.
pub fn rates(kind: &str) -> anyhow::Result<Rates> {
    let folder = tempfile::tempdir()?;
    for architecture in [
        Architecture::Cap,
        Architecture::Compact,
        Architecture::Recurrent,
    ] {
        let model = Model::untrained(card(architecture), &Compute::cpu())?;
        let file = folder.path().join(format!("{}.onnx", architecture.name()));
        fs::write(file, onnx::to_bytes(&model)?)?;
    }
    let python = env::var("DESTELLO_PYTHON").unwrap_or_else(|_| "python3".into());
    let script = env::var("DESTELLO_PEERS").unwrap_or_else(|_| {
        concat!(env!("CARGO_MANIFEST_DIR"), "/benches/networks/peers.py").into()
    });
    let output = Command::new(python)
        .args([&*script, kind, &MEASURED.as_secs().to_string()])
        .arg(folder.path())
        .output();
    let output = output.context("python3 cannot be started")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines = text.lines().filter_map(|line| {
        let (rate, what) = line.split_once(' ')?;
        Some((what.to_owned(), rate.parse().ok()?))
    });
    let measured: Rates = lines.collect();
    anyhow::ensure!(
        !measured.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
            .lines()
            .last()
            .unwrap_or("python3 prints nothing")
    );
    Ok(measured)
}
