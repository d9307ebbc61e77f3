//! Where networks are computed: a hardware GPU where there is one, else the CPU.
//!
//! Software rasterisers pass for GPUs and are slower than the CPU by far; they are never taken.

use std::{
    fmt, fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    str::FromStr,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use burn::tensor::{Device, DeviceKind, DeviceType, Tensor};

use super::LearnError;
use crate::logging::panics;

/// True once the GPU of this process no longer computed: a lost device stays lost.
static GPU_IS_LOST: AtomicBool = AtomicBool::new(false);

/// What the user wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Wish {
    /// A GPU where there is one.
    #[default]
    Auto,
    Cpu,
    /// A GPU, or nothing.
    Gpu,
}

impl FromStr for Wish {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "cpu" => Ok(Self::Cpu),
            "gpu" => Ok(Self::Gpu),
            _ => Err(format!(
                "\"{text}\" is no device; there are auto, cpu and gpu"
            )),
        }
    }
}

/// A device that computes networks.
#[derive(Clone)]
pub struct Compute {
    device: Device,
    name: String,
    is_gpu: bool,
}

impl Compute {
    pub fn cpu() -> Self {
        Self {
            device: Device::flex(),
            name: "CPU".into(),
            is_gpu: false,
        }
    }

    /// The device that serves a wish.
    ///
    /// # Errors
    /// Where a GPU is wanted and there is none.
    pub fn choose(wish: Wish) -> Result<Self, LearnError> {
        if wish == Wish::Cpu {
            // Asking the drivers takes a second.
            return Ok(Self::cpu());
        }
        let may_have_one = !GPU_IS_LOST.load(Ordering::Relaxed) && drivers_name_a_gpu();
        match may_have_one.then(hardware_gpu).flatten() {
            Some(gpu) => Ok(gpu),
            None if wish == Wish::Auto => Ok(Self::cpu()),
            None => Err(LearnError::Training(
                "this machine has no GPU that networks can be computed on".into(),
            )),
        }
    }

    /// The software driver of the system: slower than the CPU by far, for checks of the way that a GPU takes.
    pub fn software() -> Self {
        Self {
            device: Device::wgpu(DeviceKind::Cpu),
            name: "software driver".into(),
            is_gpu: true,
        }
    }

    /// Its name, for the user.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// True for a hardware GPU.
    pub const fn is_gpu(&self) -> bool {
        self.is_gpu
    }

    /// Asks for a small sum; false where the device does not give it, as after its loss. From then
    /// on no other GPU is chosen in this process.
    pub fn still_computes(&self) -> bool {
        let ask = || {
            let ones = Tensor::<1>::ones([64], &self.plain());
            let sum = ones.sum().try_into_data().ok()?;
            sum.iter::<f32>().next()
        };
        let sum = catch_unwind(AssertUnwindSafe(ask)).ok().flatten();
        let is_sound = sum.is_some_and(|sum| (sum - 64.0).abs() < 1e-3);
        if !is_sound && self.is_gpu {
            GPU_IS_LOST.store(true, Ordering::Relaxed);
        }
        is_sound
    }

    /// The numbers of a tensor on this device.
    pub(super) fn numbers<const D: usize>(
        &self,
        tensor: Tensor<D>,
    ) -> Result<Vec<f32>, LearnError> {
        let failed = |why: String| LearnError::Device {
            device: self.name.clone(),
            why,
        };
        let data = tensor
            .try_into_data()
            .map_err(|error| failed(error.to_string()))?;
        data.try_into_vec()
            .map_err(|error| failed(error.to_string()))
    }

    /// For computing without gradients.
    pub(super) fn plain(&self) -> Device {
        self.device.clone()
    }

    /// For computing with gradients.
    pub(super) fn differentiating(&self) -> Device {
        self.device.clone().autodiff()
    }

    /// Starts the random numbers of this device: weights and dropout. They are one for the whole program:
    /// whoever seeds and draws holds `Self::drawing`.
    pub fn seed(&self, seed: u64) {
        self.device.seed(seed);
    }
}

impl Compute {
    /// Nobody else seeds or draws random numbers of a device while this is held.
    pub(super) fn drawing() -> MutexGuard<'static, ()> {
        static DRAWING: Mutex<()> = Mutex::new(());
        DRAWING.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Compute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// False where the system names no graphics card, so that no driver is started to ask for one. It takes a
/// second to start one, and on a machine without a display it prints complaints of its own.
fn drivers_name_a_gpu() -> bool {
    !cfg!(target_os = "linux") || has_card(Path::new("/dev"))
}

/// True where a folder of devices has one of a graphics card: of Mesa's drivers, of NVIDIA's, of AMD's for
/// computing, or that of the Linux that Windows runs.
fn has_card(devices: &Path) -> bool {
    let is_there = |name: &str| devices.join(name).exists();
    let render_nodes = fs::read_dir(devices.join("dri"));
    let has_render_node = render_nodes.is_ok_and(|nodes| {
        let mut names = nodes.filter_map(|node| Some(node.ok()?.file_name()));
        names.any(|name| name.to_string_lossy().starts_with("renderD"))
    });
    has_render_node
        || ["nvidiactl", "nvidia0", "kfd", "dxg"]
            .into_iter()
            .any(is_there)
}

/// The first card; drivers that break off while they are asked count as none.
fn hardware_gpu() -> Option<Compute> {
    let ask = || {
        let devices = Device::enumerate(DeviceType::Wgpu).into_vec();
        // Not even asked for its name: that would start it.
        let software = Device::wgpu(DeviceKind::Cpu);
        let hardware = devices.into_iter().filter(|device| *device != software);
        hardware.into_iter().find_map(|device| {
            let identity = device.identity()?;
            // Only a card on a bus has a physical identity; a software rasteriser has none.
            identity.physical.as_ref()?;
            Some(Compute {
                device,
                name: identity.name,
                is_gpu: true,
            })
        })
    };
    panics::expected(|| catch_unwind(AssertUnwindSafe(ask)).ok().flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_driver_is_asked_where_the_system_names_no_card() {
        let devices = tempfile::tempdir().unwrap();
        assert!(!has_card(devices.path()));
        fs::create_dir(devices.path().join("dri")).unwrap();
        fs::write(devices.path().join("dri/card0"), "").unwrap();
        // A display alone computes nothing.
        assert!(!has_card(devices.path()));
        fs::write(devices.path().join("dri/renderD128"), "").unwrap();
        assert!(has_card(devices.path()));
        let other = tempfile::tempdir().unwrap();
        fs::write(other.path().join("nvidiactl"), "").unwrap();
        assert!(has_card(other.path()));
    }

    #[test]
    fn the_cpu_always_computes() {
        assert!(Compute::cpu().still_computes());
        assert!(!GPU_IS_LOST.load(Ordering::Relaxed));
    }
}
