//! The window without a screen: the real state, jobs, project file and decoders; every command
//! is followed to its end before the next one.

use std::{
    collections::{BTreeSet, HashSet},
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    time::{Duration, Instant},
};

use super::MadeLatent;
use destello::{
    domain::{CandidateIx, LabelEvent, StampId, Timestamp, label_book::LabelState},
    features::{
        adaptation::{curve_task::MeasureCurve, task::FineTune},
        file_dialog::pick::PickFor,
        latent::adapt_task::Adapt,
        simulation::simulator::{SimulatorOf, Simulators},
        training::task::Train,
    },
    gpu::StampAtlas,
    tasks::{Task, fault},
    window::{
        command::{Command, Go, Label, QueueCommand, Session, Want},
        effect::Effect,
        event::{JobEvent, JobId},
        reporter::{Inbox, Reporter},
        runner::Runner,
        state::{AppState, Screen},
    },
    workspace::{action::Action, drawn::Drawn, settings::Settings},
};

/// A worker that says nothing for so long has failed.
const PATIENCE: Duration = Duration::from_secs(30);
/// The same of a task that computes.
const LONG_PATIENCE: Duration = Duration::from_mins(10);
/// Dialogs that may open before the window looks.
const DIALOGS: usize = 64;
/// How often running tasks are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(2);
/// 2026-11-22 12:00 UTC.
const START: Timestamp = Timestamp(1_795_348_800_000_000);

/// A person at a window that has no screen.
pub struct InlineWindow {
    /// What the window would show.
    pub state: AppState,
    /// Settings that would have been written to the person's own file.
    pub saved_settings: Option<Settings>,
    /// What was put into the clipboard last.
    pub copied: Option<String>,
    /// Dialogs that are open, the oldest first.
    pub dialogs: Vec<PickFor>,
    /// Which events are counted.
    pub counted: fn(&JobEvent) -> bool,
    /// How many of them came.
    pub count: usize,
    /// The project of a set that is opened without one; none for that in the person's folder.
    pub default_project: Option<PathBuf>,
    /// True once the window was asked to close.
    pub has_quit: bool,
    /// Label events that were handed to the journal and not looked at yet.
    pub appended: Vec<LabelEvent>,
    /// Simulations that were started, and that ended.
    pub started: usize,
    /// See `started`.
    pub ended: usize,
    runner: Runner,
    inbox: Inbox,
    /// Dialogs that were opened, each with where its answer goes.
    opened: Receiver<(PickFor, SyncSender<Vec<PathBuf>>)>,
    /// Where the answers of `dialogs` go.
    answers: Vec<SyncSender<Vec<PathBuf>>>,
    now: Timestamp,
    /// Answers that are waited for, by what they are of.
    awaited: BTreeSet<&'static str>,
    decoding: HashSet<StampId>,
    running: BTreeSet<JobId>,
    has_views: bool,
}

impl InlineWindow {
    /// A window with nothing open. With an atlas its stamps can be drawn.
    pub fn new(settings: Settings, person: &str, atlas: Option<Arc<StampAtlas>>) -> Self {
        let (reporter, inbox) = Reporter::new(|| {});
        let mut runner = Runner::new(reporter, atlas, false).unwrap();
        let (opens, opened) = sync_channel(DIALOGS);
        runner.ask_by(Arc::new(move |purpose| {
            let (answer, answered) = sync_channel(1);
            opens.send((purpose, answer)).ok()?;
            // Where the window is gone, nobody answers.
            answered.recv().ok()
        }));
        Self {
            state: AppState::new(settings, person),
            saved_settings: None,
            copied: None,
            dialogs: Vec::new(),
            counted: |_| false,
            count: 0,
            default_project: None,
            has_quit: false,
            appended: Vec::new(),
            started: 0,
            ended: 0,
            runner,
            inbox,
            opened,
            answers: Vec::new(),
            now: START,
            awaited: BTreeSet::new(),
            decoding: HashSet::new(),
            running: BTreeSet::new(),
            has_views: false,
        }
    }

