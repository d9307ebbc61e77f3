//! `apply`: the only way into the state.

use std::path::PathBuf;

use super::{
    command::{Command, Session},
    state::AppState,
};
use crate::{
    domain::LabelAction,
    features::{
        adaptation::changed_decisions::{roll_back, show_changes},
        convert::task::ConvertSet,
        file_dialog::pick::PickFor,
        light_curve::photometry::task::MeasureSet,
        open::opening::take_event,
        samp::state::What,
        team::merge::MergeProjects,
    },
    language::translated_static,
    tasks::Task,
    text,
    workspace::{
        action::{Action, Menu},
        context::Context,
        place::Motion,
        request::{Leave, Request},
        screen::{Field, Pane, Screen},
        settings::Theme,
    },
};

/// Updates of an opening taken in at a time at most, so that a flood does not hold up the window.
const MOST_UPDATES: usize = 64;

impl AppState {
    /// Applies one command.
    pub fn apply(&mut self, command: Command, cx: &Context) {
        self.apply_command(command, cx);
        self.conclude(cx);
    }

    /// Takes in what runs; true where more waits than was taken in.
    pub fn poll(&mut self, cx: &Context) -> bool {
        let has_more = self.poll_stamps() | self.poll_opening(cx);
        let shared = &mut self.shared;
        while let Some(news) = shared.next_journal_news() {
            if let Some(flushed) = shared.take_journal_news(news, cx) {
                self.opening.take_flushed(shared, &flushed, cx);
            }
        }
        shared.versions.poll();
        self.fine_tuning.poll_adaptation(shared, cx);
        self.close_pairs.poll_close_pairs(shared, cx);
        self.saving.poll_saving(shared, cx);
        self.similar.poll_similar(shared, cx);
        self.samp.poll_samp(shared, cx);
        self.practice.poll_practice(shared, cx);
        self.scoring.poll(shared, cx);
        self.detections.poll(shared, cx);
        self.shares.poll(shared, cx);
        self.explanation.poll_explanation();
        self.training.poll_training(shared, cx);
        self.simulation.poll_simulation(shared, cx);
        self.latent.poll_latent(shared, cx);
        self.evaluation.poll_evaluation(shared, cx);
        self.dialog.poll_paths(shared, cx);
        self.header.poll_header();
        self.light_curve.poll_light_curve();
        self.light_curve.poll_saving(shared, cx);
        self.label_files.poll_label_files(shared, cx);
        self.opening.poll_join(shared, cx);
        self.growing.poll(shared, cx);
        self.team.poll(shared, cx);
        self.conclude(cx);
        has_more
    }

    fn poll_stamps(&mut self) -> bool {
        let (problems, has_more) = self.shared.stamps.take_decoded();
        for problem in problems {
            if !self.shared.problems.contains(&problem) {
                self.shared.problems.push((*problem).clone());
            }
        }
        has_more
    }

    fn poll_opening(&mut self, cx: &Context) -> bool {
        for _ in 0..MOST_UPDATES {
            let Some((event, is_cancelled)) = self.opening.next_event() else {
                return false;
            };
            take_event(&mut self.shared, event, is_cancelled, cx);
            self.carry_out(cx);
        }
        true
    }

    /// True while a task runs whose end was not taken in.
    pub fn is_busy(&self) -> bool {
        self.opening.opening.is_some()
            || self.opening.is_joining()
            || self.shared.stamps.is_waiting()
            || self.shared.versions.is_reading()
            || self.scoring.is_busy()
            || self.detections.is_busy()
            || self.shares.is_busy()
            || self.fine_tuning.is_busy()
            || self.close_pairs.is_finding()
            || self.saving.is_saving()
            || self.light_curve.is_saving()
            || self.similar.is_busy()
            || self.samp.is_busy()
            || self.practice.is_busy()
            || self.explanation.explanations.is_awaited()
            || self.training.is_pending()
            || self.simulation.is_running()
            || self.simulation.is_previewing()
            || self.latent.is_busy()
            || self.evaluation.is_busy()
            || self.label_files.is_busy()
            || self.team.is_merging()
            || self.team.is_counting()
    }

