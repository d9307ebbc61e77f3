//! The scoring task: what is looked at comes first, what the project holds is not computed, what is new is
//! kept, and it can be stopped.

use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use crate::common::{
    StampSet,
    on_disk::{blank, touch},
    stamp_set::OBJECTS,
};
use crossbeam_channel::bounded;
use destello::{
    domain::{CandidateIx, Catalogue, ModelId, Prediction, Predictions, ScoreBook, ScoreRow},
    features::scoring::{
        score::{Orientations, score_candidates},
        task::{Focus, ModelChoice, Pace, ScoreSet, ScoreUpdate, StoreFault},
    },
    io::Decoder,
    store::Project,
    tasks::{
        TaskEvent, Tasks,
        cancel::{CancelToken, Cancelled},
        run_here,
    },
    workspace::{model_registry::ModelRegistry, models, open::read_all, scores::tally::Counts},
};

struct Bench {
    set: StampSet,
    catalogue: Arc<Catalogue>,
    models: ModelRegistry,
    model: ModelId,
    focus: Focus,
}

fn bench_of(set: StampSet) -> Bench {
    let models = ModelRegistry::default();
    let model = models.load(models::DEFAULT).unwrap().id;
    Bench {
        catalogue: Arc::new(read_all(&[set.path()]).catalogue),
        set,
        models,
        model,
        focus: Focus::default(),
    }
}

impl Bench {
    fn project(&self) -> PathBuf {
        self.set.beside("night.destello")
    }

    fn task(&self, project: Option<PathBuf>) -> ScoreSet {
        ScoreSet {
            by: vec![ModelChoice::Source(models::DEFAULT.into())],
            catalogue: self.catalogue.clone(),
            known: ScoreBook::default(),
            project,
            models: self.models.clone(),
            decoder: Arc::new(Decoder::default()),
            focus: self.focus.clone(),
            pace: Pace::Fitted,
            orientations: Orientations::All,
        }
    }

    /// Has a task done to its end; what it reported, in order.
    fn run(&self, project: Option<PathBuf>) -> Reported {
        let (sender, updates) = bounded(1024);
        run_here(self.task(project), CancelToken::default(), move |update| {
            sender.send(update).unwrap();
        })
        .unwrap();
        Reported::of(updates.iter().collect())
    }
}

#[derive(Debug, Default)]
struct Reported {
    loaded: usize,
    scores: Vec<Vec<(CandidateIx, Predictions)>>,
    counts: Counts,
    faults: Vec<StoreFault>,
}

impl Reported {
    fn of(updates: Vec<ScoreUpdate>) -> Self {
        let mut reported = Self::default();
        for update in updates {
            match update {
                ScoreUpdate::Loaded(_) => reported.loaded += 1,
                ScoreUpdate::Scored { scores, counts, .. } => {
                    reported.scores.push(scores);
                    reported.counts.kept += counts.kept;
                    reported.counts.computed += counts.computed;
                }
                ScoreUpdate::Fault(fault) => reported.faults.push(fault),
            }
        }
        reported
    }

    /// Every candidate once, with the epochs that it has.
    fn assert_whole(&self, epochs: usize) {
        let all: Vec<_> = self.scores.iter().flatten().collect();
        let found: BTreeSet<u32> = all.iter().map(|(ix, _)| ix.0).collect();
        assert_eq!((found.len(), all.len()), (6, 6));
        assert!(
            all.iter()
                .all(|(_, predictions)| predictions.len() == epochs)
        );
        assert!(
            all.iter()
                .flat_map(|(_, predictions)| predictions.iter())
                .all(is_score)
        );
    }
}

const fn is_score(prediction: &Prediction) -> bool {
    matches!(prediction, Prediction::Probabilities(_))
}

/// What a project holds.
fn rows(bench: &Bench) -> Vec<ScoreRow> {
    let project = Project::open_or_create(bench.project()).unwrap();
    project.scores_of(&bench.model).unwrap()
}

fn counts(kept: usize, computed: usize) -> Counts {
    Counts { computed, kept }
}

