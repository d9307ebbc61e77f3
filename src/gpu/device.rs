//! Devices that windows draw with: which adapter, and what happens when the driver gives up.

use std::{
    collections::BTreeSet,
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Waker},
};

/// A window's surface, as egui hands it over.
pub type Surface<'a> = wgpu::Surface<'a>;

/// The adapter to go on with where the usual one failed: a software driver, or else the first
/// that can draw on the surface, for a driver that was reset often works again.
///
/// # Errors
/// Where there is none, with what to install.
pub fn spare_adapter(
    adapters: &[wgpu::Adapter],
    surface: Option<&Surface<'_>>,
) -> Result<wgpu::Adapter, String> {
    let is_fit = |adapter: &&wgpu::Adapter| {
        surface.is_none_or(|surface| adapter.is_surface_supported(surface))
    };
    let is_software = |adapter: &&wgpu::Adapter| is_software(&adapter.get_info());
    let fit = || adapters.iter().filter(is_fit);
    let found = fit().find(is_software).or_else(|| fit().next());
    found.cloned().ok_or_else(|| NO_DRIVER.to_owned())
}

/// True where a driver computes on the processor.
pub fn is_software(info: &wgpu::AdapterInfo) -> bool {
    info.device_type == wgpu::DeviceType::Cpu
}

/// What to do where no driver draws.
pub const NO_DRIVER: &str = "no graphics driver can draw the window; on Linux, Mesa's software \
     Vulkan driver is enough (package mesa-vulkan-drivers or vulkan-swrast), elsewhere the \
     graphics driver has to be installed anew";

/// What has happened to a device.
#[derive(Clone, Debug, Default)]
pub struct DeviceWatch(Arc<Watched>);

#[derive(Debug, Default)]
struct Watched {
    is_lost: AtomicBool,
    why: Mutex<String>,
    /// Kinds of errors that were logged.
    logged: Mutex<BTreeSet<&'static str>>,
}

impl DeviceWatch {
    /// Watches a device: `wake` is called, from any thread, when it is lost. Its errors are
    /// logged, each kind once, and no longer end the program.
    pub fn over(device: &wgpu::Device, wake: impl Fn() + Send + Sync + 'static) -> Self {
        let watch = Self::default();
        let lost = watch.clone();
        device.set_device_lost_callback(move |_reason, message| {
            lost.lose(&message);
            wake();
        });
        let errors = watch.clone();
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| errors.note(&error)));
        watch
    }

    /// True once nothing can be drawn any more.
    pub fn is_lost(&self) -> bool {
        self.0.is_lost.load(Ordering::Acquire)
    }

    /// What happened, with the reason where the driver gave one.
    pub fn sentence(&self) -> String {
        let why = self.0.why.lock();
        match &**why.unwrap_or_else(PoisonError::into_inner) {
            "" => "the graphics device was lost".into(),
            why => format!("the graphics device was lost ({why})"),
        }
    }

    fn lose(&self, why: &str) {
        log::error!("the graphics device is lost: {why}");
        let mut held = self.0.why.lock().unwrap_or_else(PoisonError::into_inner);
        why.trim().clone_into(&mut held);
        drop(held);
        self.0.is_lost.store(true, Ordering::Release);
    }

    fn note(&self, error: &wgpu::Error) {
        let kind = match error {
            wgpu::Error::OutOfMemory { .. } => "is out of memory",
            wgpu::Error::Validation { .. } => "was given a wrong order",
            wgpu::Error::Internal { .. } => "failed",
        };
        let logged = self.0.logged.lock();
        if logged.unwrap_or_else(PoisonError::into_inner).insert(kind) {
            log::error!("the graphics device {kind} (further ones are not logged): {error}");
        }
    }
}

/// Runs a future of wgpu to its end. On native back ends it is ready at the first poll;
/// an executor would only add a dependency.
pub(super) fn wait<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        std::hint::spin_loop();
    }
}

/// Loses a device on purpose: a test of what happens then.
pub fn lose(device: &wgpu::Device) {
    device.destroy();
    // The loss is reported with the next poll; that it fails is the point.
    device.poll(wgpu::PollType::Poll).ok();
}
