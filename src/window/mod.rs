//! The eframe application: `logic()` takes in what runs and applies commands, `ui()` shows.

pub mod apply;
pub mod command;
mod focus;
pub mod frame;
mod graphics;
pub(crate) mod hotkeys;
pub(crate) mod input_order;
pub(crate) mod key_help;
pub mod memory;
pub(crate) mod palette;
mod practising;
mod problem_report;
pub mod repaint;
pub mod running;
pub mod session;
pub mod settings_file;
pub(crate) mod settings_pane;
pub mod state;
pub(crate) mod status_bar;
mod still_pointer;
pub(crate) mod top_bar;
pub mod tour;
mod tour_script;
pub(crate) mod wants;

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

pub use graphics::GpuFaults;

use self::{
    command::{Command, Session},
    frame::Host,
    graphics::Wake,
    memory::Memory,
    state::AppState,
    tour::Tour,
};
use crate::{
    domain::Problem,
    features::{
        file_dialog::{native::ask_in_system, path_text::PathBase},
        simulation::{demo::demo_folder, simulate},
    },
    gpu::DeviceWatch,
    language::in_english,
    logging::{self, panics},
    text, widgets,
    workspace::{
        action::Action, annotator::annotator, clock, context::Context, kept_index::Indexing,
        models, settings::Settings,
    },
};

#[derive(Clone, Debug, Default)]
pub struct Start {
    /// What to open; nothing for the last project, or the start page.
    pub paths: Vec<PathBuf>,
    /// The project file, where one is named.
    pub project: Option<PathBuf>,
    /// A vocabulary: a name or a file.
    pub vocabulary: Option<String>,
    /// Tables to join to the set, each with its radius in arcseconds.
    pub joins: Vec<(PathBuf, Option<f64>)>,
    /// Whether files are taken from the index that was kept.
    pub indexing: Indexing,
    /// A folder for the pictures of a scripted visit.
    pub tour: Option<PathBuf>,
    /// What goes wrong with the graphics device, in tests.
    pub faults: GpuFaults,
}

/// Memory of the GPU for stamps.
const ATLAS_BYTES: u64 = 256 << 20;
/// Size of the window at the first start, points.
const USUAL_SIZE: [f32; 2] = [1320.0, 860.0];
/// Size of the window in the pictures of a tour.
const TOUR_SIZE: [f32; 2] = [1440.0, 900.0];

