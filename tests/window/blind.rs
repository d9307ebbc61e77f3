//! Blind labelling: while scores are hidden, and during a repeat check, no screen, pane or tooltip shows
//! a score, or the class that the data give.

use std::collections::BTreeSet;

use egui::{Event, Pos2, RawInput, Rect, Shape, Vec2, pos2};

use crate::common::{InlineWindow, MadeLatent, REAL, StampSet};
use destello::{
    features::latent::choice::ColorBy,
    window::{
        command::{Command, Go, Latent, QueueCommand, Scoring, Session},
        frame::frame_ui,
        memory::Memory,
    },
    workspace::{
        action::Action,
        queue::column::Column,
        scores::shown::Reading,
        screen::{Pane, Screen},
        settings::Settings,
    },
};

const SIZE: [f32; 2] = [1320.0, 860.0];

/// A window whose texts are read as they are painted, also those that no screen reader finds.
struct Painted {
    window: InlineWindow,
    memory: Memory,
    ctx: egui::Context,
    time: f64,
}

fn collect(shape: &Shape, texts: &mut Vec<String>) {
    match shape {
        Shape::Text(text) => texts.push(text.galley.text().to_owned()),
        Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, texts)),
        _ => {}
    }
}

impl Painted {
    fn new(mut window: InlineWindow) -> Self {
        window.show_in_views();
        Self {
            window,
            memory: Memory::default(),
            ctx: egui::Context::default(),
            time: 0.0,
        }
    }

    fn frame(&mut self, events: Vec<Event>, texts: &mut Vec<String>) {
        self.time += 0.6;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, Vec2::from(SIZE))),
            time: Some(self.time),
            events,
            focused: true,
            ..RawInput::default()
        };
        let (window, memory) = (&mut self.window, &mut self.memory);
        let mut commands = Vec::new();
        let mut output = self.ctx.run_ui(input, |ui| {
            for command in commands.drain(..) {
                window.apply(command);
            }
            let now = window.now();
            commands.extend(frame_ui(ui, window, memory, now));
        });
        for clipped in std::mem::take(&mut output.shapes) {
            collect(&clipped.shape, texts);
        }
        output.drop_without_applying_deltas();
        for command in commands {
            self.window.apply(command);
        }
    }

    fn apply(&mut self, command: Command) {
        self.window.apply(command);
    }

    /// Everything that can be read on this screen, with the pointer in many places.
    fn read(&mut self, words: &mut BTreeSet<String>) {
        let mut texts = Vec::new();
        for _ in 0..3 {
            self.frame(Vec::new(), &mut texts);
        }
        for row in 0..9 {
            for column in 0..11 {
                let at = pos2(40.0 + 124.0 * column as f32, 30.0 + 98.0 * row as f32);
                self.frame(vec![Event::PointerMoved(at)], &mut texts);
                // A tooltip comes once the pointer rests.
                self.frame(Vec::new(), &mut texts);
            }
        }
        for text in texts {
            words.extend(
                text.split(|c: char| c.is_whitespace() || ",;:()±".contains(c))
                    .map(str::to_owned),
            );
        }
    }

    /// The words of all screens and panes, under every order and colour.
    fn walk(&mut self) -> BTreeSet<String> {
        let mut words = BTreeSet::new();
        let sort = |column| {
            let is_descending = false;
            Command::Queue(QueueCommand::Sort {
                column,
                is_descending,
            })
        };
        for column in [
            Column::Truth,
            Column::Score,
            Column::Field("RB".into()),
            Column::Doubt,
        ] {
            self.apply(sort(column));
            for screen in [Screen::Inspect, Screen::Mosaic] {
                self.apply(Command::Session(Session::Show(screen)));
                self.read(&mut words);
            }
        }
        self.apply(sort(Column::Found));
        self.apply(Command::Session(Session::Show(Screen::Inspect)));
        for id in ["hits01", "hits04"] {
            let candidate = self.window.ix(id);
            self.apply(Command::Go(Go::To {
                candidate,
                open: true,
            }));
            self.read(&mut words);
        }
        for pane in [
            Action::Header,
            Action::Histogram,
            Action::FineTune,
            Action::Settings,
        ] {
            self.apply(Command::Do(pane));
            self.read(&mut words);
            self.apply(Command::Do(pane));
        }
        assert!(!self.window.state.shared.panes.contains(&Pane::Header));
        let colors = [Column::Truth, Column::Score, Column::Predicted].map(ColorBy::Column);
        for color_by in colors
            .into_iter()
            .chain([ColorBy::Error, ColorBy::Component])
        {
            let mut choice = self.window.state.latent.choice.clone();
            choice.color_by = color_by;
            self.apply(Command::Latent(Latent::Choose(Box::new(choice))));
            self.apply(Command::Session(Session::Show(Screen::Latent)));
            self.read(&mut words);
        }
        for screen in [Screen::Evaluate, Screen::Train, Screen::Problems] {
            self.apply(Command::Session(Session::Show(screen)));
            self.read(&mut words);
        }
        words
    }

    /// Scores of all models as they would be written.
    fn scores(&self) -> BTreeSet<String> {
        let state = &self.window.state;
        let mut written = BTreeSet::new();
        for (ix, candidate) in state.shared.catalogue.iter() {
            for model in state.shared.scores.shown() {
                let of_epochs = (0..candidate.epochs.len())
                    .map(|epoch| state.shared.scores.of_epoch(model, ix, epoch));
                for reading in of_epochs.chain([state.shared.scores.of_candidate(model, ix)]) {
                    let (Reading::Score { value, .. }
                    | Reading::Class {
                        probability: value, ..
                    }) = reading
                    else {
                        continue;
                    };
                    for digits in 2..=4 {
                        let text = format!("{value:.digits$}");
                        written.extend([text.trim_start_matches('0').to_owned(), text]);
                    }
                }
            }
        }
        // What may stand for anything.
        written.retain(|text| {
            ![
                "1.00", "1.000", "1.0000", ".00", ".000", ".0000", "0.00", "0.000", "0.0000",
                "0.50", ".50",
            ]
            .contains(&text.as_str())
        });
        written
    }
}

