//! Which graphics driver draws the window, and how the window comes up again with another one.
//!
//! A driver may refuse to start, and a device may be lost at any time: a driver is updated or
//! reset, a laptop wakes up, memory runs out. The window is then closed and opened again in the
//! same process on a spare driver, with the same viewer. Should that one be lost too, the program
//! ends; every label is on disk then.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use eframe::UserEvent;
use egui_wgpu::{RenderState, WgpuSetup, WgpuSetupCreateNew};
use winit::{event_loop::EventLoop, platform::run_on_demand::EventLoopExtRunOnDemand as _};

use super::{Viewer, repaint, still_pointer::StillPointer};
use crate::{
    gpu::{self, DeviceWatch, device},
    logging, text,
    widgets::repaint_once,
};

/// Faults of the graphics driver that tests ask for.
#[derive(Clone, Debug, Default)]
pub struct GpuFaults {
    /// The first driver is refused.
    pub refuses_first: bool,
    /// The device is lost whenever this file is there; the file is removed then.
    pub lost_by: Option<PathBuf>,
}

/// Loses a device when a file appears.
pub(crate) struct Fault {
    file: PathBuf,
    device: gpu::Device,
}

/// How often is looked for the file.
const FAULT_EVERY: Duration = Duration::from_millis(100);

impl Fault {
    /// True where the file was there; else the window is woken to look again.
    pub(crate) fn is_due(&self, ctx: &egui::Context) -> bool {
        let is_due = std::fs::remove_file(&self.file).is_ok();
        if !is_due {
            ctx.request_repaint_after(FAULT_EVERY);
        }
        is_due
    }

    pub(crate) fn strike(&self) {
        device::lose(&self.device);
    }
}

/// Wakes whatever window is open.
#[derive(Clone)]
pub(crate) struct Wake(Arc<Mutex<egui::Context>>);

impl Wake {
    pub(crate) fn of(ctx: &egui::Context) -> Self {
        Self(Arc::new(Mutex::new(ctx.clone())))
    }

    /// From now on wakes that one.
    pub(crate) fn turn_to(&self, ctx: &egui::Context) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = ctx.clone();
    }

    pub(crate) fn wake(&self) {
        let ctx = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        repaint_once(&ctx);
    }
}

pub(crate) fn watch(render_state: &RenderState, wake: &Wake) -> DeviceWatch {
    let wake = wake.clone();
    DeviceWatch::over(&render_state.device, move || wake.wake())
}

