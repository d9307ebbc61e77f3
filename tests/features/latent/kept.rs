//! Places that a project keeps: they are there after a restart without a look at any stamp, stamps that have changed are placed
//! anew, and the command line takes and fills the same ones.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicUsize, Ordering},
    },
};

use destello::{
    domain::{
        Candidate, Catalogue, Embedding, Epoch, InputPlan, LatentSpace, ModelCard, ModelId,
        NewScores,
    },
    features::latent::{
        choice::{LatentChoice, Projection},
        embed_task::{Embed, EmbedOutcome, EmbedUpdate, Wanted},
        state::LatentStatus,
    },
    io::Decoder,
    learn::{
        Compute, LearnError,
        latent::{Embedded, LatentModel},
    },
    store::Project,
    tasks::{cancel::CancelToken, run_here},
    window::command::{Command, Latent},
    workspace::{
        action::Action,
        latent_models,
        latent_registry::{LatentCoder, LatentRegistry, Reconstruction},
        open::read_all,
        scores::tally::Counts,
        settings::Settings,
    },
};

use crate::common::{
    InlineWindow, StampSet, in_turn,
    networks::latent_card,
    on_disk::{blank, touch},
    program::printed,
    stamp_set::OBJECTS,
};

/// Epochs of the set.
const EPOCHS: usize = 30;

/// A set with a small model beside it, whose network counts how often it is run.
struct Night {
    set: StampSet,
    model: LatentModel,
    runs: Arc<AtomicUsize>,
    _turn: MutexGuard<'static, ()>,
}

fn night() -> Night {
    // Weights are drawn at random.
    let turn = in_turn();
    let set = StampSet::new();
    let card = latent_card("vade", 21, vec![16], 3, 5);
    let model = LatentModel::untrained(card, &Compute::cpu()).unwrap();
    latent_models::write_model(&model, &set.beside("made.safetensors")).unwrap();
    Night {
        set,
        model,
        runs: Arc::default(),
        _turn: turn,
    }
}

impl Night {
    fn project(&self) -> PathBuf {
        self.set.beside("night.destello")
    }

    fn source(&self) -> String {
        self.set.beside("made.safetensors").display().to_string()
    }

    fn runs(&self) -> usize {
        self.runs.load(Ordering::SeqCst)
    }

    /// The project in a window that was closed, if it was ever open.
    fn window(&self) -> InlineWindow {
        let mut window = InlineWindow::new(Settings::default(), "ana", None);
        let counting = Counting {
            model: self.model.clone(),
            runs: self.runs.clone(),
        };
        let models = &window.context.latent_models;
        models.answer_by(Box::new(counting));
        window.state.latent.choice.source = self.source().into();
        window.open(&[self.set.path()], &self.project());
        window
    }

    fn catalogue(&self) -> Catalogue {
        read_all(&[self.set.path()]).catalogue
    }

    /// All that comes of the task without a window.
    fn run(&self, catalogue: &Arc<Catalogue>, wanted: Wanted) -> Placed {
        let placed = Arc::new(Mutex::new(Placed::default()));
        let taken = placed.clone();
        let task = Embed {
            source: self.source().into(),
            catalogue: catalogue.clone(),
            project: Some(self.project()),
            wanted,
            models: LatentRegistry::default(),
            decoder: Arc::new(Decoder::default()),
        };
        let outcome = run_here(task, CancelToken::default(), move |update| {
            let mut placed = taken.lock().unwrap();
            match update {
                EmbedUpdate::Space { space, .. } => placed.all = Some(Embedding::new(space)),
                EmbedUpdate::Placed { new, refused } => {
                    placed.all.as_mut().unwrap().extend(*new);
                    placed.refused = refused;
                }
                EmbedUpdate::Fault(fault) => panic!("{fault:?}"),
            }
        });
        let mut placed = std::mem::take(&mut *placed.lock().unwrap());
        placed.outcome = outcome.unwrap();
        placed
    }
}

/// What came of the task.
#[derive(Debug, Default, PartialEq)]
struct Placed {
    all: Option<Embedding>,
    /// Epochs without a place, by the last update.
    refused: usize,
    outcome: EmbedOutcome,
}

/// A network, and how often it has placed stamps.
struct Counting {
    model: LatentModel,
    runs: Arc<AtomicUsize>,
}

impl LatentCoder for Counting {
    fn card(&self) -> ModelCard {
        self.model.card().clone()
    }

    fn space(&self) -> LatentSpace {
        self.model.space()
    }

    fn plan(&self) -> Result<Option<&InputPlan>, LearnError> {
        self.model.plan().map(Some)
    }

    fn embed(&self, inputs: &[f32]) -> Result<Embedded, LearnError> {
        self.runs.fetch_add(1, Ordering::SeqCst);
        self.model.embed(inputs)
    }