    /// From now on views report what they draw; without them a person sees all that there is.
    pub const fn show_in_views(&mut self) {
        self.has_views = true;
    }

    /// From now on every latent model is this one.
    pub fn embed_by(&mut self, latent: MadeLatent) {
        let cx = self.runner.context(self.now);
        cx.latent_models.answer_by(Box::new(latent));
    }

    /// The same with other simulators, and another place for the demo sky.
    pub fn simulating(mut self, simulator_of: Arc<SimulatorOf>, demo_folder: PathBuf) -> Self {
        self.simulate_by(simulator_of, demo_folder);
        self
    }

    /// Changes the simulators, and the place for the demo sky.
    pub fn simulate_by(&mut self, simulator_of: Arc<SimulatorOf>, demo_folder: PathBuf) {
        self.state.simulation.simulators = Simulators(simulator_of);
        self.state.simulation.demo_folder = Some(demo_folder);
    }

    /// Ana's window on these paths and this project.
    pub fn on(path: &Path, project: &Path) -> Self {
        let mut window = Self::new(Settings::default(), "ana", None);
        window.open(&[path.to_owned()], project);
        window
    }

    /// Opens paths (none for those of the project) and waits for the end of the index.
    pub fn open(&mut self, paths: &[PathBuf], project: &Path) {
        self.apply(Command::Session(Session::Open {
            paths: paths.to_vec(),
            project: Some(project.to_owned()),
        }));
    }

    /// One command and all that follows from it. Each takes a second of the person's time.
    pub fn apply(&mut self, command: Command) {
        self.begin(command);
        self.settle();
    }

    /// One command; what follows from it may still be under way.
    pub fn begin(&mut self, command: Command) {
        self.now.0 += 1_000_000;
        if !self.has_views && command.is_decision() {
            self.run(Command::Drawn(Box::new(self.drawn())));
        } else if !self.has_views && command.names_candidates() {
            let generation = self.state.generation;
            let nobody = Drawn {
                generation,
                ..Drawn::default()
            };
            self.run(Command::Drawn(Box::new(nobody)));
        }
        self.run(command);
    }

    /// From now on trainings fail as soon as they are started: no test waits for them.
    pub fn fail_long_tasks() {
        for name in [FineTune::NAME, MeasureCurve::NAME, Train::NAME, Adapt::NAME] {
            fault::arm(name, usize::MAX);
        }
    }

    /// Takes in at most so many pieces of news, without waiting for any.
    pub fn hear_some(&mut self, most: usize) {
        for _ in 0..most {
            let Ok(event) = self.inbox.try_recv() else {
                break;
            };
            self.take(event);
        }
        self.poll();
    }

    /// Chooses this file in every dialog that is open; what follows is still under way.
    pub fn answer_dialogs(&mut self, file: &Path) {
        self.dialogs.clear();
        for answer in self.answers.drain(..) {
            answer.send(vec![file.to_owned()]).unwrap_or_default();
        }
    }

    /// What a screen without end would have drawn.
    fn drawn(&self) -> Drawn {
        let state = &self.state;
        let at = |ix: CandidateIx| (ix, state.epoch_to_show(ix));
        let small: Vec<_> = match state.screen {
            Screen::Mosaic => state.page.iter().copied().collect(),
            Screen::Latent => state.selection.iter().collect(),
            _ => Vec::new(),
        };
        Drawn {
            generation: state.generation,
            screen: state.screen,
            large: state.place.candidate.map(at),
            whole: small.into_iter().map(at).collect(),
        }
    }

    /// Waits until everything under way is done.
    pub fn settle(&mut self) {
        self.hear_until(Self::is_settled);
        while let Ok(event) = self.inbox.try_recv() {
            self.take(event);
        }
    }

