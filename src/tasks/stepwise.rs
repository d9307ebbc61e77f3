//! Work with networks that is done step by step. A step that takes long, such as a batch of sequences on
//! a slow machine, is done beside the queue: others compute meanwhile. What is computed is the same.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use super::{
    cancel::CancelToken,
    compute_queue::{ComputeQueue, Priority},
    step_times::Phase,
};

/// A step whose kind took longer is done beside the queue.
const LONG: Duration = Duration::from_millis(50);

/// Work in steps.
pub trait Stepwise: Send + 'static {
    /// Does one step.
    ///
    /// # Errors
    /// As the work fails.
    fn advance(&mut self) -> anyhow::Result<()>;

    /// True where a step need not wait for something; it is waited for by the moment.
    ///
    /// # Errors
    /// Where what it waits for cannot come.
    fn is_ready(&mut self) -> anyhow::Result<bool> {
        Ok(true)
    }

    /// True where there is nothing left to do.
    fn is_finished(&self) -> bool;

    /// What the next step belongs to.
    fn phase(&self) -> Phase;

    /// True on a GPU, which belongs to the thread of the queue, and on which steps are short.
    fn is_on_gpu(&self) -> bool;
}

/// Steps until the work is finished or cancelled.
pub(super) fn advance<W: Stepwise>(
    queue: &ComputeQueue,
    cancel: &CancelToken,
    priority: Priority,
    work: W,
    mut after: impl FnMut(&mut W) -> anyhow::Result<()>,
) -> anyhow::Result<W> {
    let mut work = Box::new(work);
    let mut took: BTreeMap<&'static str, Duration> = BTreeMap::new();
    while !work.is_finished() && !cancel.is_cancelled() {
        if !work.is_ready()? {
            continue;
        }
        let (phase, is_on_gpu) = (work.phase(), work.is_on_gpu());
        // What was not done yet may be long.
        let is_long = took.get(phase.part).is_none_or(|took| *took > LONG);
        let step = move || {
            let began = Instant::now();
            let result = work.advance();
            (work, result, began.elapsed())
        };
        let (back, result, duration) = if is_long && !is_on_gpu {
            step()
        } else {
            // A step that is cancelled before its turn would take the work with it.
            queue.run(priority, phase, &CancelToken::default(), step)?
        };
        work = back;
        result?;
        // One short step makes no short ones of a kind: the last batch of many may have few examples.
        let known = took.entry(phase.part).or_default();
        *known = duration.max(*known * 3 / 4);
        after(&mut work)?;
    }
    Ok(*work)
}
