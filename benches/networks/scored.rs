//! Scoring: four views of each candidate, or the next epoch of each sequence.

use destello::learn::{
    Architecture, Compute, Model,
    infer::{Epochs, States},
};

use super::{BATCH, Rates, card, noise, rate};

/// Rates of the kernels and of burn.
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
        let model = Model::untrained(card(architecture), &Compute::cpu())?;
        let engines = [(model.by_burn(), "burn"), (model, "destello")];
        for (model, engine) in engines {
            rates.push((format!("{name} scored, {engine}"), scored(&model)?));
        }
    }
    Ok(rates)
}

/// Candidates or epochs that a model scores in a second.
///
/// # Errors
/// Where the device fails.
pub fn scored(model: &Model) -> anyhow::Result<f64> {
    if let Ok(plan) = model.stamps() {
        let inputs = noise(BATCH * plan.len());
        return rate(|| Ok(model.score(&inputs)?.len() / 2));
    }
    let side = model.sequence()?.side_px;
    let epochs = Epochs {
        images: noise(BATCH * 3 * side * side),
        conditions: noise(BATCH * 5),
        count: BATCH,
        length: 1,
    };
    let mut states = States::new(BATCH);
    rate(|| {
        model.next_epochs(&epochs, &mut states)?;
        Ok(BATCH)
    })
}
