//! What a task of the learner waits for while other tasks go on: a thread of its own gathers it.

use std::{
    thread::{Builder, JoinHandle},
    time::Duration,
};

use anyhow::anyhow;

/// How long one look waits.
const PATIENCE: Duration = Duration::from_millis(20);

/// Something that is being gathered.
pub(super) struct Gathering<T>(JoinHandle<anyhow::Result<T>>);

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
        Builder::new().name(name.into()).spawn(gather).map(Self)
    }

    /// What was gathered; waits for a moment where it is not all there.
    ///
    /// # Errors
    /// As gathering fails, or where it broke off.
    pub fn look(self) -> anyhow::Result<Gathered<T>> {
        if !self.0.is_finished() {
            std::thread::sleep(PATIENCE);
            return Ok(Gathered::Not(self));
        }
        let name = self.0.thread().name().unwrap_or_default().to_owned();
        let joined = self.0.join();
        let gathered = joined.map_err(|_panic| anyhow!("preparing the {name} broke off"))?;
        gathered.map(Gathered::All)
    }
}
