//! Kernels and burn give the same probabilities.

use super::{by_kernels::kernels_of, *};
use crate::learn::{Architecture, LearnError, Model, model_file::tests::untrained};

/// The largest difference between the kernels and burn for so many candidates.
fn difference(model: &Model, count: usize) -> f32 {
    let kernels = kernels_of(&model.card().input, model.network()).unwrap();
    let answer = |engine: &dyn Engine| answers(model.card(), engine, count).unwrap();
    largest_difference(&answer(&*kernels), &answer(&model.reference()))
}

#[test]
fn every_architecture_gets_the_probabilities_of_burn() {
    for architecture in Architecture::ALL {
        let model = untrained(architecture.name());
        // One candidate, part of a group of lanes, a whole one, more than one.
        for count in [1, 3, 4, 18] {
            let off = difference(&model, count);
            assert!(
                off <= choice::TOLERANCE,
                "{} of {count}: off by {off}",
                architecture.name()
            );
        }
        assert!(model.choice().kernels.is_some(), "{}", architecture.name());
    }
}

#[test]
fn what_is_remembered_is_the_same_too() {
    let model = untrained("recurrent");
    let kernels = kernels_of(&model.card().input, model.network()).unwrap();
    let (count, length) = (18, 3);
    let epochs = Epochs {
        images: questions(count * length, 3 * 21 * 21),
        conditions: questions(count * length, 5),
        count,
        length,
    };
    let mut states = [States::new(count), States::new(count)];
    for _ in 0..2 {
        let [ours, theirs] = &mut states;
        let ours = kernels.follow(&epochs, ours).unwrap();
        let theirs = model.reference().follow(&epochs, theirs).unwrap();
        assert!(largest_difference(&ours, &theirs) <= choice::TOLERANCE);
    }
    let [ours, theirs] = &states;
    assert!(largest_difference(&ours.cells, &theirs.cells) <= choice::TOLERANCE);
    assert!(largest_difference(&ours.hiddens, &theirs.hiddens) <= choice::TOLERANCE);
}

#[test]
fn kernels_that_answer_something_else_are_not_used() {
    let (model, other) = (untrained("compact"), untrained("compact"));
    let kernels = |of: &Model| kernels_of(&of.card().input, of.network()).unwrap();
    let choice = Choice::between(model.card(), kernels(&model), &model.reference());
    assert!(choice.kernels.is_some() && choice.warning.is_none());
    // Other weights stand for kernels that compute something else.
    let choice = Choice::between(model.card(), kernels(&other), &model.reference());
    assert!(choice.kernels.is_none());
    let warning = choice.warning.unwrap();
    assert!(warning.contains("off by"), "{warning}");
}

#[test]
fn inputs_of_the_other_kind_are_refused() {
    let of_stamps = untrained("compact");
    let refusal =
        of_stamps.with_engine(|engine| engine.follow(&Epochs::default(), &mut States::default()));
    assert_eq!(refusal, Err(LearnError::Kind("sequences", "single epochs")));
    let of_sequences = untrained("recurrent");
    let refusal = of_sequences.with_engine(|engine| engine.score(&[0.0; 1323]));
    assert_eq!(refusal, Err(LearnError::Kind("single epochs", "sequences")));
}
