//! The tables that are joined to a set, as its project keeps them: path, how they were joined, and what they held.
//!
//! They are JSON in the project's session, under a key of their own: a destello that does not know it passes it over.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{
    domain::Problem,
    io::join::Joined,
    store::{Project, StoreError},
    workspace::saved_path,
};

/// The key in the session.
const KEY: &str = "joins";
/// What a problem with such a table is about.
const WHAT: &str = "joined table";

/// A table that is joined whenever the set is opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptJoin {
    /// The table, as an absolute path.
    #[serde(with = "saved_path::one")]
    pub table: PathBuf,
    /// How near a row must lie, arcseconds; none where identifiers are looked for first.
    pub radius_arcsec: Option<f64>,
    /// A hash of what it held ([`Joined::content`]).
    pub content: String,
}

impl KeptJoin {
    /// A table that was joined just now.
    pub fn of(table: &Path, radius_arcsec: Option<f64>, joined: &Joined) -> Self {
        Self {
            table: absolute(table),
            radius_arcsec,
            content: joined.content.clone(),
        }
    }

    /// What a person should know where the table is another one than it was.
    pub fn change(&self, joined: &Joined) -> Option<Problem> {
        (self.content != joined.content).then(|| {
            let why = "was changed since it was joined; its columns are those that it has now";
            Problem::new(self.table.display().to_string(), WHAT, why)
        })
    }

    /// That the table cannot be joined any more. It stays in the project: its disk may come back.
    pub fn fault(&self, why: &str) -> Problem {
        let path = self.table.display().to_string();
        let own = why
            .strip_prefix(&path)
            .map(|rest| rest.trim_start_matches(": "));
        let why = format!("is not joined this time: {}", own.unwrap_or(why));
        Problem::new(path, WHAT, why)
    }
}

/// The table under a path that means the same later.
pub fn absolute(table: &Path) -> PathBuf {
    std::path::absolute(table).unwrap_or_else(|_| table.to_owned())
}

/// The joined tables in JSON; none where it is of another version.
pub fn of_json(json: &str) -> Vec<KeptJoin> {
    serde_json::from_str(json).unwrap_or_default()
}

/// The joined tables of a project as JSON; none before the first.
pub fn json_of(project: &Project) -> Result<Option<String>, StoreError> {
    project.session_get(KEY)
}

/// The joined tables of a project.
pub fn kept(project: &Project) -> Result<Vec<KeptJoin>, StoreError> {
    Ok(json_of(project)?.map_or_else(Vec::new, |json| of_json(&json)))
}

/// Keeps a table, in the place of one of the same path.
pub fn keep(project: &mut Project, join: KeptJoin) -> Result<(), StoreError> {
    let mut joins = kept(project)?;
    match joins.iter_mut().find(|known| known.table == join.table) {
        Some(known) => *known = join,
        None => joins.push(join),
    }
    put(project, &joins)
}

/// Forgets the tables that `is_meant`; the number of those.
pub fn forget(
    project: &mut Project,
    is_meant: impl Fn(&KeptJoin) -> bool,
) -> Result<usize, StoreError> {
    let mut joins = kept(project)?;
    let before = joins.len();
    joins.retain(|join| !is_meant(join));
    if joins.len() < before {
        put(project, &joins)?;
    }
    Ok(before - joins.len())
}

fn put(project: &mut Project, joins: &[KeptJoin]) -> Result<(), StoreError> {
    // Texts and finite numbers always have a JSON form.
    let json = serde_json::to_string(joins).unwrap_or_default();
    project.session_put(KEY, &json)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn join(table: &str, content: &str) -> KeptJoin {
        KeptJoin {
            table: table.into(),
            radius_arcsec: Some(1.5),
            content: content.into(),
        }
    }

    #[test]
    fn a_project_keeps_each_table_once_and_forgets_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.destello");
        let mut project = Project::open_or_create(&file).unwrap();
        assert_eq!(kept(&project).unwrap(), []);
        keep(&mut project, join("/gaia.vot", "1")).unwrap();
        keep(&mut project, join("/tns.csv", "2")).unwrap();
        keep(&mut project, join("/gaia.vot", "3")).unwrap();
        drop(project);
        let mut project = Project::open_existing(&file).unwrap();
        let wanted = [join("/gaia.vot", "3"), join("/tns.csv", "2")];
        assert_eq!(kept(&project).unwrap(), wanted);
        let is_gaia = |join: &KeptJoin| join.table.ends_with("gaia.vot");
        assert_eq!(forget(&mut project, is_gaia).unwrap(), 1);
        assert_eq!(forget(&mut project, is_gaia).unwrap(), 0);
        assert_eq!(kept(&project).unwrap(), wanted[1..]);
        project.session_put(KEY, "{}").unwrap();
        assert_eq!(kept(&project).unwrap(), [], "of another version");
    }

    #[test]
    fn a_fault_names_the_table_once() {
        let problem = join("/gaia.vot", "1").fault("/gaia.vot: cannot be read");
        assert_eq!(problem.why, "is not joined this time: cannot be read");
        assert_eq!(problem.path, "/gaia.vot");
    }
}
