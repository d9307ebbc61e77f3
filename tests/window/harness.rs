//! The views in kittest: the whole window without a screen, driven by keys, clicks and names.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use destello::{
    gpu::StampAtlas,
    widgets::stamp_paint::install,
    window::{
        command::{Command, Session},
        frame::{Host, frame_ui},
        memory::Memory,
        repaint::observe,
        state::AppState,
    },
    workspace::settings::Settings,
};
use egui::{Event, Key, Modifiers, PointerButton, Pos2, Rect, Ui, Vec2};
use egui_kittest::{
    Harness, SnapshotOptions, image_snapshot_options,
    kittest::{NodeT, Queryable},
    wgpu::{WgpuTestRenderer, create_render_state, default_wgpu_setup},
};

use crate::common::InlineWindow;

/// A frame that is asked for within this time is wanted at once.
const SOON: std::time::Duration = std::time::Duration::from_millis(10);
/// Memory of the GPU for stamps in tests.
const ATLAS_BYTES: u64 = 32 << 20;

/// A window and what its views asked for.
pub struct Shown {
    /// State and jobs.
    pub window: InlineWindow,
    /// What views remember.
    pub memory: Memory,
    /// True where a frame was asked for at once.
    pub asked_frame: Arc<AtomicBool>,
    /// Commands of the person, as text; wants and pages are left out.
    pub asked: Vec<String>,
    queue: Vec<Command>,
}

/// The window in kittest.
pub type View = Harness<'static, Shown>;

/// A view without a GPU, after `prepare`.
pub fn view(size: [f32; 2], prepare: impl FnOnce(&mut InlineWindow)) -> View {
    let mut window = InlineWindow::new(Settings::default(), "ana", None);
    prepare(&mut window);
    settled(size, window, Harness::builder().with_pixels_per_point(1.0))
}

/// A view whose stamps are drawn, after `prepare`.
pub fn drawn_view(size: [f32; 2], prepare: impl FnOnce(&mut InlineWindow)) -> View {
    drawn_view_within(ATLAS_BYTES, size, prepare).0
}

/// The same on a screen of so many pixels a point.
pub fn drawn_view_of_scale(
    scale: f32,
    size: [f32; 2],
    prepare: impl FnOnce(&mut InlineWindow),
) -> View {
    drawn(ATLAS_BYTES, scale, size, prepare).0
}

/// The same with so much memory of the GPU for stamps, and the atlas that takes it.
pub fn drawn_view_within(
    atlas_bytes: u64,
    size: [f32; 2],
    prepare: impl FnOnce(&mut InlineWindow),
) -> (View, Arc<StampAtlas>) {
    drawn(atlas_bytes, 1.0, size, prepare)
}

fn drawn(
    atlas_bytes: u64,
    scale: f32,
    size: [f32; 2],
    prepare: impl FnOnce(&mut InlineWindow),
) -> (View, Arc<StampAtlas>) {
    let predictable = egui_wgpu::RendererOptions::PREDICTABLE;
    let state = create_render_state(default_wgpu_setup(), predictable);
    let atlas = install(&state, atlas_bytes);
    let held = atlas.clone();
    let mut window = InlineWindow::new(Settings::default(), "ana", Some(atlas));
    prepare(&mut window);
    let renderer = WgpuTestRenderer::from_render_state(state);
    let builder = Harness::builder().renderer(renderer);
    let view = settled(size, window, builder.with_pixels_per_point(scale));
    (view, held)
}

/// Paints frame after frame, as the real window does, until none is asked for; returns how many.
///
/// # Panics
/// Where the window repaints for ever.
pub fn paint_until_rest(view: &mut View) -> usize {
    let asked = view.state().asked_frame.clone();
    for frames in 1..40 {
        asked.store(false, Ordering::Relaxed);
        view.step();
        view.render().unwrap();
        if !asked.load(Ordering::Relaxed) {
            return frames;
        }
    }
    panic!(
        "the window repaints for ever: {:?}",
        view.ctx.repaint_causes()
    );
}

fn settled(
    size: [f32; 2],
    window: InlineWindow,
    builder: egui_kittest::HarnessBuilder<Shown>,
) -> View {
    // An evaluation that arrives and its plot take a few frames more than a click does.
    let builder = builder.with_max_steps(12);
    let mut shown = Shown {
        window,
        memory: Memory::default(),
        asked_frame: Arc::default(),
        asked: Vec::new(),
        queue: Vec::new(),
    };
    shown.window.show_in_views();
    let asks = shown.asked_frame.clone();
    let mut view = builder
        .with_size(Vec2::from(size))
        .with_os(egui::os::OperatingSystem::Nix)
        .build_ui_state(frame, shown);
    observe(&view.ctx, move |request| {
        asks.fetch_or(request.delay < SOON, Ordering::Relaxed);
    });
    view.run();
    view
}

/// One frame as the real window has it: commands of the last frame first, then the views.
fn frame(ui: &mut Ui, shown: &mut Shown) {
    for command in std::mem::take(&mut shown.queue) {
        shown.window.apply(command);
    }
    let now = shown.window.now();
    let mut host = Recording {
        window: &mut shown.window,
        asked: &mut shown.asked,
    };
    let commands = frame_ui(ui, &mut host, &mut shown.memory, now);
    for command in &commands {
        host.record(command);
    }
    shown.queue = commands;
}

