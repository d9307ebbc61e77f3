//! `apply`: the only way into the state.

use super::{
    command::{Command, QueueCommand, Session, Want},
    effect::Effect,
    state::{AppState, Field, Motion, Pane, Screen},
};
use crate::{
    domain::LabelAction,
    features::{file_dialog::pick::PickFor, queue::order::QueueSpec},
    workspace::{action::Action, context::Context, settings::Theme},
};

impl AppState {
    /// Applies one command at the moment `now` and says what has to happen outside.
    pub fn apply(&mut self, command: Command, cx: &Context) -> Vec<Effect> {
        let effects = self.apply_command(command, cx);
        self.follow(cx);
        effects
    }

    /// Takes in what running tasks report.
    pub fn poll(&mut self, cx: &Context) -> Vec<Effect> {
        let mut effects = self.poll_adaptation(cx);
        effects.extend(self.poll_scoring(cx));
        self.poll_explanation();
        effects.extend(self.poll_training(cx));
        effects.extend(self.poll_simulation(cx));
        effects.extend(self.poll_latent(cx));
        self.poll_evaluation(cx);
        effects.extend(self.poll_paths(cx));
        self.poll_header();
        self.poll_light_curve();
        effects.extend(self.poll_label_files(cx));
        self.follow(cx);
        effects
    }

    /// True while a task runs whose end was not taken in.
    pub fn is_busy(&self) -> bool {
        self.fine_tuning.is_busy()
            || self.scores.is_busy()
            || self.explanations.is_awaited()
            || self.training.is_pending()
            || self.simulation.is_running()
            || self.simulation.is_previewing()
            || self.latent.is_busy()
            || self.evaluation.is_busy()
            || self.label_files.is_busy()
    }

    /// What follows from any change.
    fn follow(&mut self, cx: &Context) {
        self.label_count.update(&self.catalogue, &self.book);
        self.want_paths(cx);
        self.want_header(cx);
        self.want_curve(cx);
        self.want_period(cx);
        self.want_evaluation(cx);
        self.want_explanation(cx);
        self.want_scores();
        self.want_latent(cx);
    }

    fn apply_command(&mut self, command: Command, cx: &Context) -> Vec<Effect> {
        if self.is_about_another_set(&command) {
            if !matches!(command, Command::Session(Session::Page(_))) {
                self.report("that was about the set that was open before", cx.now);
            }
            return Vec::new();
        }
        match command {
            Command::Do(action) => self.act(action, cx),
            Command::Go(go) => self.apply_go(go, cx),
            Command::Label(label) => self.apply_label(label, cx),
            Command::Queue(queue) => self.apply_queue(queue, cx),
            Command::Select(select) => {
                self.selection.apply(select, &self.queue);
                Vec::new()
            }
            Command::Display(display) => {
                let is_relock = !self.display.has_rules_of(&display);
                self.display = *display;
                if is_relock {
                    self.lock_set_again();
                }
                vec![self.save_session()]
            }
            Command::Session(session) => self.apply_session(session, cx),
            Command::Want(want) => self.apply_want(want),
            Command::Drawn(drawn) => {
                self.take_drawn(*drawn);
                Vec::new()
            }
            Command::Simulation(simulation) => self.apply_simulation(simulation, cx),
            Command::Evaluate(evaluate) => self.apply_evaluate(evaluate, cx),
            Command::Train(train) => self.apply_train(train, cx),
            Command::FineTune(command) => self.apply_fine_tune(command, cx),
            Command::Latent(latent) => self.apply_latent(latent, cx),
            Command::Scoring(scoring) => self.apply_scoring(scoring, cx),
            Command::Path(path) => self.apply_path(path, cx),
            Command::News(event) => self.apply_news(*event, cx),
        }
    }

    fn act(&mut self, action: Action, cx: &Context) -> Vec<Effect> {
        match action {
            Action::NextCandidate => self.walk(1, cx),
            Action::PreviousCandidate => self.walk(-1, cx),
            Action::FirstCandidate => self.walk(isize::MIN, cx),
            Action::LastCandidate => self.walk(isize::MAX, cx),
            Action::NextUnlabelled => self.go_to_next_unlabelled(cx),
            Action::NextEpoch => self.step_epoch(1),
            Action::PreviousEpoch => self.step_epoch(-1),
            Action::Unsure => self.give(&LabelAction::Unsure, true, cx),
            Action::Skip => self.skip(cx),
            Action::ClearLabel => self.give(&LabelAction::Clear, false, cx),
            Action::Flag => self.toggle_flag(cx),
            Action::Undo => self.undo(cx),
            Action::Redo => self.redo(cx),
            Action::NextVocabulary => {
                let next = (self.vocabulary + 1) % self.vocabularies.len();
                self.apply_label(super::command::Label::Vocabulary(next), cx)
            }
            Action::OpenFiles => self.pick(PickFor::OpenFiles),
            Action::OpenFolder => self.pick(PickFor::OpenFolder),
            Action::OpenDemo => {
                self.open_demo(cx);
                Vec::new()
            }
            Action::NewSimulation => {
                self.toggle_simulation(cx);
                Vec::new()
            }
            Action::AddVocabulary => self.pick(PickFor::Vocabulary),
            Action::ImportLabels => self.pick(PickFor::ImportLabels),
            Action::ExportLabels => self.pick(PickFor::ExportLabels),
            Action::ExportEvaluation => self.pick_evaluation_folder(cx),
            Action::AddModel => self.pick(PickFor::Model),
            Action::CloseSet => self.close_set(cx),
            Action::Quit => self.quit(cx),
            Action::HideScores => self.hide_scores(cx),
            Action::NextModel => self.next_model(cx),
            Action::RaiseThreshold => self.nudge_threshold(1.0, cx),
            Action::LowerThreshold => self.nudge_threshold(-1.0, cx),
            Action::ChooseThreshold => self.choose_threshold(cx),
            Action::Disagreements => self.show_disagreements(cx),
            Action::ScoreAgain => {
                self.start_scoring(cx);
                Vec::new()
            }
            Action::Embed => {
                self.start_embedding(cx);
                Vec::new()
            }
            other => self.act_on_window(other, cx),
        }
    }

