//! `apply`: the only way into the state.

use super::{
    command::{Command, QueueCommand, Session},
    state::{AppState, Field, Motion, Pane, Screen},
};
use std::path::PathBuf;

use crate::{
    domain::{LabelAction, Problem},
    features::{file_dialog::pick::PickFor, queue::order::QueueSpec},
    workspace::{action::Action, context::Context, settings::Theme},
};

impl AppState {
    /// Applies one command.
    pub fn apply(&mut self, command: Command, cx: &Context) {
        self.apply_command(command, cx);
        self.follow(cx);
    }

    /// Takes in what runs; true where more waits than was taken in.
    pub fn poll(&mut self, cx: &Context) -> bool {
        let has_more = self.poll_stamps() | self.poll_opening(cx);
        self.poll_journal(cx);
        self.poll_adaptation(cx);
        self.poll_scoring(cx);
        self.poll_explanation();
        self.poll_training(cx);
        self.poll_simulation(cx);
        self.poll_latent(cx);
        self.poll_evaluation(cx);
        self.poll_paths(cx);
        self.poll_header();
        self.poll_light_curve();
        self.poll_label_files(cx);
        self.follow(cx);
        has_more
    }

    fn poll_stamps(&mut self) -> bool {
        let (problems, has_more) = self.stamps.take_decoded();
        for problem in problems {
            if !self.problems.contains(&problem) {
                self.problems.push((*problem).clone());
            }
        }
        has_more
    }

