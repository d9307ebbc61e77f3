//! Others come in between the steps of what takes long, at every part of it; and a word stops it there.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, Weak},
    time::{Duration, Instant},
};

use destello::{
    app::event::JobEvent,
    features::{latent::adapt_task::AdaptUpdate, training::train::Architecture},
    tasks::{
        TaskContext, TaskEvent, Tasks,
        cancel::CancelToken,
        learner::{After, Learner, Task, Urgency},
        progress::Progress,
        step_times::Phase,
    },
};

use super::bench::Bench;

/// What happened on the learner's thread, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Happened {
    Step(Phase),
    Asked,
    Answered,
}

type Record = Arc<Mutex<Vec<Happened>>>;

/// Records the steps of a task.
struct Recorded {
    task: Box<dyn Task>,
    record: Record,
    /// What follows its last step.
    then: Option<Happened>,
    /// At the first step of each phase somebody asks.
    ask: Option<Box<dyn FnMut() + Send>>,
    seen: BTreeSet<Phase>,
}

impl Recorded {
    fn new(task: Box<dyn Task>, record: &Record) -> Self {
        Self {
            task,
            record: record.clone(),
            then: None,
            ask: None,
            seen: BTreeSet::new(),
        }
    }

    fn put(&self, happened: Happened) {
        self.record.lock().unwrap().push(happened);
    }
}

impl Task for Recorded {
    fn urgency(&self) -> Urgency {
        self.task.urgency()
    }

    fn phase(&self) -> Phase {
        self.task.phase()
    }

    fn step(&mut self) -> After {
        let phase = self.task.phase();
        self.put(Happened::Step(phase));
        if let Some(ask) = &mut self.ask
            && self.seen.insert(phase)
        {
            ask();
            self.put(Happened::Asked);
        }
        let after = self.task.step();
        if let Some(then) = self.then.filter(|_| after == After::Done) {
            self.put(then);
        }
        after
    }

    fn broke_off(&mut self) {
        self.task.broke_off();
    }
}

/// Work in a few steps that somebody waits for.
struct Urgent {
    left: usize,
}

impl Task for Urgent {
    fn urgency(&self) -> Urgency {
        Urgency::Now
    }

    fn phase(&self) -> Phase {
        Phase::new("urgent", "a part")
    }

    fn step(&mut self) -> After {
        self.left -= 1;
        if self.left == 0 {
            After::Done
        } else {
            After::More
        }
    }

    fn broke_off(&mut self) {}
}

/// True for the end of what takes long.
fn is_end(event: &JobEvent) -> bool {
    matches!(
        event,
        JobEvent::Adapting(_, AdaptUpdate::Finished { .. } | AdaptUpdate::Failed(_))
    )
}

impl Bench {
    /// Has a task done by a learner, and something urgent asked for at the beginning of each of its phases.
    fn done_with_questions(&self, task: Box<dyn Task>) -> Vec<Happened> {
        let record = Record::default();
        let learner = Arc::new(Learner::start().unwrap());
        let mut questions: Vec<Recorded> = (0..16)
            .map(|_| {
                let mut question = Recorded::new(Box::new(Urgent { left: 3 }), &record);
                question.then = Some(Happened::Answered);
                question
            })
            .collect();
        let asked: Weak<Learner> = Arc::downgrade(&learner);
        let mut task = Recorded::new(task, &record);
        task.ask = Some(Box::new(move || {
            let question = questions.pop().expect("few phases");
            asked.upgrade().unwrap().add(Box::new(question));
        }));
        learner.add(Box::new(task));
        let mut end = None;
        while end.is_none() {
            let event = self.inbox.recv_timeout(Duration::from_mins(1)).unwrap();
            end = Some(event).filter(is_end);
        }
        let is_finished = !format!("{end:?}").contains("Failed");
        assert!(is_finished, "{end:?}");
        // What was asked for in the last step is answered after it.
        let is_answered = || {
            let record = record.lock().unwrap();
            let count = |what| record.iter().filter(|one| **one == what).count();
            count(Happened::Asked) == count(Happened::Answered)
        };
        let asked_at = Instant::now();
        while !is_answered() {
            assert!(asked_at.elapsed() < Duration::from_mins(1), "no answer");
            let patience = Duration::from_millis(20);
            self.inbox.recv_timeout(patience).ok();
        }
        let record = record.lock().unwrap();
        record.clone()
    }
}

/// Between a question and its answer the task that it was asked in does no step, and the answer takes few.
fn assert_answered_at_once(record: &[Happened], phases: &[&str]) {
    let seen: BTreeSet<&str> = record
        .iter()
        .filter_map(|happened| match happened {
            Happened::Step(phase) => Some(phase.part),
            _ => None,
        })
        .collect();
    for phase in phases {
        assert!(seen.contains(phase), "{phase} is not among {seen:?}");
    }
    let mut questions = 0;
    for (at, _) in record
        .iter()
        .enumerate()
        .filter(|(_, h)| **h == Happened::Asked)
    {
        questions += 1;
        let rest = &record[at + 1..];
        let answered = rest
            .iter()
            .position(|happened| *happened == Happened::Answered);
        let before = &rest[..answered.expect("an answer")];
        let is_urgent = |happened: &Happened| matches!(happened, Happened::Step(phase) if phase.task == "urgent");
        assert!(before.iter().all(is_urgent), "{before:?}");
        assert!(before.len() <= 30, "{before:?}");
    }
    assert!(questions >= phases.len());
}

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
    let _turn = super::in_turn();
    let bench = Bench::new(super::SMALL);
    let model = bench.load("compact");
    assert_answered_throughout(bench.fine_tuning("compact", &model));
}

#[test]
fn and_throughout_a_training_of_sequences() {
    let _turn = super::in_turn();
    let bench = Bench::new(super::SMALL);
    assert_answered_throughout(bench.training(Architecture::Recurrent));
}

/// Work that somebody waits for.
struct Question;

impl destello::tasks::Task for Question {
    const NAME: &'static str = "a question";
    type Update = ();
    type Output = ();

    fn run(self, cx: &TaskContext<()>) -> anyhow::Result<()> {
        cx.compute(Urgency::Now, Phase::new("a question", "answering"), || ())
    }
}

#[test]
fn and_in_every_part_of_teaching_a_latent_model() {
    let _turn = super::in_turn();
    let bench = Bench::new(super::SMALL);
    let task = bench.adapting(&CancelToken::default());
    let record = bench.done_with_questions(Box::new(task));
    let phases = ["learning", "checking", "ending", "judging"];
    assert_answered_at_once(&record, &phases);
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
    let _turn = super::in_turn();
    let bench = Bench::new(super::SMALL);
    let model = bench.load("compact");
    for percent in [0, 1, 30, 60, 90] {
        assert_stops_at(bench.fine_tuning("compact", &model), percent);
    }
    assert!(!bench.place("night.destello").exists());
}

#[test]
fn cancel_stops_a_training_and_saves_it() {
    let _turn = super::in_turn();
    let bench = Bench::new(super::SMALL);
    for percent in [25, 50] {
        assert_stops_at(bench.training(Architecture::Recurrent), percent);
        let checkpoint = bench.place("recurrent-0.checkpoint");
        assert!(checkpoint.exists());
        std::fs::remove_file(checkpoint).unwrap();
    }
}
