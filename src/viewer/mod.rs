//! eframe's door: `logic()` drains events, applies commands, starts jobs; `ui()` shows.

pub mod runner;
pub mod settings_file;
pub mod tour;
mod tour_script;

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use crossbeam_channel::Receiver;

use crate::{
    app::{
        Action, AppState, Command, command::Session, effect::Effect, path_text::PathBase,
        settings::Settings,
    },
    domain::{Problem, Timestamp},
    jobs::{annotator::annotator, clock, event::JobEvent, models, reporter::Reporter, simulate},
    ui::{self, ViewMemory},
};
use runner::Runner;
use tour::Tour;

/// What the window starts with.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// What to open; nothing for the last project, or the start page.
    pub paths: Vec<PathBuf>,
    /// The project file, where one is named.
    pub project: Option<PathBuf>,
    /// A vocabulary: a name or a file.
    pub vocabulary: Option<String>,
    /// A folder for the pictures of a scripted visit.
    pub tour: Option<PathBuf>,
}

/// News taken in one frame at most, so that a flood does not hold up the window.
const NEWS_PER_FRAME: usize = 64;
/// Memory of the GPU for stamps.
const ATLAS_BYTES: u64 = 256 << 20;
/// Size of the window at the first start, points.
const USUAL_SIZE: [f32; 2] = [1320.0, 860.0];
/// Size of the window in the pictures of a tour.
const TOUR_SIZE: [f32; 2] = [1440.0, 900.0];

struct Viewer {
    state: AppState,
    memory: ViewMemory,
    runner: Runner,
    inbox: Receiver<JobEvent>,
    queue: Vec<Command>,
    tour: Option<Tour>,
    /// True once every label is on disk, or given up: the window may close.
    may_close: bool,
    /// True once the system has asked the program to end.
    must_end: Arc<AtomicBool>,
}

/// Opens the window and returns when it is closed.
///
/// # Errors
/// Where there is no display, no Vulkan, Metal or DX12 driver, or the tour failed.
pub fn open_window(start: Start) -> anyhow::Result<()> {
    // A visit neither takes nor leaves anything in the person's settings.
    let (settings, fault) = match start.tour {
        Some(_) => (Settings::default(), None),
        None => settings_file::load(),
    };
    let size = match start.tour {
        Some(_) => TOUR_SIZE,
        None => settings.window_size.unwrap_or(USUAL_SIZE),
    };
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title("destello")
            .with_app_id("destello")
            .with_inner_size(size)
            .with_min_inner_size([860.0, 560.0])
            .with_drag_and_drop(true),
        renderer: eframe::Renderer::Wgpu,
        ..Default::default()
    };
    let outcome = std::sync::Arc::new(std::sync::Mutex::new(Ok(())));
    let of_tour = outcome.clone();
    eframe::run_native(
        "destello",
        options,
        Box::new(move |context| {
            Ok(Box::new(Viewer::new(
                context,
                start,
                (settings, fault),
                of_tour,
            )?))
        }),
    )
    .map_err(|error| anyhow::anyhow!("the window cannot be opened: {error}"))?;
    let outcome = std::mem::replace(
        &mut *outcome
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner),
        Ok(()),
    );
    outcome.map_err(anyhow::Error::msg)
}

impl Viewer {
    fn new(
        context: &eframe::CreationContext<'_>,
        start: Start,
        (settings, fault): (Settings, Option<Problem>),
        of_tour: tour::Outcome,
    ) -> anyhow::Result<Self> {
        let render_state = context
            .wgpu_render_state
            .as_ref()
            .ok_or_else(|| anyhow::anyhow!("eframe was built without wgpu"))?;
        let atlas = ui::install(render_state, ATLAS_BYTES);
        let ctx = context.egui_ctx.clone();
        let (reporter, inbox) = Reporter::new(move || ctx.request_repaint());
        let mut state = AppState::new(settings, &annotator(None));
        settings_file::add_vocabularies(&mut state);
        state.simulation.home = simulate::usual_parent();
        state.training.home = models::usual_folder();
        state.path_base = PathBase::of_process();
        state.problems.extend(fault);
        let tour = start.tour.map(|folder| Tour::new(folder, of_tour));
        let mut viewer = Self {
            runner: Runner::new(reporter, Some(atlas), tour.is_none())?,
            memory: ViewMemory::default(),
            queue: Vec::new(),
            state,
            inbox,
            tour,
            may_close: false,
            must_end: end_on_signal(&context.egui_ctx),
        };
        if let Some(vocabulary) = start.vocabulary {
            let vocabulary = Session::Vocabulary(vocabulary.into());
            viewer.queue.push(Command::Session(vocabulary));
        }
        // One that is gone or broken leads to the start page, with a sentence.
        let last = viewer.state.settings.recent_projects.first();
        if !start.paths.is_empty() || start.project.is_some() {
            let open = Session::Open {
                paths: start.paths,
                project: start.project,
            };
            viewer.queue.push(Command::Session(open));
        } else if let Some(last) = last.cloned().filter(|_| viewer.tour.is_none()) {
            let open = Session::Open {
                paths: Vec::new(),
                project: Some(last),
            };
            viewer.queue.push(Command::Session(open));
        }
        Ok(viewer)
    }

