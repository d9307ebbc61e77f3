//! Sequences: what is learned from them, and that following is the same as starting over.

use super::*;
use crate::{
    domain::{Band, ModelCard, SequenceForm},
    learn::{
        Architecture, Model, NetworkShape,
        follow::{Follow, Memory},
        schedule::Schedule,
        trainer::Trainer,
        validation::validate,
    },
};

const SIDE: usize = 21;

/// A star that changes, or not, on noise; the same for the same number.
fn sequence(number: usize, epochs: usize, is_variable: bool) -> Sequence {
    let epoch = |at: usize| {
        let change = if is_variable {
            0.5 * ((at * 5 + number) as f32).sin()
        } else {
            0.0
        };
        let flux = 300.0 * (1.0 + change);
        let pixel = |place: usize| {
            let (x, y) = ((place % SIDE) as f32 - 10.0, (place / SIDE) as f32 - 10.0);
            let chance = fnv1a(number as u64, [at as u8, place as u8, (place >> 8) as u8]);
            let noise = (chance >> 20 & 0xff) as f32 / 32.0 - 4.0;
            flux * (-(x * x + y * y) / 8.0).exp() + noise
        };
        CalibratedEpoch {
            pixels: (0..SIDE * SIDE).map(pixel).collect(),
            noise: 2.3,
            mjd: 57_000.0 + at as f64 * 1.7,
            fwhm_px: 4.5,
            band: Some(Band::G),
        }
    };
    Sequence {
        epochs: (0..epochs).map(epoch).collect(),
        class: u8::from(is_variable),
    }
}

fn plan(form: SequenceForm) -> SequencePlan {
    SequencePlan {
        role: crate::domain::Role::Science,
        form,
        side_px: SIDE,
    }
}

const SHAPE: NetworkShape = NetworkShape {
    channels: CHANNELS,
    classes: 2,
    members: 1,
};

fn sequences(range: std::ops::Range<usize>) -> Sequences {
    let all = range.map(|number| sequence(number, 5 + number % 4, number % 2 == 1));
    Sequences::new(&plan(SequenceForm::RunningDifference), all)
}

fn model(form: SequenceForm) -> Model {
    let architecture = match form {
        SequenceForm::RunningDifference => Architecture::Recurrent,
        SequenceForm::Window => Architecture::RecurrentWindow,
    };
    let card = ModelCard {
        name: "test".into(),
        ..ModelCard::untrained(
            architecture.name(),
            architecture.input(),
            &["constant", "variable"],
        )
    };
    Model::untrained(card, &Compute::cpu()).unwrap()
}

/// Class probabilities of sequences from the first epoch on.
fn from_scratch(model: &Model, sequences: &[Sequence]) -> Vec<Vec<Vec<f32>>> {
    let mut memories = vec![Memory::new(model.sequence().unwrap()); sequences.len()];
    let pairs = memories.iter_mut().zip(sequences);
    let mut follows: Vec<_> = pairs
        .map(|(memory, sequence)| Follow {
            memory,
            epochs: &sequence.epochs,
        })
        .collect();
    model.follow(&mut follows).unwrap()
}