#[test]
fn who_is_looked_at_comes_first() {
    let bench = bench_of(StampSet::with_stamps(21, 40));
    bench.focus.put([CandidateIx(4)].into());
    let order = Arc::new(Mutex::new(Vec::<Vec<u32>>::new()));
    let (seen, focus) = (order.clone(), bench.focus.clone());
    // After the first, somebody looks at one that is not scored yet.
    let look_elsewhere = move |update| {
        let ScoreUpdate::Scored { scores, .. } = update else {
            return;
        };
        let mut seen = seen.lock().unwrap();
        seen.push(scores.iter().map(|(ix, _)| ix.0).collect());
        if seen.len() == 1 {
            focus.put([CandidateIx(5)].into());
        }
    };
    run_here(bench.task(None), CancelToken::default(), look_elsewhere).unwrap();
    let order = order.lock().unwrap();
    assert_eq!(order[0], [4]);
    // What was being read meanwhile is scored before.
    let place = order.iter().position(|step| step.contains(&5)).unwrap();
    assert!(place <= 2, "{order:?}");
    assert_eq!(order.iter().flatten().count(), 6);
}

#[test]
fn scores_of_one_orientation_are_reported_as_such_and_not_kept() {
    let bench = bench_of(StampSet::new());
    drop(Project::open_or_create(bench.project()).unwrap());
    // About this threshold hardly any score of one orientation is open.
    let task = ScoreSet {
        orientations: Orientations::OneFirst {
            threshold: Some(1e-9),
        },
        ..bench.task(Some(bench.project()))
    };
    let (sender, updates) = bounded(1024);
    run_here(task, CancelToken::default(), move |update| {
        sender.send(update).unwrap();
    })
    .unwrap();
    let mut one_view = BTreeSet::new();
    let mut computed = 0;
    for update in &updates {
        if let ScoreUpdate::Scored {
            one_view: some,
            counts,
            ..
        } = update
        {
            one_view.extend(some);
            computed += counts.computed;
        }
    }
    assert_eq!(computed, 30);
    assert!(!one_view.is_empty());
    assert!(one_view.iter().all(|(ix, epoch)| ix.0 < 6 && *epoch < 5));
    assert_eq!(rows(&bench).len(), 30 - one_view.len());
    // What is not kept is computed in full when that is wanted.
    let again = bench.run(Some(bench.project()));
    again.assert_whole(5);
    assert_eq!(again.counts, counts(30 - one_view.len(), one_view.len()));
}

#[test]
fn what_the_project_holds_is_not_computed_and_what_is_new_is_kept() {
    let bench = bench_of(StampSet::new());
    let first = {
        drop(Project::open_or_create(bench.project()).unwrap());
        bench.run(Some(bench.project()))
    };
    first.assert_whole(5);
    assert_eq!((first.loaded, first.counts), (1, counts(0, 30)));
    let kept = rows(&bench);
    assert_eq!(kept.len(), 30, "six objects of five epochs");
    let second = bench.run(Some(bench.project()));
    second.assert_whole(5);
    assert_eq!(second.counts, counts(30, 0));

    // One epoch of one object is missing in the project: it alone is computed.
    let raw = rusqlite::Connection::open(bench.project()).unwrap();
    let lost = raw.execute(
        "DELETE FROM scores WHERE candidate = ?1 AND epoch = ?2",
        [&*kept[7].candidate, &*kept[7].epoch],
    );
    assert_eq!(lost.unwrap(), 1);
    let third = bench.run(Some(bench.project()));
    third.assert_whole(5);
    assert_eq!(third.counts, counts(29, 1));
    // The others are reported at once, before anything is computed.
    assert_eq!(third.scores[0].len(), 5);
    assert_eq!(rows(&bench), kept);
}

/// What is predicted now, by candidate, and what the same stamps are given without a project.
fn assert_of_present_stamps(bench: &Bench, reported: &Reported) {
    let fresh = bench.run(None);
    let by_candidate = |reported: &Reported| {
        let mut all = reported.scores.concat();
        all.sort_by_key(|(ix, _)| *ix);
        all
    };
    let [found, fresh] = [by_candidate(reported), by_candidate(&fresh)];
    for ((_, found), (_, fresh)) in found.iter().zip(&fresh) {
        for (found, fresh) in found.iter().zip(fresh.iter()) {
            let (Prediction::Probabilities(a), Prediction::Probabilities(b)) = (found, fresh)
            else {
                panic!("{found:?} {fresh:?}");
            };
            assert!(a.iter().zip(b.iter()).all(|(a, b)| (a - b).abs() < 1e-5));
        }
    }
}

