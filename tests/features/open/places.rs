//! Flows about places: which epoch and which candidate a decision is about, and leaving.

use std::{path::Path, sync::Arc};

use crossbeam_channel::Sender;
use destello::{
    domain::{
        Candidate, CandidateIx, Epoch, LabelEvent, Mjd, Part, Role, Source, SourceKind, StampId,
        StampRef, StepIds, Timestamp,
    },
    features::open::{
        index::{Batch, OpenedProject, OpeningUpdate},
        opening::take_opening,
    },
    tasks::Tasks,
    window::{
        command::{Command, Go, Label, QueueCommand, Select, Session},
        state::AppState,
    },
    workspace::{
        action::Action,
        context::Context,
        drawn::Drawn,
        journal_writer::{Journal, JournalNews},
        screen::Screen,
        settings::Settings,
    },
};

/// A packet as the index finds it: one epoch of one object.
fn packet(object: &str, number: u32, mjd: f64, mag: f32) -> Candidate {
    let path: Arc<Path> = Path::new(&format!("/night/{number}.avro")).into();
    let stamp = StampRef {
        id: StampId(number),
        role: Role::Science,
        source: Arc::new(Source {
            path,
            kind: SourceKind::Avro,
        }),
        part: Part::Cutout {
            at_byte: 0,
            len: 0,
            record: 0,
        },
    };
    let epoch = Epoch {
        candid: Some(number.to_string().into()),
        mjd: Mjd::new(mjd),
        mag: Some(mag),
        stamps: vec![stamp],
        ..Epoch::default()
    };
    Candidate {
        id: object.into(),
        epochs: vec![epoch],
        ..Candidate::default()
    }
}

struct Window {
    state: AppState,
    journal: Sender<JournalNews>,
    now: i64,
}

impl Window {
    /// A window on an open project.
    fn new() -> Self {
        let (_, journal) = Journal::detached();
        let mut window = Self {
            state: AppState::new(Settings::default(), "ana"),
            journal,
            now: 0,
        };
        let open = Session::Open {
            paths: vec!["/night".into()],
            project: None,
        };
        window.apply(Command::Session(open));
        window.hear(OpeningUpdate::Project(Box::new(OpenedProject {
            path: "/night.destello".into(),
            server: None,
            events: Vec::new(),
            steps: StepIds::of_range(1),
            session: None,
            joins: None,
            paths: vec!["/night".into()],
        })));
        let (journal, news) = Journal::detached();
        window.state.shared.journal = Some(journal);
        window.journal = news;
        window
    }

    fn context(&mut self) -> Context {
        self.now += 1_000_000;
        Context {
            tasks: Tasks::never(),
            ..Context::inline(Timestamp(self.now))
        }
    }

    fn apply(&mut self, command: Command) {
        let cx = self.context();
        self.state.apply(command, &cx);
    }

    fn hear(&mut self, update: OpeningUpdate) {
        let cx = self.context();
        take_opening(&mut self.state.shared, update, &cx);
    }

    /// The journal reports.
    fn report(&mut self, news: JournalNews) {
        self.journal.send(news).unwrap();
        let cx = self.context();
        self.state.poll(&cx);
    }

    fn find(&mut self, candidates: Vec<Candidate>) {
        let batch = Batch {
            candidates,
            ..Batch::default()
        };
        self.hear(OpeningUpdate::Found(batch));
    }

    fn label(&mut self, class: usize) -> Vec<LabelEvent> {
        let at = |ix: CandidateIx| (ix, self.state.shared.epoch_to_show(ix));
        let selected: Vec<_> = self.state.shared.selection.iter().collect();
        let whole = self.state.shared.page.iter().copied().chain(selected);
        let drawn = Drawn {
            generation: self.state.shared.generation,
            renumbered: self.state.shared.renumbered,
            screen: self.state.shared.screen,
            large: self.state.shared.place.candidate.map(at),
            whole: whole.map(at).collect(),
        };
        self.apply(Command::Drawn(Box::new(drawn)));
        let before = self.state.shared.book.events().len();
        self.apply(Command::Label(Label::Class(class)));
        let new = self.state.shared.book.events()[before..].iter();
        new.map(|event| (**event).clone()).collect()
    }
}

