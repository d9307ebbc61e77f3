//! Where networks are computed: a hardware GPU where there is one, else the CPU.
//!
//! Software rasterisers pass for GPUs and are slower than the CPU by far; they are never taken.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    str::FromStr,
};

use burn::tensor::{Device, DeviceKind, DeviceType};

use super::LearnError;
use crate::logging::panics;

/// What the user wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Wish {
    /// A GPU where there is one.
    #[default]
    Auto,
    /// The CPU.
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
    /// The CPU.
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
        match hardware_gpu() {
            Some(gpu) => Ok(gpu),
            None if wish == Wish::Auto => Ok(Self::cpu()),
            None => Err(LearnError::Training(
                "this machine has no GPU that networks can be computed on".into(),
            )),
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

    /// For computing without gradients.
    pub(super) fn plain(&self) -> Device {
        self.device.clone()
    }

    /// For computing with gradients.
    pub(super) fn differentiating(&self) -> Device {
        self.device.clone().autodiff()
    }

    /// Starts the random numbers of this device: weights and dropout. They are one for the whole
    /// program, so that one thread owns all work with networks.
    pub fn seed(&self, seed: u64) {
        self.device.seed(seed);
    }
}

impl fmt::Debug for Compute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
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