#[test]
fn stamps_that_were_reduced_anew_under_their_name_are_scored_anew() {
    let bench = bench_of(StampSet::new());
    drop(Project::open_or_create(bench.project()).unwrap());
    let first = bench.run(Some(bench.project()));
    let before = rows(&bench);
    assert!(before.iter().all(|row| row.scored_from.files.is_some()));
    // One object has other pixels, another the same ones in a file that was copied.
    bench.set.reduce_again(&OBJECTS[2], 21, 5, 77);
    touch(&bench.set.file(OBJECTS[4].id), 1_700_000_000);
    let second = bench.run(Some(bench.project()));
    second.assert_whole(5);
    assert_eq!(second.counts, counts(25, 5));
    assert_of_present_stamps(&bench, &second);
    let of = |reported: &Reported, ix: u32| -> Predictions {
        let all = reported.scores.concat();
        all.into_iter().find(|(at, _)| at.0 == ix).unwrap().1
    };
    assert_ne!(of(&first, 2), of(&second, 2));
    assert_eq!(of(&first, 4), of(&second, 4));
    // The project has noted both: nothing is read or computed again.
    for object in &OBJECTS {
        blank(&bench.set.file(object.id));
    }
    assert_eq!(bench.run(Some(bench.project())).counts, counts(30, 0));
}

#[test]
fn a_model_that_looks_back_scores_anew_from_the_first_epoch_whose_file_changed() {
    let bench = bench_of(StampSet::new());
    drop(Project::open_or_create(bench.project()).unwrap());
    let run = || {
        let mut task = bench.task(Some(bench.project()));
        task.by = vec![ModelChoice::Source(models::SEQUENCES.into())];
        let (sender, updates) = bounded(1024);
        run_here(task, CancelToken::default(), move |update| {
            sender.send(update).unwrap();
        })
        .unwrap();
        Reported::of(updates.iter().collect())
    };
    let first = run();
    assert_eq!(run().counts.computed, 0);
    bench.set.reduce_again(&OBJECTS[1], 21, 5, 78);
    let again = run();
    let scored = |reported: &Reported| {
        let all = reported.scores.iter().flatten();
        let one = all.clone().find(|(ix, _)| ix.0 == 1);
        one.unwrap().1.iter().filter(|one| is_score(one)).count()
    };
    assert_eq!(again.counts.computed, scored(&first));
}

#[test]
fn scores_of_old_projects_are_taken_and_from_then_on_belong_to_their_files() {
    let bench = bench_of(StampSet::new());
    drop(Project::open_or_create(bench.project()).unwrap());
    bench.run(Some(bench.project()));
    let raw = rusqlite::Connection::open(bench.project()).unwrap();
    raw.execute("UPDATE scores SET files = NULL, pixels = NULL", [])
        .unwrap();
    assert_eq!(bench.run(Some(bench.project())).counts, counts(30, 0));
    assert!(
        rows(&bench)
            .iter()
            .all(|row| row.scored_from.files.is_some() && row.scored_from.pixels.is_none())
    );
    // Whether the pixels are the same is not known of such a score.
    touch(&bench.set.file(OBJECTS[0].id), 1_700_000_000);
    let second = bench.run(Some(bench.project()));
    assert_eq!(second.counts.kept + second.counts.computed, 30);
    assert_of_present_stamps(&bench, &second);
    assert!(
        rows(&bench)[..5]
            .iter()
            .all(|row| row.scored_from.pixels.is_some())
    );
}

#[test]
fn without_a_project_nothing_is_kept() {
    let bench = bench_of(StampSet::new());
    let reported = bench.run(None);
    reported.assert_whole(5);
    assert_eq!(reported.counts, counts(0, 30));
    assert_eq!(reported.faults, []);
    // One that was removed is not made anew: its labels are in other hands.
    let reported = bench.run(Some(bench.project()));
    reported.assert_whole(5);
    assert!(!bench.project().exists());
    assert!(
        matches!(&reported.faults[..], [StoreFault::Unwritten(why)] if why.contains("night.destello")),
        "{:?}",
        reported.faults
    );
}

