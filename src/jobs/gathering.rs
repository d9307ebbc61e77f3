//! What a task of the learner waits for while other tasks go on: a thread of its own gathers it.

use std::time::Duration;

use anyhow::{anyhow, bail};
use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};

use crate::tasks::thread::{self, Broken};

/// How long one look waits.
const PATIENCE: Duration = Duration::from_millis(20);

/// Something that is being gathered.
pub(super) struct Gathering<T>(Receiver<anyhow::Result<T>>);

/// How far it is.
pub(super) enum Gathered<T> {
    Not(Gathering<T>),
    All(T),
}

impl<T: Send + 'static> Gathering<T> {
    /// Starts.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start(
        name: &str,
        gather: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
    ) -> std::io::Result<Self> {
        let (sender, gathered) = bounded(1);
        let what = format!("preparing the {name}");
        thread::start(name, gather, move |end| {
            let end = end.unwrap_or_else(|_| Err(anyhow!(Broken::sentence(&what))));
            // Nobody listens where the task was given up.
            sender.send(end).unwrap_or_default();
        })?;
        Ok(Self(gathered))
    }

    /// What was gathered; waits for a moment where it is not all there.
    ///
    /// # Errors
    /// As gathering fails, or where it broke off.
    pub fn look(self) -> anyhow::Result<Gathered<T>> {
        match self.0.recv_timeout(PATIENCE) {
            Ok(gathered) => gathered.map(Gathered::All),
            Err(RecvTimeoutError::Timeout) => Ok(Gathered::Not(self)),
            Err(RecvTimeoutError::Disconnected) => bail!(Broken::sentence("the preparation")),
        }
    }
}
