//! What tests need, and whether it is there.

use std::{
    env, fmt,
    path::PathBuf,
    process::{Command, Stdio},
};

use crate::{disk, team};

/// What a test needs.
pub enum Need {
    /// Files or folders of the real data.
    Data(&'static [&'static str]),
    /// A screen: one that is there, or Xvfb.
    Display,
    /// Xvfb, and xdotool to press its keys.
    Keyboard,
    /// Python 3 with these modules.
    Python(&'static [&'static str]),
    /// The right to mount a disk in memory.
    Disk,
    /// A folder that can be locked: not root.
    Lock,
    /// The programs of a PostgreSQL server, and openssl for its certificates.
    Server,
}

/// A file or folder of the real data.
///
/// # Panics
/// Where `DESTELLO_REAL_DATA` is not set.
pub fn data(name: &str) -> PathBuf {
    let folder = env::var_os("DESTELLO_REAL_DATA").expect("DESTELLO_REAL_DATA is set");
    PathBuf::from(folder).join(name)
}

impl Need {
    /// True where it is there.
    pub fn is_met(&self) -> bool {
        match self {
            Self::Data(names) => {
                env::var_os("DESTELLO_REAL_DATA").is_some()
                    && names.iter().all(|name| data(name).exists())
            }
            Self::Display => is_installed("Xvfb", "-help") || env::var_os("DISPLAY").is_some(),
            Self::Keyboard => is_installed("Xvfb", "-help") && is_installed("xdotool", "version"),
            Self::Python(modules) => has_modules(modules),
            Self::Disk => disk::can_be_mounted(),
            Self::Lock => disk::can_be_locked(),
            Self::Server => {
                team::server::programs().is_some() && is_installed("openssl", "version")
            }
        }
    }
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Data(names) => write!(f, "real data: {}", names.join(", ")),
            Self::Display => f.write_str("a display, or Xvfb"),
            Self::Keyboard => f.write_str("Xvfb and xdotool"),
            Self::Python(modules) => write!(f, "python3 with {}", modules.join(", ")),
            Self::Disk => f.write_str("a disk that can be mounted"),
            Self::Lock => f.write_str("not to be root"),
            Self::Server => f.write_str("PostgreSQL's server (Debian: postgresql) and openssl"),
        }
    }
}

/// True where a program can be started.
fn is_installed(tool: &str, harmless: &str) -> bool {
    let mut command = Command::new(tool);
    command.arg(harmless).stdin(Stdio::null());
    command.output().is_ok()
}

fn has_modules(modules: &[&str]) -> bool {
    let script = "import importlib.util, sys\n\
                  sys.exit(any(importlib.util.find_spec(name) is None for name in sys.argv[1:]))";
    let mut python = Command::new("python3");
    python.args(["-c", script]).args(modules);
    python.output().is_ok_and(|output| output.status.success())
}
