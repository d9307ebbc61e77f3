//! Explaining: why a model says what it says of the epoch on screen.
//!
//! The learner's thread does it before anything else, because somebody waits; the newest request
//! wins. It is always computed on the CPU: that takes a fraction of a second, less than a GPU needs
//! to make its programs.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, anyhow};

use super::{
    event::JobEvent,
    learner::{After, Task, Urgency},
    model_shelf::ModelShelf,
    models,
    reporter::Reporter,
    score::prepare_candidate,
};
use crate::{
    domain::{Candidate, CandidateIx, Epoch, ExplainMethod, Explanation, ModelId, StampId},
    io::Decoder,
    learn::{Compute, Model, explain::explain},
    tasks::thread::Broken,
};

/// What makes two explanations the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainKey {
    /// The candidate.
    pub candidate: CandidateIx,
    /// The stamps of the epoch.
    pub stamps: Arc<[StampId]>,
    /// The version of the model.
    pub model: ModelId,
    /// How.
    pub method: ExplainMethod,
}

/// An explanation that is wanted.
#[derive(Debug)]
pub struct ExplainRequest {
    /// Number of the opening.
    pub generation: u64,
    /// Of what.
    pub key: ExplainKey,
    /// The epoch.
    pub epoch: Epoch,
}

/// An explanation that was asked for, or why there is none: a sentence.
#[derive(Clone, Debug)]
pub struct Explained {
    /// Number of the opening.
    pub generation: u64,
    /// Of what.
    pub key: ExplainKey,
    /// What was found.
    pub outcome: Result<Arc<Explanation>, Arc<str>>,
}

/// Explains one epoch.
///
/// # Errors
/// Where the model cannot take it, or the device fails.
pub fn explain_epoch(
    epoch: &Epoch,
    model: &Model,
    method: ExplainMethod,
    decoder: &Decoder,
) -> anyhow::Result<Explanation> {
    let alone = Candidate {
        epochs: vec![epoch.clone()],
        ..Candidate::default()
    };
    let prepared = prepare_candidate(&alone, model.stamps()?, decoder);
    let prepared = prepared.into_iter().next();
    let name = &model.card().name;
    let input = prepared
        .ok_or_else(|| anyhow!("there is no epoch"))?
        .map_err(|why| anyhow!("{name} cannot take this epoch: it {why}"))?;
    Ok(explain(model, &input, method)?)
}

/// The model of that name or in that file, for explaining.
///
/// # Errors
/// Where there is none.
pub fn model_for_explaining(name: &str) -> anyhow::Result<Model> {
    let found = models::find(name, &Compute::cpu()).context("no explanation")?;
    found.model.network("explained")
}

struct Wanted {
    request: ExplainRequest,
    decoder: Arc<Decoder>,
}

/// The newest request.
type Desk = Arc<Mutex<Option<Wanted>>>;

/// Takes requests and makes tasks of them.
pub struct Explainer {
    desk: Desk,
    shelf: ModelShelf,
    reporter: Reporter,
}

impl Explainer {
    /// One that explains models of this shelf, and answers there.
    pub fn new(shelf: ModelShelf, reporter: Reporter) -> Self {
        Self {
            desk: Arc::default(),
            shelf,
            reporter,
        }
    }

    /// The task of explaining this; a request before it that is not begun is dropped.
    pub fn request(&self, request: ExplainRequest, decoder: &Arc<Decoder>) -> Box<dyn Task> {
        *lock(&self.desk) = Some(Wanted {
            request,
            decoder: decoder.clone(),
        });
        Box::new(Explaining {
            desk: self.desk.clone(),
            shelf: self.shelf.clone(),
            reporter: self.reporter.clone(),
            begun: None,
        })
    }
}

/// Serves the newest request, which another of its kind may have done already.
struct Explaining {
    desk: Desk,
    shelf: ModelShelf,
    reporter: Reporter,
    begun: Option<(u64, ExplainKey)>,
}