    /// Events first, then commands, in order; effects start as they come.
    fn apply_all(&mut self, ctx: &egui::Context) {
        let now = clock::now();
        let news: Vec<_> = self.inbox.try_iter().take(NEWS_PER_FRAME).collect();
        let seen = self.state.place.candidate;
        for event in news {
            self.apply(Command::News(Box::new(event)), now, ctx);
        }
        let mut commands = std::mem::take(&mut self.queue);
        if self.state.place.candidate != seen {
            // The news brought another candidate to the screen: a key was not meant for it.
            commands.retain(|command| !command.is_decision());
        }
        for command in commands {
            self.apply(command, now, ctx);
        }
        if !self.inbox.is_empty() {
            ctx.request_repaint();
        }
    }

    fn apply(&mut self, command: Command, now: Timestamp, ctx: &egui::Context) {
        for effect in self.state.apply(command, now) {
            if matches!(effect, Effect::Quit) {
                self.may_close = true;
                ctx.send_viewport_cmd(egui::ViewportCommand::Close);
            } else if let Err(error) = self.runner.start(effect) {
                log::error!("{error}");
            }
        }
    }

    /// The window closes only once the journal has answered that every label is on disk.
    fn guard_close(&mut self, ctx: &egui::Context) {
        let is_closing = ctx.input(|input| input.viewport().close_requested());
        if is_closing && !self.may_close {
            ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
        }
        let is_signalled = self.must_end.swap(false, Ordering::Relaxed);
        if (is_closing && !self.may_close) || is_signalled {
            self.queue.push(Command::Do(Action::Quit));
        }
    }

    /// The size is kept for the next start.
    fn note_size(&mut self, ctx: &egui::Context) {
        let size = ctx
            .input(|input| input.viewport().inner_rect)
            .map(|rect| rect.size());
        if let Some(size) = size.filter(|size| size.x >= 1.0 && size.y >= 1.0) {
            self.state.settings.window_size = Some([size.x, size.y]);
        }
    }

    fn take_dropped(&mut self, ctx: &egui::Context) {
        let paths: Vec<_> = ctx.input(|input| {
            input
                .raw
                .dropped_files
                .iter()
                .map(|file| file.path().to_owned())
                .collect()
        });
        if !paths.is_empty() {
            self.queue.push(Command::Session(Session::Open {
                paths,
                project: None,
            }));
        }
    }
}

/// SIGTERM, SIGINT and SIGHUP close the window as a click on its cross does.
fn end_on_signal(ctx: &egui::Context) -> Arc<AtomicBool> {
    let must_end = Arc::new(AtomicBool::new(false));
    let (flag, ctx) = (must_end.clone(), ctx.clone());
    let handled = ctrlc::set_handler(move || {
        flag.store(true, Ordering::Relaxed);
        ctx.request_repaint();
    });
    if let Err(error) = handled {
        log::warn!("a signal ends the program at once: {error}");
    }
    must_end
}

impl eframe::App for Viewer {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.take_dropped(ctx);
        self.note_size(ctx);
        self.guard_close(ctx);
        self.apply_all(ctx);
        if let Some(tour) = &mut self.tour {
            tour.step(ctx, &self.state, &mut self.queue);
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let commands = ui::frame_ui(ui, &self.state, &mut self.memory, clock::now());
        if !commands.is_empty() {
            self.queue.extend(commands);
            ui.ctx().request_repaint();
        }
    }

    fn on_exit(&mut self) {
        // Nobody reads news any more: a worker that waits for room to send must not hold up
        // the journal.
        self.inbox = crossbeam_channel::never();
        self.runner.close();
        if self.tour.is_none()
            && let Err(error) = settings_file::save(&self.state.settings)
        {
            log::error!("{error}");
        }
    }
}
