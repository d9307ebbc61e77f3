//! A practice as the window has it: what is asked, what was answered, the certificate.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    questions::{Question, by_model, draw},
    task::WriteCertificate,
};
use crate::{
    domain::{
        CandidateIx, Timestamp,
        practice::{Answered, Practice},
        words::counted,
    },
    tasks::{TaskEvent, to_the_end::ToTheEnd},
    text,
    workspace::{
        context::Context,
        pick::PickFor,
        queue::order::{QueueSpec, Shortlist},
        request::Request,
        screen::{Pane, Screen},
        shared::Shared,
    },
};

/// What the person asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PracticeCommand {
    /// Begin on the opened set, with other candidates than the last time.
    Start,
    /// Simulate a set, open it, and begin.
    Simulate,
    /// Go to the next candidate that was not answered.
    Next,
    /// End it: what was answered counts.
    End,
    /// Write the certificate of the last one.
    Certificate,
}

/// One that is under way.
#[derive(Debug)]
struct Round {
    questions: Vec<Question>,
    classes: Vec<Arc<str>>,
    answers: Vec<Answered>,
    passed: BTreeSet<CandidateIx>,
    begun: Timestamp,
    /// Filter and order that were set before.
    queue: QueueSpec,
}

impl Round {
    fn question(&self, candidate: CandidateIx) -> Option<&Question> {
        let mut all = self.questions.iter();
        all.find(|question| question.candidate == candidate)
    }

    fn answer(&self, candidate: CandidateIx) -> Option<&Answered> {
        let mut all = self.answers.iter();
        all.find(|answered| answered.candidate == candidate)
    }

    fn is_open(&self, candidate: CandidateIx) -> bool {
        self.answer(candidate).is_none() && !self.passed.contains(&candidate)
    }
}

/// What is shown of the candidate on the screen.
#[derive(Clone, Debug, PartialEq)]
pub struct Feedback<'a> {
    pub question: &'a Question,
    /// What was answered; none where it was passed over.
    pub answered: Option<&'a Answered>,
}

#[derive(Debug, Default)]
pub struct PracticePane {
    round: Option<Round>,
    /// What came of the last one, and of which opening of a set it is.
    result: Option<(u64, Arc<Practice>)>,
    /// Why none can begin.
    pub(crate) fault: Option<String>,
    /// The folder of a simulated set, from the order for it until it is open.
    awaited: Option<PathBuf>,
    /// How many were begun.
    begun: u64,
    writing: ToTheEnd<WriteCertificate>,
}

impl PracticePane {
    /// True while candidates are asked about.
    pub const fn is_asking(&self) -> bool {
        self.round.is_some()
    }

    /// What came of the last one.
    pub fn result(&self) -> Option<&Practice> {
        self.result.as_ref().map(|(_, result)| &**result)
    }

    /// True while a certificate is written.
    pub fn is_busy(&self) -> bool {
        self.writing.is_any_running()
    }

    /// Answered, rightly answered, passed over, of how many.
    pub fn counts(&self) -> [usize; 4] {
        let round = self.round.as_ref();
        round.map_or([0; 4], |round| {
            let right = round.answers.iter().filter(|answered| answered.is_right());
            [
                round.answers.len(),
                right.count(),
                round.passed.len(),
                round.questions.len(),
            ]
        })
    }

