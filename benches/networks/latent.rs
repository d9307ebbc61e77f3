//! VaDE with the published widths: encoding, decoding and training.

use anyhow::Context;
use destello::{
    domain::{ComponentCard, LatentCard, ModelCard, Role},
    learn::{
        Compute, Example, Examples,
        latent::{LatentCourse, LatentKind, LatentModel, LatentShape, LatentTrainer},
    },
};

/// Stamps computed at once, here and there.
const BATCH: usize = 128;
/// Components, there too.
const COMPONENTS: usize = 20;

/// Rates of all three.
///
/// # Errors
/// Where the device fails.
pub fn rates() -> anyhow::Result<Vec<(String, f64)>> {
    let model = LatentModel::untrained(card(), &Compute::cpu())?;
    let stamps = super::noise(8 * BATCH * 441);
    let vectors = super::noise(8 * BATCH * 10);
    let placed = super::rate(|| Ok(model.embed(&stamps)?.errors.len()))?;
    let decoded = super::rate(|| Ok(model.decode(&vectors)?.len() / 441))?;
    Ok(vec![
        ("vade placed and drawn again, destello".into(), placed),
        ("vade decoded, destello".into(), decoded),
        ("vade trained, destello".into(), trained(&stamps)?),
    ])
}

fn trained(stamps: &[f32]) -> anyhow::Result<f64> {
    let mut examples = Examples::new(1, 21);
    for input in stamps.chunks(441) {
        let (input, class) = (input.to_vec(), 0);
        examples.push(&Example { input, class })?;
    }
    let shape = LatentShape::of(&card()).map_err(anyhow::Error::msg)?;
    let course = LatentCourse::usual(LatentKind::Vade, 0, u64::MAX);
    let mut trainer = LatentTrainer::new(LatentKind::Vade, &shape, course, 1, &Compute::cpu());
    trainer.start_mixture(&examples).context("the start")?;
    let chosen: Vec<usize> = (0..BATCH).collect();
    super::rate(|| {
        trainer.step(&examples, &chosen)?;
        Ok(BATCH)
    })
}

fn card() -> ModelCard {
    ModelCard {
        name: "vade".into(),
        about: LatentKind::Vade.about().into(),
        latent: Some(LatentCard {
            dimensions: 10,
            widths: LatentKind::Vade.usual_widths(),
            is_upright: false,
            focus_px: Some(6.0),
            pixel_variance: None,
            components: vec![ComponentCard::default(); COMPONENTS],
        }),
        ..ModelCard::untrained(
            LatentKind::Vade.name(),
            LatentKind::input(vec![Role::Snr]),
            &[],
        )
    }
}
