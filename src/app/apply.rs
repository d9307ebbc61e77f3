//! `apply`: the only way into the state.

use super::{
    action::Action,
    command::{Command, QueueCommand, Session, Want},
    effect::Effect,
    settings::Theme,
    state::{AppState, Field, Motion, Pane, Screen},
};
use crate::features::file_dialog::pick::PickFor;
use crate::{
    domain::{LabelAction, Timestamp},
    features::queue::order::QueueSpec,
};

impl AppState {
    /// Applies one command at the moment `now` and says what has to happen outside.
    pub fn apply(&mut self, command: Command, now: Timestamp) -> Vec<Effect> {
        let mut effects = self.apply_command(command, now);
        self.label_count.update(&self.catalogue, &self.book);
        effects.extend(self.want_curve());
        effects.extend(self.want_period());
        effects.extend(self.want_evaluation());
        effects.extend(self.want_explanation());
        effects.extend(self.want_scores());
        effects.extend(self.want_latent());
        effects
    }

    fn apply_command(&mut self, command: Command, now: Timestamp) -> Vec<Effect> {
        if self.is_about_another_set(&command) {
            if !matches!(command, Command::Session(Session::Page(_))) {
                self.tell("that was about the set that was open before", now);
            }
            return Vec::new();
        }
        match command {
            Command::Do(action) => self.act(action, now),
            Command::Go(go) => self.apply_go(go, now),
            Command::Label(label) => self.apply_label(label, now),
            Command::Queue(queue) => self.apply_queue(queue, now),
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
            Command::Session(session) => self.apply_session(session, now),
            Command::Want(want) => self.apply_want(want),
            Command::Drawn(drawn) => {
                self.take_drawn(*drawn);
                Vec::new()
            }
            Command::Simulation(simulation) => self.apply_simulation(simulation),
            Command::Evaluate(evaluate) => self.apply_evaluate(evaluate, now),
            Command::Train(train) => self.apply_train(train),
            Command::FineTune(command) => self.apply_fine_tune(command, now),
            Command::Latent(latent) => self.apply_latent(latent, now),
            Command::Scoring(scoring) => self.apply_scoring(scoring, now),
            Command::Path(path) => self.apply_path(path, now),
            Command::News(event) => self.apply_news(*event, now),
        }
    }

    fn act(&mut self, action: Action, now: Timestamp) -> Vec<Effect> {
        match action {
            Action::NextCandidate => self.walk(1, now),
            Action::PreviousCandidate => self.walk(-1, now),
            Action::FirstCandidate => self.walk(isize::MIN, now),
            Action::LastCandidate => self.walk(isize::MAX, now),
            Action::NextUnlabelled => self.go_to_next_unlabelled(now),
            Action::NextEpoch => self.step_epoch(1),
            Action::PreviousEpoch => self.step_epoch(-1),
            Action::Unsure => self.give(&LabelAction::Unsure, true, now),
            Action::Skip => self.skip(now),
            Action::ClearLabel => self.give(&LabelAction::Clear, false, now),
            Action::Flag => self.toggle_flag(now),
            Action::Undo => self.undo(now),
            Action::Redo => self.redo(now),
            Action::NextVocabulary => {
                let next = (self.vocabulary + 1) % self.vocabularies.len();
                self.apply_label(super::command::Label::Vocabulary(next), now)
            }
            Action::OpenFiles => self.pick(PickFor::OpenFiles),
            Action::OpenFolder => self.pick(PickFor::OpenFolder),
            Action::OpenDemo => self.open_demo(now),
            Action::NewSimulation => self.toggle_simulation(),
            Action::AddVocabulary => self.pick(PickFor::Vocabulary),
            Action::ImportLabels => self.pick(PickFor::ImportLabels),
            Action::ExportLabels => self.pick(PickFor::ExportLabels),
            Action::ExportEvaluation => self.pick_evaluation_folder(now),
            Action::AddModel => self.pick(PickFor::Model),
            Action::CloseSet => self.close_set(now),
            Action::Quit => self.quit(now),
            Action::HideScores => self.hide_scores(now),
            Action::NextModel => self.next_model(now),
            Action::RaiseThreshold => self.nudge_threshold(1.0, now),
            Action::LowerThreshold => self.nudge_threshold(-1.0, now),
            Action::ChooseThreshold => self.choose_threshold(now),
            Action::Disagreements => self.show_disagreements(now),
            Action::ScoreAgain => self.start_scoring(),
            Action::Embed => self.start_embedding(now),
            other => self.act_on_window(other, now),
        }
    }

