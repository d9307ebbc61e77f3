//! What is painted is what stands beside it: stamps are those of the candidate and epoch that a label
//! names, while decoding is slow and the person moves fast.

use std::collections::HashMap;

use egui::{Event, Key, Modifiers, Pos2, RawInput, Rect, Ui, Vec2};
use egui_kittest::{
    Harness,
    wgpu::{WgpuTestRenderer, create_render_state, default_wgpu_setup},
};

use crate::common::{
    InlineWindow, StampSet,
    stamp_set::{BARS, read_bars},
};
use destello::{
    domain::{CandidateIx, LabelEvent, Role},
    widgets::{
        sight::{LaidStamp, Outcome, Sight},
        stamp_paint::install,
    },
    window::{
        command::{Command, Label, Session},
        frame::frame_ui,
        memory::Memory,
    },
    workspace::{screen::Screen, settings::Settings},
};

const OBJECTS: usize = 60;
const EPOCHS: usize = 4;
const SIZE: [f32; 2] = [1100.0, 760.0];

/// Numbers that are the same everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// A window whose workers' news is held back, and what its frames painted.
struct Slow {
    window: InlineWindow,
    memory: Memory,
    queue: Vec<Command>,
    /// Painted in the frame that the keys of the last frame were pressed at.
    seen: Vec<LaidStamp>,
    labels: Vec<(LabelEvent, Vec<LaidStamp>)>,
}

impl Slow {
    fn new(mut window: InlineWindow) -> Self {
        window.show_in_views();
        Self {
            window,
            memory: Memory::default(),
            queue: Vec::new(),
            seen: Vec::new(),
            labels: Vec::new(),
        }
    }

    fn frame(&mut self, ui: &mut Ui) {
        for command in std::mem::take(&mut self.queue) {
            self.window.begin(command);
        }
        let new = std::mem::take(&mut self.window.appended);
        let seen = &self.seen;
        self.labels
            .extend(new.into_iter().map(|event| (event, seen.clone())));
        self.seen = self.memory.view.sight.stamps().to_vec();
        let now = self.window.now();
        self.queue = frame_ui(ui, &mut self.window, &mut self.memory, now);
    }

    /// Object and epoch that the pixels of a stamp name.
    fn named_by_pixels(&self, laid: &LaidStamp) -> Option<(usize, usize)> {
        let stamp = &self.window.state.shared.stamps.ready(laid.stamp)?.stamp;
        let middle = stamp.height / 2;
        let bars = std::array::from_fn(|bar| stamp.at(2 * bar, middle).unwrap_or(f32::NAN));
        read_bars(bars)
    }

    fn number(&self, candidate: CandidateIx) -> usize {
        let known = self.window.state.shared.catalogue.get(candidate);
        let id = &known.expect("a candidate").id;
        id["object".len()..].parse().expect("a number")
    }
}

/// Presses keys that move and label, most of them before anything could be decoded.
fn press(dice: &mut Dice) -> Vec<Event> {
    let keys = [
        Key::ArrowRight,
        Key::ArrowLeft,
        Key::ArrowDown,
        Key::ArrowUp,
        Key::Num1,
        Key::Num2,
        Key::U,
        Key::N,
        Key::Home,
        Key::End,
        Key::Space,
        Key::Enter,
        Key::M,
        Key::R,
        Key::Num1,
    ];
    let key = keys[dice.below(keys.len() as u64) as usize];
    [true, false]
        .map(|pressed| Event::Key {
            key,
            physical_key: None,
            pressed,
            repeat: false,
            modifiers: Modifiers::NONE,
        })
        .into()
}

/// Each label names the epoch whose pixels were painted before its key was pressed.
fn check_labels(slow: &Slow) -> usize {
    for (event, seen) in &slow.labels {
        let Some(shown) = &event.shown else { continue };
        let ix = slow.window.ix(&event.candidate);
        let of_it = seen
            .iter()
            .filter(|laid| laid.candidate == ix && laid.sight != Sight::Glimpse);
        let painted: Vec<_> = of_it.filter(|laid| laid.outcome == Outcome::Laid).collect();
        // What was selected may have been on the screen before.
        if painted.is_empty() && event.origin == destello::domain::Origin::Bulk {
            continue;
        }
        assert!(
            !painted.is_empty(),
            "{event:?} is about what was not painted"
        );
        for laid in painted {
            let (object, epoch) = slow
                .named_by_pixels(laid)
                .expect("bars that name an object");
            assert_eq!(
                event.candidate,
                format!("object{object:03}").into(),
                "{event:?}"
            );
            assert_eq!(shown.epoch, (epoch + 1).to_string(), "{event:?}");
        }
    }
    slow.labels.len()
}

