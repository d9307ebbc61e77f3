//! The fine-tuning pane: how far a teaching is, what came of it, and the versions of the project.

use std::sync::Arc;

use super::{
    curve_task::MeasureCurve,
    fine_tuning::FineTuneNews,
    task::{FineTune, FineTuneUpdate, Started},
};
use crate::{
    domain::{FineTuneFigures, LearningCurve, ModelVersion, Objection, Timestamp},
    features::training::note::Note,
    language::translated_static,
    tasks::Running,
    text,
};

/// A version that was made in this session.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptVersion {
    pub version: ModelVersion,
    /// Where it can be read.
    pub source: Arc<str>,
    pub figures: FineTuneFigures,
    /// Why it is not used by itself; none where it is.
    pub objection: Option<Objection>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub enum FineTuneStatus {
    /// Nothing was taught yet.
    #[default]
    Idle,
    /// Labels are read, the old sky is simulated.
    Preparing,
    Running,
    /// The user stopped it.
    Stopping,
    Finished(Box<KeptVersion>),
    /// Why it broke off: a sentence.
    Failed(String),
}

#[derive(Debug, Default)]
pub struct FineTuningPane {
    /// What is under way.
    pub(crate) fine_tuning: Option<Running<FineTune>>,
    pub(crate) measuring: Option<Running<MeasureCurve>>,
    pub(crate) status: FineTuneStatus,
    /// What is done, in a sentence.
    pub(crate) plan: String,
    pub(crate) notes: Vec<Note>,
    pub(crate) news: Option<FineTuneNews>,
    /// When the first step was seen, and which.
    pub(crate) since: Option<(Timestamp, u64)>,
    pub(crate) seconds_left: Option<f64>,
    /// True gives the model classes that labels name and it does not know.
    pub has_new_classes: bool,
    /// What each label brings, as far as it was measured.
    pub(crate) curve: Option<Arc<LearningCurve>>,
}

impl FineTuningPane {
    pub const fn status(&self) -> &FineTuneStatus {
        &self.status
    }

    /// What is done, in a sentence.
    pub fn plan(&self) -> &str {
        &self.plan
    }

    /// What was left out of the labels, and why.
    pub fn notes(&self) -> &[Note] {
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

    /// What each label brings, as far as it was measured.
    pub fn curve(&self) -> Option<&LearningCurve> {
        self.curve.as_deref()
    }

    /// True while something is under way.
    pub const fn is_under_way(&self) -> bool {
        self.fine_tuning.is_some()
    }

    /// True while a learning curve is measured.
    pub const fn is_measuring(&self) -> bool {
        self.measuring.is_some()
    }

    /// True while work of any kind is under way.
    pub const fn is_busy(&self) -> bool {
        self.is_under_way() || self.is_measuring()
    }

    /// What was made last.
    pub const fn trained(&self) -> Option<&KeptVersion> {
        match &self.status {
            FineTuneStatus::Finished(trained) => Some(trained),
            _ => None,
        }
    }

    pub(crate) fn take_update(&mut self, update: FineTuneUpdate, now: Timestamp) {
        if self.status == FineTuneStatus::Preparing {
            self.status = FineTuneStatus::Running;
        }
        match update {
            FineTuneUpdate::Started(started) => {
                self.plan = started.in_words();
                self.notes = started.notes;
            }
            FineTuneUpdate::Progress(news) => {
                let (since, first) = *self.since.get_or_insert((now, news.step));
                if news.step > first {
                    let seconds = (now.0 - since.0) as f64 / 1e6;
                    let rate = (news.step - first) as f64 / seconds.max(0.01);
                    self.seconds_left = Some((news.steps - news.step) as f64 / rate);
                }
                self.news = Some(news);
            }
            FineTuneUpdate::Growing { stage, done, all } => {
                self.plan = text!(
                    "Grows a new forest from your labels and simulated light curves: {done} of \
                     {all} {stage}.",
                    done,
                    all,
                    stage = translated_static(stage)
                );
            }
        }
    }

    pub(crate) fn stop(&mut self) {
        if let Some(running) = &self.fine_tuning {
            running.cancel();
            self.status = FineTuneStatus::Stopping;
        }
    }

    /// Of another set: nothing is known yet.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }
}

impl Started {
    /// "Learns from 12 real, 9 bogus; 7 of them held out to measure with."
    fn in_words(&self) -> String {
        let all: usize = self.labels.iter().map(|(_, count)| count).sum();
        let counts = self.labels.iter();
        let counts: Vec<_> = counts.map(|(class, n)| format!("{n} {class}")).collect();
        let labels = counts.join(", ");
        match self.held_out {
            0 => text!("Learns from {labels}; too few to hold any out.", labels),
            count if count == all => text!(
                "Learns from {labels}; each third held out in turn to measure with.",
                labels
            ),
            count => text!(
                "Learns from {labels}; {count} of them held out to measure with.",
                labels,
                count
            ),
        }
    }
}