    fn decode(&self, vectors: &[f32]) -> Result<Vec<f32>, LearnError> {
        LatentCoder::decode(&self.model, vectors)
    }

    fn reconstruct(&self, input: &[f32]) -> Result<Reconstruction, LearnError> {
        LatentCoder::reconstruct(&self.model, input)
    }

    fn boxed(&self) -> Box<dyn LatentCoder> {
        Box::new(Self {
            model: self.model.clone(),
            runs: self.runs.clone(),
        })
    }
}

fn embedding(window: &InlineWindow) -> Embedding {
    (**window.state.shared.embedding.as_ref().unwrap()).clone()
}

const fn counts(kept: usize, computed: usize) -> Counts {
    Counts { computed, kept }
}

fn choose(window: &mut InlineWindow, change: impl FnOnce(&mut LatentChoice)) {
    let mut choice = window.state.latent.choice.clone();
    change(&mut choice);
    window.apply(Command::Latent(Latent::Choose(Box::new(choice))));
}

#[test]
fn places_are_there_after_a_restart_without_the_network_being_run() {
    let night = night();
    let mut window = night.window();
    let latent = &window.state.latent;
    assert_eq!(*latent.status(), LatentStatus::Idle, "the project is new");
    assert!(window.state.shared.embedding.is_none());
    window.act(Action::Embed);
    assert_eq!(window.state.latent.counts(), counts(0, EPOCHS));
    let before = embedding(&window);
    assert_eq!(before.len(), EPOCHS);
    let runs = night.runs();
    assert!(runs > 0);
    window.close();

    let mut window = night.window();
    let latent = &window.state.latent;
    assert_eq!(*latent.status(), LatentStatus::Done);
    assert_eq!((latent.counts(), latent.unplaced()), (counts(EPOCHS, 0), 0));
    assert_eq!(embedding(&window), before);
    // What is shown of it, and what is drawn by the model.
    window.act(Action::Latent);
    let latent = &window.state.latent;
    assert_eq!(latent.map().unwrap().placed, EPOCHS);
    assert_eq!((latent.seen(), latent.rows().len()), (EPOCHS, 5));
    assert!(latent.centroid(0).is_some());
    assert_eq!(night.runs(), runs, "the network was run");
    // The columns of candidates are there, and asking again computes nothing.
    let anomaly = window.state.shared.scores.latent.error(window.ix("hits03"));
    assert!(anomaly.is_some());
    window.act(Action::Embed);
    assert_eq!(window.state.latent.counts(), counts(EPOCHS, 0));
    assert_eq!(embedding(&window), before);
    assert_eq!(night.runs(), runs);
    window.assert_idle();
}

#[test]
fn stamps_that_were_reduced_anew_under_their_name_are_placed_anew() {
    let night = night();
    let mut window = night.window();
    window.act(Action::Embed);
    let before = embedding(&window);
    window.close();
    // One object has other pixels, another the same ones in a file that was copied.
    night.set.reduce_again(&OBJECTS[2], 21, 5, 77);
    touch(&night.set.file(OBJECTS[4].id), 1_700_000_000);
    let mut window = night.window();
    let latent = &window.state.latent;
    assert_eq!(*latent.status(), LatentStatus::Stopped);
    assert_eq!((latent.unplaced(), embedding(&window).len()), (10, 20));
    window.act(Action::Embed);
    let latent = &window.state.latent;
    assert_eq!((latent.counts(), latent.unplaced()), (counts(25, 5), 0));
    let after = embedding(&window);
    let of = |all: &Embedding, object: usize| -> Vec<Vec<f32>> {
        let rows = all.points.iter().enumerate();
        let rows = rows.filter(|(_, point)| point.candidate.0 as usize == object);
        rows.map(|(at, _)| all.mean(at).to_vec()).collect()
    };
    for object in 0..OBJECTS.len() {
        let is_same = of(&before, object) == of(&after, object);
        assert_eq!(is_same, object != 2, "{object}");
    }
    window.close();
    // The project has noted both.
    let window = night.window();
    assert_eq!(window.state.latent.counts(), counts(EPOCHS, 0));
    assert_eq!(embedding(&window), after);
}

#[test]
fn what_is_kept_is_taken_without_a_look_at_the_stamps() {
    let night = night();
    drop(Project::open_or_create(night.project()).unwrap());
    let catalogue = Arc::new(night.catalogue());
    assert_eq!(night.run(&catalogue, Wanted::Kept), Placed::default());
    let first = night.run(&catalogue, Wanted::All);
    assert_eq!(first.outcome.counts, counts(0, EPOCHS));
    for object in &OBJECTS {
        blank(&night.set.file(object.id));
    }
    for wanted in [Wanted::Kept, Wanted::All] {
        let again = night.run(&catalogue, wanted);
        assert_eq!(again.outcome.counts, counts(EPOCHS, 0), "{wanted:?}");
        assert_eq!(
            (again.all, again.refused),
            (first.all.clone(), 0),
            "{wanted:?}"
        );
    }
}