    fn act_on_window(&mut self, action: Action, cx: &Context) -> Vec<Effect> {
        match action {
            Action::Play => self.toggle_motion(Motion::Play {
                is_backwards: false,
            }),
            Action::PlayBack => self.toggle_motion(Motion::Play { is_backwards: true }),
            Action::Blink => self.toggle_motion(Motion::Blink {
                is_backwards: false,
            }),
            Action::BlinkBack => self.toggle_motion(Motion::Blink { is_backwards: true }),
            Action::Search => self.focus_on(Field::Search),
            Action::Filter => self.focus_on(Field::Filter),
            Action::Note => {
                self.screen = Screen::Inspect;
                self.focus_on(Field::Note);
            }
            Action::RefreshQueue => {
                self.refresh_queue();
                self.selection.keep_shown(&self.queue);
                return self.stay_in_queue(cx);
            }
            Action::SelectAll => self.select_all(cx),
            Action::SelectNone => self.selection.clear(),
            Action::SelectRestOfPage => self.select_rest_of_page(cx),
            Action::Inspect => return self.show(Screen::Inspect),
            Action::Mosaic => return self.show(Screen::Mosaic),
            Action::Latent => return self.show(Screen::Latent),
            Action::Evaluate => return self.show(Screen::Evaluate),
            Action::Train => return self.show(Screen::Train),
            Action::WholeQueue => return self.drop_shortlist(cx),
            Action::Problems | Action::Log => {
                self.shows_log = action == Action::Log;
                return self.show(Screen::Problems);
            }
            Action::ReportProblem => return self.copy_report(cx),
            Action::Settings => self.toggle(Pane::Settings),
            Action::KeySheet => self.toggle(Pane::KeySheet),
            Action::Palette => self.toggle(Pane::Palette),
            Action::Histogram => self.toggle(Pane::Histogram),
            Action::Header => self.toggle(Pane::Header),
            Action::Explanation | Action::NextExplanation => {
                return self.act_on_explanation(action, cx);
            }
            Action::LabelNext => return self.sort_to_label_next(cx),
            Action::Doubts => return self.show_doubts(cx),
            Action::RepeatCheck => return self.check_repeats(cx),
            Action::FineTune => self.toggle(Pane::FineTune),
            Action::WhatChanged => return self.show_changes(cx),
            Action::RollBack => return self.roll_back(cx),
            Action::FoldCurve => {
                self.curve.fold = self.curve.fold.next();
                return vec![self.save_session()];
            }
            Action::NextLock => {
                let news = self.next_lock();
                self.report(news, cx.now);
                return vec![self.save_session()];
            }
            Action::ToggleTheme => {
                self.settings.theme = match self.settings.theme {
                    Theme::Dark => Theme::Light,
                    Theme::Light => Theme::Dark,
                };
                return vec![Effect::SaveSettings(Box::new(self.settings.clone()))];
            }
            other => {
                let before = self.display.clone();
                if let Some(news) = self.display.act(other) {
                    if !before.has_rules_of(&self.display) {
                        self.lock_set_again();
                    }
                    self.report(news, cx.now);
                    return vec![self.save_session()];
                }
            }
        }
        Vec::new()
    }

    pub(crate) fn show(&mut self, screen: Screen) -> Vec<Effect> {
        self.screen = screen;
        vec![self.save_session()]
    }

    pub(crate) fn apply_queue(&mut self, command: QueueCommand, cx: &Context) -> Vec<Effect> {
        let last = self.queue.spec();
        let (spec, is_filter) = match command {
            QueueCommand::Search(text) => return self.search(&text, cx),
            QueueCommand::Sort {
                column,
                is_descending,
            } => {
                let spec = QueueSpec {
                    column,
                    is_descending,
                    ..last.clone()
                };
                (spec, false)
            }
            QueueCommand::Filter(filter) => {
                let spec = QueueSpec {
                    filter,
                    ..last.clone()
                };
                (spec, true)
            }
        };
        let is_narrowed = is_filter && !spec.filter.trim().is_empty();
        self.set_queue(spec);
        self.selection.keep_shown(&self.queue);
        let mut effects = if is_narrowed && self.queue.fault().is_none() {
            self.go_to_first(cx)
        } else {
            self.stay_in_queue(cx)
        };
        effects.push(self.save_session());
        effects
    }

    /// Decodes what is not on the shelf. The newest wants replace all earlier ones.
    fn apply_want(&mut self, want: Want) -> Vec<Effect> {
        self.stamps.drop_pending();
        self.stamps.begin_round();
        let Want {
            visible,
            ahead,
            reload,
        } = want;
        // What comes soon is marked first, so that it leaves before what is visible.
        let ahead: Vec<_> = ahead
            .into_iter()
            .filter(|s| self.stamps.want(s.id))
            .collect();
        let mut wanted: Vec<_> = visible
            .into_iter()
            .filter(|s| self.stamps.want(s.id))
            .collect();
        wanted.extend(ahead);
        let lost: Vec<_> = reload
            .into_iter()
            .filter_map(|id| self.stamps.ready(id).map(|decoded| (id, decoded.clone())))
            .collect();
        let mut effects = vec![Effect::Decode { wanted }];
        if !lost.is_empty() {
            effects.push(Effect::Reload(lost));
        }
        effects
    }
}
