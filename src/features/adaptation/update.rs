//! Training a model the labels of the opened set: from where it begins, and what is done with what
//! came of it.

use std::{path::PathBuf, sync::Arc};

use super::{
    command,
    curve_task::{CurveUpdate, MeasureCurve},
    fine_tuning::{FineTuneOrder, LabelSource},
    task::{FineTune, FineTuned},
};
use crate::{
    domain::{
        ModelId, ModelInput, Objection,
        words::{duration, thousands},
    },
    features::training::{labelled_set::OpenedSet, train::cores},
    tasks::{TaskEvent, next_event},
    text,
    workspace::{context::Context, model_registry::ModelSource, shared::Shared, versions::Keep},
};

pub use super::state::{FineTuneStatus, FineTuningPane, KeptVersion};
// Views know domain and jobs only by these.
pub use super::fine_tuning::FineTuneNews;
pub use crate::domain::{DomainFigures, FineTuneFigures, LearningCurve, ModelVersion};

impl FineTuningPane {
    /// What the button will do, in a sentence.
    ///
    /// # Errors
    /// What has to be done first.
    pub fn fine_tuning_plan(&self, shared: &Shared) -> Result<String, String> {
        let parent = self.what_to_fine_tune(shared)?.0.id;
        let active = shared.scores.active();
        let labels = thousands(shared.labelled() as u64);
        let what = match &active.ready {
            Some(ready) if ready.id != parent => text!(
                "Starts again from {parent} and fine-tunes it on the {labels} labels of this set.",
                parent,
                labels
            ),
            _ => text!(
                "Fine-tunes {model} on the {labels} labels of this set.",
                model = active.name(),
                labels
            ),
        };
        let how = text!(
            "Simulated examples are shown beside them, so that it is not forgotten; some labels are held out to \
             measure what is gained."
        );
        Ok(format!("{what} {how}"))
    }

    /// The model that is fine-tuned, what it learns from, and the project that keeps the new version.
    fn what_to_fine_tune(
        &self,
        shared: &Shared,
    ) -> Result<(ModelSource, FineTuneOrder, PathBuf), String> {
        let active = shared.scores.active();
        let name = active.name();
        let ready = active.ready.as_ref();
        let ready = ready.ok_or_else(|| text!("model {name} is still loading", name))?;
        let parent = untrained(shared, &ready.id, &active.source);
        let project = shared.project.path.clone();
        let project = project.ok_or(text!(
            "open a set first: its project keeps the trained version"
        ))?;
        if shared.labelled() == 0 {
            return Err(text!("label some candidates first").into());
        }
        let labels = LabelSource::Opened(OpenedSet {
            name: shared.project.paths_in_words().into(),
            catalogue: shared.catalogue.clone(),
            book: shared.book.clone(),
        });
        let order = FineTuneOrder {
            most_forgotten: f64::from(shared.settings.most_forgotten_percent) / 100.0,
            has_new_classes: self.has_new_classes && can_have_new_classes(shared),
            shares: shares_of(shared),
            command: format!("fine-tuned in the window on {}", project.display()),
            ..FineTuneOrder::usual(labels, cores())
        };
        Ok((parent, order, project))
    }

    pub(crate) fn apply_fine_tune(
        &mut self,
        shared: &mut Shared,
        command: command::FineTune,
        cx: &Context,
    ) {
        match command {
            command::FineTune::Start => self.start_fine_tuning(shared, cx),
            command::FineTune::Stop => self.stop(),
            command::FineTune::NewClasses(has) => {
                self.has_new_classes = has;
            }
            command::FineTune::Curve => self.start_learning_curve(shared, cx),
            command::FineTune::StopCurve => {
                if let Some(running) = &self.measuring {
                    running.cancel();
                }
            }
            command::FineTune::Use(source) => {
                shared.show_model(source, cx);
                shared.report(
                    text!("scores of {model}", model = shared.scores.active().name()),
                    cx.now,
                );
            }
            command::FineTune::RollBack => {
                crate::features::adaptation::changed_decisions::roll_back(shared, cx);
            }
            command::FineTune::Changes => {
                crate::features::adaptation::changed_decisions::show_changes(shared, cx);
            }
        }
    }

    pub(crate) fn start_fine_tuning(&mut self, shared: &mut Shared, cx: &Context) {
        if self.is_under_way() {
            return;
        }
        let (parent, order, project) = match self.what_to_fine_tune(shared) {
            Ok(wanted) => wanted,
            Err(why) => {
                self.status = FineTuneStatus::Failed(why);
                return;
            }
        };
        let pane = &mut *self;
        pane.status = FineTuneStatus::Preparing;
        pane.plan = text!(
            "Reads the labels for {model} and simulates source-domain examples…",
            model = parent.id
        );
        (pane.news, pane.since, pane.seconds_left) = (None, None, None);
        pane.notes.clear();
        self.fine_tuning = Some(cx.tasks.start(FineTune {
            order,
            parent,
            models: cx.models.clone(),
            decoder: shared.stamps.decoder().clone(),
            keep: Keep::Project(project),
            now: cx.now,
        }));
    }

