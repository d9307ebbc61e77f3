//! The window without a screen: the real state, views, tasks and tessellation, no rasterising.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use destello::{
    gpu::StampAtlas,
    window::{
        command::{Command, Session},
        frame::{Host, frame_ui},
        memory::Memory,
        state::AppState,
    },
    workspace::{clock, context::Context, screen::Screen, settings::Settings},
};

/// The pace of a screen.
pub const PACE: Duration = Duration::from_micros(16_667);
/// Size of the window, points.
const SIZE: egui::Vec2 = egui::vec2(1440.0, 900.0);

/// What one frame took.
#[derive(Clone, Copy, Debug)]
pub struct FrameTime {
    /// What runs, and commands.
    pub apply: Duration,
    /// Views and tessellation.
    pub show: Duration,
    /// How much of it the thread waited for a core that another process had.
    pub waited: Duration,
}

impl FrameTime {
    /// The frame by the clock on the wall.
    pub fn total(self) -> Duration {
        self.apply + self.show
    }

    /// The frame as it would be on a machine that does nothing else.
    pub fn work(self) -> Duration {
        self.total().saturating_sub(self.waited)
    }
}

/// State, views and tasks of one window.
pub struct Window {
    /// What the window shows.
    pub state: AppState,
    memory: Memory,
    ctx: egui::Context,
    context: Context,
    queue: Vec<Command>,
    time_s: f64,
}

impl Window {
    /// An empty window with a cache of that size. With an atlas decoded stamps are uploaded.
    pub fn new(memory_mib: usize, atlas: Option<&Arc<StampAtlas>>) -> anyhow::Result<Self> {
        let settings = Settings {
            memory_mib,
            ..Settings::default()
        };
        let context = Context::start(|| {})?;
        let mut state = AppState::new(settings, "bench");
        state
            .shared
            .stamps
            .start(context.tasks.wake(), atlas.cloned())?;
        Ok(Self {
            state,
            memory: Memory::default(),
            ctx: egui::Context::default(),
            context,
            queue: Vec::new(),
            time_s: 0.0,
        })
    }

    /// Opens a folder with a project file, on the mosaic.
    pub fn open(&mut self, folder: PathBuf, project: PathBuf) {
        let open = Session::Open {
            paths: vec![folder],
            project: Some(project),
        };
        self.send(Command::Session(open));
        self.send(Command::Session(Session::Show(Screen::Mosaic)));
    }

    /// Queues a command for the next frame.
    pub fn send(&mut self, command: Command) {
        self.queue.push(command);
    }

    /// True while the folder is being indexed, or before that has begun.
    pub fn is_indexing(&self) -> bool {
        self.state.shared.is_indexing() || self.state.shared.project.path.is_none()
    }

    /// Stops indexing and brings the journal to its end.
    pub fn close(mut self) {
        self.state.close(&self.context);
    }

    /// One frame with the pointer in the middle and the wheel turned by so many points.
    pub fn frame(&mut self, scroll: f32) -> FrameTime {
        let waited = waited_for_core();
        let start = Instant::now();
        self.apply_all();
        let apply = start.elapsed();
        let start = Instant::now();
        let input = input(self.time_s, scroll);
        let ctx = self.ctx.clone();
        let mut output = ctx.run_ui(input, |ui| self.pass(ui));
        let shapes = std::mem::take(&mut output.shapes);
        std::hint::black_box(self.ctx.tessellate(shapes, output.pixels_per_point));
        output.drop_without_applying_deltas();
        let show = start.elapsed();
        self.time_s += PACE.as_secs_f64();
        FrameTime {
            apply,
            show,
            waited: waited_for_core().saturating_sub(waited),
        }
    }

    /// One pass: commands of the last one, then keys and views.
    fn pass(&mut self, ui: &mut egui::Ui) {
        let now = clock::now();
        let mut host = Now {
            state: &mut self.state,
            cx: &self.context.at(now),
        };
        for command in std::mem::take(&mut self.queue) {
            host.apply(command);
        }
        self.queue = frame_ui(ui, &mut host, &mut self.memory, now);
    }

    /// A frame at the pace of a screen: what is left of its time belongs to the workers.
    pub fn paced_frame(&mut self, scroll: f32) -> FrameTime {
        let time = self.frame(scroll);
        std::thread::sleep(PACE.saturating_sub(time.total()));
        time
    }

    /// Scrolls the mosaic to its top; egui takes some frames for that.
    pub fn go_to_top(&mut self) {
        for _ in 0..60 {
            self.frame(-1e7);
        }
    }

    fn apply_all(&mut self) {
        let cx = self.context.at(clock::now());
        self.state.poll(&cx);
        for command in std::mem::take(&mut self.queue) {
            self.state.apply(command, &cx);
        }
    }
}

/// Time that this thread could have run but had no core; none where the system does not report it.
fn waited_for_core() -> Duration {
    let schedule = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let waited = schedule.split_whitespace().nth(1);
    Duration::from_nanos(waited.and_then(|ns| ns.parse().ok()).unwrap_or(0))
}

fn input(time_s: f64, scroll: f32) -> egui::RawInput {
    let mut events = vec![egui::Event::PointerMoved((SIZE / 2.0).to_pos2())];
    if scroll != 0.0 {
        events.push(egui::Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta: egui::vec2(0.0, -scroll),
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Wheel,
            modifiers: egui::Modifiers::NONE,
        });
    }
    egui::RawInput {
        screen_rect: Some(egui::Rect::from_min_size(egui::Pos2::ZERO, SIZE)),
        time: Some(time_s),
        events,
        ..egui::RawInput::default()
    }
}

/// The state at the time of a frame.
struct Now<'a> {
    state: &'a mut AppState,
    cx: &'a Context,
}

impl Host for Now<'_> {
    fn state(&self) -> &AppState {
        self.state
    }

    fn apply(&mut self, command: Command) {
        self.state.apply(command, self.cx);
    }
}
