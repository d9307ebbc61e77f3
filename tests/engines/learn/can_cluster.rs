//! Latent models find kinds in stamps without labels.

use destello::learn::{
    Compute, Example, Examples,
    latent::{LatentCourse, LatentKind, LatentModel, LatentShape, LatentTrainer, clusters, reseed},
};

use crate::common::{in_turn, networks::latent_card};

const SIDE: usize = 9;
const KINDS: usize = 4;

/// Round sources, columns, rings and gradients of changing size in a pattern that stands for noise.
fn stamps(numbers: std::ops::Range<usize>) -> Examples {
    let mut examples = Examples::new(1, SIDE);
    for number in numbers {
        let kind = number % KINDS;
        let strength = 0.6 + 0.1 * (number / KINDS % 5) as f32;
        let value = |at: usize| {
            let (x, y) = ((at % SIDE) as f32 - 4.0, (at / SIDE) as f32 - 4.0);
            let shape = match kind {
                0 => (-(x * x + y * y) / 4.0).exp(),
                1 => f32::from(u8::from(x.abs() < 0.5)),
                2 => (-(x.hypot(y) - 3.0).powi(2)).exp(),
                _ => x / 4.0,
            };
            let mixed = ((number * 81 + at) as u32).wrapping_mul(2_654_435_761);
            let noise = (mixed ^ (mixed >> 15)).wrapping_mul(0x85eb_ca6b) >> 16;
            strength * shape + 0.1 * (noise as f32 / 32768.0 - 1.0)
        };
        let input = (0..SIDE * SIDE).map(value).collect();
        let class = kind as u8;
        examples.push(&Example { input, class }).unwrap();
    }
    examples
}

fn shape(kind: LatentKind, components: usize) -> LatentShape {
    LatentShape {
        channels: 1,
        side_px: SIDE,
        dimensions: 4,
        widths: vec![32, 32],
        components,
        is_convolutional: kind.is_convolutional(),
        focus_px: None,
        pixel_variance: None,
    }
}

/// Trains; the losses of the first and last steps, and the trainer.
fn taught(kind: LatentKind, components: usize, steps: u64) -> (LatentTrainer, [f64; 2]) {
    let course = LatentCourse {
        batch: 32,
        ..LatentCourse::usual(kind, 150, steps)
    };
    let shape = shape(kind, components);
    let mut trainer = LatentTrainer::new(kind, &shape, course, 5, &Compute::cpu());
    let examples = stamps(0..320);
    let mut first = None;
    while !trainer.is_finished() {
        if trainer.needs_mixture() {
            trainer.start_mixture(&examples).unwrap();
        }
        let step = trainer.status().step as usize;
        let chosen: Vec<usize> = (0..32).map(|at| (step * 32 + at * 7) % 320).collect();
        trainer.step(&examples, &chosen).unwrap();
        if !trainer.is_pretraining() && first.is_none() {
            first = trainer.take_loss();
        }
    }
    let others = stamps(320..480);
    let mut checking = trainer.begin_check(&others).unwrap();
    let last = loop {
        let checked = trainer.check(&mut checking, &others, &examples);
        if let Some(checked) = checked.unwrap() {
            break checked.loss;
        }
    };
    (trainer, [first.unwrap(), last])
}

#[test]
fn vade_finds_kinds_that_nobody_told_it() {
    let _turn = in_turn();
    for (kind, least) in [(LatentKind::Vade, 0.95), (LatentKind::VadeConv, 0.9)] {
        let (trainer, _) = taught(kind, 6, 300);
        let new = stamps(320..640);
        let card = latent_card(kind.name(), SIDE, vec![32, 32], 4, 6);
        let model = LatentModel::new(card, trainer.network().unwrap(), &Compute::cpu()).unwrap();
        let found = model.embed(new.inputs()).unwrap();
        let members = clusters::members(&found.responsibilities, 6);
        let table = clusters::contingency(&members, new.classes(), 6, KINDS);
        let accuracy = table.majority_accuracy().unwrap();
        let occupied = reseed::occupancy(&found.responsibilities, 6);
        assert!(accuracy > least, "{}: {accuracy} {occupied:?}", kind.name());
    }
}

#[test]
fn the_plain_autoencoder_learns() {
    let _turn = in_turn();
    for kind in [LatentKind::Vae, LatentKind::VaeConv] {
        let (_, [first, last]) = taught(kind, 1, 400);
        assert!(last < first - 5.0, "{}: {first} {last}", kind.name());
    }
}

#[test]
fn the_same_seed_gives_the_same_weights() {
    let _turn = in_turn();
    let state = || taught(LatentKind::Vade, 3, 20).1;
    let (one, other) = (state(), state());
    assert!(
        one.iter()
            .zip(other)
            .all(|(a, b)| a.to_bits() == b.to_bits())
    );
}
