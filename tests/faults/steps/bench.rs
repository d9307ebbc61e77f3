//! Real tasks on small simulated skies, step by step, each step measured.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use tempfile::TempDir;

use crate::common::{events, sky::simulate};
use destello::{
    domain::{CandidateIx, Catalogue, LabelBook, LabelEvent, ModelId, ScoreBook, Timestamp},
    features::{
        adaptation::{
            curve_task::MeasureCurve,
            fine_tuning::{FineTuneOrder, LabelSource},
            task::FineTune,
        },
        latent::adapt_task::{Adapt, AdaptOrder},
        scoring::{
            score::Orientations,
            task::{Focus, ModelChoice, Pace, ScoreSet},
        },
        training::{
            task::Train,
            train::{Architecture, OpenedSet, Recipe, TrainOrder, TrainingData},
        },
    },
    io::Decoder,
    tasks::{TaskEvent, Tasks, step_times::StepTimes},
    workspace::{
        latent_registry::LatentRegistry,
        model_registry::{ModelRegistry, ModelSource},
        open::read_all,
        versions::Keep,
    },
};

/// How much of everything there is.
#[derive(Clone, Copy)]
pub struct Size {
    /// Labelled triplets.
    pub triplets: usize,
    /// Labelled sequences.
    pub sequences: usize,
    /// Simulated examples that the old sky is tested with.
    pub test: usize,
    /// Steps of a training.
    pub steps: u64,
}

/// Candidates with their labels.
pub struct Sky {
    pub catalogue: Arc<Catalogue>,
    pub labels: OpenedSet,
}

/// What all tasks share.
pub struct Bench {
    pub folder: TempDir,
    pub triplets: Sky,
    pub sequences: Sky,
    pub models: ModelRegistry,
    pub latent: LatentRegistry,
    pub decoder: Arc<Decoder>,
    /// Steps by what they were made for: a model.
    pub times: BTreeMap<String, StepTimes>,
    /// What they are made for now.
    pub subject: String,
    /// What came out, to the last bit.
    pub outcomes: Vec<String>,
    pub size: Size,
}

