//! `destello guide`: the pages of the guide.

use std::process::ExitCode;

use super::print::print_line;
use crate::features::guide::pages::{PAGES, page};

/// Arguments of `guide`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The page to print; without one, their list
    #[arg(conflicts_with = "python")]
    page: Option<String>,
    /// Print destello.py, the module for notebooks, instead: `destello guide --python > destello.py`
    #[arg(long)]
    python: bool,
}

/// Reads projects and tables, prepares stamps and scores as destello does, with numpy and astropy.
const PYTHON: &str = include_str!("../../assets/python/destello.py");

/// Prints a page, or the list.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if args.python {
        print_line(PYTHON.trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    let Some(name) = &args.page else {
        for page in PAGES {
            print_line(&format!("{:<20} {}", page.name, page.title))?;
        }
        print_line("\n`destello guide PAGE` prints one of them.")?;
        return Ok(ExitCode::SUCCESS);
    };
    let wanted = name.to_lowercase().replace(['-', ' '], "_");
    let found = page(wanted.trim_end_matches(".md"));
    let found = found.ok_or_else(|| {
        anyhow::anyhow!("the guide has no page {name}; `destello guide` lists them")
    })?;
    print_line(found.text.trim_end())?;
    Ok(ExitCode::SUCCESS)
}