#[test]
fn the_epoch_on_screen_stays_when_an_earlier_one_is_found() {
    let mut window = Window::new();
    window.find(vec![packet("ZTF18a", 2, 58_002.0, 19.0)]);
    assert_eq!(
        window.state.shared.epoch().unwrap().candid.as_deref(),
        Some("2")
    );
    window.find(vec![packet("ZTF18a", 1, 58_001.0, 18.0)]);
    assert_eq!(window.state.shared.place.epoch, 1);
    assert_eq!(
        window.state.shared.epoch().unwrap().candid.as_deref(),
        Some("2")
    );
}

#[test]
fn a_bulk_label_tells_of_each_candidate_what_was_shown_of_it() {
    let mut window = Window::new();
    window.find(vec![packet("a", 1, 1.0, 19.0), packet("b", 2, 2.0, 19.0)]);
    window.apply(Command::Session(Session::Show(Screen::Mosaic)));
    let both = vec![CandidateIx(0), CandidateIx(1)];
    window.apply(Command::Select(Select::Add(both)));
    let events = window.label(0);
    let shown: Vec<_> = events
        .iter()
        .map(|event| event.shown.clone().unwrap())
        .collect();
    assert_eq!(
        shown.iter().map(|shown| &*shown.epoch).collect::<Vec<_>>(),
        ["1", "2"]
    );
    assert!(shown.iter().all(|shown| shown.science_limits.is_none()));
    assert_eq!(events[0].step, events[1].step);
}

#[test]
fn nothing_is_labelled_where_no_stamp_is_shown() {
    let mut window = Window::new();
    window.find(vec![packet("a", 1, 1.0, 19.0), packet("b", 2, 2.0, 19.0)]);
    window.apply(Command::Session(Session::Show(Screen::Problems)));
    assert!(window.label(0).is_empty());
    // On the mosaic the candidate of the place may be scrolled away.
    window.apply(Command::Session(Session::Show(Screen::Mosaic)));
    window.apply(Command::Session(Session::Page(Arc::from([CandidateIx(1)]))));
    assert!(window.label(0).is_empty());
    window.apply(Command::Go(Go::To {
        candidate: CandidateIx(1),
        open: false,
    }));
    assert_eq!(window.label(0).len(), 1);
}

#[test]
fn leaving_is_refused_once_while_the_disk_refuses_labels() {
    let mut window = Window::new();
    window.find(vec![packet("a", 1, 1.0, 19.0)]);
    window.label(0);
    window.report(JournalNews::NotSaved {
        why: "/night.destello: the disk is full".into(),
    });
    window.apply(Command::Do(Action::Quit));
    assert!(window.state.opening.is_leaving() && !window.state.may_quit);
    window.report(JournalNews::Flushed {
        unwritten: 1,
        why: "/night.destello: the disk is full".into(),
    });
    let toast = window.state.shared.toast.clone().unwrap();
    assert!(
        toast.is_error
            && toast
                .text
                .starts_with("1 label is not on disk (/night.destello: the"),
        "{}",
        toast.text
    );
    window.apply(Command::Do(Action::Quit));
    assert!(std::mem::take(&mut window.state.may_quit));
    // Once they are written nothing stands in the way.
    window.report(JournalNews::Saved { events: 1 });
    window.apply(Command::Do(Action::Quit));
    assert!(window.state.opening.is_leaving() && !window.state.may_quit);
    window.report(JournalNews::Flushed {
        unwritten: 0,
        why: String::new(),
    });
    assert!(window.state.may_quit);
}

#[test]
fn another_set_begins_without_the_filter_of_the_last() {
    let mut window = Window::new();
    window.find(vec![packet("a", 1, 1.0, 19.0)]);
    let filter = QueueCommand::Filter("mag<10".into());
    window.apply(Command::Queue(filter));
    assert!(window.state.shared.queue.order().is_empty());
    let open = Session::Open {
        paths: vec!["/other".into()],
        project: None,
    };
    window.apply(Command::Session(open));
    window.find(vec![packet("b", 2, 2.0, 19.0)]);
    assert_eq!(window.state.shared.queue.order().len(), 1);
}
