//! Teaching a model the labels of the opened set: from where it begins, and what is done with what
//! came of it.

use std::{path::PathBuf, sync::Arc};

use super::{
    curve_task::{CurveUpdate, MeasureCurve},
    fine_tuning::{FineTuneOrder, LabelSource},
    task::{FineTune, FineTuned},
};
use crate::{
    domain::{ModelId, ModelInput},
    features::training::train::{OpenedSet, cores},
    tasks::{TaskEvent, next_event},
    window::{command, state::AppState},
    workspace::{
        context::Context,
        model_registry::ModelSource,
        models,
        versions::{self, Keep, ReadVersions},
        words::{duration, thousands},
    },
};

pub use super::state::{FineTuneStatus, FineTuningPane, Taught};
// Views know domain and jobs only by these.
pub use super::fine_tuning::FineTuneNews;
pub use crate::domain::{FineTuneFigures, LearningCurve, ModelVersion, SkyFigures};

impl AppState {
    /// What the button will do, in a sentence.
    ///
    /// # Errors
    /// What has to be done first.
    pub fn fine_tuning_plan(&self) -> Result<String, String> {
        let parent = self.what_to_fine_tune()?.0.id;
        let active = self.scores.active();
        let labels = thousands(self.labelled() as u64);
        let begun = match &active.ready {
            Some(ready) if ready.id != parent => {
                format!("Begins again from {parent} and teaches it")
            }
            _ => format!("Teaches {}", active.name()),
        };
        Ok(format!(
            "{begun} the {labels} labels of this set. Simulated examples of the old sky are shown \
             beside them, so that it is not forgotten; some labels are held out to measure what is gained."
        ))
    }

