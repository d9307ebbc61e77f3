//! Training a network, as the window shows it: what was ordered, and what became of it.

use std::path::{Path, PathBuf};

use super::{
    command,
    note::Note,
    task::{Train, TrainUpdate, Trained},
};
use crate::{
    domain::words::thousands,
    tasks::{Running, TaskEvent, next_event, progress::Progress},
    text,
    workspace::{context::Context, request::Request, screen::Screen, shared::Shared},
};

pub use super::form::{LearnFrom, TrainingForm};
// Views know jobs only by these.
pub use super::train::{Architecture, CurvePoint, Recipe, TrainingNews};
pub use crate::workspace::pick::PickFor;

/// Changes with the opened set and its labels.
type LabelKey = (u64, u64);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TrainingStatus {
    /// Nothing was ordered yet.
    #[default]
    Idle,
    /// Examples are read or simulated.
    Preparing,
    Running,
    /// The user stopped it, and it is being saved.
    Stopping,
    /// The user stopped it: the order, and the labels that it was for.
    Stopped(Box<TrainingForm>, LabelKey),
    /// There is a model: what its validation says.
    Finished(String),
    /// Why it broke off: a sentence.
    Failed(String),
}

/// The state of the screen.
#[derive(Debug, Default)]
pub struct TrainingPane {
    pub running: Option<Running<Train>>,
    /// The order.
    pub form: TrainingForm,
    /// Where models go unless a file is named.
    pub home: Option<PathBuf>,
    status: TrainingStatus,
    /// What was ordered last, and the labels at that moment.
    ordered: Option<(TrainingForm, LabelKey)>,
    news: Option<TrainingNews>,
    device: String,
    notes: Vec<Note>,
    /// Where this run went on from.
    begun_at: u64,
    /// Examples in a second, as measured last, and of which network.
    rate: Option<(Architecture, f64)>,
}

impl TrainingPane {
    pub const fn status(&self) -> &TrainingStatus {
        &self.status
    }

    /// True while a training is under way.
    pub const fn is_under_way(&self) -> bool {
        self.running.is_some()
    }

    /// True while something is under way that will end.
    pub(crate) fn is_pending(&self) -> bool {
        self.running.as_ref().is_some_and(Running::is_pending)
    }

    /// The newest figures of the last training.
    pub const fn news(&self) -> Option<&TrainingNews> {
        self.news.as_ref()
    }

    pub fn progress(&self) -> Progress {
        let news = self.news.as_ref();
        news.map_or_else(Progress::default, |news| Progress {
            done: news.step as usize,
            total: news.steps as usize,
        })
    }

    /// What computes it.
    pub fn device(&self) -> &str {
        &self.device
    }

    /// What was left out of the data, and why.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// The step that this run went on from; 0 where it began anew.
    pub const fn begun_at(&self) -> u64 {
        self.begun_at
    }

    /// What was ordered last.
    pub fn ordered(&self) -> Option<&TrainingForm> {
        self.ordered.as_ref().map(|(form, _)| form)
    }

    /// Examples of that network learned from in a second, where it was trained before.
    pub(crate) fn rate_of(&self, network: Architecture) -> Option<f64> {
        let known = self.rate.filter(|(of, _)| *of == network);
        known.map(|(_, rate)| rate)
    }

    pub(crate) fn stop(&mut self) {
        if let Some(running) = &self.running {
            running.cancel();
            self.status = TrainingStatus::Stopping;
        }
    }

    fn take_update(&mut self, update: TrainUpdate) {
        match update {
            TrainUpdate::Started {
                device,
                notes,
                news,
            } => {
                (self.device, self.notes, self.begun_at) = (device, notes, news.step);
                if self.status == TrainingStatus::Preparing {
                    self.status = TrainingStatus::Running;
                }
                self.take_news(news);
            }
            TrainUpdate::Progress(news) => self.take_news(news),
        }
    }

    fn take_news(&mut self, news: TrainingNews) {
        if news.examples_per_s > 0.0
            && let Some((form, _)) = &self.ordered
        {
            self.rate = Some((form.network, news.examples_per_s));
        }
        self.news = Some(news);
    }
}

