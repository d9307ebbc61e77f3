//! The window without a screen: the real state, tasks, project file and decoders; every command
//! is followed to its end before the next one.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    time::{Duration, Instant},
};

use super::MadeLatent;
use destello::{
    domain::{CandidateIx, LabelEvent, ModelId, Timestamp, label_book::LabelState},
    features::{
        adaptation::{curve_task::MeasureCurve, task::FineTune},
        latent::adapt_task::Adapt,
        simulation::simulator::{SimulatorOf, Simulators},
        training::task::Train,
    },
    gpu::StampAtlas,
    tasks::{Task, fault},
    window::{
        command::{Command, Go, Label, QueueCommand, Session},
        frame::Host,
        state::AppState,
    },
    workspace::{
        action::Action, context::Context, drawn::Drawn, pick::PickFor, screen::Screen,
        settings::Settings, stamp_store::Want,
    },
};

/// A worker that reports nothing for so long has failed.
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
    /// What was put into the clipboard last.
    pub copied: Option<String>,
    /// Dialogs that are open, the oldest first.
    pub dialogs: Vec<PickFor>,
    /// True once the window was asked to close.
    pub has_quit: bool,
    /// Label events that were handed to the journal and not looked at yet.
    pub appended: Vec<LabelEvent>,
    /// What updates are given.
    pub context: Context,
    saved_settings: Arc<Mutex<Option<Settings>>>,
    /// Dialogs that were opened, each with where its answer goes.
    opened: Receiver<(PickFor, SyncSender<Vec<PathBuf>>)>,
    /// Where the answers of `dialogs` go.
    answers: Vec<SyncSender<Vec<PathBuf>>>,
    now: Timestamp,
    has_views: bool,
}

impl Host for InlineWindow {
    fn state(&self) -> &AppState {
        &self.state
    }

    fn apply(&mut self, command: Command) {
        self.begin(command);
    }
}

impl InlineWindow {
    /// A window with nothing open. With an atlas its stamps can be drawn.
    pub fn new(settings: Settings, person: &str, atlas: Option<Arc<StampAtlas>>) -> Self {
        let mut context = Context::start(|| {}).unwrap();
        let (opens, opened) = sync_channel(DIALOGS);
        context.dialog = Arc::new(move |purpose| {
            let (answer, answered) = sync_channel(1);
            opens.send((purpose, answer)).ok()?;
            // Where the window is gone, there is no answer.
            answered.recv().ok()
        });
        let saved_settings = Arc::<Mutex<Option<Settings>>>::default();
        let saved = saved_settings.clone();
        context.save_settings = Arc::new(move |settings| {
            let mut saved = saved.lock().unwrap_or_else(PoisonError::into_inner);
            *saved = Some(settings.clone());
            Ok(())
        });
        // It compares all stamps of a set with labels: tests that are about it switch it on.
        let settings = Settings {
            shows_looks_like: false,
            // A test that writes into its folder means another opening, unless it is about this.
            follows_folders: false,
            ..settings
        };
        let mut state = AppState::new(settings, person);
        state
            .shared
            .stamps
            .start(context.tasks.wake(), atlas)
            .unwrap();
        Self {
            state,
            copied: None,
            dialogs: Vec::new(),
            has_quit: false,
            appended: Vec::new(),
            context,
            saved_settings,
            opened,
            answers: Vec::new(),
            now: START,
            has_views: false,
        }
    }

