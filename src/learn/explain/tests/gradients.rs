//! Integrated gradients: finite differences, completeness, baseline.

use super::*;

#[test]
fn gradients_agree_with_finite_differences() {
    let model = shipped();
    let input = stamps(&model);
    let device = model.compute().differentiating();
    let members = layers_of(&model.network().clone().fork(&device)).unwrap();
    let gradient =
        integrated_gradients::gradient(&members, model.tensor(&input, &device).unwrap(), 1);
    let gradient = values(&gradient);
    let largest = gradient
        .iter()
        .fold(0.0_f32, |most, value| most.max(value.abs()));
    assert!(largest > 0.0);
    let plain = layers_of(model.network()).unwrap();
    let score = |input: &[f32]| {
        let inputs = model.tensor(input, &Device::flex()).unwrap();
        score(&plain, &inputs, 1).into_scalar::<f32>()
    };
    let slope = |at: usize, step: f32| {
        let moved = |by: f32| {
            let mut moved = input.clone();
            moved[at] += by;
            score(&moved)
        };
        (moved(step) - moved(-step)) / (2.0 * step)
    };
    let mut compared = 0;
    for at in (0..input.len()).step_by(29) {
        let (wide, narrow) = (slope(at, 4e-3), slope(at, 2e-3));
        // Where a ReLU or the winner of a window turns within the step, there is no one slope.
        if (wide - narrow).abs() < 0.01 * largest {
            let apart = (narrow - gradient[at]).abs();
            assert!(
                apart < 0.05 * largest,
                "{at}: {narrow} and {}",
                gradient[at]
            );
            compared += 1;
        }
    }
    assert!(compared > 30, "{compared}");
}

#[test]
fn integrated_gradients_are_complete() {
    for model in [
        shipped(),
        model(Architecture::Cap, true),
        model(Architecture::Braai, true),
    ] {
        let found = explain(&model, &stamps(&model), ExplainMethod::IntegratedGradients).unwrap();
        let (pixels, change) = (
            sum(&found.maps.concat()),
            f64::from(found.start - found.rest),
        );
        let size: f64 = found.maps.concat().iter().map(|v| f64::from(v.abs())).sum();
        // What 20 midpoints miss of the integral.
        assert!(
            (pixels - change).abs() < 0.03 * size,
            "{}: {pixels} for {change}",
            model.id()
        );
    }
}

#[test]
fn the_baseline_has_sky_and_no_source() {
    let input = [1.0, 2.0, 9.0, 0.0, 0.0, 5.0];
    let expected = [2.0, 2.0, 2.0, 0.0, 0.0, 0.0];
    assert_eq!(integrated_gradients::baseline(&input, 2), expected);
}