/// Makes a viewer for a window, or brings the one of the window before into it.
type Furnish<'a> =
    dyn FnMut(&eframe::CreationContext<'_>, &mut Option<Viewer>) -> anyhow::Result<()> + 'a;

enum Ended {
    /// It was closed.
    Well,
    /// The driver refused to start, or the device was lost: why.
    Undrawn(String),
    /// Anything else.
    Badly(anyhow::Error),
}

/// Opens a window, and another one on a spare driver where the first cannot be drawn.
///
/// # Errors
/// Where there is no display, no driver, or both failed. Every label is on disk even then.
pub(crate) fn run_windows(
    size: [f32; 2],
    faults: &GpuFaults,
    mut furnish: impl FnMut(&eframe::CreationContext<'_>, &mut Option<Viewer>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut events = EventLoop::<UserEvent>::with_user_event()
        .build()
        .map_err(|error| anyhow::anyhow!("the window cannot be opened: {error}"))?;
    let mut viewer = None;
    let mut ended = run_window(&mut events, size, faults, None, &mut viewer, &mut furnish);
    let mut first = String::new();
    if let Ended::Undrawn(why) = ended {
        log::warn!("the window cannot be drawn: {why}; it comes up again on a spare driver");
        let reason = Some(why.as_str());
        ended = run_window(&mut events, size, faults, reason, &mut viewer, &mut furnish);
        first = why;
    }
    if let Some(viewer) = viewer.as_mut().filter(|viewer| !viewer.is_closed) {
        viewer.close();
    }
    let was_open = viewer.is_some();
    // It holds the device until the process is gone. Else a worker might be the last to let go of
    // it, and unload the driver while the process ends: that crashed one time in three.
    std::mem::forget(viewer);
    match ended {
        Ended::Well => Ok(()),
        Ended::Badly(error) if first.is_empty() => Err(error),
        Ended::Badly(error) => Err(error.context(first)),
        Ended::Undrawn(again) if !was_open => {
            anyhow::bail!("the window cannot be opened: {first}; on the spare driver: {again}")
        }
        Ended::Undrawn(again) => anyhow::bail!(
            "the window cannot be drawn any more, and the program ends; every label is on disk: \
             {first}; on the spare driver: {again}"
        ),
    }
}

/// One window, on a spare driver where there is a reason.
fn run_window(
    events: &mut EventLoop<UserEvent>,
    size: [f32; 2],
    faults: &GpuFaults,
    reason: Option<&str>,
    slot: &mut Option<Viewer>,
    furnish: &mut Furnish<'_>,
) -> Ended {
    let was_open = slot.is_some();
    let held = &mut *slot;
    let mut furnished = None;
    let outcome = &mut furnished;
    let frames = events.create_proxy();
    let drawn = Arc::new(OnceLock::new());
    let ctx = drawn.clone();
    let create: eframe::AppCreator<'_> = Box::new(move |context| {
        let outcome = outcome.insert(furnish(context, held));
        if let Err(error) = outcome {
            return Err(error.to_string().into());
        }
        repaint::drive(&context.egui_ctx, frames);
        ctx.set(context.egui_ctx.clone()).unwrap_or_default();
        let viewer = held.as_mut().ok_or("the window could not be set up")?;
        let render_state = context.wgpu_render_state.as_ref();
        viewer.fault = faults
            .lost_by
            .clone()
            .zip(render_state)
            .map(|(file, state)| Fault {
                file,
                device: state.device.clone(),
            });
        if let (Some(reason), Some(state)) = (reason, render_state) {
            let name = state.adapter.get_info().name;
            viewer.note_driver(|| {
                text!(
                    "{reason}; every label is kept; {name} draws the window now",
                    reason,
                    name
                )
            });
        }
        Ok(Box::new(Shown(viewer)))
    });
    let options = options(size, faults, reason.is_some());
    let run = || {
        let window = eframe::create_native("destello", options, create, events);
        events.run_app_on_demand(&mut StillPointer::over(window, drawn))
    };
    let ended = catch_unwind(AssertUnwindSafe(run));
    let watch = slot.as_ref().map(|viewer| viewer.watch.clone());
    let lost = watch.filter(DeviceWatch::is_lost);
    let why = lost.as_ref().map(DeviceWatch::sentence);
    match (ended, furnished) {
        (Ok(Err(error)), _) => {
            Ended::Badly(anyhow::anyhow!("the window cannot be opened: {error}"))
        }
        (Ok(Ok(())), Some(Err(error))) => {
            Ended::Badly(error.context("the window cannot be opened"))
        }
        (Ok(Ok(())), None) => Ended::Undrawn(format!(
            "the graphics driver could not be used ({})",
            last_error()
        )),
        (Ok(Ok(())), _) if slot.as_ref().is_some_and(|viewer| viewer.is_cut_off) => {
            Ended::Undrawn(why.unwrap_or_default())
        }
        (Ok(Ok(())), _) => Ended::Well,
        // Nothing of our own has run yet.
        (Err(_), _) if slot.is_none() && !was_open => {
            Ended::Undrawn("the graphics driver broke off".into())
        }
        (Err(panic), _) => {
            // egui breaks off where the device is lost in the middle of a frame.
            if let Some(why) = why {
                return Ended::Undrawn(why);
            }
            if let Some(viewer) = slot {
                viewer.close();
            }
            resume_unwind(panic)
        }
    }
}

/// Why no window was made: eframe writes it to the log and nowhere else.
fn last_error() -> String {
    let lines = logging::snapshot().lines;
    let why = |line: &Arc<logging::LogLine>| {
        let (_, why) = line.text.split_once("Exiting because of error: ")?;
        Some(why.to_owned())
    };
    lines
        .iter()
        .rev()
        .find_map(why)
        .unwrap_or_else(|| "see the log".into())
}

/// The viewer in a window of its own.
struct Shown<'a>(&'a mut Viewer);

impl eframe::App for Shown<'_> {
    fn logic(&mut self, ctx: &egui::Context, frame: &mut eframe::Frame) {
        self.0.logic(ctx, frame);
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut eframe::Frame) {
        self.0.ui(ui, frame);
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        self.0.clear_color(visuals)
    }

    fn on_exit(&mut self) {
        self.0.on_exit();
    }
}

fn icon() -> egui::IconData {
    let side = 128;
    egui::IconData {
        rgba: crate::imaging::icon::pixels(side),
        width: side as u32,
        height: side as u32,
    }
}

fn options(size: [f32; 2], faults: &GpuFaults, is_spare: bool) -> eframe::NativeOptions {
    let mut setup = WgpuSetupCreateNew::without_display_handle();
    if is_spare {
        setup.native_adapter_selector = Some(Arc::new(device::spare_adapter));
    } else if faults.refuses_first {
        setup.native_adapter_selector = Some(Arc::new(|_adapters, _surface| {
            Err("refused by --refuse-gpu".into())
        }));
    }
    let mut options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title("destello")
            .with_app_id("destello")
            .with_icon(icon())
            .with_inner_size(size)
            .with_min_inner_size([860.0, 560.0])
            .with_drag_and_drop(true),
        renderer: eframe::Renderer::Wgpu,
        // There are no gradients to dither, and a software rasteriser pays for every pixel.
        dithering: false,
        ..Default::default()
    };
    options.wgpu_options.wgpu_setup = WgpuSetup::CreateNew(setup);
    options
}
