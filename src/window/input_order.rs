//! The order of input within a frame.
//!
//! egui looks at a frame's Escape and Tab before any widget sees the text of the same frame, keys of
//! ours are served before widgets are clicked, and a second key would act on what nobody has seen yet.
//! On a slow machine one frame has several of them. So events are held back until their turn comes:
//! a frame has text for a field, or one click, or one key, whichever came first; the rest waits for
//! the next frame. A drag has its press, its moves and its release in frames of their own: egui begins no drag in the
//! frame of the press, so that of a quick one nothing would be left.

use std::collections::HashSet;

use egui::{Context, Event, Key, Plugin, Pos2, RawInput, Ui};

/// A click may move so far, points: what egui takes for one.
const CLICK_POINTS: f32 = 6.0;

/// Holds events back until their turn comes.
#[derive(Default)]
pub struct InputOrder {
    waiting: Vec<Event>,
    held: HashSet<Key>,
    /// Where a button of the pointer was pressed that is still down.
    pressed_at: Option<Pos2>,
}

/// What a frame has had so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Turn {
    #[default]
    Free,
    /// Text that goes into a field.
    Typing,
    Clicking,
    /// The pointer has moved far with a button down.
    Dragging,
    /// A key: only what it types may follow.
    Pressed,
    /// A key, and what it typed.
    Over,
}

/// What an event is in the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    /// A key that a text field takes for itself.
    FieldKey,
    /// A key that leaves a field.
    Leaving,
    /// Any key where no field has the keyboard.
    Key,
    /// A key that is held down, or let go, and everything else.
    Other,
    /// A button of the pointer.
    Click,
    /// The pointer, with a button down, and too far for a click.
    Drag,
}

impl InputOrder {
    /// Takes in the events of a frame and leaves those whose turn it is. True where some wait.
    pub fn sort(&mut self, events: &mut Vec<Event>, has_text_field: bool) -> bool {
        let mut all = std::mem::take(&mut self.waiting);
        all.append(events);
        let mut turn = Turn::Free;
        let mut taken = all.len();
        for (at, event) in all.iter().enumerate() {
            let kind = self.kind(event, has_text_field);
            let Some(next) = turn.after(kind) else {
                taken = at;
                break;
            };
            turn = next;
            self.note(event);
        }
        self.waiting = all.split_off(taken);
        *events = all;
        !self.waiting.is_empty()
    }

    fn kind(&self, event: &Event, has_text_field: bool) -> Kind {
        match event {
            Event::Text(_) | Event::Paste(_) | Event::Ime(_) | Event::Cut | Event::Copy => {
                Kind::Text
            }
            Event::PointerButton { .. } => Kind::Click,
            Event::PointerMoved(at)
                if self
                    .pressed_at
                    .is_some_and(|from| from.distance(*at) > CLICK_POINTS) =>
            {
                Kind::Drag
            }
            Event::Key {
                key, pressed: true, ..
            } => {
                let leaves = matches!(key, Key::Escape | Key::Enter | Key::Tab);
                if has_text_field {
                    if leaves {
                        Kind::Leaving
                    } else {
                        Kind::FieldKey
                    }
                } else if self.held.contains(key) {
                    Kind::Other
                } else {
                    Kind::Key
                }
            }
            _ => Kind::Other,
        }
    }

    /// Which keys are down: egui tells repeats from presses only later.
    fn note(&mut self, event: &Event) {
        match event {
            Event::Key {
                key, pressed: true, ..
            } => {
                self.held.insert(*key);
            }
            Event::Key { key, .. } => {
                self.held.remove(key);
            }
            Event::PointerButton { pos, pressed, .. } => {
                self.pressed_at = pressed.then_some(*pos);
            }
            // Keys that are let go elsewhere are not reported.
            Event::WindowFocused(_) => {
                self.held.clear();
                self.pressed_at = None;
            }
            _ => {}
        }
    }
}

impl Turn {
    /// What the frame has had after one more event; none where the event must wait.
    const fn after(self, kind: Kind) -> Option<Self> {
        match (self, kind) {
            (turn, Kind::Other) => Some(turn),
            (Self::Free | Self::Dragging, Kind::Drag) => Some(Self::Dragging),
            (Self::Free | Self::Typing, Kind::Text | Kind::FieldKey) => Some(Self::Typing),
            // The sign that a key types comes right behind it.
            (Self::Free, Kind::Leaving) | (Self::Pressed, Kind::Text) => Some(Self::Over),
            (Self::Free | Self::Clicking, Kind::Click) => Some(Self::Clicking),
            (Self::Free, Kind::Key) => Some(Self::Pressed),
            _ => None,
        }
    }
}

