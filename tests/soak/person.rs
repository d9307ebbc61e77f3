//! A person who does anything, from a seed.

use egui::{Event, Key, Modifiers, PointerButton, Pos2, pos2};

use super::{
    seat::{SIZE, Seat},
    sets::Sets,
};
use destello::{
    window::command::{Command, Label, QueueCommand, Select, Session},
    workspace::{action::ACTIONS, screen::Screen},
};

/// Random numbers, the same everywhere (splitmix64).
pub struct Person(u64);

/// Keys that a hand presses most.
const KEYS: [Key; 16] = [
    Key::Num1,
    Key::Num2,
    Key::Num1,
    Key::Num2,
    Key::U,
    Key::S,
    Key::F,
    Key::Num0,
    Key::ArrowRight,
    Key::ArrowLeft,
    Key::ArrowDown,
    Key::N,
    Key::R,
    Key::Space,
    Key::Enter,
    Key::Escape,
];

const FILTERS: [&str; 12] = [
    "",
    "label:none",
    "mag<20",
    "label:real",
    "mag<5",
    "object00",
    "state:skipped",
    "mga<20",
    "score>0.5",
    "mag<",
    "doubt>0",
    "truth:SN",
];

const WORDS: [&str; 6] = ["1212", "edge words ", "ufs", "mag<20", "é🌌", "label:none"];

impl Person {
    /// The person of a seed.
    pub const fn of(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below that.
    pub fn below(&mut self, most: u64) -> u64 {
        self.next() % most
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }

    /// Which of two windows is used next.
    pub fn whose_turn(&mut self) -> usize {
        usize::from(self.below(3) == 0)
    }

    /// Does one thing, and looks at the window a few times.
    pub fn act(&mut self, seat: &mut Seat, sets: &Sets) {
        match self.below(100) {
            0..=44 => self.press(seat),
            45..=59 => self.click(seat),
            60..=67 => self.type_words(seat),
            68..=73 => self.ask(seat),
            74..=79 => self.drag(seat),
            80..=85 => self.undo_or_redo(seat),
            86..=91 => self.filter(seat),
            92..=94 => self.select(seat),
            95 => seat.open(sets.opening(self.next())),
            96 => seat.answer_dialogs(&sets.file(self.next())),
            97 => {
                seat.send(Command::Session(Session::Import(sets.file(self.next()))));
            }
            98 => {
                seat.send(Command::Session(Session::Export(sets.file(self.next()))));
            }
            _ => seat.restart(sets),
        }
        for _ in 0..=self.below(3) {
            seat.frame();
        }
    }

    fn press(&mut self, seat: &mut Seat) {
        // Several keys may come before the next frame does.
        for _ in 0..=self.below(3) {
            let key = self.one_of(&KEYS);
            seat.press(key, Modifiers::NONE);
        }
    }

    fn undo_or_redo(&mut self, seat: &mut Seat) {
        let key = self.one_of(&[Key::Z, Key::Z, Key::Y]);
        seat.press(key, Modifiers::COMMAND);
    }

    fn place(&mut self) -> Pos2 {
        let [x, y] = SIZE.map(|side| side as u64);
        // The queue on the left, the labels on the right, or anywhere.
        match self.below(4) {
            0 => pos2(self.below(230) as f32, self.below(y) as f32),
            1 => pos2((x - self.below(230)) as f32, (60 + self.below(300)) as f32),
            _ => pos2(self.below(x) as f32, self.below(y) as f32),
        }
    }

    fn click(&mut self, seat: &mut Seat) {
        let at = self.place();
        let modifiers = self.one_of(&[
            Modifiers::NONE,
            Modifiers::NONE,
            Modifiers::SHIFT,
            Modifiers::COMMAND,
        ]);
        let button = self.one_of(&[
            PointerButton::Primary,
            PointerButton::Primary,
            PointerButton::Secondary,
        ]);
        seat.click(at, button, modifiers);
    }

    fn drag(&mut self, seat: &mut Seat) {
        let (from, to) = (self.place(), self.place());
        seat.drag(from, to);
    }

    /// Into whatever field is there, and often away from it in the same breath.
    fn type_words(&mut self, seat: &mut Seat) {
        match self.below(4) {
            0 => seat.press(Key::E, Modifiers::NONE),
            1 => seat.press(Key::Slash, Modifiers::NONE),
            2 => seat.press(Key::F, Modifiers::COMMAND),
            _ => seat.press(Key::P, Modifiers::COMMAND),
        }
        let words = self.one_of(&WORDS);
        seat.type_text(words);
        match self.below(4) {
            0 => seat.press(Key::Escape, Modifiers::NONE),
            1 => seat.press(Key::Enter, Modifiers::NONE),
            2 => seat.press(Key::Tab, Modifiers::NONE),
            _ => {}
        }
    }

    /// Any action at all.
    fn ask(&mut self, seat: &mut Seat) {
        let info = &ACTIONS[self.below(ACTIONS.len() as u64) as usize];
        seat.send(Command::Do(info.action));
    }

    fn filter(&mut self, seat: &mut Seat) {
        let line = self.one_of(&FILTERS).to_owned();
        seat.send(Command::Queue(QueueCommand::Filter(line)));
        if self.below(3) == 0 {
            seat.send(Command::Label(Label::Class(self.below(2) as usize)));
        }
    }

    fn select(&mut self, seat: &mut Seat) {
        let screen = self.one_of(&[Screen::Mosaic, Screen::Inspect, Screen::Mosaic]);
        seat.send(Command::Session(Session::Show(screen)));
        let queue = seat.window.state.shared.queue.order();
        let some: Vec<_> = queue.iter().step_by(3).copied().collect();
        seat.send(Command::Select(Select::Add(some)));
        if self.below(2) == 0 {
            seat.frame();
            seat.send(Command::Label(Label::Class(self.below(2) as usize)));
        }
    }

    /// How many pieces of news a window takes in before the next action.
    pub fn news_taken(&mut self) -> usize {
        self.one_of(&[0, 0, 1, 2, 5, 100])
    }
}

/// Events of a key as a keyboard sends them.
pub fn key_events(key: Key, modifiers: Modifiers) -> Vec<Event> {
    let event = |pressed| Event::Key {
        key,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers,
    };
    let mut events = vec![event(true)];
    let name = key.symbol_or_name();
    if !modifiers.command && name.chars().count() == 1 {
        events.push(Event::Text(name.to_lowercase()));
    }
    events.push(event(false));
    events
}