impl TrainingPane {
    /// True where the order was stopped and nothing of it has changed since.
    pub fn goes_on(&self, shared: &Shared) -> bool {
        let TrainingStatus::Stopped(form, labels) = &self.status else {
            return false;
        };
        let has_same_labels =
            form.from == LearnFrom::Simulation || *labels == labels_of_training(shared);
        **form == self.form && has_same_labels
    }

    pub(crate) fn apply_train(&mut self, shared: &mut Shared, train: command::Train, cx: &Context) {
        match train {
            command::Train::Form(form) => {
                self.form = *form;
                if matches!(self.status, TrainingStatus::Failed(_)) {
                    self.status = TrainingStatus::Idle;
                }
            }
            command::Train::Pick(purpose) => shared.ask(Request::Pick(purpose)),
            command::Train::Start => {
                self.start_training(shared, false, cx);
            }
            command::Train::StartAnew => self.start_training(shared, true, cx),
            command::Train::Stop => self.stop(),
        }
    }

    fn start_training(&mut self, shared: &mut Shared, is_anew: bool, cx: &Context) {
        if self.is_under_way() {
            return;
        }
        let order = match self.training_order(shared) {
            Ok(order) => order,
            Err(why) => {
                self.status = TrainingStatus::Failed(why);
                return;
            }
        };
        let labels = labels_of_training(shared);
        self.ordered = Some((self.form.clone(), labels));
        self.status = TrainingStatus::Preparing;
        self.news = None;
        self.notes.clear();
        self.begun_at = 0;
        self.running = Some(cx.tasks.start(Train {
            order,
            is_anew,
            may_replace: false,
            models: cx.models.clone(),
            decoder: shared.stamps.decoder().clone(),
        }));
    }

    /// A path that was chosen in a dialog goes into the form.
    pub(crate) fn take_training_path(
        &mut self,
        shared: &mut Shared,
        purpose: PickFor,
        path: &Path,
        cx: &Context,
    ) {
        let mut form = self.form.clone();
        if purpose == PickFor::TrainingSurvey {
            form.survey = path.display().to_string();
        } else {
            form.out = path.with_extension("safetensors").display().to_string();
        }
        self.apply_train(shared, command::Train::Form(Box::new(form)), cx);
    }

    /// Takes in what the training reports.
    pub(crate) fn poll_training(&mut self, shared: &mut Shared, cx: &Context) {
        while let Some(event) = next_event(&mut self.running) {
            self.take_training(shared, event, cx);
        }
    }

    /// Takes in one event of a training.
    pub fn take_training(
        &mut self,
        shared: &mut Shared,
        event: TaskEvent<TrainUpdate, Trained>,
        cx: &Context,
    ) {
        let has_ended = !matches!(event, TaskEvent::Update(_));
        match event {
            TaskEvent::Update(update) => self.take_update(update),
            TaskEvent::Finished(trained) => self.finish_training(shared, &trained, cx),
            TaskEvent::Cancelled => self.leave_training(shared, cx),
            TaskEvent::Failed(why) => self.fail_training(shared, why, cx),
        }
        if has_ended {
            self.running = None;
        }
    }

    fn finish_training(&mut self, shared: &mut Shared, trained: &Trained, cx: &Context) {
        let card = &trained.card;
        let figure = |name| card.figures.get(name).copied().unwrap_or(f64::NAN);
        let text = text!(
            "{model} is trained: {share} % of {count} validation examples right, loss {loss}",
            model = card.name,
            share = format_args!("{:.1}", 100.0 * figure("validation_accuracy")),
            count = thousands(figure("validation_examples") as u64),
            loss = format_args!("{:.3}", figure("validation_loss"))
        );
        shared.report(text.clone(), cx.now);
        self.status = TrainingStatus::Finished(text);
        shared.add_model_beside(&trained.file, cx);
    }

    /// It was stopped, and is saved.
    fn leave_training(&mut self, shared: &mut Shared, cx: &Context) {
        let (form, labels) = self.ordered.clone().unwrap_or_default();
        self.status = TrainingStatus::Stopped(Box::new(form), labels);
        if shared.screen != Screen::Train {
            shared.report(
                text!("training stopped; its screen goes on from there"),
                cx.now,
            );
        }
    }

