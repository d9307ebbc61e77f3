//! The order for a simulation as it stands in its pane, and its preview.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    order::SimulationOrder,
    preview::MakePreview,
    simulate::Simulated,
    simulator::{self, Simulators},
    task::{RunSimulation, Wanted},
};
use crate::{
    domain::{Role, Vocabulary},
    features::simulation::command::Simulation,
    tasks::{Running, TaskEvent, next_event},
    text,
    workspace::{context::Context, request::Request, screen::Pane, shared::Shared},
};

// Views know jobs only by these.
pub use super::{
    order::Kind,
    preview::{Picture, Preview, PreviewRow},
};
pub use crate::workspace::pick::PickFor;

/// Simulated triplets to practise on.
const PRACTICE_COUNT: u64 = 60;
/// Their survey, whose conditions vary.
const PRACTICE_SURVEY: &str = "mixed";

/// What a person fills in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimulationForm {
    /// Sequences or triplets.
    pub kind: Kind,
    /// A survey that comes with the program, or a file ending in `.toml`.
    pub survey: String,
    /// A folder; empty for built-in physics alone.
    pub templates: String,
    /// Classes of sequences, by name.
    pub classes: BTreeSet<Arc<str>>,
    /// `real`, `bogus`.
    pub real_or_bogus: BTreeSet<Arc<str>>,
    /// Kinds of triplets, separated by commas; empty for all of the real_or_bogus.
    pub kinds: String,
    pub roles: BTreeSet<Role>,
    /// How many candidates.
    pub count: u64,
    pub seed: u64,
    /// A folder; empty for the usual one.
    pub out: String,
}

impl Default for SimulationForm {
    fn default() -> Self {
        let names = |vocabulary: Vocabulary| {
            let classes = vocabulary.classes.into_iter();
            classes.map(|class| class.name).collect()
        };
        Self {
            kind: Kind::Sequences,
            survey: "hits2015".into(),
            templates: String::new(),
            classes: names(Vocabulary::sequence_classes()),
            real_or_bogus: names(Vocabulary::real_bogus()),
            kinds: String::new(),
            roles: usual_roles(Kind::Sequences),
            count: 1000,
            seed: 1,
            out: String::new(),
        }
    }
}

/// The images that make a set worth looking at; the command line makes fewer.
fn usual_roles(kind: Kind) -> BTreeSet<Role> {
    let mut roles: BTreeSet<Role> = kind.usual_roles().iter().copied().collect();
    roles.extend([Role::Reference, Role::Difference]);
    roles
}

/// The names that are chosen; empty for all of them.
fn chosen(all: &Vocabulary, chosen: &BTreeSet<Arc<str>>) -> Vec<String> {
    if chosen.len() == all.classes.len() {
        return Vec::new();
    }
    let names = all.classes.iter().map(|class| &class.name);
    let names = names.filter(|name| chosen.contains(*name));
    names.map(ToString::to_string).collect()
}

/// A look at what would be made: asked for, there, or impossible.
#[derive(Clone, Debug, Default)]
pub enum PreviewState {
    /// Not asked for, or under way.
    #[default]
    Pending,
    Ready(Arc<Preview>),
    /// Why there is none.
    Failed(String),
}

#[derive(Debug)]
pub struct SimulationPane {
    pub running: Option<Running<RunSimulation>>,
    previewing: Option<Running<MakePreview>>,
    /// By whom candidates are made.
    pub simulators: Simulators,
    /// Where the demo lies; none where there is no home folder.
    pub demo_folder: Option<PathBuf>,
    /// The order.
    pub form: SimulationForm,
    /// Name, title and source of the surveys that come with the program.
    pub surveys: Vec<[String; 3]>,
    /// What it would make.
    pub preview: PreviewState,
    /// Why the last simulation failed.
    pub fault: Option<String>,
    /// Where simulations go unless a folder is named.
    pub home: Option<PathBuf>,
}

impl Default for SimulationPane {
    fn default() -> Self {
        Self {
            form: SimulationForm::default(),
            surveys: simulator::surveys(),
            preview: PreviewState::default(),
            running: None,
            previewing: None,
            simulators: Simulators::default(),
            demo_folder: None,
            fault: None,
            home: None,
        }
    }
}

