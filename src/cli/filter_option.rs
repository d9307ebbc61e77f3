//! `--filter`: a part of the opened candidates, by the filter line of the window.

use std::{collections::HashSet, path::PathBuf};

use anyhow::{Context, bail, ensure};

use super::opened::book_of;
use crate::{
    domain::{CandidateIx, Catalogue, LabelBook},
    store::Project,
    workspace::queue::{column::has_field, filter::Filter},
};

/// Which of the candidates a subcommand takes.
#[derive(Debug, clap::Args)]
pub(super) struct FilterArgs {
    /// Only candidates that meet this, as in the filter line of the window: 'mag<20 label:real'
    #[arg(long, value_name = "FILTER")]
    filter: Option<String>,
    /// The project whose labels, flags and notes the filter means
    #[arg(long, value_name = "FILE", requires = "filter")]
    project: Option<PathBuf>,
}

/// A filter that was understood, and the labels that it means.
pub(super) struct Chosen {
    line: String,
    filter: Filter,
    book: LabelBook,
}

impl FilterArgs {
    /// Reads the filter and the project, before anything is opened; none where all candidates are wanted.
    ///
    /// # Errors
    /// Where the line is not understood, or asks for what is known in the window only.
    pub(super) fn read(&self) -> anyhow::Result<Option<Chosen>> {
        let Some(line) = &self.filter else {
            return Ok(None);
        };
        let filter = Filter::parse(line).map_err(anyhow::Error::msg);
        let filter = filter.with_context(|| format!("--filter {line:?}"))?;
        if let Some(why) = filter.unknown_without_window() {
            bail!("--filter {line:?}: {why}");
        }
        let book = match &self.project {
            Some(project) => book_of(&Project::open_existing(project)?)?,
            None => LabelBook::default(),
        };
        Ok(Some(Chosen {
            line: line.clone(),
            filter,
            book,
        }))
    }
}

impl Chosen {
    /// The candidates that the filter keeps, of which there must be one.
    ///
    /// # Errors
    /// Where there is none, or no candidate has a column that is compared.
    pub(super) fn of(&self, catalogue: &Catalogue) -> anyhow::Result<HashSet<CandidateIx>> {
        let line = &self.line;
        let mut fields = self.filter.fields();
        if let Some(name) = fields.find(|name| !has_field(catalogue, name)) {
            bail!("--filter {line:?}: no candidate has a column {name}");
        }
        let kept = self.filter.kept_of(catalogue, &self.book);
        ensure!(!kept.is_empty(), "--filter {line:?}: no candidate meets it");
        Ok(kept.into_iter().collect())
    }
}
