//! Networks over sequences: five epochs one at a time, as destello follows a candidate.

use destello::{
    imaging::sequence_input::{CHANNELS, CONDITIONS, CalibratedEpoch, History},
    learn::{
        Architecture, Model,
        follow::{Follow, Memory},
        network::Recurrent,
    },
};
use serde_json::{Value, json};

use super::runtime::{off, run, tensor};
use crate::common::networks::{as_onnx, noise, shaken, shipped};

const EPOCHS: usize = 5;

/// A source that changes, on noise.
fn epochs(side: usize, seed: u32) -> Vec<CalibratedEpoch> {
    let epoch = |at: usize| {
        let mut pixels = noise(side * side, seed + at as u32);
        for value in &mut pixels {
            *value *= 20.0;
        }
        let peak = (side / 2) * side + side / 2;
        pixels[peak] += 300.0 * (at + 1) as f32;
        pixels[3] = f32::NAN;
        CalibratedEpoch {
            pixels,
            noise: 8.0 + at as f32,
            mjd: 57_000.0 + 1.5 * (at * at) as f64,
            fwhm_px: 4.0 + 0.3 * seed as f32,
            band: None,
        }
    };
    (0..EPOCHS).map(epoch).collect()
}

/// The largest difference of a probability after any epoch of so many candidates.
fn difference(model: &Model, count: usize) -> f32 {
    let plan = model.sequence().unwrap();
    let side = plan.side_px;
    let candidates: Vec<_> = (0..count)
        .map(|at| epochs(side, 11 * (at as u32 + 1)))
        .collect();
    let mut memories = vec![Memory::new(plan); count];
    let mut following: Vec<_> = memories
        .iter_mut()
        .zip(&candidates)
        .map(|(memory, epochs)| Follow { memory, epochs })
        .collect();
    let expected = model.follow(&mut following).unwrap();
    let mut histories = vec![History::new(plan.form, side); count];
    let runs: Vec<Value> = (0..EPOCHS)
        .map(|at| {
            let (mut images, mut conditions) = (Vec::new(), Vec::new());
            for (history, epochs) in histories.iter_mut().zip(&candidates) {
                conditions.extend(history.next(&epochs[at], &mut images));
            }
            let mut inputs = json!({
                "images": tensor(&[count, CHANNELS, side, side], &images),
                "conditions": tensor(&[count, CONDITIONS], &conditions),
            });
            if at == 0 {
                let nothing = vec![0.0; count * Recurrent::UNITS];
                for name in ["hidden", "cell"] {
                    inputs[name] = tensor(&[count, Recurrent::UNITS], &nothing);
                }
            }
            inputs
        })
        .collect();
    let (_folder, file) = as_onnx(model);
    let told = run(&file, &runs);
    let by_epoch = (0..EPOCHS).map(|at| {
        let rows: Vec<f32> = expected.iter().flat_map(|rows| rows[at].clone()).collect();
        off(&told[at]["probabilities"], &rows)
    });
    by_epoch.fold(0.0, f32::max)
}

pub fn random_weights_go_on_from_epoch_to_epoch_as_in_destello() {
    for architecture in [Architecture::Recurrent, Architecture::RecurrentWindow] {
        let model = shaken(architecture);
        for count in [1, 3] {
            let off = difference(&model, count);
            println!(
                "{}, batch of {count}: off by {off:.1e}",
                architecture.name()
            );
            assert!(off < 1e-5, "{}: {off}", architecture.name());
        }
    }
}

pub fn the_model_that_comes_with_destello_goes_on_as_in_destello() {
    let model = shipped("recurrent");
    for count in [1, 3] {
        let off = difference(&model, count);
        println!("recurrent, batch of {count}: off by {off:.1e}");
        assert!(off < 1e-5, "{off}");
    }
}
