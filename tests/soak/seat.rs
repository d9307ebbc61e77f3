//! A window that a person sits at: real views on egui without a screen, real state, real workers.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use destello::{
    domain::{CandidateIx, LabelEvent, Origin},
    widgets::sight::{Outcome, Sight},
    window::{
        command::{Command, Session},
        frame::{Host, frame_ui},
        memory::Memory,
        state::AppState,
    },
    workspace::settings::Settings,
};
use egui::{Event, Key, Modifiers, PointerButton, Pos2, RawInput, Rect, Ui};

use super::{
    person::{Person, key_events},
    sets::Sets,
};
use crate::common::{InlineWindow, MadeLatent};

/// Size of the window, points.
pub const SIZE: [f32; 2] = [1200.0, 800.0];

/// A window and its views.
pub struct Seat {
    /// State and workers.
    pub window: InlineWindow,
    name: String,
    ctx: egui::Context,
    memory: Memory,
    queue: Vec<Command>,
    events: Vec<Event>,
    frames: u64,
    /// Who was large, or whole in a cell, in the frame that the keys of the last one were pressed at.
    visible: HashSet<CandidateIx>,
    /// Who has been visible since the set was opened.
    ever: HashSet<CandidateIx>,
    generation: u64,
    /// Label events that were given, with the project they belong to, and not looked for yet.
    pub given: Vec<(PathBuf, LabelEvent)>,
    /// How many were given since this was last asked.
    pub decided: u64,
}

fn window(name: &str, sets: &Sets) -> InlineWindow {
    let mut window = InlineWindow::new(Settings::default(), name, None)
        .simulating(sets.skies.clone(), sets.demo_folder());
    window.show_in_views();
    window.embed_by(MadeLatent { components: 4 });
    InlineWindow::fail_long_tasks();
    window
}

impl Host for Seat {
    fn state(&self) -> &AppState {
        &self.window.state
    }

    fn apply(&mut self, command: Command) {
        self.window.begin(command);
        self.check_decisions();
    }
}

impl Seat {
    /// A seat at the shared project.
    pub fn new(name: &str, sets: &Sets) -> Self {
        let mut seat = Self {
            window: window(name, sets),
            name: name.into(),
            ctx: egui::Context::default(),
            memory: Memory::default(),
            queue: Vec::new(),
            events: Vec::new(),
            frames: 0,
            visible: HashSet::new(),
            ever: HashSet::new(),
            generation: 0,
            given: Vec::new(),
            decided: 0,
        };
        seat.open(sets.opening(0));
        seat.settle();
        seat
    }

    /// Opens paths with a project.
    pub fn open(&mut self, (paths, project): (Vec<PathBuf>, Option<PathBuf>)) {
        self.send(Command::Session(Session::Open { paths, project }));
    }

    /// A command for the next frame.
    pub fn send(&mut self, command: Command) {
        self.queue.push(command);
    }

    /// Presses a key.
    pub fn press(&mut self, key: Key, modifiers: Modifiers) {
        self.events.extend(key_events(key, modifiers));
    }

    /// Types, a letter after the other.
    pub fn type_text(&mut self, text: &str) {
        for letter in text.chars() {
            let key = Key::from_name(&letter.to_ascii_uppercase().to_string());
            match key {
                Some(key) => self.press(key, Modifiers::NONE),
                None => self.events.push(Event::Text(letter.into())),
            }
        }
    }

    fn button(&mut self, pos: Pos2, button: PointerButton, pressed: bool, modifiers: Modifiers) {
        self.events.push(Event::PointerButton {
            pos,
            button,
            pressed,
            modifiers,
        });
    }

    /// Clicks somewhere.
    pub fn click(&mut self, at: Pos2, button: PointerButton, modifiers: Modifiers) {
        self.events.push(Event::PointerMoved(at));
        self.frame();
        self.button(at, button, true, modifiers);
        self.button(at, button, false, modifiers);
    }

    /// Drags from one place to another.
    pub fn drag(&mut self, from: Pos2, to: Pos2) {
        self.events.push(Event::PointerMoved(from));
        self.frame();
        self.button(from, PointerButton::Primary, true, Modifiers::NONE);
        self.frame();
        self.events.push(Event::PointerMoved(to));
        self.frame();
        self.button(to, PointerButton::Primary, false, Modifiers::NONE);
    }

