//! The simulator as a stream in memory: candidates in order, as fast as they are taken.

use std::{io, ops::Range, sync::Arc, thread::JoinHandle};

use crossbeam_channel::{Receiver, bounded};

use crate::{
    domain::ImageSequence,
    simulate::Simulate,
    tasks::thread::{self, Broken},
};

/// Candidates in order of their number, made ahead by threads. Dropping it stops them.
pub struct Stream {
    /// Worker number `i` makes every `workers.len()`-th candidate from the `i`-th.
    workers: Vec<Worker>,
    next: usize,
}

struct Worker {
    candidates: Receiver<Result<ImageSequence, Broken>>,
    thread: Option<JoinHandle<()>>,
}

/// Streams the candidates of a range: `0..u64::MAX` never ends.
///
/// About `capacity` candidates (at least one a thread) are made ahead of the one taken, so that
/// memory stays bounded. The order does not depend on the number of threads.
///
/// # Errors
/// Where the system gives no thread.
pub fn stream(
    simulator: &Arc<dyn Simulate>,
    range: Range<u64>,
    threads: usize,
    capacity: usize,
) -> io::Result<Stream> {
    let threads = threads.max(1);
    let capacity_each = (capacity / threads).max(1);
    let start = |first: u64| {
        let (sender, candidates) = bounded(capacity_each);
        let simulator = simulator.clone();
        let numbers = (range.start.saturating_add(first)..range.end).step_by(threads);
        let broken = sender.clone();
        let work = move || {
            for number in numbers {
                if sender.send(Ok(simulator.candidate(number))).is_err() {
                    return;
                }
            }
        };
        let thread = thread::start("stream", work, move |end| {
            if let Err(end) = end {
                // Nobody listens where the stream was dropped.
                broken.send(Err(end)).unwrap_or_default();
            }
        })?;
        Ok(Worker {
            candidates,
            thread: Some(thread),
        })
    };
    let workers = (0..threads as u64).map(start).collect::<io::Result<_>>()?;
    Ok(Stream { workers, next: 0 })
}

impl Iterator for Stream {
    type Item = ImageSequence;

    /// # Panics
    /// Where the simulator panicked.
    fn next(&mut self) -> Option<ImageSequence> {
        let at = self.next;
        let worker = &mut self.workers[at];
        match worker.candidates.recv() {
            Ok(Ok(candidate)) => {
                self.next = (at + 1) % self.workers.len();
                Some(candidate)
            }
            Ok(Err(broken)) => broken.resume(),
            Err(_) => None,
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        for worker in self.workers.drain(..) {
            // Nobody listens any more: the thread ends with the candidate it is making.
            drop(worker.candidates);
            if let Some(thread) = worker.thread {
                thread.join().unwrap_or_default();
            }
        }
    }
}
