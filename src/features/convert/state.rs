//! Sets that the window writes: what runs, and what came of it.

use std::path::Path;

use super::task::{ConvertSet, Target};
use crate::{
    tasks::{Running, TaskEvent, next_event},
    text,
    workspace::{context::Context, shared::Shared},
};

/// What the person asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaveStamps {
    /// Leave no half file.
    Stop,
}

/// The set that is being written.
#[derive(Debug, Default)]
pub struct SavingStamps {
    pub(crate) running: Option<Running<ConvertSet>>,
}

impl SavingStamps {
    /// True while a set is written.
    pub const fn is_saving(&self) -> bool {
        self.running.is_some()
    }

    pub(crate) fn apply_saving(&self, command: SaveStamps) {
        match command {
            SaveStamps::Stop => {
                if let Some(running) = &self.running {
                    running.cancel();
                }
            }
        }
    }

    /// Writes the candidates of the list.
    pub(crate) fn save(&mut self, shared: &mut Shared, out: &Path, cx: &Context) {
        if self.is_saving() {
            shared.warn(
                text!("stamps are being saved: stop that first, or wait"),
                cx.now,
            );
            return;
        }
        let target = match Target::of(out) {
            Ok(target) => target,
            Err(why) => return shared.warn(why, cx.now),
        };
        if !shared.has_listed(cx) {
            return;
        }
        self.running = Some(cx.tasks.start(ConvertSet {
            catalogue: shared.catalogue.clone(),
            only: shared.listed(),
            target,
            shard: None,
            decoder: shared.stamps.decoder().clone(),
        }));
    }

    /// Takes in what the task reports.
    pub(crate) fn poll_saving(&mut self, shared: &mut Shared, cx: &Context) {
        while let Some(event) = next_event(&mut self.running) {
            match event {
                TaskEvent::Update(_) => {}
                TaskEvent::Finished(written) => {
                    let lost = written
                        .converted
                        .as_ref()
                        .map_or(0, |one| one.problems.len());
                    let text = written.in_words();
                    if lost == 0 {
                        shared.report(text, cx.now);
                    } else {
                        let problems = written.converted.into_iter().flat_map(|one| one.problems);
                        shared.problems.extend(problems);
                        let text = text!(
                            "{text}; {lost} stamps could not be read, see Problems",
                            text,
                            lost
                        );
                        shared.warn(text, cx.now);
                    }
                }
                TaskEvent::Cancelled => shared.report(text!("saving stamps: stopped"), cx.now),
                TaskEvent::Failed(why) => shared.warn(text!("saving stamps: {why}", why), cx.now),
            }
        }
    }
}