    fn fail_training(&mut self, shared: &mut Shared, why: String, cx: &Context) {
        if shared.screen != Screen::Train {
            shared.warn(text!("training: {why}", why), cx.now);
        }
        self.status = TrainingStatus::Failed(why);
    }
}

fn labels_of_training(shared: &Shared) -> LabelKey {
    (shared.generation, shared.book.revision())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ModelId, Timestamp};
    use crate::{features::training::train::LossPoint, workspace::settings::Settings};

    const NOW: Timestamp = Timestamp(0);

    fn news(step: u64) -> TrainingNews {
        let loss = LossPoint { step, loss: 0.5 };
        let point = CurvePoint {
            step,
            loss: Some(0.5),
            validation_loss: 0.6,
            validation_accuracy: 0.7,
        };
        TrainingNews {
            step,
            steps: 100,
            losses: [loss].into(),
            curve: [point].into(),
            examples_per_s: 640.0,
            seconds_left: Some(10.0),
        }
    }

    /// A training that goes on until it is dropped.
    fn started() -> (TrainingPane, Shared) {
        let shared = Shared::new(Settings::default(), "ana");
        let mut pane = TrainingPane {
            home: Some("models".into()),
            ..TrainingPane::default()
        };
        pane.ordered = Some((pane.form.clone(), labels_of_training(&shared)));
        pane.status = TrainingStatus::Preparing;
        pane.take_update(TrainUpdate::Started {
            device: "CPU".into(),
            notes: vec![Note::Problem("a.fits: is empty".into())],
            news: news(20),
        });
        (pane, shared)
    }

    #[test]
    fn news_make_the_curve_and_the_rate() {
        let (mut pane, shared) = started();
        assert_eq!(*pane.status(), TrainingStatus::Running);
        assert_eq!((pane.begun_at(), pane.notes().len()), (20, 1));
        pane.take_update(TrainUpdate::Progress(news(40)));
        let shown = pane.news().unwrap();
        assert_eq!(
            (shown.step, shown.curve.len(), shown.losses.len()),
            (40, 1, 1)
        );
        // 20,000 steps of 64 at 640 a second.
        assert!(
            pane.training_plan(&shared)
                .unwrap()
                .ends_with("About 33 min.")
        );
    }

    #[test]
    fn what_was_stopped_goes_on_while_the_order_is_the_same() {
        let (mut pane, mut shared) = started();
        pane.leave_training(&mut shared, &Context::inline(NOW));
        assert!(pane.goes_on(&shared));
        let mut form = pane.form.clone();
        form.seed = 2;
        pane.apply_train(
            &mut shared,
            command::Train::Form(Box::new(form)),
            &Context::inline(NOW),
        );
        assert!(!pane.goes_on(&shared));
    }

    #[test]
    fn a_failure_stands_until_the_order_is_changed() {
        let (mut pane, mut shared) = started();
        pane.fail_training(&mut shared, "no space".into(), &Context::inline(NOW));
        let failed = TrainingStatus::Failed("no space".into());
        assert_eq!(*pane.status(), failed);
        let form = Box::new(pane.form.clone());
        pane.apply_train(
            &mut shared,
            command::Train::Form(form),
            &Context::inline(NOW),
        );
        assert_eq!(*pane.status(), TrainingStatus::Idle);
    }

    #[test]
    fn a_finished_model_is_shown() {
        let (mut pane, mut shared) = started();
        let mut card = crate::workspace::models::shipped().remove(0);
        card.name = "mine".into();
        let trained = Trained {
            file: "models/mine.safetensors".into(),
            id: ModelId::new("mine", 1),
            card: std::sync::Arc::new(card),
        };
        pane.finish_training(&mut shared, &trained, &Context::inline(NOW));
        let TrainingStatus::Finished(text) = pane.status() else {
            panic!("not finished")
        };
        assert!(text.starts_with("mine is trained: "), "{text}");
        assert_ne!(shared.scores.active().name(), "mine");
        assert!(
            shared
                .scores
                .shown()
                .iter()
                .any(|model| model.name().contains("mine"))
        );
        assert_eq!(shared.settings.model_files.len(), 1);
    }
}
