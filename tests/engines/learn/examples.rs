//! Small examples made here: point sources against anything else.

use destello::{
    domain::{InputPlan, Role, fnv},
    imaging::model_input::{Plane, prepare},
    learn::{Architecture, Example, Examples},
};

const SIDE: usize = 21;

/// A number from 0 to 1 that depends on all of its words.
fn chance(words: [u64; 3]) -> f32 {
    let hash = fnv::fnv1a(fnv::FNV_START, words.into_iter().flat_map(u64::to_le_bytes));
    ((hash ^ (hash >> 29)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as f32 / (1 << 24) as f32
}

/// Even numbers are point sources, odd ones dipoles of the same size; both in noise.
pub fn example(number: u64, plan: &InputPlan) -> Example {
    let noise = |at: usize, plane: u64| {
        let sum: f32 = (0..4)
            .map(|k| chance([number * 4 + plane, at as u64, k]))
            .sum();
        (sum - 2.0) * 1.7
    };
    let is_real = number.is_multiple_of(2);
    let flux = 6.0 + 20.0 * chance([number, 1, 99]);
    let angle = 6.3 * chance([number, 2, 99]);
    let (dx, dy) = (angle.cos(), angle.sin());
    let source = |at: usize| {
        let (x, y) = ((at % SIDE) as f32 - 10.0, (at / SIDE) as f32 - 10.0);
        let bell = |x: f32, y: f32| (-(x * x + y * y) / 4.0).exp();
        if is_real {
            flux * bell(x, y)
        } else {
            flux * (bell(x - dx, y - dy) - bell(x + dx, y + dy))
        }
    };
    let image = |plane: u64, has_source: bool| -> Vec<f32> {
        let pixel = |at| noise(at, plane) + if has_source { source(at) } else { 0.0 };
        (0..SIDE * SIDE).map(pixel).collect()
    };
    let (science, reference, difference) = (image(0, true), image(1, false), image(2, true));
    let plane = |role, pixels| Plane {
        role,
        width: SIDE,
        height: SIDE,
        pixels,
        arcsec_per_px: None,
    };
    let planes = [
        plane(Role::Science, science.as_slice()),
        plane(Role::Reference, reference.as_slice()),
        plane(Role::Difference, difference.as_slice()),
    ];
    Example {
        input: prepare(&planes, plan).expect("all planes are there"),
        class: u8::from(is_real),
    }
}

/// Examples of those numbers, as `compact` takes them.
pub fn examples(numbers: std::ops::Range<u64>) -> Examples {
    let plan = Architecture::Compact.input();
    let plan = plan.stamps().expect("of single epochs");
    let mut examples = Examples::new(plan.channels.len(), plan.side_px);
    for number in numbers {
        examples.push(&example(number, plan)).expect("of one shape");
    }
    examples
}