impl Bench {
    pub fn new(size: Size) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sky = |what: &str, survey: &str, count: usize| {
            let out = folder.path().join(what);
            simulate(what, survey, 7, count, &out);
            labelled(read_all(&[out]).catalogue)
        };
        let (triplets, sequences) = (
            sky("triplets", "mixed", size.triplets),
            sky("sequences", "hits2015", size.sequences),
        );
        let models = ModelRegistry::default();
        Self {
            folder,
            triplets,
            sequences,
            latent: LatentRegistry::beside(models.clone()),
            models,
            decoder: Arc::new(Decoder::default()),
            times: BTreeMap::new(),
            subject: String::new(),
            outcomes: Vec::new(),
            size,
        }
    }

    pub fn place(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Has a task done to its end.
    pub fn finish<T: destello::tasks::Task>(&mut self, task: T) -> T::Output {
        self.finish_with(task, |_| ())
    }

    /// The same, with a look at its updates.
    pub fn finish_with<T: destello::tasks::Task>(
        &mut self,
        task: T,
        mut update: impl FnMut(T::Update),
    ) -> T::Output {
        let tasks = Tasks::new(|| {}).unwrap();
        let mut running = tasks.start(task);
        let output = loop {
            match running.next_event() {
                Some(TaskEvent::Finished(output)) => break output,
                Some(TaskEvent::Failed(why)) => panic!("{}: {why}", T::NAME),
                Some(TaskEvent::Cancelled) => panic!("{} was stopped", T::NAME),
                Some(TaskEvent::Update(new)) => update(new),
                None => std::thread::sleep(Duration::from_millis(1)),
            }
        };
        let subject = format!("{}, {}", self.subject, T::NAME);
        self.times.insert(subject, tasks.step_times());
        tasks.close();
        output
    }

    /// Reads a model that comes with the program.
    pub fn load(&self, name: &str) -> ModelId {
        self.models.load(name).expect(name).id
    }

    pub fn sky_of(&self, name: &str) -> &Sky {
        match name {
            "recurrent" | "forest" => &self.sequences,
            _ => &self.triplets,
        }
    }

    fn order(&self, name: &str) -> FineTuneOrder {
        let labels = LabelSource::Opened(self.sky_of(name).labels.clone());
        // A forest grows on threads of its own, which takes its time.
        let test = match name {
            "forest" => self.size.test / 4,
            _ => self.size.test,
        };
        FineTuneOrder {
            replay: Some(2 * test),
            test,
            steps: Some(self.size.steps),
            ..FineTuneOrder::usual(labels, 2)
        }
    }

    pub fn fine_tuning(&self, name: &str, parent: &ModelId) -> FineTune {
        FineTune {
            order: self.order(name),
            parent: source(name, parent),
            models: self.models.clone(),
            decoder: self.decoder.clone(),
            keep: Keep::Project(self.place("night.destello")),
            now: Timestamp(1),
        }
    }

    pub fn learning_curve(&self, name: &str, parent: &ModelId) -> MeasureCurve {
        MeasureCurve {
            order: FineTuneOrder {
                steps: Some(2),
                ..self.order(name)
            },
            parent: source(name, parent),
            models: self.models.clone(),
            decoder: self.decoder.clone(),
        }
    }

    /// A training on the simulation, into a file that is not there yet.
    pub fn training(&self, network: Architecture) -> Train {
        let data = TrainingData::Simulation {
            survey: if network.is_recurrent() {
                "hits2015"
            } else {
                "mixed"
            }
            .into(),
            templates: None,
        };
        let mut outs = (0..).map(|at| self.place(&format!("{}-{at}.safetensors", network.name())));
        let out = outs.find(|out| !out.exists()).unwrap();
        let mut order = TrainOrder::usual(network, data, Recipe::Ours, self.size.steps, out);
        order.threads = 2;
        order.chunk = order.chunk.min(1_000);
        order.validation = self.size.test;
        Train {
            order,
            is_anew: true,
            may_replace: false,
            models: self.models.clone(),
            decoder: self.decoder.clone(),
        }
    }

    pub fn scoring(&self, name: &str) -> ScoreSet {
        ScoreSet {
            by: vec![ModelChoice::Source(name.into())],
            catalogue: self.sky_of(name).catalogue.clone(),
            known: ScoreBook::default(),
            project: None,
            models: self.models.clone(),
            decoder: self.decoder.clone(),
            focus: Focus::default(),
            pace: Pace::Fitted,
            orientations: Orientations::All,
        }
    }

    pub fn adapting(&self) -> Adapt {
        let data = TrainingData::Opened(self.triplets.labels.clone());
        Adapt {
            order: AdaptOrder::usual("vade".into(), data),
            models: self.latent.clone(),
            decoder: self.decoder.clone(),
            keep: Keep::Project(self.place("night.destello")),
            now: Timestamp(1),
        }
    }

    /// Every candidate of the triplets.
    pub fn all(&self) -> Vec<CandidateIx> {
        self.triplets.catalogue.iter().map(|(ix, _)| ix).collect()
    }
}

fn source(name: &str, id: &ModelId) -> ModelSource {
    ModelSource {
        id: id.clone(),
        source: name.into(),
    }
}

/// Labelled as the simulation knows them.
fn labelled(catalogue: Catalogue) -> Sky {
    let catalogue = Arc::new(catalogue);
    let known = catalogue.iter().enumerate();
    let events = known.map(|(at, (_, candidate))| {
        let class = candidate.truth.as_deref().unwrap();
        Arc::new(LabelEvent {
            vocabulary: "classes".into(),
            at: Timestamp(at as i64),
            ..events::set(at as i64, &candidate.id, class)
        })
    });
    let labels = OpenedSet {
        name: "sky".into(),
        catalogue: catalogue.clone(),
        book: Arc::new(LabelBook::of(events.collect::<Vec<_>>())),
    };
    Sky { catalogue, labels }
}