impl Plugin for InputOrder {
    fn debug_name(&self) -> &'static str {
        "destello input order"
    }

    fn input_hook(&mut self, ctx: &Context, input: &mut RawInput) {
        self.sort(&mut input.events, ctx.text_edit_focused());
    }

    fn on_end_pass(&mut self, ui: &mut Ui) {
        if !self.waiting.is_empty() {
            crate::widgets::repaint_once(ui.ctx());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::{Modifiers, PointerButton, Pos2};

    fn key(key: Key) -> [Event; 2] {
        let event = |pressed| Event::Key {
            key,
            physical_key: None,
            pressed,
            repeat: false,
            modifiers: Modifiers::NONE,
        };
        [event(true), event(false)]
    }

    /// As a keyboard sends it: press, text, release.
    fn letter(letter: char) -> Vec<Event> {
        let name = letter.to_ascii_uppercase().to_string();
        let [down, up] = key(Key::from_name(&name).unwrap());
        vec![down, Event::Text(letter.into()), up]
    }

    fn click() -> [Event; 2] {
        [true, false].map(|pressed| Event::PointerButton {
            pos: Pos2::ZERO,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        })
    }

    /// What each of the frames to come gets, in short.
    fn frames(events: Vec<Event>, has_text_field: bool) -> Vec<String> {
        let mut order = InputOrder::default();
        let mut frames = Vec::new();
        let mut new = events;
        loop {
            let waits = order.sort(&mut new, has_text_field);
            let words = new.iter().map(|event| match event {
                Event::Key {
                    key, pressed: true, ..
                } => format!("{key:?}"),
                Event::Text(text) => format!("'{text}'"),
                Event::PointerButton { pressed: true, .. } => "click".into(),
                _ => String::new(),
            });
            let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
            frames.push(words.join(" "));
            new = Vec::new();
            if !waits {
                return frames;
            }
        }
    }

    #[test]
    fn text_reaches_its_field_before_the_key_that_leaves_it() {
        let mut events: Vec<_> = "edge "
            .chars()
            .flat_map(|c| match c {
                ' ' => vec![Event::Text(" ".into())],
                c => letter(c),
            })
            .collect();
        events.extend(key(Key::Escape));
        events.extend(letter('b'));
        assert_eq!(
            frames(events, true),
            ["E 'e' D 'd' G 'g' E 'e' ' '", "Escape", "B 'b'"]
        );
    }

    #[test]
    fn without_a_field_each_frame_has_one_key_or_one_click() {
        let mut events = letter('e');
        events.extend(letter('x'));
        events.extend(click());
        events.extend(letter('u'));
        events.extend(click());
        assert_eq!(
            frames(events, false),
            ["E 'e'", "X 'x'", "click", "U 'u'", "click"]
        );
    }

    #[test]
    fn a_drag_has_its_press_its_moves_and_its_release_in_frames_of_their_own() {
        let lengths = |steps: usize| {
            let [down, up] = click();
            let moves = (0..steps).map(|at| Event::PointerMoved(Pos2::new(at as f32, 0.0)));
            let mut new: Vec<Event> = [down].into_iter().chain(moves).chain([up]).collect();
            let mut order = InputOrder::default();
            let mut lengths = Vec::new();
            while order.sort(&mut new, false) {
                lengths.push(std::mem::take(&mut new).len());
            }
            lengths.push(new.len());
            lengths
        };
        // The first seven are within reach of a click.
        assert_eq!(lengths(20), [8, 13, 1]);
        assert_eq!(lengths(7), [9], "a click of a hand that trembles");
    }

    #[test]
    fn a_key_that_is_held_down_piles_nothing_up() {
        let [down, up] = key(Key::ArrowRight);
        let held = vec![down.clone(), down.clone(), down, up];
        assert_eq!(frames(held, false), ["ArrowRight ArrowRight ArrowRight"]);
    }

    #[test]
    fn nothing_is_lost_or_turned_round() {
        let mut events = Vec::new();
        for at in 0..200_u32 {
            match at.wrapping_mul(2_654_435_761) >> 29 {
                0 | 1 => events.extend(click()),
                2 => events.extend(key(Key::Escape)),
                3 => events.extend(key(Key::Tab)),
                _ => events.extend(letter((b'a' + (at % 26) as u8) as char)),
            }
        }
        for has_text_field in [false, true] {
            let mut order = InputOrder::default();
            let mut all = Vec::new();
            let mut new = events.clone();
            for _ in 0..1000 {
                order.sort(&mut new, has_text_field);
                all.append(&mut new);
            }
            assert_eq!(all, events);
        }
    }
}
