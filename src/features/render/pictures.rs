//! Pictures without a window, drawn with the window's own shaders and rules.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use image::{DynamicImage, ImageFormat, RgbaImage};

use super::{painter::Painter, plan::plan};
use crate::{
    domain::{Problem, Role},
    imaging::Preset,
    io::{Decoder, export::written_beside},
    workspace::open::{Opened, read_all_with},
};

pub use super::painter::{GAP_PX, GROUP_GAP_PX, MATTE};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One picture for each stamp of one epoch.
    Stamps,
    /// Many candidates in one picture, one epoch of each.
    Sheet,
    /// All epochs of an object from left to right, its roles from top to bottom.
    Strip,
}

/// What to draw, and how.
#[derive(Clone, Debug)]
pub struct RenderOrder {
    /// Files, folders and archives.
    pub paths: Vec<PathBuf>,
    /// A PNG file, or a folder for several.
    pub out: PathBuf,
    pub kind: Kind,
    /// Candidates; none for all.
    pub ids: Vec<String>,
    /// Roles; none for all that there are (in a sheet: science, reference, difference).
    pub roles: Vec<Role>,
    /// The epoch, from 1; none for the one the window shows first.
    pub epoch: Option<usize>,
    pub preset: Preset,
    /// True takes limits from all epochs of the object.
    pub is_locked: bool,
    /// True turns stamps whose north is known.
    pub is_north_up: bool,
    /// True shows reference minus science as science minus reference.
    pub flips_sign: bool,
    /// Picture pixels a stamp pixel.
    pub scale: u32,
    /// Candidates in a row of a sheet.
    pub columns: usize,
    /// Rows of a sheet before the next begins.
    pub rows: usize,
}

/// One picture on disk.
#[derive(Clone, Debug)]
pub struct Picture {
    pub path: PathBuf,
    /// Width and height.
    pub size_px: [u32; 2],
    /// What stands in each row, from left to right.
    pub rows: Vec<String>,
}

/// Draws everything in the order and tells each picture once it is on disk. Returns what could
/// not be read; such stamps are left out.
///
/// # Errors
/// Where an id, role or epoch does not exist, nothing can be drawn, or a file not be written.
pub fn render(
    order: &RenderOrder,
    report: &mut dyn FnMut(Picture) -> std::io::Result<()>,
) -> anyhow::Result<Vec<Problem>> {
    ensure!(order.scale >= 1, "--scale: at least 1");
    let decoder = Decoder::default();
    let Opened {
        catalogue,
        mut problems,
        ..
    } = read_all_with(&order.paths, &decoder);
    if catalogue.is_empty() {
        anyhow::bail!("no candidate was found{}", cause(&problems));
    }
    let batches = plan(order, &catalogue)?;
    let count: usize = batches.iter().map(Vec::len).sum();
    let place = Place::of(&order.out, count)?;
    let mut painter = Painter::new(order, &catalogue)?;
    let mut drawn = 0;
    for batch in &batches {
        let pixels = painter.decode(batch, &decoder, &mut problems);
        for plan in batch {
            let path = place.path(&plan.name);
            let Some(picture) = painter.draw(plan, &pixels)? else {
                continue;
            };
            save(&picture, &path)?;
            drawn += 1;
            let size_px = [picture.width(), picture.height()];
            let picture = Picture {
                path,
                size_px,
                rows: plan.words.clone(),
            };
            report(picture).context("standard output")?;
        }
    }
    if drawn == 0 {
        anyhow::bail!("no stamp can be drawn{}", cause(&problems));
    }
    Ok(problems)
}

/// The first problem, for the end of a sentence.
fn cause(problems: &[Problem]) -> String {
    let first = problems.first();
    first.map_or_else(String::new, |problem| format!(": {problem}"))
}

/// Where pictures go.
enum Place {
    File(PathBuf),
    Folder(PathBuf),
}

impl Place {
    fn of(out: &Path, pictures: usize) -> anyhow::Result<Self> {
        let is_png = out
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("png"));
        if is_png && !out.is_dir() {
            ensure!(
                pictures <= 1,
                "{}: {pictures} pictures do not go into one file; name a folder, or choose fewer with --id, --role or --rows",
                out.display()
            );
            return Ok(Self::File(out.to_owned()));
        }
        std::fs::create_dir_all(out)
            .with_context(|| format!("{}: the folder cannot be made", out.display()))?;
        Ok(Self::Folder(out.to_owned()))
    }

    fn path(&self, name: &str) -> PathBuf {
        match self {
            Self::File(file) => file.clone(),
            Self::Folder(folder) => folder.join(name),
        }
    }
}

/// Writes a picture beside and renamed.
pub(crate) fn save(picture: &RgbaImage, path: &Path) -> anyhow::Result<()> {
    let picture = DynamicImage::from(picture.clone()).to_rgb8();
    let write = |beside: &Path| {
        let written = picture.save_with_format(beside, ImageFormat::Png);
        written.map_err(|error| error.to_string())
    };
    Ok(written_beside(path, write)?)
}
