//! Trainings stopped and gone on with, and refused where they cannot be.

use std::path::Path;

use crate::common::Sky;
use destello::{
    domain::{ModelFacts, ModelId},
    features::training::train::{TrainOrder, Training, TrainingData, checkpoint_path},
    io::Decoder,
    learn::{Architecture, Compute, model_file, schedule::Schedule},
    tasks::stepwise::Stepwise,
    workspace::open::read_all_with,
};

fn order(out: &Path, architecture: Architecture, members: usize) -> TrainOrder {
    let mut schedule = Schedule::ours(architecture, 12);
    schedule.batch = 16;
    schedule.validate_every = 5;
    TrainOrder {
        architecture,
        data: TrainingData::Simulation {
            survey: "mixed".into(),
            templates: None,
        },
        schedule,
        seed: 3,
        members,
        chunk: 64,
        passes: 1,
        validation: 32,
        threads: 2,
        name: None,
        command: "destello train real-bogus".into(),
        commit: "abc".into(),
        out: out.to_owned(),
    }
}

/// Trains to the end; stops after every `pieces` advances and goes on from the checkpoint.
fn trained(order: &TrainOrder, pieces: usize) -> String {
    let compute = Compute::cpu();
    loop {
        let mut training = Training::start(order.clone(), &compute).expect("it starts");
        for _ in 0..pieces {
            if training.is_finished() {
                break;
            }
            training.advance().expect("a step");
        }
        if training.is_finished() {
            return training.write().expect("a model").id().to_string();
        }
        training.save().expect("a checkpoint");
    }
}

#[test]
fn a_training_in_pieces_gives_the_same_weights() {
    let _turn = crate::common::in_turn();
    let folder = tempfile::tempdir().unwrap();
    let whole = order(
        &folder.path().join("whole.safetensors"),
        Architecture::Compact,
        1,
    );
    let pieces = order(
        &folder.path().join("pieces.safetensors"),
        Architecture::Compact,
        1,
    );
    let first = trained(&whole, usize::MAX);
    assert_eq!(first, trained(&pieces, 1));
    assert!(
        !checkpoint_path(&pieces.out).exists(),
        "the checkpoint stayed"
    );
    let model = model_file::read(&pieces.out, &Compute::cpu()).unwrap();
    assert_eq!(model.id().to_string(), first);
    assert_eq!(model.card().training.seed, 3);
    let card = std::fs::read_to_string(pieces.out.with_extension("json")).unwrap();
    assert!(card.contains("validation_accuracy"), "{card}");
}

#[test]
fn an_ensemble_goes_on_with_the_member_it_was_at() {
    let _turn = crate::common::in_turn();
    let folder = tempfile::tempdir().unwrap();
    let mut order = order(
        &folder.path().join("cape.safetensors"),
        Architecture::Cape,
        2,
    );
    order.schedule.steps = 2;
    order.schedule.batch = 4;
    let id = trained(&order, 1);
    let model = model_file::read(&order.out, &Compute::cpu()).unwrap();
    assert_eq!(model.id().to_string(), id);
    assert_eq!(model.card().parameters, 2 * 255_490);
}

#[test]
fn a_checkpoint_of_other_settings_or_a_broken_one_is_refused_and_stays() {
    let _turn = crate::common::in_turn();
    let folder = tempfile::tempdir().unwrap();
    let first = order(
        &folder.path().join("a.safetensors"),
        Architecture::Compact,
        1,
    );
    let mut training = Training::start(first.clone(), &Compute::cpu()).unwrap();
    training.advance().unwrap();
    training.save().unwrap();
    let checkpoint = checkpoint_path(&first.out);
    let bytes = std::fs::read(&checkpoint).unwrap();
    let mut other = first.clone();
    other.seed = 4;
    let refusal = |order: TrainOrder| {
        let started = Training::start(order, &Compute::cpu());
        format!("{:#}", started.err().unwrap())
    };
    assert!(refusal(other).contains("other settings"));
    std::fs::write(&checkpoint, &bytes[..bytes.len() / 2]).unwrap();
    let why = refusal(first);
    assert!(
        why.contains("truncated") && why.contains("a.checkpoint"),
        "{why}"
    );
    assert_eq!(std::fs::read(&checkpoint).unwrap().len(), bytes.len() / 2);
}

#[test]
fn orders_that_cannot_be_are_refused_in_a_sentence() {
    let _turn = crate::common::in_turn();
    let folder = tempfile::tempdir().unwrap();
    let good = order(
        &folder.path().join("x.safetensors"),
        Architecture::Compact,
        1,
    );
    let refusal = |order: TrainOrder| {
        let started = Training::start(order, &Compute::cpu());
        format!("{:#}", started.err().unwrap())
    };
    let braai = TrainOrder {
        architecture: Architecture::Braai,
        ..good.clone()
    };
    assert!(refusal(braai).contains("models import"));
    let nowhere = TrainOrder {
        out: folder.path().join("no/such/x.safetensors"),
        ..good.clone()
    };
    assert!(refusal(nowhere).contains("no such folder"));
    let no_survey = TrainOrder {
        data: TrainingData::Simulation {
            survey: "nowhere".into(),
            templates: None,
        },
        ..good.clone()
    };
    assert!(refusal(no_survey).contains("nowhere"));
    let no_data = TrainOrder {
        data: TrainingData::Labelled {
            paths: vec![folder.path().to_owned()],
            labels: None,
        },
        ..good
    };
    assert!(refusal(no_data).contains("too few"));
}

#[test]
fn a_network_that_is_trained_on_labels_knows_whose() {
    let sky = Sky::new(40);
    let labelled = |out: &str| TrainOrder {
        data: TrainingData::Labelled {
            paths: vec![sky.path()],
            labels: None,
        },
        ..order(&sky.beside(out), Architecture::Compact, 1)
    };
    let mut training = Training::start(labelled("mine.safetensors"), &Compute::cpu()).unwrap();
    while !training.is_finished() {
        training.advance().unwrap();
    }
    let written = training.write().unwrap();
    let learned = &written.card().training.learned;
    assert_eq!(learned.len(), 40);
    // It is not judged by what it has learned.
    let facts = ModelFacts::of(&ModelId::new("m", 0), written.card());
    let of_data = read_all_with(&[sky.path()], &Decoder::default()).catalogue;
    assert!(
        of_data
            .iter()
            .all(|(_, one)| facts.learned.contains(&one.id))
    );
}
