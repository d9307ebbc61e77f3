//! Networks side by side with what a person would use instead, in one run: scoring and training of
//! CAP and of the compact network here, CAP in PyTorch with two threads, and CAP in ONNX Runtime; VaDE
//! here and in PyTorch.
//!
//! `cargo bench --bench networks`. Python needs `torch`, `onnx` and `onnxruntime`; without them only
//! the rates of destello are told.

mod latent;

use std::{
    collections::BTreeMap,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::Context;
use destello::{
    domain::{ModelCard, TrainingRecord},
    learn::{
        Architecture, Compute, Example, Examples, Model, NetworkShape, schedule::Schedule,
        trainer::Trainer,
    },
};

/// How long every rate is measured.
const MEASURED: Duration = Duration::from_secs(8);
/// Candidates computed at once, here and there.
const BATCH: usize = 64;
/// Four images, two classes.
const SHAPE: NetworkShape = NetworkShape {
    channels: 4,
    classes: 2,
    members: 1,
};

fn main() -> anyhow::Result<()> {
    let mut rates = Vec::new();
    for architecture in [Architecture::Cap, Architecture::Compact] {
        let name = architecture.name();
        rates.push((format!("{name} scored, destello"), scored(architecture)?));
        rates.push((
            format!("{name} trained on four views, destello"),
            trained(architecture, false)?,
        ));
        rates.push((
            format!("{name} trained on one view, destello"),
            trained(architecture, true)?,
        ));
    }
    rates.extend(latent::rates()?);
    match peers() {
        Ok(measured) => rates.extend(measured),
        Err(why) => println!("no comparison: {why:#}"),
    }
    for (what, rate) in &rates {
        println!("{rate:9.0} candidates/s  {what}");
    }
    for (a, b) in [
        ("cap scored, destello", "cap scored, PyTorch"),
        (
            "cap trained on four views, destello",
            "cap trained on four views, PyTorch",
        ),
        ("compact scored, destello", "cap scored, ONNX Runtime"),
        ("compact scored, destello", "cap scored, destello"),
        (
            "vade placed and drawn again, destello",
            "vade placed and drawn again, PyTorch",
        ),
        ("vade decoded, destello", "vade decoded, PyTorch"),
        ("vade trained, destello", "vade trained, PyTorch"),
    ] {
        let of = |what: &str| {
            rates
                .iter()
                .find(|(known, _)| known == what)
                .map(|found| found.1)
        };
        if let (Some(ours), Some(theirs)) = (of(a), of(b)) {
            println!("{:9.2} x  {a} / {b}", ours / theirs);
        }
    }
    Ok(())
}

/// Candidates in a second while something is done over and over.
fn rate(mut work: impl FnMut() -> anyhow::Result<usize>) -> anyhow::Result<f64> {
    for _ in 0..3 {
        work()?;
    }
    let started = Instant::now();
    let mut done = 0;
    while started.elapsed() < MEASURED {
        done += work()?;
    }
    Ok(done as f64 / started.elapsed().as_secs_f64())
}

fn scored(architecture: Architecture) -> anyhow::Result<f64> {
    let card = card(architecture);
    let trainer = Trainer::new(
        architecture,
        SHAPE,
        Schedule::ours(architecture, 1),
        1,
        &Compute::cpu(),
    );
    let model = Model::new(card, trainer.network()?, &Compute::cpu());
    let inputs = noise(8 * BATCH * model.stamps()?.len());
    rate(|| Ok(model.score(&inputs)?.len() / 2))
}

fn trained(architecture: Architecture, is_one_view: bool) -> anyhow::Result<f64> {
    let mut schedule = Schedule::ours(architecture, u64::MAX);
    schedule.is_one_view = is_one_view;
    let input = architecture.input();
    let plan = input.stamps().context("of single epochs")?;
    let mut examples = Examples::new(plan.channels.len(), plan.side_px);
    for (at, input) in noise(BATCH * plan.len()).chunks(plan.len()).enumerate() {
        let (input, class) = (input.to_vec(), (at % 2) as u8);
        examples.push(&Example { input, class })?;
    }
    let mut trainer = Trainer::new(architecture, SHAPE, schedule, 1, &Compute::cpu());
    let chosen: Vec<usize> = (0..BATCH).collect();
    rate(|| {
        trainer.step(&examples, &chosen)?;
        Ok(BATCH)
    })
}

fn card(architecture: Architecture) -> ModelCard {
    ModelCard {
        format: ModelCard::FORMAT,
        name: architecture.name().into(),
        about: architecture.about().into(),
        network: architecture.name().into(),
        members: 1,
        input: architecture.input(),
        classes: vec!["bogus".into(), "real".into()],
        parameters: 0,
        threshold: 0.5,
        training: TrainingRecord::default(),
        figures: BTreeMap::default(),
        latent: None,
    }
}

/// Numbers from -1 to 1 without a pattern.
fn noise(count: usize) -> Vec<f32> {
    let value = |at: usize| {
        let mixed = (at as u32).wrapping_mul(2_654_435_761);
        (mixed ^ (mixed >> 15)) as f32 / u32::MAX as f32 * 2.0 - 1.0
    };
    (0..count).map(value).collect()
}

/// The same network elsewhere; lines of a rate and its name.
fn peers() -> anyhow::Result<Vec<(String, f64)>> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/networks/peers.py");
    let output = Command::new("python3").arg(script).output();
    let output = output.context("python3 cannot be started")?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines = said.lines().filter_map(|line| {
        let (rate, what) = line.split_once(' ')?;
        Some((what.to_owned(), rate.parse().ok()?))
    });
    let measured: Vec<_> = lines.collect();
    anyhow::ensure!(
        !measured.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
            .lines()
            .last()
            .unwrap_or("python3 says nothing")
    );
    Ok(measured)
}