    /// What follows from any change.
    pub(super) fn conclude(&mut self, cx: &Context) {
        self.carry_out(cx);
        let shared = &mut self.shared;
        shared.follow_annotator();
        shared.follow_assignment(cx);
        shared.label_count.update(&shared.catalogue, &shared.book);
        self.dialog.want_paths(shared, cx);
        self.header.want_header(shared, cx);
        self.light_curve.want_curve(shared, cx);
        self.light_curve.want_period(shared, cx);
        self.evaluation.want_evaluation(shared, cx);
        self.explanation.want_explanation(shared, cx);
        self.scoring.follow(shared);
        let level = f64::from(shared.settings.class_set_percent) / 100.0;
        shared.scores.set_level(level.clamp(0.5, 0.99));
        self.detections.want(shared, cx);
        self.shares.want(shared, cx);
        self.latent.want_latent(shared, cx);
        self.growing.want(shared, cx);
        self.team.want(shared, cx);
        self.similar.want_neighbours(shared, cx);
        if std::mem::take(&mut self.shared.is_session_stale) {
            self.keep_session();
        }
    }

    /// Carries out what features asked of others, in order.
    fn carry_out(&mut self, cx: &Context) {
        while !self.shared.requests.is_empty() {
            let request = self.shared.requests.remove(0);
            match request {
                Request::Open { paths, project } => {
                    self.opening.open(&mut self.shared, paths, project, cx);
                }
                Request::Depart(then) => self.depart(then, cx),
                Request::Pick(purpose) => self.dialog.pick(purpose),
                Request::Picked(purpose, paths) => self.picked(purpose, paths, cx),
                Request::Restore(json) => self.restore_session(&json),
                Request::JoinAgain(json) => self.opening.join_again(&json),
                Request::Score => self.scoring.start(&mut self.shared, cx),
                Request::ScoreGrown { is_renumbered } => {
                    if is_renumbered {
                        self.latent.drop_embedding(&mut self.shared, cx);
                    }
                    self.detections.forget();
                    self.shares.forget();
                    self.light_curve.forget();
                    self.scoring.start_again(&mut self.shared, cx);
                }
            }
        }
    }

    fn depart(&mut self, then: Leave, cx: &Context) {
        match then {
            Leave::Quit => self.may_quit = true,
            Leave::Close => {
                self.forget_set(cx);
                self.shared.toast = None;
                self.shared.report(text!("the set is closed"), cx.now);
            }
            Leave::Open { paths, project } => {
                self.forget_set(cx);
                self.opening
                    .begin_opening(&mut self.shared, paths, project, cx);
            }
        }
    }

    fn apply_command(&mut self, command: Command, cx: &Context) {
        if command.names_candidates() && self.shared.is_picture_of_another_set() {
            if !matches!(command, Command::Session(Session::Page(_))) {
                self.shared
                    .report(text!("that was about the set that was open before"), cx.now);
            }
            return;
        }
        if self.practise(&command, cx) {
            return;
        }
        match command {
            Command::Do(action) => self.act(action, cx),
            Command::Go(go) => self.shared.apply_go(go, cx),
            Command::Label(label) => self.shared.apply_label(label, cx),
            Command::Queue(queue) => self.shared.apply_queue(queue, cx),
            Command::Select(select) => {
                self.shared.selection.apply(select, &self.shared.queue);
            }
            Command::Display(display) => {
                let is_relock = !self.shared.display.has_rules_of(&display);
                self.shared.display = *display;
                if is_relock {
                    self.shared.lock_set_again();
                }
                self.shared.save_session();
            }
            Command::Session(session) => self.apply_session(session, cx),
            Command::Want(want) => self.shared.stamps.want(want),
            Command::Drawn(drawn) => {
                self.shared.take_drawn(*drawn);
            }
            Command::Simulation(simulation) => {
                self.simulation
                    .apply_simulation(&mut self.shared, simulation, cx);
            }
            Command::Evaluate(evaluate) => {
                self.evaluation
                    .apply_evaluate(&mut self.shared, evaluate, cx);
            }
            Command::Train(train) => self.training.apply_train(&mut self.shared, train, cx),
            Command::FineTune(command) => {
                self.fine_tuning
                    .apply_fine_tune(&mut self.shared, command, cx);
            }
            Command::ClosePairs(command) => {
                self.close_pairs
                    .apply_close_pairs(&mut self.shared, command, cx);
            }
            Command::SavePhotometry(command) => self.light_curve.apply_saving(command),
            Command::SaveStamps(command) => self.saving.apply_saving(command),
            Command::Similar(command) => {
                self.similar.apply_similar(&mut self.shared, command, cx);
            }
            Command::Samp(command) => self.samp.apply_samp(&mut self.shared, command, cx),
            Command::Practice(command) => {
                self.practice.apply_practice(&mut self.shared, command, cx);
            }
            Command::Team(command) => self.team.apply_team(&mut self.shared, command, cx),
            Command::Latent(latent) => self.latent.apply_latent(&mut self.shared, latent, cx),
            Command::Scoring(scoring) => self.shared.apply_scoring(scoring, cx),
            Command::LightCurve(choice) => {
                self.light_curve.curve = choice;
                self.shared.save_session();
            }
            Command::Explanation(choice) => {
                self.explanation
                    .choose_explanation(&mut self.shared, choice);
            }
            Command::Path(path) => self.dialog.apply_path(&mut self.shared, path, cx),
        }
    }