#[test]
fn every_epoch_without_a_place_is_counted_also_where_none_after_it_has_one() {
    let night = night();
    drop(Project::open_or_create(night.project()).unwrap());
    // More than one step of them, after those with stamps.
    let without_stamps = 2500;
    let mut catalogue = night.catalogue();
    for at in 0..without_stamps {
        catalogue.absorb(Candidate {
            id: format!("bare{at}").into(),
            epochs: vec![Epoch::default()],
            ..Candidate::default()
        });
    }
    let catalogue = Arc::new(catalogue);
    for wanted in [Wanted::All, Wanted::Kept] {
        let placed = night.run(&catalogue, wanted);
        assert_eq!(
            placed.refused, without_stamps,
            "{wanted:?}: {:?}",
            placed.outcome
        );
        assert_eq!(placed.outcome.unplaced, 0, "{wanted:?}");
    }
}

#[test]
fn the_command_line_takes_and_fills_the_same_places() {
    let night = night();
    let [stamps, project] =
        [night.set.path(), night.project()].map(|path| path.display().to_string());
    let export = |name: &str| {
        let out = night.set.beside(name).display().to_string();
        let (model, device) = (night.source(), "cpu");
        let printed = printed(&[
            "latent",
            "export",
            &stamps,
            "--model",
            &model,
            "--project",
            &project,
            "--out",
            &out,
            "--device",
            device,
        ]);
        (printed, std::fs::read_to_string(out).unwrap())
    };
    let (said, first) = export("first.csv");
    assert!(
        said.contains("(0 places from the project, 30 new)"),
        "{said}"
    );
    let (said, second) = export("second.csv");
    assert!(
        said.contains("(30 places from the project, 0 new)"),
        "{said}"
    );
    assert_eq!(first, second);
    let window = night.window();
    assert_eq!(window.state.latent.counts(), counts(EPOCHS, 0));
    assert_eq!(night.runs(), 0);
    // What the window shows is what the table has.
    let all = embedding(&window);
    let head: Vec<&str> = first.lines().next().unwrap().split(',').collect();
    let column = head.iter().position(|name| *name == "z1").unwrap();
    for (at, line) in first.lines().skip(1).enumerate() {
        let z1: f32 = line.split(',').nth(column).unwrap().parse().unwrap();
        assert!((z1 - all.mean(at)[1]).abs() < 1e-5, "{at}: {line}");
    }
}

#[test]
fn a_map_that_takes_long_is_kept_with_its_places() {
    let night = night();
    let mut window = night.window();
    window.act(Action::Embed);
    choose(&mut window, |choice| choice.projection = Projection::Tsne);
    let positions = window.state.latent.map().unwrap().positions.clone();
    let model: ModelId = window.state.latent.space().unwrap().model.clone();
    window.close();
    // Shifted, so that a map that is made anew would differ.
    let name = "t-SNE map".into();
    let mut project = Project::open_existing(night.project()).unwrap();
    let mut map = project.memory_of(&model, &name).unwrap().unwrap();
    let moved = map.memory.chunks(4).map(|bytes| {
        let number = f32::from_le_bytes(bytes.try_into().unwrap());
        (number + 1000.0).to_le_bytes()
    });
    map.memory = moved.flatten().collect();
    let new = NewScores {
        rows: Vec::new(),
        memories: vec![map],
    };
    project.put_scores(&model, &new).unwrap();
    drop(project);
    let mut window = night.window();
    window.act(Action::Latent);
    assert_eq!(window.state.latent.choice.projection, Projection::Tsne);
    let found = &window.state.latent.map().unwrap().positions;
    let pairs = found.iter().flatten().zip(positions.iter().flatten());
    assert!(
        pairs
            .into_iter()
            .all(|(a, b)| (a - b - 1000.0).abs() < 1e-2)
    );
    window.close();
    // Other stamps have another map.
    night.set.reduce_again(&OBJECTS[2], 21, 5, 77);
    let mut window = night.window();
    window.act(Action::Embed);
    let found = &window.state.latent.map().unwrap().positions;
    let is_near = |at: &[f32; 2]| at.iter().all(|value| value.abs() < 900.0);
    assert!(found.iter().all(is_near), "{found:?}");
}

#[test]
fn a_project_that_cannot_be_used_keeps_nothing_and_the_set_is_placed_all_the_same() {
    let night = night();
    let mut window = night.window();
    window.state.shared.project.fault = Some("the disk is full".into());
    window.act(Action::Embed);
    assert_eq!(window.state.latent.counts(), counts(0, EPOCHS));
    assert_eq!(embedding(&window).len(), EPOCHS);
    window.close();
    let window = night.window();
    assert!(window.state.shared.embedding.is_none(), "nothing was kept");
}