impl SimulationPane {
    /// The order that the form stands for.
    ///
    /// # Errors
    /// What has to be filled in or chosen first.
    pub fn order(&self) -> Result<SimulationOrder, String> {
        self.order_of(&self.form)
    }

    fn order_of(&self, form: &SimulationForm) -> Result<SimulationOrder, String> {
        let kinds = form.kinds.split(',').map(str::trim);
        let kinds: Vec<String> = kinds
            .filter(|kind| !kind.is_empty())
            .map(Into::into)
            .collect();
        let (vocabulary, names) = match form.kind {
            Kind::Sequences => (Vocabulary::sequence_classes(), &form.classes),
            Kind::Triplets => (Vocabulary::real_bogus(), &form.real_or_bogus),
        };
        if names.is_empty() {
            return Err(text!("choose at least one class").into());
        }
        if form.roles.is_empty() {
            return Err(text!("choose at least one image").into());
        }
        let mut order = SimulationOrder {
            kind: form.kind,
            survey: form.survey.trim().into(),
            templates: Some(form.templates.trim())
                .filter(|folder| !folder.is_empty())
                .map(PathBuf::from),
            classes: match form.kind {
                Kind::Triplets if !kinds.is_empty() => kinds,
                _ => chosen(&vocabulary, names),
            },
            roles: form.roles.iter().copied().collect(),
            count: form.count.max(1),
            seed: form.seed,
            out: PathBuf::from(form.out.trim()),
        };
        if order.out.as_os_str().is_empty() {
            order.out = self.usual_out(&order).ok_or(text!("name a folder"))?;
        }
        Ok(order)
    }

    /// The folder that is used where none is named.
    fn usual_out(&self, order: &SimulationOrder) -> Option<PathBuf> {
        let name = format!(
            "{}-{}-{}",
            order.survey_word(),
            order.kind.name(),
            order.seed
        );
        Some(self.home.as_ref()?.join(name))
    }

    /// True while something is simulated.
    pub const fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// True while a preview is made.
    pub const fn is_previewing(&self) -> bool {
        self.previewing.is_some()
    }

    /// Asks what is simulated to stop.
    pub(crate) fn stop(&self) {
        if let Some(running) = &self.running {
            running.cancel();
        }
    }

    fn start(&mut self, wanted: Wanted, cx: &Context) {
        self.running = Some(cx.tasks.start(RunSimulation {
            wanted,
            simulators: self.simulators.clone(),
            threads: 0,
            shard: None,
        }));
    }
}

impl SimulationPane {
    pub(crate) fn apply_simulation(
        &mut self,
        shared: &mut Shared,
        simulation: Simulation,
        cx: &Context,
    ) {
        match simulation {
            Simulation::Form(form) => self.set_form(*form, cx),
            Simulation::Pick(purpose) => shared.ask(Request::Pick(purpose)),
            Simulation::Stop => self.stop(),
            Simulation::Start if self.is_running() => {}
            Simulation::Start => match self.order() {
                Ok(order) => {
                    self.fault = None;
                    self.start(Wanted::Order(Box::new(order)), cx);
                }
                Err(why) => self.fault = Some(why),
            },
        }
    }

    fn set_form(&mut self, mut form: SimulationForm, cx: &Context) {
        let old = &self.form;
        if form.kind != old.kind {
            form.roles = usual_roles(form.kind);
        }
        // Where and how many makes no other pixels.
        let mut same_pixels = form.clone();
        same_pixels.count = old.count;
        same_pixels.out.clone_from(&old.out);
        let is_same = same_pixels == *old;
        self.form = form;
        self.fault = None;
        if !is_same {
            self.start_preview(cx);
        }
    }

    fn start_preview(&mut self, cx: &Context) {
        let pane = &mut *self;
        // A preview needs no folder.
        let form = SimulationForm {
            out: "preview".into(),
            ..pane.form.clone()
        };
        pane.previewing = None;
        match pane.order_of(&form) {
            Ok(order) => {
                let simulators = pane.simulators.clone();
                pane.previewing = Some(cx.tasks.start(MakePreview { order, simulators }));
            }
            Err(why) => pane.preview = PreviewState::Failed(why),
        }
    }

