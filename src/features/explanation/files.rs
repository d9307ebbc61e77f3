//! Explanations without a window: the heat maps of one epoch as a picture, an image file or a table.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail, ensure};

use super::{
    explain::{explain_epoch, model_for_explaining},
    picture::{self, Drawn},
};
use crate::{
    domain::{Candidate, ExplainMethod, Explanation, Role},
    io::{Decoder, heat_maps::write_heat_maps},
    tasks::cancel::CancelToken,
    workspace::open::{Opened, read_all_with},
};

/// What to explain, and where it goes.
#[derive(Clone, Debug)]
pub struct ExplainOrder {
    /// Files, folders and archives.
    pub paths: Vec<PathBuf>,
    /// Name or file of the model.
    pub model: String,
    /// The candidate; none where there is only one.
    pub id: Option<String>,
    /// The epoch, from 1; none for the one that the window shows first.
    pub epoch: Option<usize>,
    pub method: ExplainMethod,
    /// `.png`, `.fits`, `.csv` or `.parquet`.
    pub out: PathBuf,
    /// How a picture is drawn.
    pub drawn: Drawn,
}

#[derive(Clone, Debug)]
pub struct ExplainedFile {
    /// Candidate and epoch.
    pub place: String,
    pub explanation: Explanation,
    /// Channels that a picture lacks because they were computed and have no stamp.
    pub left_out: Vec<Role>,
}

/// Explains, and writes the file.
///
/// # Errors
/// Where there is no such candidate, epoch or model, the model cannot take the epoch, or the file
/// cannot be written.
pub fn explain_to_file(order: &ExplainOrder) -> anyhow::Result<ExplainedFile> {
    let model = model_for_explaining(&order.model)?;
    let decoder = Decoder::default();
    let Opened {
        catalogue,
        problems,
        ..
    } = read_all_with(&order.paths, &decoder);
    if catalogue.is_empty() {
        let cause = problems.first();
        let cause = cause.map_or_else(String::new, |problem| format!(": {problem}"));
        bail!("no candidate was found{cause}");
    }
    let ix = match &order.id {
        Some(id) => catalogue.find(id),
        None if catalogue.len() == 1 => catalogue.iter().next().map(|(ix, _)| ix),
        None => bail!(
            "there are {} candidates: choose one with --id",
            catalogue.len()
        ),
    };
    let found = ix.and_then(|ix| Some((ix, catalogue.get(ix)?)));
    let (ix, candidate) = found.with_context(|| {
        let id = order.id.as_deref().unwrap_or_default();
        format!("--id {id}: not among the {} candidates", catalogue.len())
    })?;
    let at = epoch_of(order.epoch, candidate)?;
    let place = format!("{} epoch {}", candidate.id, at + 1);
    let epoch = &candidate.epochs[at];
    let never = CancelToken::default();
    let explanation = explain_epoch(epoch, &model, order.method, &decoder, &never)
        .and_then(|outcome| outcome.map_err(|why| anyhow!("{why}")))
        .with_context(|| place.clone())?;
    let mut left_out = Vec::new();
    if is_picture(&order.out) {
        let roles = explanation.plan.channels.iter().copied();
        left_out = roles
            .filter(|role| candidate.epochs[at].stamp(*role).is_none())
            .collect();
        let shown = picture::Shown {
            catalogue: &catalogue,
            candidate: ix,
            epoch: at,
        };
        picture::write(&order.out, &shown, &explanation, order.drawn, &decoder)?;
    } else {
        write_heat_maps(&order.out, &explanation)?;
    }
    Ok(ExplainedFile {
        place,
        explanation,
        left_out,
    })
}

fn is_picture(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("png"))
}

/// From 0.
fn epoch_of(number: Option<usize>, candidate: &Candidate) -> anyhow::Result<usize> {
    let epochs = candidate.epochs.len();
    let at = number.map_or_else(|| candidate.first_look(), |number| number.wrapping_sub(1));
    ensure!(
        at < epochs,
        "--epoch {}: {} has {epochs} epochs, numbered from 1",
        at.wrapping_add(1),
        candidate.id
    );
    Ok(at)
}