    /// One frame as the real window has it: commands of the last one, then the views.
    pub fn frame(&mut self) {
        self.note_visible();
        self.frames += 1;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, SIZE.into())),
            time: Some(self.frames as f64 / 20.0),
            events: std::mem::take(&mut self.events),
            focused: true,
            ..RawInput::default()
        };
        let ctx = self.ctx.clone();
        let output = ctx.run_ui(input, |ui| self.pass(ui));
        output.drop_without_applying_deltas();
    }

    /// One pass: commands of the last one, then keys and views.
    fn pass(&mut self, ui: &mut Ui) {
        for command in std::mem::take(&mut self.queue) {
            self.apply(command);
        }
        let now = self.window.now();
        let mut memory = std::mem::take(&mut self.memory);
        self.queue = frame_ui(ui, self, &mut memory, now);
        self.memory = memory;
    }

    /// Who the frame showed that a person sees while pressing the keys of the next one.
    fn note_visible(&mut self) {
        if self.generation != self.window.state.shared.generation {
            self.generation = self.window.state.shared.generation;
            self.ever.clear();
        }
        let stamps = self.memory.view.sight.stamps();
        let of = |wanted: &dyn Fn(Outcome) -> bool| -> HashSet<CandidateIx> {
            let shown = stamps.iter().filter(|laid| laid.sight != Sight::Glimpse);
            let shown = shown.filter(|laid| wanted(laid.outcome));
            shown.map(|laid| laid.candidate).collect()
        };
        let awaited = of(&|outcome| outcome == Outcome::Pending);
        let drawn = of(&|outcome| outcome != Outcome::Pending);
        self.visible = &drawn - &awaited;
        self.ever.extend(self.visible.iter().copied());
    }

    /// Nothing was labelled that was not on the screen, or not in the list.
    fn check_decisions(&mut self) {
        for event in std::mem::take(&mut self.window.appended) {
            self.check_decision(&event);
            self.decided += 1;
            if let Some(path) = self.window.state.shared.project.path.clone() {
                self.given.push((path, event));
            }
        }
    }

    fn check_decision(&self, event: &LabelEvent) {
        use destello::domain::LabelAction::{Component, Import, Note, Redo, Undo};
        if matches!(
            event.action,
            Undo { .. } | Redo { .. } | Import { .. } | Component { .. } | Note { .. }
        ) {
            return;
        }
        let ix = self.window.ix(&event.candidate);
        let seen = match event.origin {
            Origin::Window => self.visible.contains(&ix),
            Origin::Bulk | Origin::Repeat => self.ever.contains(&ix),
            // Some of the component were looked at.
            Origin::Component => true,
            Origin::Import | Origin::CommandLine => false,
        };
        assert!(
            seen,
            "{} labelled {} ({:?}, {:?}) on {:?}, which was not on the screen; visible {:?}, drawn {:?}",
            self.name,
            event.candidate,
            event.action,
            event.origin,
            self.window.state.shared.screen,
            self.visible,
            self.window.state.shared.sight.last()
        );
    }

    /// Takes in some of the news.
    pub fn hear(&mut self, person: &mut Person) {
        self.window.poll_some(person.news_taken());
        if self.window.has_quit {
            self.window.has_quit = false;
        }
    }

    /// Answers every open dialog with this file.
    pub fn answer_dialogs(&mut self, file: &Path) {
        self.window.answer_dialogs(file);
    }

    /// Lets everything under way come to its end.
    pub fn settle(&mut self) {
        // Keys that wait for their turn are served one a frame.
        for _ in 0..8 {
            self.frame();
            self.window.settle();
        }
        let fault = self.window.state.shared.project.fault.clone();
        if let Some(fault) = fault.filter(|_| self.window.state.shared.project.unsaved > 0) {
            println!("{}: {fault}", self.name);
            self.window
                .wait_until(|window| window.state.shared.project.unsaved == 0);
        }
    }

    /// Closes the window and opens it anew on the shared project.
    pub fn restart(&mut self, sets: &Sets) {
        self.settle();
        let old = std::mem::replace(&mut self.window, window(&self.name, sets));
        old.close();
        self.ctx = egui::Context::default();
        self.memory = Memory::default();
        self.queue.clear();
        self.events.clear();
        self.visible.clear();
        self.ever.clear();
        self.generation = 0;
        self.open((Vec::new(), Some(sets.shared_project())));
        self.settle();
    }

    /// Closes the window.
    pub fn close(self) {
        self.window.close();
    }
}