#[test]
fn where_scores_cannot_be_read_or_kept_that_is_reported_once() {
    let bench = bench_of(StampSet::with_stamps(21, 40));
    drop(Project::open_or_create(bench.project()).unwrap());
    let raw = rusqlite::Connection::open(bench.project()).unwrap();
    let refuse = "CREATE TRIGGER no BEFORE INSERT ON scores BEGIN SELECT RAISE(ABORT, 'full'); END";
    raw.execute_batch(refuse).unwrap();
    let reported = bench.run(Some(bench.project()));
    reported.assert_whole(40);
    assert!(
        matches!(&reported.faults[..], [StoreFault::Unwritten(why)] if why.contains("night.destello")),
        "{:?}",
        reported.faults
    );
    raw.execute_batch("DROP TRIGGER no").unwrap();
    bench.run(Some(bench.project()));
    raw.execute("UPDATE scores SET probabilities = x'010203'", [])
        .unwrap();
    let reported = bench.run(Some(bench.project()));
    reported.assert_whole(40);
    assert_eq!(reported.counts, counts(0, 240));
    assert!(
        matches!(&reported.faults[..], [StoreFault::Unread(why)] if why.contains("night.destello")),
        "{:?}",
        reported.faults
    );
}

#[test]
fn a_candidate_of_many_epochs_is_scored_as_a_whole() {
    let bench = bench_of(StampSet::with_stamps(21, 40));
    let reported = bench.run(None);
    reported.assert_whole(40);
    // What is predicted for an epoch is what is predicted for it among all others.
    let all: Vec<_> = bench
        .catalogue
        .iter()
        .map(|(_, candidate)| candidate)
        .collect();
    let model = bench.models.get(&bench.model).unwrap();
    let whole = score_candidates(&all, &model, &Decoder::default()).unwrap();
    for (ix, predictions) in reported.scores.iter().flatten() {
        assert_eq!((predictions.len(), whole[ix.0 as usize].len()), (40, 40));
        for (part, whole) in predictions.iter().zip(whole[ix.0 as usize].iter()) {
            let (Prediction::Probabilities(a), Prediction::Probabilities(b)) = (part, whole) else {
                panic!("{part:?} {whole:?}");
            };
            assert_eq!((a.len(), b.len()), (2, 2));
            assert!(a.iter().zip(b.iter()).all(|(a, b)| (a - b).abs() < 1e-5));
        }
    }
}

#[test]
fn several_models_score_side_by_side() {
    let bench = bench_of(StampSet::new());
    let mut task = bench.task(None);
    task.by = ["compact", "recurrent"]
        .map(|name| ModelChoice::Source(name.into()))
        .to_vec();
    task.pace = Pace::Fixed;
    let (sender, updates) = bounded(1024);
    run_here(task, CancelToken::default(), move |update| {
        sender.send(update).unwrap();
    })
    .unwrap();
    let mut of = [0, 0];
    for update in &updates {
        if let ScoreUpdate::Scored { model, scores, .. } = update {
            of[model] += scores.len();
        }
    }
    assert_eq!(of, [6, 6]);
}

#[test]
fn it_stops_where_it_is_and_keeps_what_was_computed() {
    let bench = bench_of(StampSet::with_stamps(21, 40));
    drop(Project::open_or_create(bench.project()).unwrap());
    let cancel = CancelToken::default();
    let stop = cancel.clone();
    let stopped = run_here(bench.task(Some(bench.project())), cancel, move |update| {
        if matches!(update, ScoreUpdate::Scored { .. }) {
            stop.cancel();
        }
    });
    assert!(stopped.unwrap_err().is::<Cancelled>());
    let kept = rows(&bench).len();
    assert!((40..240).contains(&kept), "{kept}");
    let rest = bench.run(Some(bench.project()));
    assert_eq!(rest.counts, counts(kept, 240 - kept));
}

#[test]
fn it_ends_once_and_a_model_that_cannot_be_used_is_a_failure() {
    let bench = bench_of(StampSet::new());
    let mut task = bench.task(None);
    task.by = vec![ModelChoice::Source("nothing of that name".into())];
    let mut running = Tasks::inline().start(task);
    let Some(TaskEvent::Failed(why)) = running.next_event() else {
        panic!("it did not fail");
    };
    assert!(why.contains("nothing of that name"), "{why}");
    assert!(running.next_event().is_none());
}