    /// What a version of this project was taught from, before it saw any label: teaching begins there,
    /// or labels that are held out would have been learned before.
    fn untaught(&self, id: &ModelId, source: &Arc<str>) -> ModelSource {
        let mut found = ModelSource {
            id: id.clone(),
            source: source.clone(),
        };
        let versions = self.fine_tuning.versions();
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

    /// True where the active model can be given further classes.
    pub fn can_have_new_classes(&self) -> bool {
        let ready = self.scores.active().ready.as_ref();
        ready.is_some_and(|ready| matches!(ready.card.input, ModelInput::Sequence(_)))
    }

    /// The model that is fine-tuned, what it learns from, and the project that keeps the new version.
    fn what_to_fine_tune(&self) -> Result<(ModelSource, FineTuneOrder, PathBuf), String> {
        let active = self.scores.active();
        let name = active.name();
        let ready = active.ready.as_ref();
        let ready = ready.ok_or_else(|| format!("{name} is not read yet"))?;
        let parent = self.untaught(&ready.id, &active.source);
        let project = self.project.path.clone();
        let project = project.ok_or("open a set first: its project keeps what is taught")?;
        if self.labelled() == 0 {
            return Err("label some candidates first".into());
        }
        let labels = LabelSource::Opened(OpenedSet {
            name: self.project_paths().into(),
            catalogue: self.catalogue.clone(),
            book: self.book.clone(),
        });
        let order = FineTuneOrder {
            most_forgotten: f64::from(self.settings.most_forgotten_percent) / 100.0,
            has_new_classes: self.fine_tuning.has_new_classes && self.can_have_new_classes(),
            command: format!("fine-tuned in the window on {}", project.display()),
            ..FineTuneOrder::usual(labels, cores())
        };
        Ok((parent, order, project))
    }

    pub(crate) fn apply_fine_tune(&mut self, command: command::FineTune, cx: &Context) {
        match command {
            command::FineTune::Start => self.start_fine_tuning(cx),
            command::FineTune::Stop => self.fine_tuning.stop(),
            command::FineTune::NewClasses(has) => {
                self.fine_tuning.has_new_classes = has;
            }
            command::FineTune::Curve => self.start_learning_curve(cx),
            command::FineTune::StopCurve => {
                if let Some(running) = &self.fine_tuning.measuring {
                    running.cancel();
                }
            }
            command::FineTune::Use(source) => {
                self.show_model(source, cx);
                self.report(format!("scores of {}", self.scores.active().name()), cx.now);
            }
            command::FineTune::RollBack => self.roll_back(cx),
            command::FineTune::Changes => self.show_changes(cx),
        }
    }

    pub(crate) fn start_fine_tuning(&mut self, cx: &Context) {
        if self.fine_tuning.is_under_way() {
            return;
        }
        let (parent, order, project) = match self.what_to_fine_tune() {
            Ok(wanted) => wanted,
            Err(why) => {
                self.fine_tuning.status = FineTuneStatus::Failed(why);
                return;
            }
        };
        let pane = &mut self.fine_tuning;
        pane.status = FineTuneStatus::Preparing;
        pane.plan = format!(
            "Reads the labels for {} and simulates the old sky…",
            parent.id
        );
        (pane.news, pane.since, pane.seconds_left) = (None, None, None);
        pane.notes.clear();
        self.fine_tuning.fine_tuning = Some(cx.tasks.start(FineTune {
            order,
            parent,
            models: cx.models.clone(),
            decoder: self.stamps.decoder().clone(),
            keep: Keep::Project(project),
            now: cx.now,
        }));
    }

    /// Measures what each label brings.
    pub(crate) fn start_learning_curve(&mut self, cx: &Context) {
        if self.fine_tuning.is_measuring() {
            return;
        }
        match self.what_to_fine_tune() {
            Ok((parent, order, _)) => {
                self.fine_tuning.curve = None;
                self.fine_tuning.measuring = Some(cx.tasks.start(MeasureCurve {
                    order,
                    parent,
                    models: cx.models.clone(),
                    decoder: self.stamps.decoder().clone(),
                }));
            }
            Err(why) => self.warn(why, cx.now),
        }
    }

    /// Asks the project for its versions.
    pub(crate) fn read_versions(&mut self, project: PathBuf, cx: &Context) {
        self.fine_tuning.reading = Some(cx.tasks.start(ReadVersions { project }));
    }

    /// Takes in what the tasks of adaptation report.
    pub(crate) fn poll_adaptation(&mut self, cx: &Context) {
        self.poll_fine_tuning(cx);
        self.poll_learning_curve(cx);
        while let Some(event) = next_event(&mut self.fine_tuning.reading) {
            if let TaskEvent::Finished(versions) = event {
                self.fine_tuning.take_versions(versions);
            }
        }
    }

    fn poll_fine_tuning(&mut self, cx: &Context) {
        while let Some(event) = next_event(&mut self.fine_tuning.fine_tuning) {
            match event {
                TaskEvent::Update(update) => self.fine_tuning.take_update(update, cx.now),
                TaskEvent::Finished(tuned) => self.finish_fine_tuning(tuned, cx),
                TaskEvent::Cancelled => {
                    self.fine_tuning.status = FineTuneStatus::Idle;
                    self.report("fine-tuning stopped; all is as it was", cx.now);
                }
                TaskEvent::Failed(why) => {
                    self.warn(format!("fine-tuning: {why}"), cx.now);
                    self.fine_tuning.status = FineTuneStatus::Failed(why);
                }
            }
        }
    }

    fn poll_learning_curve(&mut self, cx: &Context) {
        while let Some(event) = next_event(&mut self.fine_tuning.measuring) {
            match event {
                TaskEvent::Update(CurveUpdate::Notes(_)) => {}
                TaskEvent::Update(CurveUpdate::Measured { curve, .. }) => {
                    self.fine_tuning.curve = Some(curve);
                }
                TaskEvent::Finished(curve) => {
                    self.fine_tuning.curve = Some(curve);
                    self.report("the learning curve is measured", cx.now);
                }
                TaskEvent::Cancelled => self.report("learning curve stopped", cx.now),
                TaskEvent::Failed(why) => self.warn(format!("learning curve: {why}"), cx.now),
            }
        }
    }

    fn finish_fine_tuning(&mut self, tuned: FineTuned, cx: &Context) {
        let most_forgotten = f64::from(self.settings.most_forgotten_percent) / 100.0;
        let taught = Taught {
            objection: tuned.figures.objection(most_forgotten),
            version: tuned.version,
            source: tuned.source,
            figures: tuned.figures,
        };
        self.fine_tuning.take_version(taught.version.clone());
        self.show_version(&taught, cx);
        self.fine_tuning.status = FineTuneStatus::Finished(Box::new(taught));
    }

    /// The new version beside its parent; active where nothing speaks against it.
    fn show_version(&mut self, taught: &Taught, cx: &Context) {
        let id = &taught.version.id;
        let before = self.scores.active().source.clone();
        self.show_model(taught.source.clone(), cx);
        match &taught.objection {
            None => self.report(format!("{id} is taught, and active now"), cx.now),
            Some(why) => {
                self.show_model(before, cx);
                self.warn(format!("{id} is kept but not active: {why}"), cx.now);
            }
        }
    }

    /// A version that the project has no longer, or never could be read: another model serves, and the
    /// list of versions is read anew.
    pub(crate) fn leave_lost_version(&mut self, source: &str, cx: &Context) {
        if self.scores.shown().len() < 2 {
            self.show_model(models::DEFAULT.into(), cx);
        }
        self.drop_model(source, cx);
        if let Some(project) = self.project.path.clone() {
            self.read_versions(project, cx);
        }
    }

    /// Where a version of this project can be read.
    pub fn source_of(&self, version: &ModelVersion) -> Option<Arc<str>> {
        let project = self.project.path.as_ref()?;
        Some(versions::source(project, &version.id))
    }

    /// "about 12 s left", where that is known.
    pub fn fine_tuning_time_left(&self) -> Option<String> {
        let seconds = self.fine_tuning.seconds_left?;
        Some(format!("about {} left", duration(seconds)))
    }
}
