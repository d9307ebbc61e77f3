//! Joining tables to the opened set: their columns stand beside the stamp, filter and sort, and the project keeps them.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    kept_joins::{self, KeptJoin},
    state::OpeningPane,
};
use crate::{
    domain::{Catalogue, Problem, words::short},
    io::join::{Joined, join},
    store::Project,
    tasks::{Task, TaskContext, TaskEvent, next_event},
    text,
    workspace::{context::Context, shared::Shared},
};

/// Letters of a path in a message.
const NAME: usize = 80;

/// A table that is to be joined.
#[derive(Clone, Debug, PartialEq)]
pub struct ToJoin {
    pub table: PathBuf,
    /// How near a row must lie; none to join by identifiers where that can be.
    pub radius_arcsec: Option<f64>,
    /// What the project knows of it; none for one that a person has just chosen.
    pub kept: Option<KeptJoin>,
}

/// Finds the row of each candidate in a table.
pub struct JoinTable {
    pub table: ToJoin,
    pub catalogue: Arc<Catalogue>,
    /// Where the table is kept.
    pub project: Option<PathBuf>,
}

#[derive(Debug)]
pub struct JoinEnd {
    table: ToJoin,
    joined: Result<Joined, String>,
    /// That it is not kept, or was changed.
    problem: Option<Problem>,
}

impl Task for JoinTable {
    const NAME: &'static str = "joining";
    type Update = ();
    type Output = JoinEnd;

    fn run(self, cx: &TaskContext<()>) -> anyhow::Result<JoinEnd> {
        cx.abandonable("joining", move || {
            let Self {
                table,
                catalogue,
                project,
            } = self;
            let joined = join(&table.table, &catalogue, table.radius_arcsec);
            let problem = joined.as_ref().ok().and_then(|joined| {
                let changed = table.kept.as_ref().and_then(|kept| kept.change(joined));
                if changed.is_none() && table.kept.is_some() {
                    return None;
                }
                let join = KeptJoin::of(&table.table, table.radius_arcsec, joined);
                let keep = |file: PathBuf| {
                    Project::open_existing(file)
                        .and_then(|mut project| kept_joins::keep(&mut project, join))
                };
                let not_kept = project.map(keep).and_then(Result::err).map(|error| {
                    let path = table.table.display().to_string();
                    Problem::new(path, "joined table is not kept", error.to_string())
                });
                changed.or(not_kept)
            });
            JoinEnd {
                table,
                joined,
                problem,
            }
        })
    }
}

/// Takes all joined tables out of a project.
pub struct ForgetJoins {
    pub project: PathBuf,
}

impl Task for ForgetJoins {
    const NAME: &'static str = "removing joined tables";
    type Update = ();
    type Output = ();

    fn run(self, cx: &TaskContext<()>) -> anyhow::Result<()> {
        cx.abandonable("removing joined tables", move || {
            let mut project = Project::open_existing(&self.project)?;
            kept_joins::forget(&mut project, |_| true)?;
            Ok(())
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
    pub(crate) fn join(&mut self, table: &Path, radius_arcsec: Option<f64>) {
        self.to_join.push(ToJoin {
            table: kept_joins::absolute(table),
            radius_arcsec,
            kept: None,
        });
    }

    /// Joins the tables that the project kept, but those that are to be joined anyway.
    pub(crate) fn join_again(&mut self, json: &str) {
        let known = self.to_join.len();
        for kept in kept_joins::of_json(json) {
            if self.to_join[..known]
                .iter()
                .all(|other| other.table != kept.table)
            {
                self.to_join.push(ToJoin {
                    table: kept.table.clone(),
                    radius_arcsec: kept.radius_arcsec,
                    kept: Some(kept),
                });
            }
        }
    }

    /// The set is left: what its project kept is not for the next one.
    pub(crate) fn forget_joins(&mut self) {
        self.joining = None;
        self.to_join.retain(|join| join.kept.is_none());
    }

    /// Takes the columns of all joined tables away, here and in the project.
    pub(crate) fn unjoin(&mut self, shared: &mut Shared, cx: &Context) {
        self.joining = None;
        self.to_join.clear();
        Arc::make_mut(&mut shared.catalogue).unjoin();
        shared.queue.look_for_columns(&shared.catalogue);
        shared.refresh_queue();
        shared.report(text!("joined tables are removed"), cx.now);
        if let Some(project) = shared.project.path.clone() {
            self.forgetting = Some(cx.tasks.start(ForgetJoins { project }));
        }
    }

    /// True while a table is joined, or waits for it.
    pub const fn is_joining(&self) -> bool {
        self.joining.is_some() || self.forgetting.is_some() || !self.to_join.is_empty()
    }

    /// Starts what waits, and takes in what comes of it.
    pub(crate) fn poll_join(&mut self, shared: &mut Shared, cx: &Context) {
        while let Some(event) = next_event(&mut self.joining) {
            match event {
                TaskEvent::Finished(end) => take(shared, end, cx),
                TaskEvent::Failed(why) => shared.warn(why, cx.now),
                TaskEvent::Update(()) | TaskEvent::Cancelled => {}
            }
        }
        while let Some(event) = next_event(&mut self.forgetting) {
            if let TaskEvent::Failed(why) = event {
                shared.warn(
                    text!("joined tables come back with the project: {why}", why),
                    cx.now,
                );
            }
        }
        let is_free = self.joining.is_none() && self.forgetting.is_none();
        if !is_free || shared.project.is_opening || self.to_join.is_empty() {
            return;
        }
        let table = self.to_join.remove(0);
        if shared.catalogue.is_empty() {
            if table.kept.is_none() {
                let why = text!("a table is joined to an opened set, and none is open");
                shared.warn(why, cx.now);
            }
            return;
        }
        self.joining = Some(cx.tasks.start(JoinTable {
            table,
            catalogue: shared.catalogue.clone(),
            project: shared.project.path.clone(),
        }));
    }
}

fn take(shared: &mut Shared, end: JoinEnd, cx: &Context) {
    shared.problems.extend(end.problem);
    match (end.joined, end.table.kept) {
        (Ok(joined), kept) => take_columns(shared, &end.table.table, joined, kept.is_some(), cx),
        (Err(why), Some(kept)) => shared.problems.push(kept.fault(&why)),
        (Err(why), None) => shared.warn(why, cx.now),
    }
}

/// A table that comes back with its project is no news.
fn take_columns(shared: &mut Shared, table: &Path, joined: Joined, is_kept: bool, cx: &Context) {
    put(Arc::make_mut(&mut shared.catalogue), &joined);
    shared.queue.look_for_columns(&shared.catalogue);
    shared.refresh_queue();
    if !is_kept {
        let name = short(&table.to_string_lossy(), NAME);
        shared.report(format!("{name}: {}", joined.rule), cx.now);
    }
    shared.problems.extend(joined.problems);
    shared.recognised.push((table.to_owned(), joined.rule));
}
