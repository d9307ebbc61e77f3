//! `--join TABLE`, of the subcommands that have it.

use std::path::PathBuf;

use crate::{
    domain::Catalogue,
    features::open::join::put,
    io::{
        export::{
            FilledColumn,
            columns::{Kind, Value},
        },
        join::join,
    },
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
    /// True where no table is joined.
    pub(super) const fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// The tables, each with its radius.
    pub(super) fn list(&self) -> Vec<(PathBuf, Option<f64>)> {
        self.tables
            .iter()
            .map(|table| (table.clone(), self.radius))
            .collect()
    }

    /// Joins the tables, and says on standard error how many rows were found.
    pub(super) fn join(&self, catalogue: &mut Catalogue) -> anyhow::Result<()> {
        for table in &self.tables {
            let joined = join(table, catalogue, self.radius).map_err(anyhow::Error::msg)?;
            for problem in &joined.problems {
                eprintln!("{problem}");
            }
            eprintln!("{}: {}", table.display(), joined.rule);
            put(catalogue, &joined);
        }
        Ok(())
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
