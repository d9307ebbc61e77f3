//! `--join TABLE`, of the subcommands that have it, and the tables that a project keeps.

use std::path::PathBuf;

use crate::{
    domain::Catalogue,
    features::open::{
        join::put,
        kept_joins::{self, KeptJoin, absolute},
    },
    io::{
        export::{
            FilledColumn,
            columns::{Kind, Value},
        },
        join::join,
    },
    store::Project,
};

/// Tables whose columns are wanted beside those of the set.
#[derive(Debug, Default, clap::Args)]
pub struct Joins {
    /// Join a table by identifiers, or where none of them is known by position; may be given several times
    #[arg(long = "join", value_name = "TABLE")]
    tables: Vec<PathBuf>,
    /// Join by position: the row nearest to each candidate within so many arcsec
    #[arg(long, value_name = "ARCSEC", requires = "tables")]
    radius: Option<f64>,
}

impl Joins {
    /// True where a table is given, or the project keeps one.
    pub(super) fn is_wanted(&self, project: Option<&Project>) -> anyhow::Result<bool> {
        let kept = project.map_or_else(|| Ok(Vec::new()), kept_joins::kept)?;
        Ok(!self.tables.is_empty() || !kept.is_empty())
    }

    /// The tables, each with its radius.
    pub(super) fn list(&self) -> Vec<(PathBuf, Option<f64>)> {
        self.tables
            .iter()
            .map(|table| (table.clone(), self.radius))
            .collect()
    }

    /// Joins the tables that the project kept, then those that are given, which are kept from now on. Standard error
    /// has how many rows were found. False where a kept table could not be joined.
    pub(super) fn join(
        &self,
        catalogue: &mut Catalogue,
        mut project: Option<&mut Project>,
    ) -> anyhow::Result<bool> {
        let mut is_complete = true;
        let kept = project
            .as_deref()
            .map_or_else(|| Ok(Vec::new()), kept_joins::kept)?;
        let given: Vec<PathBuf> = self.tables.iter().map(|table| absolute(table)).collect();
        for kept in kept.iter().filter(|kept| !given.contains(&kept.table)) {
            match join(&kept.table, catalogue, kept.radius_arcsec) {
                Ok(joined) => {
                    let change = kept.change(&joined);
                    if let (Some(project), Some(_)) = (project.as_deref_mut(), &change) {
                        let join = KeptJoin::of(&kept.table, kept.radius_arcsec, &joined);
                        kept_joins::keep(project, join)?;
                    }
                    for problem in change.iter().chain(&joined.problems) {
                        eprintln!("{problem}");
                    }
                    eprintln!("{}: {}", kept.table.display(), joined.rule);
                    put(catalogue, &joined);
                }
                Err(why) => {
                    is_complete = false;
                    eprintln!("{}", kept.fault(&why));
                }
            }
        }
        for table in &self.tables {
            let joined = join(table, catalogue, self.radius).map_err(anyhow::Error::msg)?;
            for problem in &joined.problems {
                eprintln!("{problem}");
            }
            eprintln!("{}: {}", table.display(), joined.rule);
            put(catalogue, &joined);
            if let Some(project) = project.as_deref_mut() {
                kept_joins::keep(project, KeptJoin::of(table, self.radius, &joined))?;
            }
        }
        Ok(is_complete)
    }
}

/// The joined columns of the candidates of these identifiers, in their order.
pub(super) fn columns(catalogue: &Catalogue, ids: &[Option<&str>]) -> Vec<FilledColumn> {
    let of_row: Vec<_> = ids
        .iter()
        .map(|id| catalogue.get(catalogue.find((*id)?)?))
        .collect();
    let mut names: Vec<(String, bool)> = Vec::new();
    for candidate in of_row.iter().flatten() {
        for (name, value) in candidate.joined.iter() {
            let is_text = value.number().is_none();
            match names
                .iter_mut()
                .find(|(known, _)| known.as_str() == &**name)
            {
                Some((_, known)) => *known |= is_text,
                None => names.push((name.to_string(), is_text)),
            }
        }
    }
    let column = |(name, is_text): (String, bool)| FilledColumn {
        kind: if is_text { Kind::Text } else { Kind::Double },
        unit: "",
        meaning: "of the joined table".into(),
        values: of_row
            .iter()
            .map(|candidate| {
                let value = candidate.and_then(|candidate| candidate.joined.get(&name));
                match value {
                    None => Value::Null,
                    Some(value) if is_text => Value::Text(value.to_string()),
                    Some(value) => value.number().map_or(Value::Null, Value::Double),
                }
            })
            .collect(),
        name,
    };
    names.into_iter().map(column).collect()
}