    fn act(&mut self, action: Action, cx: &Context) {
        if self.shared.shows_start_page() && needs_set(action) {
            let keys = &self.shared.settings.keys;
            let text = text!(
                "Open a set first ({open}), or the demo set ({demo})",
                open = keys.hint(Action::OpenFolder),
                demo = keys.hint(Action::OpenDemo)
            );
            self.shared.report(text, cx.now);
            return;
        }
        if let Some(purpose) = action.pick_for() {
            return self.dialog.pick(purpose);
        }
        match action {
            Action::NextCandidate => self.shared.walk(1, cx),
            Action::PreviousCandidate => self.shared.walk(-1, cx),
            Action::FirstCandidate => self.shared.walk(isize::MIN, cx),
            Action::LastCandidate => self.shared.walk(isize::MAX, cx),
            Action::NextUnlabelled => self.shared.go_to_next_unlabelled(cx),
            Action::NextEpoch => self.shared.step_epoch(1),
            Action::PreviousEpoch => self.shared.step_epoch(-1),
            Action::Unsure => self.shared.give(&LabelAction::Unsure, true, cx),
            Action::Skip => self.shared.skip(cx),
            Action::ClearLabel => self.shared.give(&LabelAction::Clear, false, cx),
            Action::Flag => self.shared.toggle_flag(cx),
            Action::Undo => self.shared.undo(cx),
            Action::Redo => self.shared.redo(cx),
            Action::NextVocabulary => {
                let next = (self.shared.vocabulary + 1) % self.shared.vocabularies.len();
                self.shared
                    .apply_label(super::command::Label::Vocabulary(next), cx);
            }
            Action::OpenDemo => {
                self.simulation.open_demo(&mut self.shared, cx);
            }
            Action::NewSimulation => {
                self.simulation.toggle_simulation(&mut self.shared, cx);
            }
            Action::UnjoinTables => self.opening.unjoin(&mut self.shared, cx),
            Action::ExportEvaluation => {
                self.evaluation.pick_evaluation_folder(&mut self.shared, cx);
            }
            Action::ReadAgain => self.opening.read_again(&mut self.shared, cx),
            Action::CloseSet => self.opening.close_set(&mut self.shared, cx),
            Action::Quit => {
                let under_way = self.under_way();
                self.opening.quit(&mut self.shared, under_way, cx);
            }
            Action::HideScores => self.shared.hide_scores(cx),
            Action::NextModel => self.shared.next_model(cx),
            Action::RaiseThreshold => self.shared.nudge_threshold(1.0, cx),
            Action::LowerThreshold => self.shared.nudge_threshold(-1.0, cx),
            Action::ChooseThreshold => self.shared.choose_threshold(cx),
            Action::Disagreements => self.shared.show_disagreements(cx),
            Action::ScoreAgain => {
                self.scoring.start(&mut self.shared, cx);
            }
            Action::PointElsewhere => self.samp.send(&mut self.shared, What::Position, cx),
            Action::View1 => self.shared.show_view(0, cx),
            Action::View2 => self.shared.show_view(1, cx),
            Action::View3 => self.shared.show_view(2, cx),
            Action::View4 => self.shared.show_view(3, cx),
            Action::View5 => self.shared.show_view(4, cx),
            Action::MoreLikeThis => self.similar.add_examples(&mut self.shared, true, cx),
            Action::LessLikeThis => self.similar.add_examples(&mut self.shared, false, cx),
            Action::SideBySide | Action::BesideAlike | Action::LooksLike => {
                self.similar.act_on_alike(&mut self.shared, action, cx);
            }
            Action::Embed => {
                self.latent.start_embedding(&mut self.shared, cx);
            }
            other => self.act_on_window(other, cx),
        }
    }