/// The classes in the files.
const TRUTHS: [&str; 2] = ["SN", "RRLyrae"];

fn opened() -> (StampSet, Painted) {
    let set = StampSet::new();
    let mut window = InlineWindow::new(Settings::default(), "ana", None);
    window.open(&[set.path()], &set.beside("night.destello"));
    // Two models, whose scores stand side by side.
    window.apply(Command::Scoring(Scoring::Show("compact".into())));
    window.embed_by(MadeLatent { components: 3 });
    window.act(Action::Embed);
    (set, Painted::new(window))
}

fn assert_nothing_given_away(words: &BTreeSet<String>, scores: &BTreeSet<String>, how: &str) {
    for truth in TRUTHS {
        assert!(
            !words.contains(truth),
            "{how}: {truth} stands on the screen"
        );
    }
    let seen: Vec<_> = words.intersection(scores).collect();
    assert!(seen.is_empty(), "{how}: {seen:?} stand on the screen");
}

#[test]
fn hidden_scores_hide_truth_and_scores_on_every_screen() {
    let (_set, mut painted) = opened();
    let scores = painted.scores();
    assert!(scores.len() > 20, "{scores:?}");
    // What the walk finds where nothing is hidden.
    let words = painted.walk();
    for truth in TRUTHS {
        assert!(words.contains(truth), "{truth}");
    }
    assert!(words.intersection(&scores).count() > 10);
    painted.apply(Command::Session(Session::Show(Screen::Inspect)));
    painted.apply(Command::Do(Action::HideScores));
    let words = painted.walk();
    assert_nothing_given_away(&words, &scores, "scores hidden");
}

#[test]
fn a_repeat_check_hides_truth_and_scores_on_every_screen() {
    let (_set, mut painted) = opened();
    let scores = painted.scores();
    let mut texts = Vec::new();
    for id in ["hits01", "hits02", "hits03", "hits04", "hits05", "hits06"] {
        painted.window.go_to(id);
        // Drawn, and decoded, and drawn.
        for _ in 0..3 {
            painted.frame(Vec::new(), &mut texts);
        }
        painted.window.label(REAL);
    }
    painted.apply(Command::Do(Action::RepeatCheck));
    assert!(
        painted.window.state.shared.repeat_check.left() > 0,
        "{}",
        painted.window.toast()
    );
    let words = painted.walk();
    assert!(painted.window.state.shared.repeat_check.left() > 0);
    assert_nothing_given_away(&words, &scores, "repeat check");
}