#[test]
fn thousands_of_moves_label_only_what_was_painted() {
    let set = StampSet::bar_coded(OBJECTS, EPOCHS);
    let mut window = InlineWindow::new(Settings::default(), "ana", None);
    window.open(&[set.path()], &set.beside("night.destello"));
    let mut slow = Slow::new(window);
    let ctx = egui::Context::default();
    let mut dice = Dice(7);
    for frame in 0..6_000_u32 {
        // One piece of news in six frames: decoding is slow.
        slow.window.poll_some((dice.below(6) / 5) as usize);
        let events = if dice.below(3) < 2 {
            press(&mut dice)
        } else {
            Vec::new()
        };
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, Vec2::from(SIZE))),
            time: Some(f64::from(frame) / 12.0),
            events,
            focused: true,
            ..RawInput::default()
        };
        ctx.run_ui(input, |ui| slow.frame(ui))
            .drop_without_applying_deltas();
        for laid in slow.memory.view.sight.stamps() {
            if laid.outcome == Outcome::Laid {
                let named = slow
                    .named_by_pixels(laid)
                    .expect("bars that name an object");
                assert_eq!(named, (slow.number(laid.candidate), laid.epoch), "{laid:?}");
            }
        }
    }
    slow.window.settle();
    assert!(check_labels(&slow) > 200, "{} labels", slow.labels.len());
    slow.window.close();
}

/// Bars as they are on the screen, across the middle of a stamp.
fn bars_on_screen(picture: &image::RgbaImage, rect: Rect) -> [f32; BARS] {
    let width = rect.width() / BARS as f32;
    std::array::from_fn(|bar| {
        let x = rect.left() + (bar as f32 + 0.5) * width;
        let [red, green, blue, _] = picture.get_pixel(x as u32, rect.center().y as u32).0;
        f32::from(red) + f32::from(green) + f32::from(blue)
    })
}

#[test]
fn the_pixels_on_the_screen_are_those_of_the_candidate_and_epoch_beside_them() {
    let predictable = egui_wgpu::RendererOptions::PREDICTABLE;
    let state = create_render_state(default_wgpu_setup(), predictable);
    let atlas = install(&state, 16 << 20);
    let set = StampSet::bar_coded(OBJECTS, EPOCHS);
    let mut window = InlineWindow::new(Settings::default(), "ana", Some(atlas));
    window.open(&[set.path()], &set.beside("night.destello"));
    let slow = Slow::new(window);
    let mut view = Harness::builder()
        .renderer(WgpuTestRenderer::from_render_state(state))
        .with_size(Vec2::from(SIZE))
        .with_pixels_per_point(1.0)
        .build_ui_state(|ui, slow: &mut Slow| slow.frame(ui), slow);
    let mut dice = Dice(11);
    let mut checked: HashMap<Sight, usize> = HashMap::new();
    for _ in 0..60 {
        for _ in 0..3 {
            view.input_mut().events.extend(press(&mut dice));
            let news = dice.below(4) as usize;
            view.state_mut().window.poll_some(news);
            view.step();
        }
        let picture = view.render().unwrap();
        let slow = view.state();
        for laid in slow.memory.view.sight.stamps() {
            let is_readable = laid.outcome == Outcome::Laid
                && laid.sight != Sight::Glimpse
                && laid.rect.width() > 60.0
                && matches!(laid.role, Role::Science | Role::Reference)
                && Rect::from_min_size(Pos2::ZERO, Vec2::from(SIZE)).contains_rect(laid.rect);
            if !is_readable {
                continue;
            }
            // One that the GPU has not got yet is not painted at all.
            if let Some(named) = read_bars(bars_on_screen(&picture, laid.rect)) {
                assert_eq!(named, (slow.number(laid.candidate), laid.epoch), "{laid:?}");
                *checked.entry(laid.sight).or_default() += 1;
            }
        }
    }
    assert!(
        checked.get(&Sight::Large).is_some_and(|count| *count > 20),
        "{checked:?}"
    );
    assert!(
        checked.get(&Sight::Cell).is_some_and(|count| *count > 20),
        "{checked:?}"
    );
    view.state_mut().window.settle();
    check_labels(view.state());
}

#[test]
fn a_key_before_the_stamps_are_drawn_labels_nobody_and_says_so() {
    let set = StampSet::bar_coded(6, 2);
    let mut window = InlineWindow::new(Settings::default(), "ana", None);
    window.open(&[set.path()], &set.beside("night.destello"));
    let mut slow = Slow::new(window);
    let ctx = egui::Context::default();
    let mut time = 0.0;
    let mut run = |slow: &mut Slow, news: bool| {
        time += 0.1;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, Vec2::from(SIZE))),
            time: Some(time),
            ..RawInput::default()
        };
        if news {
            slow.window.settle();
        }
        ctx.run_ui(input, |ui| slow.frame(ui))
            .drop_without_applying_deltas();
    };
    for screen in [Screen::Inspect, Screen::Mosaic] {
        slow.queue.push(Command::Session(Session::Show(screen)));
        run(&mut slow, false);
        if screen == Screen::Inspect {
            slow.queue.push(Command::Label(Label::Class(0)));
            run(&mut slow, false);
            assert!(slow.window.state.shared.book.events().is_empty());
            let toast = slow.window.toast();
            assert!(
                toast.contains("object000") && toast.contains("not drawn yet"),
                "{toast}"
            );
        }
    }
    slow.queue
        .push(Command::Session(Session::Show(Screen::Inspect)));
    for _ in 0..4 {
        run(&mut slow, true);
    }
    slow.queue.push(Command::Label(Label::Class(0)));
    run(&mut slow, true);
    assert_eq!(slow.window.classes(&["object000"]), ["real"]);
    slow.window.close();
}