struct Viewer {
    state: AppState,
    memory: Memory,
    context: Context,
    queue: Vec<Command>,
    tour: Option<Tour>,
    /// Wakes the window that is open now.
    wake: Wake,
    watch: DeviceWatch,
    /// Loses the device in tests.
    fault: Option<graphics::Fault>,
    /// True once the window closed because nothing could be drawn any more.
    is_cut_off: bool,
    /// True once everything is written and no more work is done.
    is_closed: bool,
    /// True once the system has asked the program to end.
    must_end: Arc<AtomicBool>,
    /// The window's title, as it was set last.
    title: String,
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
    settings_file::choose_language(settings.language);
    let size = match start.tour {
        Some(_) => TOUR_SIZE,
        None => settings.window_size.unwrap_or(USUAL_SIZE),
    };
    let outcome = std::sync::Arc::new(std::sync::Mutex::new(Ok(())));
    let of_tour = outcome.clone();
    let faults = start.faults.clone();
    let mut new = Some((start, (settings, fault), of_tour));
    graphics::run_windows(size, &faults, |context, viewer| {
        if let Some(viewer) = viewer {
            viewer.turn_to_device(context)?;
        } else if let Some((start, settings, of_tour)) = new.take() {
            *viewer = Some(Viewer::new(context, start, settings, of_tour)?);
        }
        Ok(())
    })?;
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
        let atlas = widgets::stamp_paint::install(render_state, ATLAS_BYTES);
        widgets::mesh_paint::install_on_software(&context.egui_ctx, render_state);
        let wake = Wake::of(&context.egui_ctx);
        let (waking, waker) = (wake.clone(), wake.clone());
        panics::nudge_by(move || waker.wake());
        let mut context = Context::start(move || waking.wake())?;
        context.dialog = Arc::new(ask_in_system);
        let mut state = AppState::new(settings, &annotator(None));
        settings_file::add_vocabularies(&mut state.shared);
        state.simulation.home = simulate::usual_parent();
        state.simulation.demo_folder = demo_folder();
        state.training.home = models::usual_folder();
        state.dialog.path_base = PathBase::of_process();
        state.shared.problems.extend(fault);
        let info = render_state.adapter.get_info();
        let adapter = format!(
            "{}, {} {} ({})",
            info.name, info.driver, info.driver_info, info.backend
        );
        log::info!("graphics: {adapter}");
        state.adapter = Some(adapter);
        let tour = start.tour.map(|folder| Tour::new(folder, of_tour));
        if tour.is_none() {
            context.save_settings = Arc::new(settings_file::save);
        }
        state
            .shared
            .stamps
            .start(context.tasks.wake(), Some(atlas))?;
        let mut viewer = Self {
            context,
            memory: Memory::on_cleared_window(),
            queue: Vec::new(),
            state,
            tour,
            watch: graphics::watch(render_state, &wake),
            must_end: end_on_signal(wake.clone()),
            wake,
            fault: None,
            is_cut_off: false,
            is_closed: false,
            title: String::new(),
        };
        viewer.state.opening.indexing = start.indexing;
        for (table, radius_arcsec) in start.joins {
            viewer.state.opening.join(&table, radius_arcsec);
        }
        if let Some(vocabulary) = start.vocabulary {
            let vocabulary = Session::Vocabulary(vocabulary.into());
            viewer.queue.push(Command::Session(vocabulary));
        }
        // One that is gone or broken leads to the start page, with a sentence.
        let last = viewer.state.shared.settings.recent_projects.first();
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

    /// Draws in a new window, whose device is another one: labels, place, filter and all work
    /// under way are kept.
    fn turn_to_device(&mut self, context: &eframe::CreationContext<'_>) -> anyhow::Result<()> {
        let render_state = context
            .wgpu_render_state
            .as_ref()
            .ok_or_else(|| anyhow::anyhow!("eframe was built without wgpu"))?;
        self.wake.turn_to(&context.egui_ctx);
        self.watch = graphics::watch(render_state, &self.wake);
        let atlas = widgets::stamp_paint::install(render_state, ATLAS_BYTES);
        widgets::mesh_paint::install_on_software(&context.egui_ctx, render_state);
        let wake = self.context.tasks.wake();
        self.state.shared.stamps.start(wake, Some(atlas))?;
        self.memory = std::mem::take(&mut self.memory).on_new_device();
        self.is_cut_off = false;
        Ok(())
    }

    /// A sentence in the status bar, and among the problems, where it stays.
    fn note_driver(&mut self, why: impl Fn() -> String) {
        let problem = Problem::new("graphics driver", "window", in_english(&why));
        self.state.shared.problems.push(problem);
        self.state.shared.warn(why(), clock::now());
    }

    /// First what runs, then commands, in order.
    fn apply_all(&mut self, ctx: &egui::Context) {
        let cx = self.context.at(clock::now());
        if self.state.shared.log.revision != logging::revision() {
            self.state.shared.log = logging::snapshot();
        }
        for why in panics::take() {
            self.state.shared.report_fault(why, &cx);
        }
        let has_more = self.state.poll(&cx);
        for command in std::mem::take(&mut self.queue) {
            self.state.apply(command, &cx);
        }
        self.pass_on(ctx);
        if has_more {
            widgets::repaint_once(ctx);
        }
    }

