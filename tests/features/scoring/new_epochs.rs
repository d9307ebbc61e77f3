//! A new night: models that look back go on from what they remember, and notice when the past changed.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use crossbeam_channel::bounded;
use destello::{
    domain::{
        Candidate, CandidateIx, Catalogue, NewScores, Prediction, Predictions, ScoreBook, Source,
    },
    features::{
        scoring::{
            score::Orientations,
            task::{Focus, ModelChoice, Pace, ScoreSet, ScoreUpdate},
        },
        simulation::order::Kind,
    },
    io::Decoder,
    store::Project,
    tasks::{cancel::CancelToken, run_here},
    workspace::{model_registry::ModelRegistry, models, open::read_all},
};

use crate::common::simulated as sets;

/// Epochs of the first visit.
const FIRST: usize = 9;

fn simulated(folder: &Path) -> Vec<Candidate> {
    let out = folder.join("sky");
    sets::simulate(&sets::order(Kind::Sequences, "hits2015", 4, 5, &out));
    let opened = read_all(&[out]);
    let all = opened.catalogue.iter();
    let all: Vec<_> = all.map(|(_, candidate)| candidate.clone()).collect();
    assert!(all.iter().all(|one| one.epochs.len() > FIRST + 2));
    all
}

fn until(candidates: &[Candidate], epochs: usize) -> Vec<Candidate> {
    let mut some = candidates.to_vec();
    for one in &mut some {
        one.epochs.truncate(epochs);
    }
    some
}

/// Scores a set as the window does; what is new goes into the project. How many scores were computed.
fn score(
    candidates: &[Candidate],
    source: &str,
    project: Option<&PathBuf>,
) -> (Vec<Predictions>, usize) {
    if let Some(path) = project {
        drop(Project::open_or_create(path).unwrap());
    }
    let mut catalogue = Catalogue::default();
    for candidate in candidates {
        catalogue.absorb(candidate.clone());
    }
    let task = ScoreSet {
        by: vec![ModelChoice::Source(source.into())],
        catalogue: Arc::new(catalogue),
        known: ScoreBook::default(),
        project: project.cloned(),
        models: ModelRegistry::default(),
        decoder: Arc::new(Decoder::default()),
        focus: Focus::default(),
        pace: Pace::Fitted,
        orientations: Orientations::All,
    };
    let (sender, updates) = bounded(1024);
    run_here(task, CancelToken::default(), move |update| {
        sender.send(update).unwrap();
    })
    .unwrap();
    let mut all: Vec<(CandidateIx, Predictions)> = Vec::new();
    let mut computed = 0;
    for update in &updates {
        match update {
            ScoreUpdate::Loaded(_) => {}
            ScoreUpdate::Scored { scores, counts, .. } => {
                all.extend(scores);
                computed += counts.computed;
            }
            ScoreUpdate::Fault(fault) => panic!("{fault:?}"),
        }
    }
    all.sort_by_key(|(ix, _)| ix.0);
    (
        all.into_iter()
            .map(|(_, predictions)| predictions)
            .collect(),
        computed,
    )
}

fn assert_alike(some: &[Predictions], others: &[Predictions]) {
    let counts = |all: &[Predictions]| all.iter().map(|of_one| of_one.len()).collect::<Vec<_>>();
    assert_eq!(counts(some), counts(others));
    assert!(counts(some).iter().sum::<usize>() > 0);
    for (some, others) in some
        .iter()
        .flat_map(|v| v.iter())
        .zip(others.iter().flat_map(|v| v.iter()))
    {
        match (some, others) {
            (Prediction::Probabilities(some), Prediction::Probabilities(others)) => {
                assert_eq!(some.len(), others.len());
                for (a, b) in some.iter().zip(others.iter()) {
                    assert!((a - b).abs() < 1e-4, "{some:?} {others:?}");
                }
            }
            (some, others) => assert_eq!(some, others),
        }
    }
}

#[test]
fn a_new_epoch_needs_no_stamp_of_the_earlier_ones() {
    let folder = tempfile::tempdir().unwrap();
    let sky = simulated(folder.path());
    let path = folder.path().join("night.destello");
    let project = Some(&path);
    let first = until(&sky, FIRST);
    assert_eq!(score(&first, models::SEQUENCES, project).1, 4 * FIRST);

    let mut second = until(&sky, FIRST + 2);
    let (whole, _) = score(&second, models::SEQUENCES, None);
    // The files of the first night are gone.
    for candidate in &mut second {
        for epoch in &mut candidate.epochs[..FIRST] {
            for stamp in &mut epoch.stamps {
                let names = stamp.source.path.strip_prefix(folder.path()).unwrap();
                let gone = Source {
                    path: Path::new("/gone").join(names).into(),
                    ..Source::clone(&stamp.source)
                };
                stamp.source = gone.into();
            }
        }
    }
    let (gone_on, computed) = score(&second, models::SEQUENCES, project);
    assert_eq!(computed, 4 * 2, "the two new epochs of each");
    assert_alike(&gone_on, &whole);
    // All is known now.
    assert_eq!(score(&second, models::SEQUENCES, project).1, 0);
}

#[test]
fn what_was_said_after_other_epochs_is_said_anew() {
    let folder = tempfile::tempdir().unwrap();
    let sky = simulated(folder.path());
    let path = folder.path().join("night.destello");
    let project = Some(&path);
    score(&until(&sky, FIRST), models::SEQUENCES, project);
    // One of the epochs is taken away, and one comes.
    let mut other = until(&sky, FIRST + 1);
    for candidate in &mut other {
        candidate.epochs.remove(3);
    }
    let (said, computed) = score(&other, models::SEQUENCES, project);
    let (whole, _) = score(&other, models::SEQUENCES, None);
    assert_alike(&said, &whole);
    assert_eq!(computed, 4 * (FIRST - 3), "those from the missing one on");
}

#[test]
fn a_damaged_memory_costs_time_and_no_score() {
    let folder = tempfile::tempdir().unwrap();
    let sky = simulated(folder.path());
    let path = folder.path().join("night.destello");
    let project = Some(&path);
    score(&until(&sky, FIRST), models::SEQUENCES, project);
    let id = ModelRegistry::default().load(models::SEQUENCES).unwrap().id;
    let mut damaged = NewScores::default();
    {
        let project = Project::open_or_create(&path).unwrap();
        for candidate in &sky {
            let mut kept = project.memory_of(&id, &candidate.id).unwrap().unwrap();
            kept.memory = kept.memory[..40].into();
            damaged.memories.push(kept);
        }
    }
    Project::open_or_create(&path)
        .unwrap()
        .put_scores(&id, &damaged)
        .unwrap();
    let second = until(&sky, FIRST + 1);
    let (said, _) = score(&second, models::SEQUENCES, project);
    assert_alike(&said, &score(&second, models::SEQUENCES, None).0);
}
