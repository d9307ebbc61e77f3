//! What a task of the learner waits for while other tasks go on: a thread of its own does it.

use std::time::Duration;

use anyhow::anyhow;
use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};

use super::{
    learner::Urgency,
    thread::{self, Broken},
};

/// How long one look waits.
const PATIENCE: Duration = Duration::from_millis(20);

/// Something that is being done on another thread.
pub(crate) struct Gathering<T> {
    what: &'static str,
    ready: Receiver<anyhow::Result<T>>,
}

/// How far it is.
pub(crate) enum Gathered<T> {
    Not(Gathering<T>),
    All(T),
}

impl<T: Send + 'static> Gathering<T> {
    /// Starts. `what` is prepared: "labels".
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start(
        what: &'static str,
        gather: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
    ) -> std::io::Result<Self> {
        let (sender, ready) = bounded(1);
        thread::start(what, gather, move |end| {
            let end = end.unwrap_or_else(|_| Err(broke_off(what)));
            // The task may have been given up.
            sender.send(end).unwrap_or_default();
        })?;
        Ok(Self { what, ready })
    }

    /// True where [`Self::look`] need not wait.
    pub fn is_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// How soon the task that waits for it must be done, where it is `ready` for its next step then.
    pub fn urgency(&self, ready: Urgency) -> Urgency {
        if self.is_ready() {
            ready
        } else {
            Urgency::Waiting
        }
    }

    /// What was gathered; waits for a moment where it is not all there.
    ///
    /// # Errors
    /// As gathering fails, or where it broke off.
    pub fn look(self) -> anyhow::Result<Gathered<T>> {
        Ok(match self.take()? {
            Some(found) => Gathered::All(found),
            None => Gathered::Not(self),
        })
    }

    /// The same in place; nothing is there to be looked at once it was taken.
    ///
    /// # Errors
    /// As [`Self::look`].
    pub fn take(&self) -> anyhow::Result<Option<T>> {
        match self.ready.recv_timeout(PATIENCE) {
            Ok(found) => found.map(Some),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(broke_off(self.what)),
        }
    }

    /// What was gathered, as soon as it is there.
    ///
    /// # Errors
    /// As [`Self::look`].
    pub fn wait(self) -> anyhow::Result<T> {
        let found = self.ready.recv();
        found.map_err(|_ended| broke_off(self.what))?
    }
}

fn broke_off(what: &str) -> anyhow::Error {
    anyhow!(Broken::sentence(&format!("preparing the {what}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_waited_for_by_the_moment() {
        let (go, may_go) = bounded::<()>(0);
        let gather = move || {
            may_go.recv()?;
            Ok(7)
        };
        let gathering = Gathering::start("number", gather).unwrap();
        assert!(!gathering.is_ready());
        let Gathered::Not(gathering) = gathering.look().unwrap() else {
            panic!("nobody let it go");
        };
        go.send(()).unwrap();
        assert_eq!(gathering.wait().unwrap(), 7);
    }

    #[test]
    fn a_panic_is_an_error_that_names_what_was_prepared() {
        let gathering = Gathering::<()>::start("labels", || panic!("as the test wants it"));
        let error = gathering.unwrap().wait().unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("preparing the labels broke off"),
            "{error}"
        );
    }
}