    /// What commands want of the system.
    fn pass_on(&mut self, ctx: &egui::Context) {
        if let Some(text) = self.state.clipboard.take() {
            ctx.copy_text(text);
        }
        if self.state.may_quit {
            ctx.send_viewport_cmd(egui::ViewportCommand::Close);
            // The window acts on it with the next frame.
            ctx.request_repaint();
        }
        let title = top_bar::set_name(&self.state)
            .map_or_else(|| "destello".into(), |name| format!("{name} · destello"));
        if title != self.title {
            ctx.send_viewport_cmd(egui::ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }

    /// Pages that were asked for by a click, in the browser. Nothing is sent by destello itself.
    fn open_pages(&mut self, ctx: &egui::Context) {
        let mut pages = Vec::new();
        ctx.output_mut(|output| {
            output.commands.retain(|command| match command {
                egui::OutputCommand::OpenUrl(page) => {
                    pages.push(page.url.clone());
                    false
                }
                _ => true,
            });
        });
        for page in pages {
            if let Err(error) = system_open::that_detached(&page) {
                ctx.copy_text(page);
                let why = text!(
                    "no browser can be opened ({error}): the address is copied",
                    error
                );
                self.state.shared.warn(why, clock::now());
            }
        }
    }

    /// The window closes only once the journal has answered that every label is on disk.
    fn guard_close(&mut self, ctx: &egui::Context) {
        let is_closing = ctx.input(|input| input.viewport().close_requested());
        if is_closing && !self.state.may_quit {
            ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
            // The window acts on it with the next frame.
            ctx.request_repaint();
        }
        let is_signalled = self.must_end.swap(false, Ordering::Relaxed);
        if (is_closing && !self.state.may_quit) || is_signalled {
            self.queue.push(Command::Do(Action::Quit));
        }
    }

    /// The size is kept for the next start.
    fn note_size(&mut self, ctx: &egui::Context) {
        let size = ctx
            .input(|input| input.viewport().inner_rect)
            .map(|rect| rect.size());
        if let Some(size) = size.filter(|size| size.x >= 1.0 && size.y >= 1.0) {
            self.state.shared.settings.window_size = Some([size.x, size.y]);
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
fn end_on_signal(wake: Wake) -> Arc<AtomicBool> {
    let must_end = Arc::new(AtomicBool::new(false));
    let flag = must_end.clone();
    let handled = ctrlc::set_handler(move || {
        flag.store(true, Ordering::Relaxed);
        wake.wake();
    });
    if let Err(error) = handled {
        log::warn!("a signal ends the program at once: {error}");
    }
    must_end
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

impl eframe::App for Viewer {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        if let Some(fault) = self.fault.take_if(|fault| fault.is_due(ctx)) {
            fault.strike();
        }
        if self.watch.is_lost() {
            // Nothing can be drawn: what is queued waits for the next window.
            ctx.send_viewport_cmd(egui::ViewportCommand::Close);
            // The window acts on it with the next frame.
            ctx.request_repaint();
            return;
        }
        self.take_dropped(ctx);
        self.note_size(ctx);
        self.guard_close(ctx);
        self.apply_all(ctx);
        if let Some(tour) = &mut self.tour {
            tour.step(ctx, &self.state, &mut self.queue);
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        if self.watch.is_lost() {
            // egui would break off at the first shape.
            return;
        }
        let now = clock::now();
        let mut host = Now {
            state: &mut self.state,
            cx: &self.context.at(now),
        };
        let commands = frame::frame_ui(ui, &mut host, &mut self.memory, now);
        self.queue.extend(commands);
        self.pass_on(ui.ctx());
        self.open_pages(ui.ctx());
    }

    fn clear_color(&self, _visuals: &egui::Visuals) -> [f32; 4] {
        widgets::theme::panel_color(self.state.shared.settings.theme).to_normalized_gamma_f32()
    }

    fn on_exit(&mut self) {
        // The next window goes on with everything.
        self.is_cut_off = self.watch.is_lost();
        if !self.is_cut_off {
            self.close();
        }
    }
}

impl Viewer {
    /// Writes what is unwritten and stops all work.
    fn close(&mut self) {
        self.is_closed = true;
        self.state.close(&self.context);
        if self.tour.is_none()
            && let Err(error) = settings_file::save(&self.state.shared.settings)
        {
            log::error!("{error}");
        }
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // The window itself broke off: what was decided still goes to the disk.
            self.state.close(&self.context);
        }
    }
}