    /// What a person would lose by closing the window now, in a word.
    fn under_way(&self) -> Option<&'static str> {
        let is_so = [
            (self.evaluation.is_writing(), text!("exporting")),
            (self.saving.is_saving(), translated_static(ConvertSet::NAME)),
            (
                self.light_curve.is_saving(),
                translated_static(MeasureSet::NAME),
            ),
            (self.fine_tuning.is_under_way(), text!("fine-tuning")),
            (
                self.team.is_merging(),
                translated_static(MergeProjects::NAME),
            ),
        ];
        let mut rest = is_so.into_iter().filter(|(is_so, _)| *is_so);
        let files = self.label_files.under_way();
        files.or_else(|| rest.next().map(|(_, what)| what))
    }

    fn act_on_window(&mut self, action: Action, cx: &Context) {
        if let Some(pane) = pane_of(action) {
            self.shared.toggle(pane);
            return;
        }
        match action {
            Action::Play | Action::PlayBack => {
                let is_backwards = action == Action::PlayBack;
                self.shared.toggle_motion(Motion::Play { is_backwards }, cx);
            }
            Action::Blink | Action::BlinkBack => {
                let is_backwards = action == Action::BlinkBack;
                self.shared
                    .toggle_motion(Motion::Blink { is_backwards }, cx);
            }
            Action::ShowNew => self.growing.show_new(&mut self.shared, cx),
            Action::Search => self.shared.focus_on(Field::Search),
            Action::Filter => self.shared.focus_on(Field::Filter),
            Action::Note => {
                self.shared.screen = Screen::Inspect;
                self.shared.focus_on(Field::Note);
            }
            Action::RefreshQueue => {
                self.shared.refresh_queue();
                self.shared.selection.keep_shown(&self.shared.queue);
                self.shared.stay_in_queue(cx);
            }
            Action::SelectAll
            | Action::SelectNone
            | Action::SelectRestOfPage
            | Action::SelectThis => self.shared.act_on_selection(action, cx),
            Action::Inspect => self.shared.show(Screen::Inspect),
            Action::Mosaic => self.shared.show(Screen::Mosaic),
            Action::Latent => self.shared.show(Screen::Latent),
            Action::Evaluate => self.shared.show(Screen::Evaluate),
            Action::Train => self.shared.show(Screen::Train),
            Action::WholeQueue => self.similar.show_all(&mut self.shared, cx),
            Action::Problems | Action::Log => {
                self.shared.shows_log = action == Action::Log;
                self.shared.show(Screen::Problems);
            }
            Action::ReportProblem => self.copy_report(cx),
            Action::Explanation | Action::NextExplanation => {
                self.explanation
                    .act_on_explanation(&mut self.shared, action, cx);
            }
            Action::LabelNext => self.shared.sort_to_label_next(cx),
            Action::Doubts => self.shared.show_doubts(cx),
            Action::RepeatCheck => self.shared.check_repeats(cx),
            Action::WhatChanged => show_changes(&mut self.shared, cx),
            Action::RollBack => roll_back(&mut self.shared, cx),
            Action::FoldCurve => {
                self.light_curve.curve.fold = self.light_curve.curve.fold.next();
                self.shared.save_session();
            }
            Action::NextLock => {
                let news = self.shared.next_lock();
                self.shared.report(news, cx.now);
                self.shared.save_session();
            }
            Action::ToggleTheme => {
                self.shared.settings.theme = match self.shared.settings.theme {
                    Theme::Dark => Theme::Light,
                    Theme::Light => Theme::Dark,
                };
                self.shared.save_settings(cx);
            }
            other => {
                let before = self.shared.display.clone();
                if let Some(news) = self.shared.display.act(other) {
                    if !before.has_rules_of(&self.shared.display) {
                        self.shared.lock_set_again();
                    }
                    self.shared.report(news, cx.now);
                    self.shared.save_session();
                }
            }
        }
    }

    /// Stops everything; returns when every decision and an unfinished training are on disk.
    pub fn close(&mut self, cx: &Context) {
        self.opening.opening = None;
        if let Some(journal) = self.shared.journal.take() {
            match journal.close() {
                Some(0) => {}
                Some(lost) => log::error!("{lost} labels could not be written"),
                None => log::error!("the project's disk did not answer: labels may be lost"),
            }
        }
        cx.tasks.close();
    }

    /// Files or folders were chosen.
    pub(crate) fn picked(&mut self, purpose: PickFor, mut paths: Vec<PathBuf>, cx: &Context) {
        match purpose {
            PickFor::OpenFiles | PickFor::OpenFolder => {
                self.opening.open(&mut self.shared, paths, None, cx);
            }
            PickFor::Model => self.shared.add_model(&paths[0], cx),
            PickFor::Vocabulary => self.label_files.read_vocabulary(paths.swap_remove(0), cx),
            PickFor::ImportLabels => {
                self.label_files
                    .import(&mut self.shared, paths.swap_remove(0), cx);
            }
            PickFor::MergeProjects => self.team.merge(&mut self.shared, paths, cx),
            PickFor::JoinTable => {
                self.opening.join(&paths[0], None);
                self.opening.poll_join(&mut self.shared, cx);
            }
            PickFor::ExportLabels | PickFor::NightReport => {
                self.label_files
                    .export(&mut self.shared, paths.swap_remove(0), cx);
            }
            PickFor::SavePhotometry => {
                let out = paths.swap_remove(0);
                self.light_curve.save_photometry(&mut self.shared, out, cx);
            }
            PickFor::SaveStamps => {
                self.saving.save(&mut self.shared, &paths[0], cx);
            }
            PickFor::Certificate => self.practice.write_certificate(&self.shared, &paths[0], cx),
            PickFor::EvaluationFolder => {
                self.evaluation
                    .write_evaluation(&mut self.shared, &paths[0], cx);
            }
            PickFor::LatentModel => self
                .latent
                .take_latent_file(&mut self.shared, &paths[0], cx),
            PickFor::TrainingSurvey | PickFor::NewModel => {
                self.training
                    .take_training_path(&mut self.shared, purpose, &paths[0], cx);
            }
            PickFor::Survey | PickFor::Templates | PickFor::SimulationFolder => {
                self.simulation.take_simulation_path(purpose, &paths[0], cx);
            }
        }
    }
}