    fn act_on_window(&mut self, action: Action, now: Timestamp) -> Vec<Effect> {
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
                return self.stay_in_queue(now);
            }
            Action::SelectAll => self.select_all(now),
            Action::SelectNone => self.selection.clear(),
            Action::SelectRestOfPage => self.select_rest_of_page(now),
            Action::Inspect => return self.show(Screen::Inspect),
            Action::Mosaic => return self.show(Screen::Mosaic),
            Action::Latent => return self.show(Screen::Latent),
            Action::Evaluate => return self.show(Screen::Evaluate),
            Action::Train => return self.show(Screen::Train),
            Action::WholeQueue => return self.drop_shortlist(now),
            Action::Problems | Action::Log => {
                self.shows_log = action == Action::Log;
                return self.show(Screen::Problems);
            }
            Action::ReportProblem => return self.copy_report(now),
            Action::Settings => self.toggle(Pane::Settings),
            Action::KeySheet => self.toggle(Pane::KeySheet),
            Action::Palette => self.toggle(Pane::Palette),
            Action::Histogram => self.toggle(Pane::Histogram),
            Action::Header => {
                self.toggle(Pane::Header);
                return self.refresh_header();
            }
            Action::Explanation | Action::NextExplanation => {
                return self.act_on_explanation(action, now);
            }
            Action::LabelNext => return self.sort_to_label_next(now),
            Action::Doubts => return self.show_doubts(now),
            Action::RepeatCheck => return self.check_repeats(now),
            Action::FineTune => self.toggle(Pane::FineTune),
            Action::WhatChanged => return self.show_changes(now),
            Action::RollBack => return self.roll_back(now),
            Action::FoldCurve => {
                self.curve.fold = self.curve.fold.next();
                return vec![self.save_session()];
            }
            Action::NextLock => {
                let news = self.next_lock();
                self.tell(news, now);
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
                    self.tell(news, now);
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

    pub(crate) fn apply_queue(&mut self, command: QueueCommand, now: Timestamp) -> Vec<Effect> {
        let last = self.queue.spec();
        let (spec, is_filter) = match command {
            QueueCommand::Search(text) => return self.search(&text, now),
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
            self.go_to_first(now)
        } else {
            self.stay_in_queue(now)
        };
        effects.push(self.save_session());
        effects
    }

    /// Decodes what is not on the shelf. The newest wants replace all earlier ones.
    fn apply_want(&mut self, want: Want) -> Vec<Effect> {
        self.shelf.drop_pending();
        self.shelf.begin_round();
        let Want {
            visible,
            ahead,
            reload,
        } = want;
        // What comes soon is marked first, so that it leaves before what is visible.
        let ahead: Vec<_> = ahead
            .into_iter()
            .filter(|s| self.shelf.want(s.id))
            .collect();
        let mut wanted: Vec<_> = visible
            .into_iter()
            .filter(|s| self.shelf.want(s.id))
            .collect();
        wanted.extend(ahead);
        let lost: Vec<_> = reload
            .into_iter()
            .filter_map(|id| self.shelf.ready(id).map(|decoded| (id, decoded.clone())))
            .collect();
        let mut effects = vec![Effect::Decode { wanted }];
        if !lost.is_empty() {
            effects.push(Effect::Reload(lost));
        }
        effects
    }
}