fn most_apart(a: &[Vec<f32>], b: &[Vec<f32>]) -> f32 {
    assert_eq!(a.len(), b.len());
    let pairs = a.iter().flatten().zip(b.iter().flatten());
    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn epoch_by_epoch_is_the_same_as_from_scratch() {
    for form in [SequenceForm::RunningDifference, SequenceForm::Window] {
        let model = model(form);
        let sequence = sequence(3, 9, true);
        let whole = from_scratch(&model, std::slice::from_ref(&sequence)).remove(0);
        let mut memory = Memory::new(model.sequence().unwrap());
        let mut one_by_one = Vec::new();
        for epoch in &sequence.epochs {
            let mut follow = [Follow {
                memory: &mut memory,
                epochs: std::slice::from_ref(epoch),
            }];
            one_by_one.extend(model.follow(&mut follow).unwrap().remove(0));
        }
        assert_eq!(memory.epochs(), 9);
        let apart = most_apart(&whole, &one_by_one);
        assert!(apart < 1e-5, "{form:?} {apart}");
        // Every beginning of a sequence is a sequence.
        let start = Sequence {
            epochs: sequence.epochs[..4].to_vec(),
            ..sequence
        };
        let start = from_scratch(&model, &[start]).remove(0);
        assert!(most_apart(&whole[..4], &start) < 1e-5);
    }
}

#[test]
fn neighbours_in_a_batch_and_their_lengths_change_nothing() {
    let model = model(SequenceForm::RunningDifference);
    let lengths = [1, 7, 3, 7, 40];
    let all: Vec<_> = (0..5)
        .map(|at| sequence(at, lengths[at], at % 2 == 0))
        .collect();
    let together = from_scratch(&model, &all);
    let padded = Sequences::new(&plan(SequenceForm::RunningDifference), all.clone());
    let padded = padded
        .predictions(model.network(), &Compute::cpu())
        .unwrap();
    for (at, sequence) in all.iter().enumerate() {
        assert_eq!(together[at].len(), lengths[at]);
        let alone = from_scratch(&model, std::slice::from_ref(sequence)).remove(0);
        assert!(most_apart(&together[at], &alone) < 1e-5);
        assert!(most_apart(&padded[at], &alone) < 1e-5);
    }
}

#[test]
fn how_many_are_judged_at_once_changes_no_bit() {
    let model = model(SequenceForm::RunningDifference);
    let all: Vec<_> = (0..32)
        .map(|at| sequence(at, 3 + at * 7 % 30, at % 2 == 0))
        .collect();
    let sequences = Sequences::new(&plan(SequenceForm::RunningDifference), all);
    let compute = Compute::cpu();
    let in_parts = |size: usize| -> Vec<Vec<Vec<f32>>> {
        let starts = (0..32).step_by(size);
        let predicted = starts.flat_map(|from| {
            let range = from..(from + size).min(32);
            let predicted = sequences.predictions_of(range, model.network(), &compute);
            predicted.unwrap()
        });
        predicted.collect()
    };
    let at_once = in_parts(32);
    for size in [4, 8, 16] {
        assert_eq!(in_parts(size), at_once, "{size}");
    }
}

#[test]
fn a_variable_star_is_told_from_a_constant_one_after_a_short_training() {
    let (training, test) = (sequences(0..64), sequences(1000..1040));
    let mut schedule = Schedule::ours(Architecture::Recurrent, 60);
    schedule.batch = 32;
    let compute = Compute::cpu();
    let mut trainer = Trainer::new(Architecture::Recurrent, SHAPE, schedule, 3, &compute);
    let before = trainer.validate(&test).unwrap();
    for step in 0..60 {
        let chosen: Vec<usize> = (0..32).map(|at| (step * 32 + at) % 64).collect();
        trainer.step(&training, &chosen).unwrap();
    }
    let after = trainer.validate(&test).unwrap();
    assert!(after.loss < 0.5 * before.loss, "{before:?} {after:?}");
    assert!(after.accuracy > 0.9, "{}", after.accuracy);
    // A temperature may change how sure it is, not what it says.
    let mut settling = Settling::new(trainer.network().unwrap().clone());
    let (settled, figures) = loop {
        if let Some(settled) = test.settle(&mut settling, &compute).unwrap() {
            break settled;
        }
    };
    let settled = validate(&settled, &test, &compute).unwrap();
    assert!((settled.accuracy - after.accuracy).abs() < 1e-9);
    assert!(figures.iter().any(|(name, _)| name == "temperature"));
}

#[test]
fn weights_of_verdicts_sum_to_one_for_each_sequence() {
    let weights = weights(&[1, 12, 4], 12);
    for (row, length) in weights.chunks(12).zip([1, 12, 4]) {
        assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        assert!(row[length..].iter().all(|weight| *weight <= 0.0));
        assert!(row[..length].windows(2).all(|pair| pair[0] <= pair[1]));
    }
}

#[test]
fn what_is_shown_of_a_sequence_changes_and_is_never_too_little() {
    let sequence = sequence(1, 12, true);
    let mut lengths = std::collections::BTreeSet::new();
    for chance in 0..500_u64 {
        let shown = shown(&sequence.epochs, fnv1a(1, chance.to_le_bytes()) >> 9);
        assert!(shown.len() >= FEWEST);
        assert!(shown.windows(2).all(|pair| pair[0].mjd < pair[1].mjd));
        lengths.insert(shown.len());
    }
    assert!(lengths.len() > 5, "{lengths:?}");
    let two = &sequence.epochs[..2];
    assert!((0..50).all(|chance| shown(two, chance).len() == 2));
}

#[test]
fn a_network_of_single_epochs_does_not_learn_from_sequences() {
    let schedule = Schedule::ours(Architecture::Compact, 1);
    let compute = Compute::cpu();
    let mut trainer = Trainer::new(Architecture::Compact, SHAPE, schedule, 3, &compute);
    let refusal = trainer.step(&sequences(0..4), &[0, 1]).unwrap_err();
    assert!(refusal.to_string().contains("sequences"), "{refusal}");
    // The network is still there.
    assert!(trainer.network().is_ok());
}
