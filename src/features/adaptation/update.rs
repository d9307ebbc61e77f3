//! Teaching a model the labels of the opened set: from where it begins, and what is done with what
//! came of it.

use std::sync::Arc;

use super::{
    fine_tuning::{FineTuneOrder, LabelSource},
    task::{FineTuneEnd, FineTuneRequest, FineTuneUpdate},
};
use crate::{
    app::{command::FineTune, effect::Effect, event::JobId, state::AppState},
    domain::{ModelId, ModelInput, Timestamp},
    features::training::train::{OpenedSet, cores},
    tasks::progress::Progress,
    workspace::{
        models, versions,
        words::{duration, thousands},
    },
};

pub use super::state::{FineTuneStanding, FineTuningPane, Taught};
// Views know domain and jobs only by these.
pub use super::fine_tuning::FineTuneNews;
pub use crate::domain::{FineTuneFigures, LearningCurve, ModelVersion, SkyFigures};

impl AppState {
    /// What the button will do, in a sentence.
    ///
    /// # Errors
    /// What has to be done first.
    pub fn fine_tuning_plan(&self) -> Result<String, String> {
        let parent = self.fine_tuning_request(Timestamp(0))?.parent;
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
    fn untaught(&self, id: &ModelId, source: &Arc<str>) -> (ModelId, Arc<str>) {
        let mut found = (id.clone(), source.clone());
        let versions = self.fine_tuning.versions();
        for _ in versions {
            let parent = versions.iter().find(|version| version.id == found.0);
            let Some(version) = parent else { break };
            found = (
                version.parent.clone(),
                version.parent_source.as_str().into(),
            );
        }
        found
    }

    /// True where the active model can be given further classes.
    pub fn can_have_new_classes(&self) -> bool {
        let ready = self.scores.active().ready.as_ref();
        ready.is_some_and(|ready| matches!(ready.card.input, ModelInput::Sequence(_)))
    }

    pub(crate) fn fine_tuning_request(&self, now: Timestamp) -> Result<FineTuneRequest, String> {
        let active = self.scores.active();
        let name = active.name();
        let ready = active.ready.as_ref();
        let ready = ready.ok_or_else(|| format!("{name} is not read yet"))?;
        let (parent, parent_source) = self.untaught(&ready.id, &active.source);
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
        Ok(FineTuneRequest {
            order: FineTuneOrder {
                most_forgotten: f64::from(self.settings.most_forgotten_percent) / 100.0,
                has_new_classes: self.fine_tuning.has_new_classes && self.can_have_new_classes(),
                command: format!("fine-tuned in the window on {}", project.display()),
                ..FineTuneOrder::usual(labels, cores())
            },
            generation: self.generation,
            parent,
            parent_source,
            project,
            now,
        })
    }

    pub(crate) fn apply_fine_tune(&mut self, command: FineTune, now: Timestamp) -> Vec<Effect> {
        match command {
            FineTune::Start => self.start_fine_tuning(now),
            FineTune::NewClasses(has) => {
                self.fine_tuning.has_new_classes = has;
                Vec::new()
            }
            FineTune::Curve => self.start_learning_curve(now),
            FineTune::Use(source) => {
                let effects = self.show_model(source);
                self.tell(format!("scores of {}", self.scores.active().name()), now);
                effects
            }
            FineTune::RollBack => self.roll_back(now),
            FineTune::Changes => self.show_changes(now),
        }
    }

    pub(crate) fn start_fine_tuning(&mut self, now: Timestamp) -> Vec<Effect> {
        if self.fine_tuning.is_under_way() {
            return Vec::new();
        }
        let request = match self.fine_tuning_request(now) {
            Ok(request) => request,
            Err(why) => {
                self.fine_tuning.standing = FineTuneStanding::Failed(why);
                return Vec::new();
            }
        };
        let pane = &mut self.fine_tuning;
        pane.standing = FineTuneStanding::Preparing;
        pane.plan = format!(
            "Reads the labels for {} and simulates the old sky…",
            request.parent
        );
        (pane.news, pane.since, pane.seconds_left) = (None, None, None);
        pane.notes.clear();
        self.jobs.insert(JobId::FineTune, Progress::default());
        vec![Effect::FineTune(Box::new(request))]
    }

    pub(crate) fn take_fine_tuning(
        &mut self,
        update: FineTuneUpdate,
        now: Timestamp,
    ) -> Vec<Effect> {
        if let FineTuneUpdate::Ended(end) = update {
            return self.end_fine_tuning(end, now);
        }
        // What was on its way when it ended is nobody's.
        if self.fine_tuning.is_under_way()
            && let Some(progress) = self.fine_tuning.take_update(update, now)
        {
            self.jobs.insert(JobId::FineTune, progress);
        }
        Vec::new()
    }

    fn end_fine_tuning(&mut self, end: FineTuneEnd, now: Timestamp) -> Vec<Effect> {
        self.jobs.remove(&JobId::FineTune);
        match end {
            FineTuneEnd::Finished {
                version,
                source,
                figures,
            } => {
                let most_forgotten = f64::from(self.settings.most_forgotten_percent) / 100.0;
                let taught = Taught {
                    objection: figures.objection(most_forgotten),
                    version: *version,
                    source,
                    figures,
                };
                self.fine_tuning.take_version(taught.version.clone());
                let effects = self.show_version(&taught, now);
                self.fine_tuning.standing = FineTuneStanding::Finished(Box::new(taught));
                effects
            }
            FineTuneEnd::Stopped => {
                self.fine_tuning.standing = FineTuneStanding::Idle;
                self.tell("fine-tuning stopped; all is as it was", now);
                Vec::new()
            }
            FineTuneEnd::Failed(why) => {
                self.warn(format!("fine-tuning: {why}"), now);
                self.fine_tuning.standing = FineTuneStanding::Failed(why);
                Vec::new()
            }
        }
    }

    /// The new version beside its parent; active where nothing speaks against it.
    fn show_version(&mut self, taught: &Taught, now: Timestamp) -> Vec<Effect> {
        let id = &taught.version.id;
        let before = self.scores.active().source.clone();
        let mut effects = self.show_model(taught.source.clone());
        match &taught.objection {
            None => self.tell(format!("{id} is taught, and active now"), now),
            Some(why) => {
                effects.extend(self.show_model(before));
                self.warn(format!("{id} is kept but not active: {why}"), now);
            }
        }
        effects
    }

    /// A version that the project has no longer, or never could be read: another model serves, and the
    /// list of versions is read anew.
    pub(crate) fn leave_lost_version(&mut self, source: &str, now: Timestamp) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.scores.shown().len() < 2 {
            effects.extend(self.show_model(models::DEFAULT.into()));
        }
        effects.extend(self.drop_model(source, now));
        if let Some(project) = self.project.path.clone() {
            effects.push(Effect::ReadVersions {
                generation: self.generation,
                project,
            });
        }
        effects
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