    /// Settings that would have been written to the person's own file.
    pub fn saved_settings(&self) -> Option<Settings> {
        let saved = self.saved_settings.lock();
        saved.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on views report what they draw; without them a person sees all that there is.
    pub const fn show_in_views(&mut self) {
        self.has_views = true;
    }

    /// From now on every latent model is this one.
    pub fn embed_by(&mut self, latent: MadeLatent) {
        self.context.latent_models.answer_by(Box::new(latent));
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
            let generation = self.state.shared.generation;
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
        let at = |ix: CandidateIx| (ix, state.shared.epoch_to_show(ix));
        let small: Vec<_> = match state.shared.screen {
            Screen::Mosaic => state.shared.page.iter().copied().collect(),
            Screen::Latent => state.shared.selection.iter().collect(),
            _ => Vec::new(),
        };
        Drawn {
            generation: state.shared.generation,
            renumbered: state.shared.renumbered,
            screen: state.shared.screen,
            large: state.shared.place.candidate.map(at),
            whole: small.into_iter().map(at).collect(),
        }
    }

    /// Waits until everything under way is done.
    pub fn settle(&mut self) {
        self.wait_until(Self::is_settled);
    }

    /// Takes in what runs until that is so.
    ///
    /// # Panics
    /// Where the workers fall silent before.
    pub fn wait_until(&mut self, is_so: impl Fn(&Self) -> bool) {
        let since = Instant::now();
        let mut quiet_since = since;
        while !is_so(self) {
            self.poll();
            std::thread::sleep(LOOK_EVERY);
            if self.state.is_busy() {
                quiet_since = Instant::now();
            }
            let is_silent = quiet_since.elapsed() > PATIENCE || since.elapsed() > LONG_PATIENCE;
            assert!(!is_silent, "the workers fell silent");
        }
    }

    /// Takes in what runs.
    pub fn poll(&mut self) {
        for (purpose, answer) in self.opened.try_iter() {
            self.dialogs.push(purpose);
            self.answers.push(answer);
        }
        self.state.poll(&self.context.at(self.now));
        self.take_requests();
    }

    /// The same only where the number is above zero: what comes waits for some of the looks.
    pub fn poll_some(&mut self, most: usize) {
        if most > 0 {
            self.poll();
        }
    }

    /// # Panics
    /// Where any work is under way.
    pub fn assert_idle(&self) {
        let running = self.state.running();
        assert!(running.is_empty(), "{running:?}");
    }

    /// # Panics
    /// Where no model is ready.
    pub fn active_model(&self) -> ModelId {
        let active = self.state.shared.scores.active();
        active.ready.as_ref().unwrap().id.clone()
    }

    /// True while work of that name is under way.
    pub fn is_running(&self, name: &str) -> bool {
        self.state.running().iter().any(|work| work.name == name)
    }

    fn is_settled(&self) -> bool {
        let project = &self.state.shared.project;
        let header = self.state.header.header.as_ref();
        !self.state.is_busy()
            && !self.state.light_curve.measured.is_measuring()
            && !self.state.light_curve.period_search.is_under_way()
            // Those that a person has not answered.
            && self.state.dialog.dialogs.unanswered() == self.dialogs.len()
            && !self.state.opening.is_leaving()
            && self
                .state.dialog
                .path_pane
                .as_ref()
                .is_none_or(|pane| !pane.is_waiting())
            && (project.unsaved == 0 || project.fault.is_some())
            && header.is_none_or(|header| header.cards.is_some())
    }

    fn run(&mut self, command: Command) {
        let before = self.state.shared.book.events().len();
        self.state.apply(command, &self.context.at(self.now));
        let new = self
            .state
            .shared
            .book
            .events()
            .get(before..)
            .unwrap_or_default();
        self.appended
            .extend(new.iter().map(|event| (**event).clone()));
        self.take_requests();
    }

    /// What the real window does for the state.
    fn take_requests(&mut self) {
        self.copied = self.state.clipboard.take().or(self.copied.take());
        self.has_quit |= std::mem::take(&mut self.state.may_quit);
    }

    /// Closes the window; returns when everything is on disk.
    pub fn close(mut self) {
        self.state.close(&self.context);
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
        let all = self.state.shared.catalogue.iter().take(count);
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
        let candidate = self
            .state
            .shared
            .candidate()
            .expect("a candidate on screen");
        let stamps = candidate.epochs.iter().flat_map(|epoch| &epoch.stamps);
        let visible = stamps.cloned().collect();
        self.apply(Command::Want(Want {
            visible,
            ..Want::default()
        }));
    }

    /// Closes the window and starts the program anew on the project.
    pub fn restart(self) -> Self {
        let project = self
            .state
            .shared
            .project
            .path
            .clone()
            .expect("an open project");
        let settings = self.state.shared.settings.clone();
        let person = self.state.shared.annotator();
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
        let found = self.state.shared.catalogue.find(id);
        found.unwrap_or_else(|| panic!("{id} was not found"))
    }

    /// The id of the candidate on screen.
    pub fn here(&self) -> &str {
        self.state.shared.candidate().map_or("nowhere", |c| &*c.id)
    }

    /// The ids of the queue in order.
    pub fn queue(&self) -> Vec<&str> {
        let order = self.state.shared.queue.order().iter();
        let known = order.filter_map(|ix| self.state.shared.catalogue.get(*ix));
        known.map(|candidate| &*candidate.id).collect()
    }

    /// What is known of a candidate.
    pub fn labels(&self, id: &str) -> &LabelState {
        self.state.shared.book.state(id)
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
        let shown = self.state.shared.scores.shown().iter();
        shown.map(|model| model.counts.computed).sum()
    }

    /// The message at the foot of the window.
    pub fn toast(&self) -> &str {
        self.state
            .shared
            .toast
            .as_ref()
            .map_or("", |toast| &toast.text)
    }
}