impl Task for Explaining {
    fn urgency(&self) -> Urgency {
        Urgency::Now
    }

    fn step(&mut self) -> After {
        let wanted = lock(&self.desk).take();
        if let Some(Wanted { request, decoder }) = wanted {
            let ExplainRequest {
                generation,
                key,
                epoch,
            } = request;
            self.begun = Some((generation, key.clone()));
            let outcome = self
                .model(&key.model)
                .and_then(|model| explain_epoch(&epoch, &model, key.method, &decoder));
            self.tell(outcome.map_err(|error| format!("{error:#}")));
        }
        After::Done
    }

    fn broke_off(&mut self) {
        if let Some(Wanted { request, .. }) = lock(&self.desk).take_if(|_| self.begun.is_none()) {
            self.begun = Some((request.generation, request.key));
        }
        self.tell(Err(Broken::sentence("the explanation")));
    }
}

impl Explaining {
    /// The model, on the CPU.
    fn model(&self, id: &ModelId) -> anyhow::Result<Model> {
        let model = self.shelf.get(id);
        let model = model.ok_or_else(|| anyhow!("the model {id} is no longer at hand"))?;
        Ok(model.network("explained")?.on_cpu())
    }

    fn tell(&mut self, outcome: Result<Explanation, String>) {
        if let Some((generation, key)) = self.begun.take() {
            // Where nobody listens any more, the learner is about to end too.
            self.reporter.send(JobEvent::Explained(Explained {
                generation,
                key,
                outcome: outcome.map(Arc::new).map_err(Into::into),
            }));
        }
    }
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::reporter::Inbox;

    fn explainer() -> (Explainer, ModelId, Inbox) {
        let (reporter, inbox) = Reporter::new(|| {});
        let shelf = ModelShelf::default();
        let model = shelf.load(models::DEFAULT).unwrap().id;
        (Explainer::new(shelf, reporter), model, inbox)
    }

    fn request(stamp: u32, model: &ModelId) -> ExplainRequest {
        ExplainRequest {
            generation: 1,
            key: ExplainKey {
                candidate: CandidateIx(0),
                stamps: [StampId(stamp)].into(),
                model: model.clone(),
                method: ExplainMethod::Relevance,
            },
            epoch: Epoch::default(),
        }
    }

    fn answers(inbox: &Inbox) -> Vec<Explained> {
        let news = inbox.try_iter();
        news.filter_map(|event| match event {
            JobEvent::Explained(explained) => Some(explained),
            _ => None,
        })
        .collect()
    }

    #[test]
    fn the_newest_request_wins_and_a_refusal_names_the_model_and_the_cause() {
        let (explainer, model, inbox) = explainer();
        let decoder = Arc::new(Decoder::default());
        let mut tasks = [1, 2].map(|stamp| explainer.request(request(stamp, &model), &decoder));
        assert!(tasks.iter().all(|task| task.urgency() == Urgency::Now));
        for task in &mut tasks {
            assert_eq!(task.step(), After::Done);
        }
        let answers = answers(&inbox);
        assert_eq!(answers.len(), 1);
        assert_eq!(*answers[0].key.stamps, [StampId(2)]);
        let why = answers[0].outcome.as_ref().unwrap_err();
        assert_eq!(
            &**why,
            "compact cannot take this epoch: it has no reference stamp"
        );
    }

    #[test]
    fn a_model_that_was_not_read_is_told() {
        let (explainer, _, inbox) = explainer();
        let wanted = request(1, &ModelId::new("other", 1));
        let mut task = explainer.request(wanted, &Arc::new(Decoder::default()));
        assert_eq!(task.step(), After::Done);
        let answers = answers(&inbox);
        let why = answers[0].outcome.as_ref().unwrap_err();
        assert!(why.contains("other"), "{why}");
        // What breaks off before it has begun has nothing to tell.
        task.broke_off();
        assert!(inbox.is_empty());
    }
}
