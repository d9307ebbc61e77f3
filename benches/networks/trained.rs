//! Training: batches of 64 candidates with all four views, or of 64 sequences of 25 epochs.

use anyhow::Context;
use destello::{
    imaging::sequence_input::CalibratedEpoch,
    learn::{
        Architecture, Compute, Dataset, Example, Examples, NetworkShape, Sequence, Sequences,
        schedule::Schedule, trainer::Trainer,
    },
};

use super::{BATCH, Rates, noise, rate};

/// Epochs of a sequence, here and there.
const EPOCHS: usize = 25;

/// Rates of training.
///
/// # Errors
/// Where the device fails.
pub fn rates() -> anyhow::Result<Rates> {
    let mut rates = Rates::new();
    for architecture in [
        Architecture::Cap,
        Architecture::Compact,
        Architecture::Recurrent,
    ] {
        let name = architecture.name();
        let rate = trained(architecture, &Compute::cpu())?;
        rates.push((format!("{name} trained, destello"), rate));
    }
    Ok(rates)
}

/// Examples or sequences that are learned in a second.
///
/// # Errors
/// Where the device fails.
pub fn trained(architecture: Architecture, compute: &Compute) -> anyhow::Result<f64> {
    let mut schedule = Schedule::ours(architecture, u64::MAX);
    schedule.is_one_view = false;
    let input = architecture.input();
    let (dataset, channels): (Box<dyn Dataset>, usize) = match input.stamps() {
        Some(plan) => {
            let mut examples = Examples::new(plan.planes(), plan.side_px);
            for (at, input) in noise(BATCH * plan.len()).chunks(plan.len()).enumerate() {
                let (input, class) = (input.to_vec(), (at % 2) as u8);
                examples.push(&Example { input, class })?;
            }
            (Box::new(examples), plan.planes())
        }
        None => (Box::new(sequences(architecture)?), 3),
    };
    let shape = NetworkShape {
        channels,
        classes: 2,
        members: 1,
    };
    let mut trainer = Trainer::new(architecture, shape, schedule, 1, compute);
    let chosen: Vec<usize> = (0..BATCH).collect();
    rate(|| {
        trainer.step(&*dataset, &chosen)?;
        Ok(BATCH)
    })
}

fn sequences(architecture: Architecture) -> anyhow::Result<Sequences> {
    let destello::domain::ModelInput::Sequence(plan) = architecture.input() else {
        anyhow::bail!("{} takes no sequences", architecture.name());
    };
    let pixels = plan.side_px * plan.side_px;
    let values = noise(EPOCHS * pixels);
    let epoch = |at: usize| CalibratedEpoch {
        pixels: values[at * pixels..(at + 1) * pixels].to_vec(),
        noise: 0.6,
        mjd: 57_000.0 + at as f64,
        fwhm_px: 4.0,
        band: None,
    };
    let all = (0..BATCH).map(|class| Sequence {
        epochs: (0..EPOCHS).map(epoch).collect(),
        class: (class % 2) as u8,
    });
    let sequences = Sequences::new(&plan, all);
    sequences.classes().first().context("no sequence")?;
    Ok(sequences)
}