    /// Takes news until that is so.
    ///
    /// # Panics
    /// Where the workers fall silent before.
    pub fn hear_until(&mut self, is_so: impl Fn(&Self) -> bool) {
        let mut since = Instant::now();
        while !is_so(self) {
            if let Ok(event) = self.inbox.recv_timeout(LOOK_EVERY) {
                since = Instant::now();
                self.take(event);
            }
            self.poll();
            let is_at_work = self.state.is_busy();
            let patience = if is_at_work { LONG_PATIENCE } else { PATIENCE };
            assert!(since.elapsed() < patience, "the workers fell silent");
        }
    }

    /// Takes in what running tasks report.
    pub fn poll(&mut self) {
        for (purpose, answer) in self.opened.try_iter() {
            self.dialogs.push(purpose);
            self.answers.push(answer);
        }
        let cx = self.runner.context(self.now);
        let effects = self.state.poll(&cx);
        self.start_all(effects);
    }

    fn is_settled(&self) -> bool {
        let project = &self.state.project;
        let header = self.state.header.as_ref();
        self.awaited.is_empty()
            && self.decoding.is_empty()
            && self.running.is_empty()
            && self.started == self.ended
            && !self.state.scores.is_busy()
            && !self.state.measured.is_measuring()
            && !self.state.period_search.is_under_way()
            && !self.state.is_busy()
            // Those that a person has not answered.
            && self.state.dialogs.unanswered() == self.dialogs.len()
            && !self.state.explanations.is_awaited()
            && !self.state.latent.is_busy()
            && !self.state.is_leaving()
            && self
                .state
                .path_pane
                .as_ref()
                .is_none_or(|pane| !pane.is_waiting())
            && (project.unsaved == 0 || project.fault.is_some())
            && header.is_none_or(|header| header.cards.is_some())
    }

    fn take(&mut self, event: JobEvent) {
        self.count += usize::from((self.counted)(&event));
        match &event {
            JobEvent::IndexDone { generation, .. } if *generation == self.state.generation => {
                self.awaited.remove("index");
            }
            JobEvent::Decoded(stamps) => {
                if stamps.is_empty() {
                    self.awaited.remove("reload");
                }
                for (id, _) in stamps {
                    self.decoding.remove(id);
                }
            }
            _ => {}
        }
        self.run(Command::News(Box::new(event)));
    }

    fn run(&mut self, command: Command) {
        let cx = self.runner.context(self.now);
        let effects = self.state.apply(command, &cx);
        self.start_all(effects);
    }

    fn start_all(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::SaveSettings(settings) => self.saved_settings = Some(*settings),
                Effect::Copy(text) => self.copied = Some(text),
                Effect::Quit => self.has_quit = true,
                Effect::Append(events) => {
                    self.appended.extend(events.iter().cloned());
                    self.start(Effect::Append(events));
                }
                other => self.start(other),
            }
        }
    }

    fn start(&mut self, mut effect: Effect) {
        if let Effect::Open { project, .. } = &mut effect
            && project.is_none()
        {
            project.clone_from(&self.default_project);
        }
        match &effect {
            Effect::Open { .. } => {
                // The workers of the set before are gone with what they were asked for.
                self.forget_the_set();
                self.awaited.insert("index");
            }
            Effect::CloseSet { .. } => self.forget_the_set(),
            Effect::Decode { wanted } => {
                // Requests before this one are dropped.
                self.decoding.clear();
                self.decoding.extend(wanted.iter().map(|stamp| stamp.id));
            }
            Effect::Reload(_) => {
                self.awaited.insert("reload");
            }
            _ => {}
        }
        self.runner.start(effect).unwrap();
    }

    /// Nothing arrives any more of the set that is left.
    fn forget_the_set(&mut self) {
        self.awaited.clear();
        self.decoding.clear();
    }

    /// Closes the window; returns when everything is on disk.
    pub fn close(mut self) {
        // As in the real window: nobody reads news any more.
        self.inbox = Inbox::never();
        self.runner.close();
    }

    /// Sets the person's clock.
    pub const fn set_clock(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// The moment of the last command.
    pub const fn now(&self) -> Timestamp {
        self.now
    }
}

