//! Tasks that are let run to their end whatever happens to what they were started for: a file that is
//! being written is written, also where its set is closed meanwhile.

use std::fmt;

use super::{
    running::{Running, TaskEvent},
    task::Task,
};

/// Any number of tasks of one kind.
pub struct ToTheEnd<T: Task> {
    awaited: Vec<Running<T>>,
    /// Those whose ends are not to be shown any more; a failure is in the log.
    left: Vec<Running<T>>,
}

impl<T: Task> ToTheEnd<T> {
    /// One more runs.
    pub fn add(&mut self, running: Running<T>) {
        self.awaited.push(running);
    }

    /// The next event of any of those that are awaited.
    pub fn next_event(&mut self) -> Option<TaskEvent<T::Update, T::Output>> {
        self.left.retain_mut(|running| {
            while running.next_event().is_some() {}
            !running.has_ended()
        });
        for at in 0..self.awaited.len() {
            if let Some(event) = self.awaited[at].next_event() {
                if self.awaited[at].has_ended() {
                    self.awaited.remove(at);
                }
                return Some(event);
            }
        }
        None
    }

    /// None is awaited any more; all run on.
    pub fn leave(&mut self) {
        self.left.append(&mut self.awaited);
    }

    /// True while an end is awaited.
    pub const fn is_awaited(&self) -> bool {
        !self.awaited.is_empty()
    }

    /// True while any runs, awaited or not.
    pub const fn is_any_running(&self) -> bool {
        self.is_awaited() || !self.left.is_empty()
    }
}

impl<T: Task> Default for ToTheEnd<T> {
    fn default() -> Self {
        Self {
            awaited: Vec::new(),
            left: Vec::new(),
        }
    }
}

impl<T: Task> fmt::Debug for ToTheEnd<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToTheEnd")
            .field("awaited", &self.awaited)
            .field("left", &self.left)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crossbeam_channel::{Receiver, Sender, bounded};

    use super::*;
    use crate::tasks::{TaskContext, Tasks};

    /// Waits for a word, then writes.
    struct Writes(Receiver<()>, Sender<u32>);

    impl Task for Writes {
        const NAME: &'static str = "writing";
        type Update = ();
        type Output = u32;
        fn run(self, cx: &TaskContext<()>) -> anyhow::Result<u32> {
            self.0.recv()?;
            cx.check()?;
            self.1.send(7)?;
            Ok(7)
        }
    }

    #[test]
    fn what_is_left_is_finished_and_not_shown_and_what_is_awaited_is() {
        let tasks = Tasks::new(|| {}).unwrap();
        let (go, may_go) = bounded(2);
        let (written, all) = bounded(2);
        let mut writing = ToTheEnd::default();
        writing.add(tasks.start(Writes(may_go.clone(), written.clone())));
        writing.leave();
        assert!(!writing.is_awaited() && writing.is_any_running());
        go.send(()).unwrap();
        assert_eq!(all.recv_timeout(Duration::from_secs(10)), Ok(7));
        writing.add(tasks.start(Writes(may_go, written)));
        go.send(()).unwrap();
        let mut events = Vec::new();
        while writing.is_any_running() {
            events.extend(writing.next_event());
            std::thread::yield_now();
        }
        assert_eq!(events, [TaskEvent::Finished(7)]);
    }
}