/// Applies commands and takes down those of the person.
struct Recording<'a> {
    window: &'a mut InlineWindow,
    asked: &'a mut Vec<String>,
}

impl Recording<'_> {
    fn record(&mut self, command: &Command) {
        let is_of_view = matches!(
            command,
            Command::Want(_)
                | Command::Drawn(_)
                | Command::Session(Session::Page(_) | Session::DropToast)
        );
        if !is_of_view {
            self.asked.push(format!("{command:?}"));
        }
    }
}

impl Host for Recording<'_> {
    fn state(&self) -> &AppState {
        &self.window.state
    }

    fn apply(&mut self, command: Command) {
        self.record(&command);
        self.window.apply(command);
    }
}

/// Presses a key and lets the window come to rest; returns what was asked for.
pub fn press(view: &mut View, modifiers: Modifiers, key: Key) -> Vec<String> {
    view.key_press_modifiers(modifiers, key);
    rest(view)
}

/// Types into whatever has the keyboard.
pub fn type_text(view: &mut View, text: &str) -> Vec<String> {
    view.event(Event::Text(text.into()));
    rest(view)
}

/// Clicks the one widget that is named so.
pub fn click(view: &mut View, name: &str) -> Vec<String> {
    view.get_by_label(name).click();
    rest(view)
}

/// Clicks at a point.
pub fn click_at(view: &mut View, point: Pos2, modifiers: Modifiers) -> Vec<String> {
    view.event(Event::PointerMoved(point));
    view.event(Event::ModifiersChanged(modifiers));
    for pressed in [true, false] {
        button(view, point, PointerButton::Primary, pressed, modifiers);
    }
    view.event(Event::ModifiersChanged(Modifiers::NONE));
    rest(view)
}

/// Drags from one point to another.
pub fn drag(view: &mut View, from: Pos2, to: Pos2, which: PointerButton) -> Vec<String> {
    view.event(Event::PointerMoved(from));
    button(view, from, which, true, Modifiers::NONE);
    view.run();
    view.event(Event::PointerMoved(from.lerp(to, 0.5)));
    view.run();
    view.event(Event::PointerMoved(to));
    view.run();
    button(view, to, which, false, Modifiers::NONE);
    rest(view)
}

fn button(view: &View, pos: Pos2, button: PointerButton, pressed: bool, modifiers: Modifiers) {
    view.event(Event::PointerButton {
        pos,
        button,
        pressed,
        modifiers,
    });
}

/// Lets the window come to rest and returns what was asked for since the last time.
///
/// # Panics
/// Where the window repaints for ever.
pub fn rest(view: &mut View) -> Vec<String> {
    view.run();
    std::mem::take(&mut view.state_mut().asked)
}

/// Every text that a screen reader would find.
pub fn texts(view: &View) -> Vec<String> {
    let nodes = view.root().children_recursive();
    let text = |node: egui_kittest::Node<'_>| {
        let node = node.accesskit_node();
        node.label()
            .or_else(|| node.value())
            .filter(|text| !text.is_empty())
    };
    nodes.filter_map(text).collect()
}

/// True where a text on the screen contains this.
pub fn shows(view: &View, part: &str) -> bool {
    texts(view).iter().any(|text| text.contains(part))
}

/// Where the one widget of that name is.
pub fn rect_of(view: &View, name: &str) -> Rect {
    view.get_by_label(name).rect()
}

/// Places of all nodes of a role, with their names.
pub fn places(view: &View, role: egui::accesskit::Role) -> Vec<(String, Rect)> {
    let nodes = view.root().children_recursive();
    let nodes = nodes.filter(|node| node.accesskit_node().role() == role);
    nodes
        .map(|node| {
            let rect = node.accesskit_node().bounding_box();
            let rect = rect.map_or(Rect::NOTHING, |_| node.rect());
            let node = node.accesskit_node();
            let name = node.label().or_else(|| node.value());
            (name.unwrap_or_default(), rect)
        })
        .collect()
}

/// Where the picture of that name is.
///
/// # Panics
/// Where there is none.
pub fn picture(view: &View, name: &str) -> Rect {
    let all = places(view, egui::accesskit::Role::Image);
    let found = all.iter().find(|(known, _)| known == name);
    found.unwrap_or_else(|| panic!("{name} among {all:?}")).1
}

/// Compares a part of the window that has no stamps with its stored picture.
pub fn ui_snapshot(view: &mut View, part: Rect, name: &str) {
    let options = SnapshotOptions::default()
        .threshold(0.6)
        .max_failed_pixels(0);
    snapshot(view, part, name, &options);
}

/// Compares a part of the window that has stamps with its stored picture.
pub fn gpu_snapshot(view: &mut View, part: Rect, name: &str) {
    let options = SnapshotOptions::default()
        .threshold(1.0)
        .max_failed_pixels(10);
    snapshot(view, part, name, &options);
}

fn snapshot(view: &mut View, part: Rect, name: &str, options: &SnapshotOptions) {
    view.check_accessibility();
    let whole = view.render().unwrap();
    let [x, y] = [part.min.x as u32, part.min.y as u32];
    let [width, height] = [part.width() as u32, part.height() as u32];
    let part = image::imageops::crop_imm(&whole, x, y, width, height).to_image();
    image_snapshot_options(&part, name, options);
}