/// What a person does.
impl InlineWindow {
    /// Presses the key of an action.
    pub fn act(&mut self, action: Action) {
        self.apply(Command::Do(action));
    }

    /// Gives the class at that position of the vocabulary.
    pub fn label(&mut self, class: usize) {
        self.apply(Command::Label(Label::Class(class)));
    }

    /// Goes to a candidate by its row.
    pub fn go_to(&mut self, id: &str) {
        let candidate = self.ix(id);
        let open = false;
        self.apply(Command::Go(Go::To { candidate, open }));
    }

    /// Labels the first so many candidates as what they are: of a simulated sky that is known.
    pub fn label_truths(&mut self, count: usize) {
        let all = self.state.catalogue.iter().take(count);
        let known: Vec<_> = all
            .map(|(_, one)| (one.id.clone(), one.truth.as_deref() != Some("bogus")))
            .collect();
        for (id, is_real) in known {
            self.go_to(&id);
            self.label(if is_real { super::REAL } else { super::BOGUS });
        }
    }

    /// Types a filter line.
    pub fn filter(&mut self, line: &str) {
        self.apply(Command::Queue(QueueCommand::Filter(line.into())));
    }

    /// Looks at the mosaic with this page on screen.
    pub fn show_mosaic(&mut self, page: &[&str]) {
        let page: Vec<_> = page.iter().map(|id| self.ix(id)).collect();
        self.apply(Command::Session(Session::Show(Screen::Mosaic)));
        self.apply(Command::Session(Session::Page(page.into())));
    }

    /// Has every stamp of the candidate on screen decoded.
    pub fn look(&mut self) {
        let candidate = self.state.candidate().expect("a candidate on screen");
        let stamps = candidate.epochs.iter().flat_map(|epoch| &epoch.stamps);
        let visible = stamps.cloned().collect();
        self.apply(Command::Want(Want {
            visible,
            ..Want::default()
        }));
    }

    /// Closes the window and starts the program anew on the project.
    pub fn restart(self) -> Self {
        let project = self.state.project.path.clone().expect("an open project");
        let settings = self.state.settings.clone();
        let person = self.state.annotator();
        self.close();
        let mut window = Self::new(settings, &person, None);
        window.open(&[], &project);
        window
    }
}

/// What a person sees.
impl InlineWindow {
    /// The candidate of that id.
    pub fn ix(&self, id: &str) -> CandidateIx {
        let found = self.state.catalogue.find(id);
        found.unwrap_or_else(|| panic!("{id} was not found"))
    }

    /// The id of the candidate on screen.
    pub fn here(&self) -> &str {
        self.state.candidate().map_or("nowhere", |c| &*c.id)
    }

    /// The ids of the queue in order.
    pub fn queue(&self) -> Vec<&str> {
        let order = self.state.queue.order().iter();
        let known = order.filter_map(|ix| self.state.catalogue.get(*ix));
        known.map(|candidate| &*candidate.id).collect()
    }

    /// What is known of a candidate.
    pub fn labels(&self, id: &str) -> &LabelState {
        self.state.book.state(id)
    }

    /// The classes of these candidates, joined by `+`; `-` for none.
    pub fn classes(&self, ids: &[&str]) -> Vec<String> {
        let class = |id: &&str| match self.labels(id).classes.join("+") {
            none if none.is_empty() => "-".into(),
            some => some,
        };
        ids.iter().map(class).collect()
    }

    /// Scores of the shown models that were computed, and not read from the project.
    pub fn computed(&self) -> usize {
        let shown = self.state.scores.shown().iter();
        shown.map(|model| model.counts.computed).sum()
    }

    /// The message at the foot of the window.
    pub fn toast(&self) -> &str {
        self.state.toast.as_ref().map_or("", |toast| &toast.text)
    }
}
