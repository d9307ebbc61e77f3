//! An explanation as a task: why a model predicts what it predicts for one epoch.
//!
//! It is always computed on the CPU: that takes a fraction of a second, less than a GPU needs to make its
//! programs. So it takes no turn in the queue either: who waits for it waits for no training.

use std::sync::Arc;

use anyhow::{Context, anyhow};

use crate::{
    domain::{Candidate, CandidateIx, Epoch, ExplainMethod, Explanation, ModelId, StampId},
    features::scoring::score::prepare_candidate,
    io::Decoder,
    learn::{Compute, Model, explain::ExplanationPane},
    tasks::{Task, TaskContext, cancel::CancelToken},
    workspace::{model_registry::ModelRegistry, models},
};

/// What makes two explanations the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainKey {
    pub candidate: CandidateIx,
    /// The stamps of the epoch.
    pub stamps: Arc<[StampId]>,
    pub model: ModelId,
    pub method: ExplainMethod,
}

/// An explanation, or why there is none: a sentence.
pub type Outcome = Result<Arc<Explanation>, Arc<str>>;

/// Explains one epoch.
pub struct Explain {
    pub key: ExplainKey,
    pub epoch: Epoch,
    pub models: ModelRegistry,
    pub decoder: Arc<Decoder>,
}

impl Task for Explain {
    const NAME: &'static str = "explanation";
    type Update = ();
    type Output = Outcome;

    fn run(self, cx: &TaskContext<()>) -> anyhow::Result<Outcome> {
        let ExplainKey { model, method, .. } = self.key;
        let found = self.models.get(&model);
        let found = found.ok_or_else(|| anyhow!("the model {model} is no longer at hand"))?;
        let network = found.network("explained")?.on_cpu();
        let explained = explain_epoch(
            &self.epoch,
            &network,
            method,
            &self.decoder,
            cx.cancel_token(),
        )?;
        Ok(explained.map(Arc::new))
    }
}

/// Explains one epoch, or finds why the model cannot take it: a sentence.
///
/// # Errors
/// Where the computation fails, or is cancelled.
pub fn explain_epoch(
    epoch: &Epoch,
    model: &Model,
    method: ExplainMethod,
    decoder: &Decoder,
    cancel: &CancelToken,
) -> anyhow::Result<Result<Explanation, Arc<str>>> {
    let alone = Candidate {
        epochs: vec![epoch.clone()],
        ..Candidate::default()
    };
    let prepared = prepare_candidate(&alone, model.stamps()?, decoder);
    let prepared = prepared.into_iter().next();
    let input = match prepared.ok_or_else(|| anyhow!("there is no epoch"))? {
        Ok(input) => input,
        Err(why) => {
            let name = &model.card().name;
            return Ok(Err(
                format!("{name} cannot take this epoch: it {why}").into()
            ));
        }
    };
    let mut computing = ExplanationPane::new(model.clone(), input, method)?;
    loop {
        cancel.check()?;
        if let Some(explanation) = computing.step()? {
            return Ok(Ok(explanation));
        }
    }
}

/// The model of that name or in that file, for explaining.
///
/// # Errors
/// Where there is none.
pub fn model_for_explaining(name: &str) -> anyhow::Result<Model> {
    let found = models::find(name, &Compute::cpu()).context("no explanation")?;
    found.model.network("explained")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::StampId,
        tasks::{TaskEvent, Tasks},
    };

    fn explain(model: ModelId, models: ModelRegistry) -> TaskEvent<(), Outcome> {
        let task = Explain {
            key: ExplainKey {
                candidate: CandidateIx(0),
                stamps: [StampId(1)].into(),
                model,
                method: ExplainMethod::Relevance,
            },
            epoch: Epoch::default(),
            models,
            decoder: Arc::default(),
        };
        Tasks::inline().start(task).next_event().expect("an end")
    }

    #[test]
    fn a_refusal_names_the_model_and_the_cause() {
        let models = ModelRegistry::default();
        let model = models.load(models::DEFAULT).unwrap().id;
        let TaskEvent::Finished(Err(why)) = explain(model, models) else {
            panic!("it is not refused");
        };
        assert_eq!(
            &*why,
            "context cannot take this epoch: it has no reference stamp"
        );
    }

    #[test]
    fn a_model_that_was_not_read_is_a_failure() {
        let end = explain(ModelId::new("other", 1), ModelRegistry::default());
        let TaskEvent::Failed(why) = end else {
            panic!("{end:?}");
        };
        assert!(why.contains("other"), "{why}");
    }
}