    pub(crate) fn toggle_simulation(&mut self, shared: &mut Shared, cx: &Context) {
        shared.toggle(Pane::Simulation);
        if shared.panes.contains(&Pane::Simulation) {
            self.start_preview(cx);
        }
    }

    /// Takes in what simulations report.
    pub(crate) fn poll_simulation(&mut self, shared: &mut Shared, cx: &Context) {
        while let Some(event) = next_event(&mut self.previewing) {
            match event {
                TaskEvent::Finished(preview) => {
                    self.preview = PreviewState::Ready(Arc::new(preview));
                }
                TaskEvent::Failed(why) => self.preview = PreviewState::Failed(why),
                TaskEvent::Update(()) | TaskEvent::Cancelled => {}
            }
        }
        while let Some(event) = next_event(&mut self.running) {
            match event {
                TaskEvent::Update(_) => {}
                TaskEvent::Finished(simulated) => {
                    self.take_simulated(shared, Ok(simulated), cx);
                }
                TaskEvent::Failed(why) => self.take_simulated(shared, Err(why), cx),
                TaskEvent::Cancelled => shared.report(text!("simulation stopped"), cx.now),
            }
        }
    }

    /// Simulates triplets to practise on into a folder of that name beside the demo, and opens them; returns the folder.
    pub(crate) fn open_practice(
        &mut self,
        shared: &mut Shared,
        seed: u64,
        cx: &Context,
    ) -> Option<PathBuf> {
        if self.is_running() {
            shared.report(
                text!("a simulation is running: stop it first, or wait"),
                cx.now,
            );
            return None;
        }
        let Some(demo) = &self.demo_folder else {
            shared.warn(
                text!("there is no home folder to keep a practice set in"),
                cx.now,
            );
            return None;
        };
        let folder = demo.with_file_name(format!("practice-{seed}"));
        let order = SimulationOrder {
            kind: Kind::Triplets,
            survey: PRACTICE_SURVEY.into(),
            templates: None,
            classes: Vec::new(),
            roles: Kind::Triplets.usual_roles().to_vec(),
            count: PRACTICE_COUNT,
            seed,
            out: folder.clone(),
        };
        self.start(Wanted::Order(Box::new(order)), cx);
        Some(folder)
    }

    pub(crate) fn open_demo(&mut self, shared: &mut Shared, cx: &Context) {
        if self.is_running() {
            shared.report(
                text!("a simulation is running: stop it first, or wait"),
                cx.now,
            );
            return;
        }
        match self.demo_folder.clone() {
            Some(folder) => {
                self.start(Wanted::Demo(folder), cx);
            }
            None => shared.warn(
                text!("there is no home folder to keep the demo set in"),
                cx.now,
            ),
        }
    }

    /// A path that was chosen in a dialog goes into the form.
    pub(crate) fn take_simulation_path(&mut self, purpose: PickFor, path: &Path, cx: &Context) {
        let mut form = self.form.clone();
        let field = match purpose {
            PickFor::Survey => &mut form.survey,
            PickFor::Templates => &mut form.templates,
            _ => &mut form.out,
        };
        *field = path.display().to_string();
        self.set_form(form, cx);
    }

    /// What was made is opened; a failure stands in the pane, where there is one.
    pub(crate) fn take_simulated(
        &mut self,
        shared: &mut Shared,
        outcome: Result<Simulated, String>,
        cx: &Context,
    ) {
        match outcome {
            Ok(simulated) if simulated.is_cancelled => {
                shared.report(simulated.sentence(), cx.now);
            }
            Ok(simulated) => {
                shared.panes.remove(&Pane::Simulation);
                let paths = vec![simulated.folder];
                shared.ask(Request::Open {
                    paths,
                    project: None,
                });
            }
            Err(why) if shared.panes.contains(&Pane::Simulation) => {
                self.fault = Some(why);
            }
            Err(why) => {
                shared.warn(why, cx.now);
            }
        }
    }
}