/// The small window that an action opens or closes.
const fn pane_of(action: Action) -> Option<Pane> {
    match action {
        Action::ClosePairs => Some(Pane::ClosePairs),
        Action::Samp => Some(Pane::Samp),
        Action::Practice => Some(Pane::Practice),
        Action::OpenServer => Some(Pane::Server),
        Action::Team => Some(Pane::Team),
        Action::Settings => Some(Pane::Settings),
        Action::KeyHelp => Some(Pane::KeyHelp),
        Action::Palette => Some(Pane::Palette),
        Action::Histogram => Some(Pane::Histogram),
        Action::Header => Some(Pane::Header),
        Action::Guide => Some(Pane::Guide),
        Action::FineTune => Some(Pane::FineTune),
        Action::ClassShares => Some(Pane::ClassShares),
        _ => None,
    }
}

/// True for what is about candidates.
fn needs_set(action: Action) -> bool {
    let is_screen = matches!(
        action,
        Action::Inspect | Action::Mosaic | Action::Latent | Action::Evaluate
    );
    let is_about_one = matches!(action.info().menu, Menu::Go | Menu::Label);
    let is_of_set = matches!(
        action,
        Action::FineTune
            | Action::SavePhotometry
            | Action::SaveStamps
            | Action::WhatChanged
            | Action::RollBack
            | Action::ScoreAgain
            | Action::Embed
    );
    let is_undoing = matches!(action, Action::SelectNone);
    (is_screen || is_about_one || is_of_set) && !is_undoing
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{CandidateIx, Timestamp},
        window::command::{Go, Select},
        workspace::{drawn::Drawn, settings::Settings},
    };

    #[test]
    fn what_names_candidates_is_passed_over_until_the_set_that_is_open_was_drawn() {
        let mut state = AppState::new(Settings::default(), "ana");
        let drawn = |generation| {
            Command::Drawn(Box::new(Drawn {
                generation,
                ..Drawn::default()
            }))
        };
        let cx = Context::inline(Timestamp(0));
        let candidate = CandidateIx(0);
        let click = || Command::Select(Select::Only(candidate));
        let go = Command::Go(Go::To {
            candidate,
            open: false,
        });
        assert!(click().names_candidates() && go.names_candidates());
        // What names no candidate is about whatever is open.
        assert!(!Command::Go(Go::PlayStep).names_candidates());
        // Before the first frame there is no picture that could be of another set.
        assert!(!state.shared.is_picture_of_another_set());
        state.apply(drawn(state.shared.generation), &cx);
        assert!(!state.shared.is_picture_of_another_set());
        // Another set is opened; the frame that was clicked showed the one before.
        state.shared.generation += 1;
        assert!(state.shared.is_picture_of_another_set());
        state.apply(click(), &cx);
        assert!(state.shared.selection.is_empty(), "it was passed over");
        let toast = state.shared.toast.take().unwrap();
        assert!(toast.text.contains("open before"));
        state.apply(drawn(state.shared.generation), &cx);
        state.apply(click(), &cx);
        let chosen: Vec<_> = state.shared.selection.iter().collect();
        assert_eq!(chosen, [candidate]);
    }
}
