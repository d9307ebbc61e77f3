//! Joining a table to the opened set: its columns stand beside the stamp, filter and sort.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::state::OpeningPane;
use crate::{
    domain::Catalogue,
    io::join::{Joined, join},
    tasks::{Task, TaskContext, TaskEvent, next_event},
    workspace::{context::Context, shared::Shared, words::short},
};

/// Letters of a path in a message.
const NAME: usize = 80;

/// Finds the row of each candidate in a table.
pub struct JoinTable {
    /// The table.
    pub table: PathBuf,
    /// How near a row must lie; none to join by identifiers where that can be.
    pub radius_arcsec: Option<f64>,
    /// The candidates.
    pub catalogue: Arc<Catalogue>,
}

impl Task for JoinTable {
    const NAME: &'static str = "joining";
    type Update = ();
    type Output = (PathBuf, Joined);

    fn run(self, cx: &TaskContext<()>) -> anyhow::Result<(PathBuf, Joined)> {
        cx.abandonable("joining", move || {
            let joined = join(&self.table, &self.catalogue, self.radius_arcsec);
            Ok((self.table, joined.map_err(anyhow::Error::msg)?))
        })?
    }
}

/// Gives the candidates their columns.
pub fn put(catalogue: &mut Catalogue, joined: &Joined) {
    for (ix, columns) in &joined.fields {
        catalogue.join(*ix, columns);
    }
}

impl OpeningPane {
    /// Joins a table as soon as the set is open.
    pub(crate) fn join(&mut self, table: PathBuf, radius_arcsec: Option<f64>) {
        self.to_join.push((table, radius_arcsec));
    }

    /// True while a table is joined, or waits for it.
    pub const fn is_joining(&self) -> bool {
        self.joining.is_some()
    }

    /// Starts what waits, and takes in what comes of it.
    pub(crate) fn poll_join(&mut self, shared: &mut Shared, cx: &Context) {
        while let Some(event) = next_event(&mut self.joining) {
            match event {
                TaskEvent::Finished((table, joined)) => take(shared, &table, joined, cx),
                TaskEvent::Failed(why) => shared.warn(why, cx.now),
                TaskEvent::Update(()) | TaskEvent::Cancelled => {}
            }
        }
        let is_ready = self.joining.is_none() && !shared.project.is_opening;
        if !is_ready || self.to_join.is_empty() {
            return;
        }
        let (table, radius_arcsec) = self.to_join.remove(0);
        if shared.catalogue.is_empty() {
            shared.warn(
                "a table is joined to an opened set, and none is open",
                cx.now,
            );
            return;
        }
        self.joining = Some(cx.tasks.start(JoinTable {
            table,
            radius_arcsec,
            catalogue: shared.catalogue.clone(),
        }));
    }
}

fn take(shared: &mut Shared, table: &Path, joined: Joined, cx: &Context) {
    put(Arc::make_mut(&mut shared.catalogue), &joined);
    shared.queue.look_for_columns(&shared.catalogue);
    shared.refresh_queue();
    let name = short(&table.to_string_lossy(), NAME);
    shared.report(format!("{name}: {}", joined.rule), cx.now);
    shared.problems.extend(joined.problems);
    shared.recognised.push((table.to_owned(), joined.rule));
}
