//! On a GPU: what every network answers there and on the CPU, and how fast it scores and trains.
//!
//! `DESTELLO_DEVICE=software` takes the software driver of Vulkan instead of a card: for the logic of this alone.

use std::env;

use destello::learn::{
    Architecture, Compute, Model, Wish,
    infer::{Epochs, States},
};

use super::{BATCH, Rates, card, noise, scored, trained};

/// Largest difference of a probability between the card and the CPU.
const TOLERANCE: f32 = 1e-3;
/// Candidates of the comparison.
const COMPARED: usize = 16;

/// Differences (as they are, no rates), then rates.
///
/// # Errors
/// Where there is no GPU, it fails, or answers something else than the CPU.
pub fn rates() -> anyhow::Result<Rates> {
    let is_software = env::var("DESTELLO_DEVICE").is_ok_and(|device| device == "software");
    let compute = if is_software {
        Compute::software()
    } else {
        Compute::choose(Wish::Gpu)?
    };
    println!("computed by {}", compute.name());
    let mut rates = Rates::new();
    for architecture in Architecture::ALL {
        let name = architecture.name();
        let model = Model::untrained(card(architecture), &Compute::cpu())?;
        let [expected, found] = [answers(&model)?, answers(&model.on(&compute))?];
        let differences = expected.iter().zip(&found).map(|(a, b)| (a - b).abs());
        let worst = differences.fold(0.0, f32::max);
        let is_sound = expected.len() == found.len() && worst <= TOLERANCE;
        anyhow::ensure!(is_sound, "{name} is off by {worst} on {}", compute.name());
        rates.push((
            format!("{name}, largest difference to the CPU"),
            f64::from(worst),
        ));
    }
    for architecture in [
        Architecture::Cap,
        Architecture::Compact,
        Architecture::Recurrent,
    ] {
        let name = architecture.name();
        let model = Model::untrained(card(architecture), &compute)?;
        rates.push((format!("{name} scored, destello"), scored::scored(&model)?));
        let rate = trained::trained(architecture, &compute)?;
        rates.push((format!("{name} trained, destello"), rate));
    }
    Ok(rates)
}

fn answers(model: &Model) -> anyhow::Result<Vec<f32>> {
    if let Ok(plan) = model.stamps() {
        return Ok(model.score(&noise(COMPARED * plan.len()))?);
    }
    let side = model.sequence()?.side_px;
    let epochs = Epochs {
        images: noise(BATCH * 3 * side * side),
        conditions: noise(BATCH * 5),
        count: COMPARED,
        length: BATCH / COMPARED,
    };
    Ok(model.next_epochs(&epochs, &mut States::new(COMPARED))?)
}