    /// What is to be shown of the candidate on the screen; none before it was answered.
    pub fn feedback(&self, shared: &Shared) -> Option<Feedback<'_>> {
        let round = self.round.as_ref()?;
        let here = shared
            .place
            .candidate
            .filter(|here| !round.is_open(*here))?;
        Some(Feedback {
            question: round.question(here)?,
            answered: round.answer(here),
        })
    }

    /// True where the candidate on the screen is asked about and was not answered.
    pub fn is_asked(&self, shared: &Shared) -> bool {
        let here = shared.place.candidate;
        let round = self.round.as_ref().zip(here);
        round.is_some_and(|(round, here)| round.question(here).is_some() && round.is_open(here))
    }

    /// Another set: its candidates go by other numbers. What came of a practice stays.
    pub(crate) fn forget(&mut self) {
        self.round = None;
        self.fault = None;
    }

    /// A set for it is simulated into that folder, and opened then.
    pub(crate) fn await_set(&mut self, folder: PathBuf) {
        self.awaited = Some(folder);
    }

    pub(crate) fn apply_practice(
        &mut self,
        shared: &mut Shared,
        command: PracticeCommand,
        cx: &Context,
    ) {
        match command {
            PracticeCommand::Start => self.start(shared, cx),
            // The window has the simulator.
            PracticeCommand::Simulate => {}
            PracticeCommand::Next => self.next(shared, cx),
            PracticeCommand::End => self.end(shared, cx),
            PracticeCommand::Certificate if self.result.is_some() => {
                shared.ask(Request::Pick(PickFor::Certificate));
            }
            PracticeCommand::Certificate => {
                shared.report(
                    text!("end a practice first: its certificate is written then"),
                    cx.now,
                );
            }
        }
    }

    fn start(&mut self, shared: &mut Shared, cx: &Context) {
        self.fault = None;
        if shared.is_indexing() {
            self.fault = Some(text!("The set is still being indexed: try again then.").into());
            return;
        }
        self.begun += 1;
        // Of another person, or at another time, other candidates.
        let seed = (cx.now.0 as u64).wrapping_add(self.begun);
        let questions = match draw(shared, seed) {
            Ok(questions) => questions,
            Err(why) => {
                self.fault = Some(why);
                return;
            }
        };
        let epoch = |question: &Question| {
            let candidate = shared.catalogue.get(question.candidate)?;
            Some((question.candidate, candidate.first_look()))
        };
        let candidates: BTreeMap<CandidateIx, usize> = questions.iter().filter_map(epoch).collect();
        let title = text!(
            "{candidates} to practise on",
            candidates = counted(candidates.len() as u64, "candidate")
        );
        let first = questions.first().map(|question| question.candidate);
        self.round = Some(Round {
            questions,
            classes: shared
                .vocabulary()
                .classes
                .iter()
                .map(|class| class.name.clone())
                .collect(),
            answers: Vec::new(),
            passed: BTreeSet::new(),
            begun: cx.now,
            queue: shared.queue.spec().clone(),
        });
        // No filter or order by label or score gives one away.
        shared.set_queue(QueueSpec::default());
        let shortlist = Shortlist {
            title,
            candidates,
            ..Shortlist::default()
        };
        shared.open_shortlist(shortlist, cx);
        shared.repeat_check.practise(true);
        shared.show(Screen::Inspect);
        shared.panes.remove(&Pane::Practice);
        if let Some(first) = first {
            shared.go_to(first, cx);
        }
    }

    /// The person's answer about the candidate on the screen; none passes it over.
    pub(crate) fn answer(&mut self, shared: &mut Shared, class: Option<usize>, cx: &Context) {
        if shared.screen != Screen::Inspect {
            shared.report(text!("the practice is in Inspect (Enter)"), cx.now);
            return;
        }
        let here = shared.place.candidate;
        let (Some(round), Some(here)) = (&mut self.round, here) else {
            return;
        };
        let Some(question) = round.question(here).cloned() else {
            shared.report(
                text!("this one is not asked about: → goes to the next"),
                cx.now,
            );
            return;
        };
        if !round.is_open(here) {
            shared.report(text!("answered already: → goes to the next"), cx.now);
            return;
        }
        let Some(class) = class else {
            round.passed.insert(here);
            return;
        };
        round.answers.push(Answered {
            candidate: here,
            truth: question.truth,
            kind: question.kind,
            person: class,
            model: by_model(shared, here),
        });
    }

    /// The next candidate that was not answered; after the last one the practice ends.
    pub(crate) fn next(&mut self, shared: &mut Shared, cx: &Context) {
        let Some(round) = &self.round else { return };
        let here = round
            .questions
            .iter()
            .position(|question| Some(question.candidate) == shared.place.candidate);
        let from = here.map_or(0, |here| here + 1);
        let count = round.questions.len();
        let turn = (from..from + count).map(|at| &round.questions[at % count]);
        let next = turn
            .map(|question| question.candidate)
            .find(|ix| round.is_open(*ix));
        match next {
            Some(next) => shared.go_to(next, cx),
            None => self.end(shared, cx),
        }
    }

    /// Ends it, and shows what came of it.
    pub(crate) fn end(&mut self, shared: &mut Shared, cx: &Context) {
        let Some(mut round) = self.round.take() else {
            return;
        };
        shared.repeat_check.practise(false);
        shared.drop_shortlist(cx);
        shared.set_queue(round.queue);
        shared.stay_in_queue(cx);
        if round.answers.is_empty() {
            shared.report(text!("the practice is over: nothing was answered"), cx.now);
            return;
        }
        // Scores that have come in since.
        for answered in &mut round.answers {
            answered.model = answered
                .model
                .or_else(|| by_model(shared, answered.candidate));
        }
        let set = shared.project.paths.first();
        let set = set.and_then(|path| path.file_name());
        let result = Practice {
            classes: round.classes,
            person: shared.annotator(),
            set: set.unwrap_or_default().to_string_lossy().into(),
            model: shared.scores.active().name().into(),
            times: Some([round.begun, cx.now]),
            answers: round.answers,
            passed: round.passed.len(),
        };
        self.result = Some((shared.generation, Arc::new(result)));
        shared.panes.insert(Pane::Practice);
    }

    /// Writes the certificate; of a set that was left without its stamps.
    pub(crate) fn write_certificate(&mut self, shared: &Shared, out: &Path, cx: &Context) {
        if let Some((generation, result)) = &self.result {
            let is_open = *generation == shared.generation;
            self.writing.add(cx.tasks.start(WriteCertificate {
                out: out.to_owned(),
                practice: result.clone(),
                catalogue: is_open.then(|| shared.catalogue.clone()),
                decoder: shared.stamps.decoder().clone(),
            }));
        }
    }

    /// Takes in what tasks report; begins on a set that was simulated for it.
    pub(crate) fn poll_practice(&mut self, shared: &mut Shared, cx: &Context) {
        while let Some(event) = self.writing.next_event() {
            match event {
                TaskEvent::Finished(out) => {
                    shared.report(
                        text!("certificate written to {file}", file = out.display()),
                        cx.now,
                    );
                }
                TaskEvent::Failed(why) => shared.warn(why, cx.now),
                TaskEvent::Update(()) | TaskEvent::Cancelled => {}
            }
        }
        let is_there = self
            .awaited
            .as_ref()
            .is_some_and(|awaited| is_open(shared, awaited));
        if is_there && !shared.is_indexing() && !shared.catalogue.is_empty() {
            self.awaited = None;
            self.start(shared, cx);
        }
    }
}

/// True where the opened set is that folder.
pub(crate) fn is_open(shared: &Shared, folder: &Path) -> bool {
    let mut paths = shared.project.paths.iter();
    paths.any(|path| path.file_name() == folder.file_name())
}
