//! Others come in between the steps of what takes long, throughout; and a word stops it wherever it is.

use std::time::{Duration, Instant};

use destello::{
    features::training::train::Architecture,
    tasks::{
        TaskContext, TaskEvent, Tasks, compute_queue::Priority, progress::Progress,
        step_times::Phase,
    },
};

use super::bench::Bench;

/// Asks again and again while a task runs: no answer takes long.
fn assert_answered_throughout<T: destello::tasks::Task>(task: T) {
    let tasks = Tasks::new(|| {}).unwrap();
    let mut running = tasks.start(task);
    let mut waits = Vec::new();
    loop {
        let asked_at = Instant::now();
        let mut question = tasks.start(Question);
        while question.next_event().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        waits.push(asked_at.elapsed());
        match running.next_event() {
            Some(TaskEvent::Finished(_)) => break,
            Some(TaskEvent::Update(_)) | None => {}
            Some(TaskEvent::Failed(why)) => panic!("{}: {why}", T::NAME),
            Some(TaskEvent::Cancelled) => panic!("{} was stopped", T::NAME),
        }
    }
    waits.sort_unstable();
    let median = waits[waits.len() / 2];
    assert!(waits.len() > 10, "{waits:?}");
    assert!(
        median < Duration::from_millis(super::MEDIAN_MS),
        "{waits:?}"
    );
    tasks.close();
}

#[test]
fn what_somebody_waits_for_comes_in_between_throughout_a_fine_tuning() {
    let _turn = crate::common::in_turn();
    let bench = Bench::new(super::SMALL);
    let model = bench.load("compact");
    assert_answered_throughout(bench.fine_tuning("compact", &model));
}

#[test]
fn and_throughout_a_training_of_sequences() {
    let _turn = crate::common::in_turn();
    let bench = Bench::new(super::SMALL);
    assert_answered_throughout(bench.training(Architecture::Recurrent));
}

#[test]
fn and_throughout_the_fine_tuning_of_a_latent_model() {
    let _turn = crate::common::in_turn();
    let bench = Bench::new(super::SMALL);
    assert_answered_throughout(bench.adapting());
}

/// Work that somebody waits for.
struct Question;

impl destello::tasks::Task for Question {
    const NAME: &'static str = "a question";
    type Update = ();
    type Output = ();

    fn run(self, cx: &TaskContext<()>) -> anyhow::Result<()> {
        cx.compute(Priority::Now, Phase::new("a question", "answering"), || ())
    }
}

/// Starts a task and asks it to stop when it is so far; it stops.
fn assert_stops_at<T: destello::tasks::Task>(task: T, percent: usize) {
    let tasks = Tasks::new(|| {}).unwrap();
    let mut running = tasks.start(task);
    let is_end = |event: &TaskEvent<_, _>| !matches!(event, TaskEvent::Update(_));
    let is_far = |progress: Progress| 100 * progress.done >= percent * progress.total.max(1);
    let mut end = None;
    while end.is_none() && !is_far(running.progress()) {
        end = running.next_event().filter(is_end);
        std::thread::sleep(Duration::from_millis(1));
    }
    running.cancel();
    while end.is_none() {
        end = running.next_event().filter(is_end);
        std::thread::sleep(Duration::from_millis(1));
    }
    let is_cancelled = matches!(end, Some(TaskEvent::Cancelled));
    assert!(is_cancelled, "{} at {percent} %", T::NAME);
    tasks.close();
}

#[test]
fn cancel_stops_a_fine_tuning_wherever_it_is() {
    let _turn = crate::common::in_turn();
    let bench = Bench::new(super::SMALL);
    let model = bench.load("compact");
    for percent in [0, 1, 30, 60, 90] {
        assert_stops_at(bench.fine_tuning("compact", &model), percent);
    }
    assert!(!bench.place("night.destello").exists());
}

#[test]
fn cancel_stops_a_training_and_saves_it() {
    let _turn = crate::common::in_turn();
    let bench = Bench::new(super::SMALL);
    for percent in [25, 50] {
        assert_stops_at(bench.training(Architecture::Recurrent), percent);
        let checkpoint = bench.place("recurrent-0.checkpoint");
        assert!(checkpoint.exists());
        std::fs::remove_file(checkpoint).unwrap();
    }
}