    /// True while a task runs whose end was not taken in.
    pub fn is_busy(&self) -> bool {
        self.opening.is_some()
            || self.stamps.is_waiting()
            || self.fine_tuning.is_busy()
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

    fn apply_command(&mut self, command: Command, cx: &Context) {
        if self.is_about_another_set(&command) {
            if !matches!(command, Command::Session(Session::Page(_))) {
                self.report("that was about the set that was open before", cx.now);
            }
            return;
        }
        match command {
            Command::Do(action) => self.act(action, cx),
            Command::Go(go) => self.apply_go(go, cx),
            Command::Label(label) => self.apply_label(label, cx),
            Command::Queue(queue) => self.apply_queue(queue, cx),
            Command::Select(select) => {
                self.selection.apply(select, &self.queue);
            }
            Command::Display(display) => {
                let is_relock = !self.display.has_rules_of(&display);
                self.display = *display;
                if is_relock {
                    self.lock_set_again();
                }
                self.save_session()
            }
            Command::Session(session) => self.apply_session(session, cx),
            Command::Want(want) => self.stamps.want(want),
            Command::Drawn(drawn) => {
                self.take_drawn(*drawn);
            }
            Command::Simulation(simulation) => self.apply_simulation(simulation, cx),
            Command::Evaluate(evaluate) => self.apply_evaluate(evaluate, cx),
            Command::Train(train) => self.apply_train(train, cx),
            Command::FineTune(command) => self.apply_fine_tune(command, cx),
            Command::Latent(latent) => self.apply_latent(latent, cx),
            Command::Scoring(scoring) => self.apply_scoring(scoring, cx),
            Command::Path(path) => self.apply_path(path, cx),
        }
    }

    fn act(&mut self, action: Action, cx: &Context) {
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
            }
            Action::NewSimulation => {
                self.toggle_simulation(cx);
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
            }
            Action::Embed => {
                self.start_embedding(cx);
            }
            other => self.act_on_window(other, cx),
        }
    }

    fn act_on_window(&mut self, action: Action, cx: &Context) {
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
                self.stay_in_queue(cx);
            }
            Action::SelectAll => self.select_all(cx),
            Action::SelectNone => self.selection.clear(),
            Action::SelectRestOfPage => self.select_rest_of_page(cx),
            Action::Inspect => self.show(Screen::Inspect),
            Action::Mosaic => self.show(Screen::Mosaic),
            Action::Latent => self.show(Screen::Latent),
            Action::Evaluate => self.show(Screen::Evaluate),
            Action::Train => self.show(Screen::Train),
            Action::WholeQueue => self.drop_shortlist(cx),
            Action::Problems | Action::Log => {
                self.shows_log = action == Action::Log;
                self.show(Screen::Problems);
            }
            Action::ReportProblem => self.copy_report(cx),
            Action::Settings => self.toggle(Pane::Settings),
            Action::KeySheet => self.toggle(Pane::KeySheet),
            Action::Palette => self.toggle(Pane::Palette),
            Action::Histogram => self.toggle(Pane::Histogram),
            Action::Header => self.toggle(Pane::Header),
            Action::Explanation | Action::NextExplanation => {
                self.act_on_explanation(action, cx);
            }
            Action::LabelNext => self.sort_to_label_next(cx),
            Action::Doubts => self.show_doubts(cx),
            Action::RepeatCheck => self.check_repeats(cx),
            Action::FineTune => self.toggle(Pane::FineTune),
            Action::WhatChanged => self.show_changes(cx),
            Action::RollBack => self.roll_back(cx),
            Action::FoldCurve => {
                self.curve.fold = self.curve.fold.next();
                self.save_session();
            }
            Action::NextLock => {
                let news = self.next_lock();
                self.report(news, cx.now);
                self.save_session();
            }
            Action::ToggleTheme => {
                self.settings.theme = match self.settings.theme {
                    Theme::Dark => Theme::Light,
                    Theme::Light => Theme::Dark,
                };
                self.save_settings(cx);
            }
            other => {
                let before = self.display.clone();
                if let Some(news) = self.display.act(other) {
                    if !before.has_rules_of(&self.display) {
                        self.lock_set_again();
                    }
                    self.report(news, cx.now);
                    self.save_session();
                }
            }
        }
    }

    /// Stops everything; returns when every decision and an unfinished training are on disk.
    pub fn close(&mut self, cx: &Context) {
        self.opening = None;
        if let Some(journal) = self.journal.take() {
            match journal.close() {
                Some(0) => {}
                Some(lost) => log::error!("{lost} labels could not be written"),
                None => log::error!("the project's disk did not answer: labels may be lost"),
            }
        }
        cx.tasks.close();
    }

    pub(crate) fn show(&mut self, screen: Screen) {
        self.screen = screen;
        self.save_session()
    }

    pub(crate) fn apply_queue(&mut self, command: QueueCommand, cx: &Context) {
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
        if is_narrowed && self.queue.fault().is_none() {
            self.go_to_first(cx)
        } else {
            self.stay_in_queue(cx)
        };
        self.save_session();
    }

    /// Files or folders were chosen.
    pub(crate) fn picked(&mut self, purpose: PickFor, mut paths: Vec<PathBuf>, cx: &Context) {
        match purpose {
            PickFor::OpenFiles | PickFor::OpenFolder => self.open(paths, None, cx),
            PickFor::Model => self.add_model(&paths[0], cx),
            PickFor::Vocabulary => self.read_vocabulary(paths.swap_remove(0), cx),
            PickFor::ImportLabels => self.import(paths.swap_remove(0), cx),
            PickFor::ExportLabels => self.export(paths.swap_remove(0), cx),
            PickFor::EvaluationFolder => self.write_evaluation(&paths[0], cx),
            PickFor::LatentModel => self.take_latent_file(&paths[0], cx),
            PickFor::TrainingSurvey | PickFor::NewModel => {
                self.take_training_path(purpose, &paths[0], cx);
            }
            PickFor::Survey | PickFor::Templates | PickFor::SimulationFolder => {
                self.take_simulation_path(purpose, &paths[0], cx);
            }
        }
    }

    /// A part of the program broke off. Shown at once, and kept in Problems.
    pub fn report_fault(&mut self, why: String, cx: &Context) {
        self.problems
            .push(Problem::new("destello", "fault", why.clone()));
        self.warn(why, cx.now);
    }
}
