//! The fine-tuning pane: how far a teaching is, what came of it, and the versions of the project.

use std::sync::Arc;

use super::{fine_tuning::FineTuneNews, task::FineTuneUpdate};
use crate::{
    domain::{FineTuneFigures, LearningCurve, ModelVersion, Timestamp},
    tasks::progress::Progress,
};

/// A version that was made in this session.
#[derive(Clone, Debug, PartialEq)]
pub struct Taught {
    /// It.
    pub version: ModelVersion,
    /// Where it can be read.
    pub source: Arc<str>,
    /// What was measured.
    pub figures: FineTuneFigures,
    /// Why it is not used by itself; none where it is.
    pub objection: Option<String>,
}

/// How far it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum FineTuneStanding {
    /// Nothing was taught yet.
    #[default]
    Idle,
    /// Labels are read, the old sky is simulated.
    Preparing,
    /// It learns.
    Running,
    /// The user stopped it.
    Stopping,
    /// There is a version.
    Finished(Box<Taught>),
    /// Why it broke off: a sentence.
    Failed(String),
}

/// The state of the pane.
#[derive(Clone, Debug, Default)]
pub struct FineTuningPane {
    pub(crate) standing: FineTuneStanding,
    /// What is done, in a sentence.
    pub(crate) plan: String,
    pub(crate) notes: Vec<String>,
    pub(crate) news: Option<FineTuneNews>,
    /// When the first step was seen, and which.
    pub(crate) since: Option<(Timestamp, u64)>,
    pub(crate) seconds_left: Option<f64>,
    /// True gives the model classes that labels name and it does not know.
    pub has_new_classes: bool,
    /// What each label brings, as far as it was measured.
    pub(crate) curve: Option<Arc<LearningCurve>>,
    versions: Vec<ModelVersion>,
}

impl FineTuningPane {
    /// How far it is.
    pub const fn standing(&self) -> &FineTuneStanding {
        &self.standing
    }

    /// What is done, in a sentence.
    pub fn plan(&self) -> &str {
        &self.plan
    }

    /// What was left out of the labels, and why.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The newest figures of what is under way, or was last.
    pub const fn news(&self) -> Option<&FineTuneNews> {
        self.news.as_ref()
    }

    /// Seconds left, as far as known.
    pub const fn seconds_left(&self) -> Option<f64> {
        self.seconds_left
    }

    /// The versions of the project, the oldest first.
    pub fn versions(&self) -> &[ModelVersion] {
        &self.versions
    }

    /// What each label brings, as far as it was measured.
    pub fn curve(&self) -> Option<&LearningCurve> {
        self.curve.as_deref()
    }

    /// True while something is under way.
    pub const fn is_under_way(&self) -> bool {
        matches!(
            self.standing,
            FineTuneStanding::Preparing | FineTuneStanding::Running | FineTuneStanding::Stopping
        )
    }

    /// What was made last.
    pub const fn taught(&self) -> Option<&Taught> {
        match &self.standing {
            FineTuneStanding::Finished(taught) => Some(taught),
            _ => None,
        }
    }

    /// Takes in how far it is; the progress where there is some to tell.
    pub(crate) fn take_update(
        &mut self,
        update: FineTuneUpdate,
        now: Timestamp,
    ) -> Option<Progress> {
        if self.standing == FineTuneStanding::Preparing {
            self.standing = FineTuneStanding::Running;
        }
        match update {
            FineTuneUpdate::Started {
                labels,
                held_out,
                notes,
            } => {
                let all: usize = labels.iter().map(|(_, count)| count).sum();
                let counts = labels.into_iter();
                let counts: Vec<_> = counts.map(|(class, n)| format!("{n} {class}")).collect();
                let held_out = match held_out {
                    0 => "too few to hold any out".into(),
                    n if n == all => "each third held out in turn to measure with".into(),
                    n => format!("{n} of them held out to measure with"),
                };
                self.plan = format!("Learns from {}; {held_out}.", counts.join(", "));
                self.notes = notes;
                None
            }
            FineTuneUpdate::Progress(news) => {
                let (since, first) = *self.since.get_or_insert((now, news.step));
                if news.step > first {
                    let seconds = (now.0 - since.0) as f64 / 1e6;
                    let rate = (news.step - first) as f64 / seconds.max(0.01);
                    self.seconds_left = Some((news.steps - news.step) as f64 / rate);
                }
                let progress = Progress {
                    done: news.step as usize,
                    total: news.steps as usize,
                };
                self.news = Some(news);
                Some(progress)
            }
            FineTuneUpdate::Growing { doing, done, all } => {
                self.plan = format!(
                    "Grows the forest anew, from your labels and simulated light curves of the old \
                     sky: {done} of {all} {doing}."
                );
                Some(Progress { done, total: all })
            }
            FineTuneUpdate::Ended(_) => None,
        }
    }

    pub(crate) fn expect_stop(&mut self) {
        if self.is_under_way() {
            self.standing = FineTuneStanding::Stopping;
        }
    }

    /// Of another set: nothing is known yet.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    pub(crate) fn take_version(&mut self, version: ModelVersion) {
        self.versions.push(version);
    }

    pub(crate) fn take_versions(&mut self, versions: Vec<ModelVersion>) {
        self.versions = versions;
    }
}
