//! The window without a screen: the real state, views, jobs and tessellation, no rasterising.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use destello::{
    features::open::index::{self, Opening, Reading},
    gpu::StampAtlas,
    io::{Decoder, StampIds},
    tasks::{Tasks, cancel::CancelToken},
    window::{
        command::{Command, Session},
        effect::Effect,
        event::JobId,
        frame::frame_ui,
        reporter::{Inbox, Reporter},
        state::{AppState, Screen},
        view_memory::ViewMemory,
    },
    workspace::{
        clock, context::Context, decode_pool::DecodePool, journal_writer::Journal,
        settings::Settings,
    },
};

/// News taken in one frame at most, as in the real window.
const NEWS_PER_FRAME: usize = 64;
/// The pace of a screen.
pub const PACE: Duration = Duration::from_micros(16_667);
/// Size of the window, points.
const SIZE: egui::Vec2 = egui::vec2(1440.0, 900.0);

/// What one frame took.
#[derive(Clone, Copy, Debug)]
pub struct FrameTime {
    /// News and commands.
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

/// State, views and jobs of one window.
pub struct Window {
    /// What the window shows.
    pub state: AppState,
    memory: ViewMemory,
    ctx: egui::Context,
    reporter: Reporter,
    inbox: Inbox,
    reading: Reading,
    pool: DecodePool,
    journal: Option<Journal>,
    cancel: CancelToken,
    tasks: Tasks,
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
        let (reporter, inbox) = Reporter::new(|| {});
        let reading = Reading {
            ids: Arc::new(StampIds::default()),
            decoder: Arc::new(Decoder::default()),
        };
        Ok(Self {
            state: AppState::new(settings, "bench"),
            memory: ViewMemory::default(),
            ctx: egui::Context::default(),
            pool: DecodePool::start(&reporter, &reading.decoder, atlas)?,
            reporter,
            inbox,
            reading,
            journal: None,
            cancel: CancelToken::default(),
            tasks: Tasks::new(|| {})?,
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

    /// Tells this window of what happens elsewhere.
    pub fn reporter(&self) -> Reporter {
        self.reporter.clone()
    }

    /// Queues a command for the next frame.
    pub fn send(&mut self, command: Command) {
        self.queue.push(command);
    }

    /// True while the folder is being indexed, or before that has begun.
    pub fn is_indexing(&self) -> bool {
        self.state.jobs.contains_key(&JobId::Index) || self.state.project.path.is_none()
    }

    /// Stops indexing and brings the journal to its end.
    pub fn close(self) {
        self.cancel.cancel();
        self.tasks.close();
        if let Some(journal) = self.journal {
            drop(self.inbox);
            journal.close();
        }
    }

    /// One frame with the pointer in the middle and the wheel turned by so many points.
    pub fn frame(&mut self, scroll: f32) -> FrameTime {
        let waited = waited_for_core();
        let start = Instant::now();
        self.apply_all();
        let apply = start.elapsed();
        let start = Instant::now();
        let (state, memory) = (&self.state, &mut self.memory);
        let mut commands = Vec::new();
        let input = input(self.time_s, scroll);
        let mut output = self.ctx.run_ui(input, |ui| {
            commands.extend(frame_ui(ui, state, memory, clock::now()));
        });
        let shapes = std::mem::take(&mut output.shapes);
        std::hint::black_box(self.ctx.tessellate(shapes, output.pixels_per_point));
        output.drop_without_applying_deltas();
        let show = start.elapsed();
        self.queue.extend(commands);
        self.time_s += PACE.as_secs_f64();
        FrameTime {
            apply,
            show,
            waited: waited_for_core().saturating_sub(waited),
        }
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
        let now = clock::now();
        let news = self.inbox.try_iter().take(NEWS_PER_FRAME);
        let news: Vec<_> = news.map(|event| Command::News(Box::new(event))).collect();
        let commands = news.into_iter().chain(std::mem::take(&mut self.queue));
        let cx = Context {
            tasks: self.tasks.clone(),
            decoder: self.reading.decoder.clone(),
            ..Context::inline(now)
        };
        for effect in self.state.poll(&cx) {
            self.start(effect);
        }
        for command in commands.collect::<Vec<_>>() {
            for effect in self.state.apply(command, &cx) {
                self.start(effect);
            }
        }
    }

    /// The effects that belong to looking; nothing else is asked for here.
    fn start(&mut self, effect: Effect) {
        match effect {
            Effect::Open {
                generation,
                paths,
                project,
            } => {
                let opening = Opening {
                    generation,
                    paths,
                    project,
                };
                let (reading, cancel) = (self.reading.clone(), self.cancel.clone());
                match index::open(opening, reading, cancel, &self.reporter) {
                    Ok(journal) => self.journal = Some(journal),
                    Err(error) => eprintln!("the folder cannot be opened: {error}"),
                }
            }
            Effect::Decode { wanted } => self.pool.request(wanted),
            Effect::Reload(stamps) => self.pool.reload(stamps),
            _ => {}
        }
    }
}

/// Time that this thread could have run but had no core; none where the system does not say.
fn waited_for_core() -> Duration {
    let said = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let waited = said.split_whitespace().nth(1);
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