    /// Measures what each label brings.
    pub(crate) fn start_learning_curve(&mut self, shared: &mut Shared, cx: &Context) {
        if self.is_measuring() {
            return;
        }
        match self.what_to_fine_tune(shared) {
            Ok((parent, order, _)) => {
                self.curve = None;
                self.measuring = Some(cx.tasks.start(MeasureCurve {
                    order,
                    parent,
                    models: cx.models.clone(),
                    decoder: shared.stamps.decoder().clone(),
                }));
            }
            Err(why) => shared.warn(why, cx.now),
        }
    }

    /// Takes in what the tasks of adaptation report.
    pub(crate) fn poll_adaptation(&mut self, shared: &mut Shared, cx: &Context) {
        self.poll_fine_tuning(shared, cx);
        self.poll_learning_curve(shared, cx);
    }

    fn poll_fine_tuning(&mut self, shared: &mut Shared, cx: &Context) {
        while let Some(event) = next_event(&mut self.fine_tuning) {
            match event {
                TaskEvent::Update(update) => self.take_update(update, cx.now),
                TaskEvent::Finished(tuned) => self.finish_fine_tuning(shared, tuned, cx),
                TaskEvent::Cancelled => {
                    self.status = FineTuneStatus::Idle;
                    shared.report(text!("fine-tuning stopped; all is as it was"), cx.now);
                }
                TaskEvent::Failed(why) => {
                    shared.warn(text!("fine-tuning: {why}", why), cx.now);
                    self.status = FineTuneStatus::Failed(why);
                }
            }
        }
    }

    fn poll_learning_curve(&mut self, shared: &mut Shared, cx: &Context) {
        while let Some(event) = next_event(&mut self.measuring) {
            match event {
                TaskEvent::Update(CurveUpdate::Notes(_)) => {}
                TaskEvent::Update(CurveUpdate::Measured { curve, .. }) => {
                    self.curve = Some(curve);
                }
                TaskEvent::Finished(curve) => {
                    self.curve = Some(curve);
                    shared.report(text!("the learning curve is measured"), cx.now);
                }
                TaskEvent::Cancelled => shared.report(text!("learning curve stopped"), cx.now),
                TaskEvent::Failed(why) => shared.warn(text!("learning curve: {why}", why), cx.now),
            }
        }
    }

    fn finish_fine_tuning(&mut self, shared: &mut Shared, tuned: FineTuned, cx: &Context) {
        let most_forgotten = f64::from(shared.settings.most_forgotten_percent) / 100.0;
        let trained = KeptVersion {
            objection: tuned.figures.objection(most_forgotten),
            version: tuned.version,
            source: tuned.source,
            figures: tuned.figures,
        };
        shared.versions.add(trained.version.clone());
        show_version(shared, &trained, cx);
        self.status = FineTuneStatus::Finished(Box::new(trained));
    }

    /// "about 12 s left", where that is known.
    pub fn fine_tuning_time_left(&self) -> Option<String> {
        let seconds = self.seconds_left?;
        Some(text!("about {time} left", time = duration(seconds)))
    }
}

/// What a version of this project was taught from, before it saw any label: teaching begins there,
/// or labels that are held out would have been learned before.
fn untrained(shared: &Shared, id: &ModelId, source: &Arc<str>) -> ModelSource {
    let mut found = ModelSource {
        id: id.clone(),
        source: source.clone(),
    };
    let versions = shared.versions.all();
    for _ in versions {
        let parent = versions.iter().find(|version| version.id == found.id);
        let Some(version) = parent else { break };
        found = ModelSource {
            id: version.parent.clone(),
            source: version.parent_source.as_str().into(),
        };
    }
    found
}

/// Class shares by name that the active model is corrected for: held-out labels judge its versions with them.
fn shares_of(shared: &Shared) -> Option<std::collections::BTreeMap<String, f64>> {
    let active = shared.scores.active();
    let (ready, found) = active.ready.as_ref().zip(active.shares_in_force())?;
    let target = found.used.target(found.key.chosen.decision);
    Some(ready.card.classes.iter().cloned().zip(target).collect())
}

/// True where the active model can be given further classes.
pub fn can_have_new_classes(shared: &Shared) -> bool {
    let ready = shared.scores.active().ready.as_ref();
    ready.is_some_and(|ready| matches!(ready.card.input, ModelInput::Sequence(_)))
}

/// The new version beside its parent; active where nothing speaks against it.
fn show_version(shared: &mut Shared, trained: &KeptVersion, cx: &Context) {
    let id = &trained.version.id;
    let before = shared.scores.active().source.clone();
    shared.show_model(trained.source.clone(), cx);
    match &trained.objection {
        None => {
            let gained = trained.figures.target_domain.as_ref();
            let words = match gained {
                Some(found) => {
                    let [gain, error] = found.gain_in_points();
                    text!(
                        "{id} is trained, and active now: it gains {gain} ± {error} points of mean recall on {examples} held-out labels{surer}{few}",
                        id,
                        gain,
                        error,
                        examples = found.examples,
                        surer = found.surer_behind(),
                        few = found.few_behind()
                    )
                }
                None => text!("{id} is trained, and active now", id),
            };
            shared.report(words, cx.now);
        }
        Some(Objection { why, is_loss }) => {
            shared.show_model(before, cx);
            let words = text!("{id} is kept but not active: {why}", id, why);
            if *is_loss {
                shared.warn(words, cx.now);
            } else {
                shared.report(words, cx.now);
            }
        }
    }
}
