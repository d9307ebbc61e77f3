//! Explaining: why a model says what it says of the epoch on screen.
//!
//! The learner's thread does it before anything else, because somebody waits; the newest request
//! wins. It is always computed on the CPU: that takes a fraction of a second, less than a GPU needs
//! to make its programs.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context, anyhow};

use crate::{
    app::{event::JobEvent, reporter::Reporter},
    domain::{Candidate, CandidateIx, Epoch, ExplainMethod, Explanation, ModelId, StampId},
    features::scoring::score::prepare_candidate,
    io::Decoder,
    learn::{Compute, Model, explain::Explaining as Computing},
    tasks::{
        learner::{After, Task, Urgency},
        step_times::Phase,
        thread::Broken,
    },
    workspace::{model_registry::ModelShelf, models},
};

/// A step goes on to the next part of an explanation until it has taken so long: few steps let few others
/// come in between, and none is long.
const FILLED: Duration = Duration::from_millis(40);

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
    let mut computing = begin(epoch, model, method, decoder)?;
    loop {
        if let Some(explanation) = computing.step()? {
            return Ok(explanation);
        }
    }
}

/// The stamps of an epoch are read, and nothing is computed yet.
fn begin(
    epoch: &Epoch,
    model: &Model,
    method: ExplainMethod,
    decoder: &Decoder,
) -> anyhow::Result<Computing> {
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
    Ok(Computing::new(model.clone(), input, method)?)
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

/// The newest request, until it is begun.
#[derive(Default)]
struct Newest {
    /// How many there were.
    count: u64,
    wanted: Option<Wanted>,
}

type Desk = Arc<Mutex<Newest>>;

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

    /// The task of explaining this; a request before it that is not answered is dropped.
    pub fn request(&self, request: ExplainRequest, decoder: &Arc<Decoder>) -> Box<dyn Task> {
        let mut newest = lock(&self.desk);
        newest.count += 1;
        newest.wanted = Some(Wanted {
            request,
            decoder: decoder.clone(),
        });
        drop(newest);
        Box::new(Explaining {
            desk: self.desk.clone(),
            shelf: self.shelf.clone(),
            reporter: self.reporter.clone(),
            begun: None,
        })
    }
}

/// Serves the newest request, which another of its kind may have begun already.
struct Explaining {
    desk: Desk,
    shelf: ModelShelf,
    reporter: Reporter,
    begun: Option<Begun>,
}

/// A request that is being served.
struct Begun {
    /// Its number.
    number: u64,
    generation: u64,
    key: ExplainKey,
    /// None while its stamps are read.
    computing: Option<Computing>,
}

impl Task for Explaining {
    fn urgency(&self) -> Urgency {
        Urgency::Now
    }

    fn phase(&self) -> Phase {
        let is_begun = self.begun.is_some();
        let part = if is_begun {
            "computing"
        } else {
            "reading stamps"
        };
        Phase::new("explaining", part)
    }

    fn step(&mut self) -> After {
        let mut newest = lock(&self.desk);
        let (number, wanted) = (newest.count, newest.wanted.take());
        drop(newest);
        let went_on = match wanted {
            Some(wanted) => self.begin(number, wanted).map(|()| None),
            None => self.go_on(number),
        };
        match went_on {
            Ok(None) if self.begun.is_some() => return After::More,
            Ok(None) => {}
            Ok(Some(explanation)) => self.tell(Ok(explanation)),
            Err(error) => self.tell(Err(format!("{error:#}"))),
        }
        After::Done
    }

    fn broke_off(&mut self) {
        if self.begun.is_none() {
            let mut newest = lock(&self.desk);
            let number = newest.count;
            self.begun = newest.wanted.take().map(|wanted| Begun {
                number,
                generation: wanted.request.generation,
                key: wanted.request.key,
                computing: None,
            });
        }
        self.tell(Err(Broken::sentence("the explanation")));
    }
}

impl Explaining {
    fn begin(&mut self, number: u64, wanted: Wanted) -> anyhow::Result<()> {
        let Wanted { request, decoder } = wanted;
        let begun = self.begun.insert(Begun {
            number,
            generation: request.generation,
            key: request.key,
            computing: None,
        });
        let key = begun.key.clone();
        let model = self.model(&key.model)?;
        let computing = begin(&request.epoch, &model, key.method, &decoder)?;
        if let Some(begun) = &mut self.begun {
            begun.computing = Some(computing);
        }
        Ok(())
    }

    /// What was found, where that is all; nothing is begun any more where another request is newer.
    fn go_on(&mut self, newest: u64) -> anyhow::Result<Option<Explanation>> {
        if self
            .begun
            .as_ref()
            .is_some_and(|begun| begun.number != newest)
        {
            self.begun = None;
        }
        let Some(computing) = self
            .begun
            .as_mut()
            .and_then(|begun| begun.computing.as_mut())
        else {
            return Ok(None);
        };
        let began = Instant::now();
        while began.elapsed() < FILLED {
            if let Some(explanation) = computing.step()? {
                return Ok(Some(explanation));
            }
        }
        Ok(None)
    }

    /// The model, on the CPU.
    fn model(&self, id: &ModelId) -> anyhow::Result<Model> {
        let model = self.shelf.get(id);
        let model = model.ok_or_else(|| anyhow!("the model {id} is no longer at hand"))?;
        Ok(model.network("explained")?.on_cpu())
    }

    fn tell(&mut self, outcome: Result<Explanation, String>) {
        if let Some(begun) = self.begun.take() {
            let Begun {
                generation, key, ..
            } = begun;
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
    use crate::app::reporter::Inbox;

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
