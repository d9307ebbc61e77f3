//! Sequences in the window: the model of sequences comes by itself, its classes count, filter and sort.

use std::path::{Path, PathBuf};

use crate::common::{InlineWindow, simulated as sets};
use destello::{
    domain::Prediction,
    features::{light_curve::folding::Fold, simulation::order::Kind},
    window::command::{Command, Go, QueueCommand},
    workspace::{action::Action, models, queue::column::Column, scores::shown::Reading},
};

const COUNT: u64 = 14;

fn simulated(folder: &Path, kind: Kind, survey: &str) -> PathBuf {
    let out = folder.join("sky");
    sets::simulate(&sets::order(kind, survey, COUNT, 8, &out));
    out
}

fn opened(sky: &Path, folder: &Path) -> InlineWindow {
    InlineWindow::on(sky, &folder.join("project.destello"))
}

fn shown(window: &InlineWindow) -> Vec<&str> {
    let shown = window.state.shared.scores.shown().iter();
    shown.map(|model| &*model.source).collect()
}

#[test]
fn a_set_of_sequences_is_followed_from_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let sky = simulated(folder.path(), Kind::Sequences, "hits2015");
    let mut window = opened(&sky, folder.path());
    assert_eq!(shown(&window), [models::DEFAULT, models::SEQUENCES]);
    // The real/bogus model needs images that are not there.
    let scores = &window.state.shared.scores;
    assert_eq!(scores.active().name(), models::SEQUENCES);
    // Its classes are those that are offered.
    assert_eq!(&*window.state.shared.vocabulary().name, "sequence");
    let counted = scores.active().class_counts();
    let counted: usize = counted.iter().map(|(_, count)| count).sum();
    assert_eq!(counted, COUNT as usize);
    for (ix, candidate) in window.state.shared.catalogue.iter() {
        let said = scores.classes(ix).unwrap();
        assert_eq!(said.predictions.len(), candidate.epochs.len());
        for (epoch, prediction) in said.predictions.iter().enumerate() {
            let Prediction::Probabilities(row) = prediction else {
                panic!("{} epoch {epoch}: {prediction:?}", candidate.id)
            };
            assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-4);
            let reading = scores.of_epoch(scores.active(), ix, epoch);
            assert!(matches!(reading, Reading::Class { .. }), "{reading:?}");
        }
    }
    // What it says can be filtered and sorted by.
    let (_, first) = window.state.shared.catalogue.iter().next().unwrap();
    let ix = window.ix(&first.id.clone());
    let class = scores
        .classes(ix)
        .unwrap()
        .likeliest()
        .unwrap()
        .class
        .to_owned();
    window.filter(&format!("predicted:{class}"));
    let called = window.queue().len();
    assert!(called >= 1);
    window.filter(&format!("predicted!={class}"));
    assert_eq!(window.queue().len() + called, COUNT as usize);
    window.filter("p:sn<=0.5");
    let unlikely = window.queue().len();
    window.filter("p:supernova>0.5");
    assert_eq!(window.queue().len() + unlikely, COUNT as usize);
    window.filter("");
    window.apply(Command::Queue(QueueCommand::Sort {
        column: Column::Entropy,
        is_descending: true,
    }));
    let state = &window.state;
    let order = state.shared.queue.order().iter();
    let entropies: Vec<f32> = order
        .map(|ix| state.shared.scores.classes(*ix).unwrap().entropy().unwrap())
        .collect();
    assert!(entropies.windows(2).all(|pair| pair[0] >= pair[1]));
    // Nothing is computed twice: the project knows all of it.
    let before = predictions(&window);
    let window = window.restart();
    assert_eq!(predictions(&window), before);
    assert_eq!(shown(&window), [models::DEFAULT, models::SEQUENCES]);
    window.close();
}

fn predictions(window: &InlineWindow) -> Vec<Vec<Prediction>> {
    let catalogue = window.state.shared.catalogue.iter();
    let said = catalogue.map(|(ix, _)| window.state.shared.scores.classes(ix).unwrap());
    said.map(|said| said.predictions.to_vec()).collect()
}

#[test]
fn triplets_are_left_to_the_model_of_real_and_bogus() {
    let folder = tempfile::tempdir().unwrap();
    let sky = simulated(folder.path(), Kind::Triplets, "ztf");
    let window = opened(&sky, folder.path());
    assert_eq!(shown(&window), [models::DEFAULT]);
    assert!(window.state.shared.scores.class_model().is_none());
    let offered = window.state.shared.score_columns();
    assert!(!offered.contains(&Column::Predicted), "{offered:?}");
    window.close();
}

#[test]
fn the_light_curve_folds_and_two_models_stand_side_by_side() {
    let folder = tempfile::tempdir().unwrap();
    let sky = simulated(folder.path(), Kind::Sequences, "hits2015");
    let mut window = opened(&sky, folder.path());
    let of_class = |class: &str| {
        let all = window.state.shared.catalogue.iter();
        let mut all = all.filter(|(_, one)| one.truth.as_deref() == Some(class));
        all.next().unwrap().0
    };
    let [periodic, other] = ["rr_lyrae", "asteroid"].map(of_class);
    window.apply(Command::Go(Go::To {
        candidate: periodic,
        open: true,
    }));
    assert_eq!(
        window.state.light_curve.folded_by(&window.state.shared),
        None
    );
    for fold in [Fold::Half, Fold::Period] {
        window.apply(Command::Do(Action::FoldCurve));
        assert_eq!(window.state.light_curve.curve.fold, fold);
    }
    let folded = window
        .state
        .light_curve
        .folded_by(&window.state.shared)
        .unwrap();
    let period = folded.period.unwrap();
    assert!(folded.points >= 12, "{folded:?}");
    assert!((0.1..1.2).contains(&period.days), "{period:?}");
    assert!(period.power > 0.5, "{period:?}");
    // Another candidate has another period, or none.
    window.apply(Command::Go(Go::To {
        candidate: other,
        open: true,
    }));
    let next = window
        .state
        .light_curve
        .folded_by(&window.state.shared)
        .unwrap();
    assert_ne!(next.period, Some(period));
}
