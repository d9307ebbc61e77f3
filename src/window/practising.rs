//! While a person practises, the keys that label answer instead: nothing that is answered becomes a label.

use std::path::PathBuf;

use super::{
    command::{Command, Label, PracticeCommand},
    state::AppState,
};
use crate::{
    features::practice::state::is_open,
    text,
    workspace::{
        action::{Action, Menu},
        context::Context,
    },
};

/// Simulated sets at most.
const SETS: u64 = 20;

impl AppState {
    /// True where a command was about the practice, and is served.
    pub(super) fn practise(&mut self, command: &Command, cx: &Context) -> bool {
        if matches!(command, Command::Practice(PracticeCommand::Simulate)) {
            // Another set by each second, of a few: they are kept. Not the one that is open.
            let second = cx.now.0.unsigned_abs() / 1_000_000;
            let mut seeds = (second..second + SETS).map(|second| 1 + second % SETS);
            let name = |seed: &u64| PathBuf::from(format!("practice-{seed}"));
            let seed = seeds.find(|seed| !is_open(&self.shared, &name(seed)));
            let seed = seed.unwrap_or(1);
            let folder = self.simulation.open_practice(&mut self.shared, seed, cx);
            if let Some(folder) = folder {
                self.practice.await_set(folder);
            }
            return true;
        }
        if !self.practice.is_asking() {
            return false;
        }
        let shared = &mut self.shared;
        match command {
            Command::Label(Label::Class(class)) => self.practice.answer(shared, Some(*class), cx),
            Command::Do(Action::Unsure | Action::Skip) => self.practice.answer(shared, None, cx),
            Command::Do(Action::NextCandidate | Action::NextUnlabelled) => {
                self.practice.next(shared, cx);
            }
            Command::Label(_) => refuse(self, cx),
            Command::Do(action) if action.info().menu == Menu::Label => refuse(self, cx),
            _ => return false,
        }
        true
    }
}

fn refuse(state: &mut AppState, cx: &Context) {
    let key = state.shared.settings.keys.hint(Action::Practice);
    let text = text!("not during a practice: end it first ({key})", key);
    state.shared.report(text, cx.now);
}
