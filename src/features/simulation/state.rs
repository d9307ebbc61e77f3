//! The order for a simulation as it stands in its pane, and its preview.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{order::SimulationOrder, simulate::Simulated, simulator};
use crate::{
    app::{
        command::Simulation,
        effect::Effect,
        state::{AppState, Pane},
    },
    domain::{Role, Vocabulary},
    tasks::progress::Progress,
    workspace::context::Context,
};

// Views know jobs only by these.
pub use super::{
    order::Kind,
    preview::{Picture, Preview, PreviewRow},
};
pub use crate::{app::event::JobId, features::file_dialog::pick::PickFor};

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
    pub verdicts: BTreeSet<Arc<str>>,
    /// Kinds of triplets, separated by commas; empty for all of the verdicts.
    pub kinds: String,
    /// The images wanted.
    pub roles: BTreeSet<Role>,
    /// How many candidates.
    pub count: u64,
    /// Which of all skies.
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
            verdicts: names(Vocabulary::real_bogus()),
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
    /// There.
    Ready(Arc<Preview>),
    /// Why there is none.
    Failed(String),
}

/// The pane.
#[derive(Clone, Debug)]
pub struct SimulationPane {
    /// The order.
    pub form: SimulationForm,
    /// Name, title and source of the surveys that come with the program.
    pub surveys: Vec<[String; 3]>,
    /// What it would make.
    pub preview: PreviewState,
    /// Number of the last request for a preview.
    pub serial: u64,
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
            serial: 0,
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
        let form = &self.form;
        let kinds = form.kinds.split(',').map(str::trim);
        let kinds: Vec<String> = kinds
            .filter(|kind| !kind.is_empty())
            .map(Into::into)
            .collect();
        let (vocabulary, names) = match form.kind {
            Kind::Sequences => (Vocabulary::sequence_classes(), &form.classes),
            Kind::Triplets => (Vocabulary::real_bogus(), &form.verdicts),
        };
        if names.is_empty() {
            return Err("choose at least one class".into());
        }
        if form.roles.is_empty() {
            return Err("choose at least one image".into());
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
            order.out = self.usual_out(&order).ok_or("name a folder")?;
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

    /// A preview for the newest request; older ones are nobody's any more.
    pub(crate) fn take_preview(&mut self, serial: u64, preview: Result<Arc<Preview>, String>) {
        if serial == self.serial {
            self.preview = match preview {
                Ok(preview) => PreviewState::Ready(preview),
                Err(why) => PreviewState::Failed(why),
            };
        }
    }
}

impl AppState {
    pub(crate) fn apply_simulation(&mut self, simulation: Simulation) -> Vec<Effect> {
        match simulation {
            Simulation::Form(form) => self.set_form(*form),
            Simulation::Pick(purpose) => self.pick(purpose),
            Simulation::Start if self.jobs.contains_key(&JobId::Simulate) => Vec::new(),
            Simulation::Start => match self.simulation.order() {
                Ok(order) => {
                    self.simulation.fault = None;
                    self.jobs.insert(JobId::Simulate, Progress::default());
                    vec![Effect::Simulate(Box::new(order))]
                }
                Err(why) => {
                    self.simulation.fault = Some(why);
                    Vec::new()
                }
            },
        }
    }

    fn set_form(&mut self, mut form: SimulationForm) -> Vec<Effect> {
        let old = &self.simulation.form;
        if form.kind != old.kind {
            form.roles = usual_roles(form.kind);
        }
        // Where and how many makes no other pixels.
        let mut same_pixels = form.clone();
        same_pixels.count = old.count;
        same_pixels.out.clone_from(&old.out);
        let is_same = same_pixels == *old;
        self.simulation.form = form;
        self.simulation.fault = None;
        if is_same {
            Vec::new()
        } else {
            self.ask_for_preview()
        }
    }

    fn ask_for_preview(&mut self) -> Vec<Effect> {
        let pane = &mut self.simulation;
        pane.serial += 1;
        let mut complete = pane.clone();
        // A preview needs no folder.
        complete.form.out = "preview".into();
        match complete.order() {
            Ok(order) => vec![Effect::Preview {
                serial: pane.serial,
                order: Box::new(order),
            }],
            Err(why) => {
                pane.preview = PreviewState::Failed(why);
                Vec::new()
            }
        }
    }

    pub(crate) fn toggle_simulation(&mut self) -> Vec<Effect> {
        self.toggle(Pane::Simulation);
        if self.panes.contains(&Pane::Simulation) {
            self.ask_for_preview()
        } else {
            Vec::new()
        }
    }

    pub(crate) fn open_demo(&mut self, cx: &Context) -> Vec<Effect> {
        if self.jobs.contains_key(&JobId::Simulate) {
            self.tell("a simulation is running: stop it first, or wait", cx.now);
            return Vec::new();
        }
        self.jobs.insert(JobId::Simulate, Progress::default());
        vec![Effect::OpenDemo]
    }

    /// A path that was chosen in a dialog goes into the form.
    pub(crate) fn take_simulation_path(&mut self, purpose: PickFor, path: &Path) -> Vec<Effect> {
        let mut form = self.simulation.form.clone();
        let field = match purpose {
            PickFor::Survey => &mut form.survey,
            PickFor::Templates => &mut form.templates,
            _ => &mut form.out,
        };
        *field = path.display().to_string();
        self.set_form(form)
    }

    /// What was made is opened; a failure stands in the pane, where there is one.
    pub(crate) fn take_simulated(
        &mut self,
        outcome: Result<Simulated, String>,
        cx: &Context,
    ) -> Vec<Effect> {
        self.jobs.remove(&JobId::Simulate);
        match outcome {
            Ok(simulated) if simulated.is_cancelled => {
                self.tell(simulated.sentence(), cx.now);
                Vec::new()
            }
            Ok(simulated) => {
                self.panes.remove(&Pane::Simulation);
                self.open(vec![simulated.folder], None, cx)
            }
            Err(why) if self.panes.contains(&Pane::Simulation) => {
                self.simulation.fault = Some(why);
                Vec::new()
            }
            Err(why) => {
                self.warn(why, cx.now);
                Vec::new()
            }
        }
    }
}
