//! `destello render`: pictures without a window.

use std::{io::Write, path::PathBuf, process::ExitCode};

use clap::ValueEnum;

use crate::{
    domain::Role,
    features::render::{
        self,
        pictures::{Kind, RenderOrder},
    },
    imaging::Preset,
};

/// Arguments of `render`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, folders and archives
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// A PNG file, or a folder for several pictures
    #[arg(long, value_name = "FILE.png|DIR")]
    out: PathBuf,
    /// What to draw
    #[arg(long, value_enum, default_value = "sheet")]
    kind: KindName,
    /// Only these candidates, in this order
    #[arg(long = "id", value_name = "ID")]
    ids: Vec<String>,
    /// Only these roles: science, reference, difference, snr, variance, psf
    #[arg(long = "role", value_name = "ROLE", value_parser = role)]
    roles: Vec<Role>,
    /// The epoch, from 1; by default the brightest
    #[arg(long)]
    epoch: Option<usize>,
    /// Whose look: destello, alerce, fink, skyportal, ds9 (Lasair's too), braai
    #[arg(long, default_value = "destello", value_parser = preset)]
    look: Preset,
    /// Limits from all epochs of the object, or from each by itself; by default as in the
    /// window: all for stamps and strips, each for sheets
    #[arg(long, value_enum)]
    lock: Option<LockName>,
    /// Turn stamps so that north is up and east is left
    #[arg(long)]
    north_up: bool,
    /// Show differences with the sign of the file, not as science minus reference
    #[arg(long)]
    file_sign: bool,
    /// Picture pixels for one stamp pixel
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=64))]
    scale: u32,
    /// Candidates in a row of a sheet
    #[arg(long, default_value_t = 8, value_parser = count)]
    columns: usize,
    /// Rows of a sheet; more candidates go to further sheets
    #[arg(long, default_value_t = 25, value_parser = count)]
    rows: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum KindName {
    /// One picture for each stamp of one epoch
    Stamps,
    /// Many candidates in one picture, one epoch of each
    Sheet,
    /// All epochs of an object in a row, its roles below each other
    Strip,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LockName {
    Object,
    Free,
}

/// Draws, and says what stands in each picture.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let kind = match args.kind {
        KindName::Stamps => Kind::Stamps,
        KindName::Sheet => Kind::Sheet,
        KindName::Strip => Kind::Strip,
    };
    let order = RenderOrder {
        paths: args.paths.clone(),
        out: args.out.clone(),
        kind,
        ids: args.ids.clone(),
        roles: args.roles.clone(),
        epoch: args.epoch,
        preset: args.look,
        is_locked: args
            .lock
            .map_or(kind != Kind::Sheet, |lock| lock == LockName::Object),
        is_north_up: args.north_up,
        flips_sign: !args.file_sign,
        scale: args.scale,
        columns: args.columns,
        rows: args.rows,
    };
    let mut out = std::io::stdout().lock();
    let problems = render::pictures::render(&order, &mut |picture| {
        let [width, height] = picture.size_px;
        writeln!(out, "{} ({width}×{height} pixels)", picture.path.display())?;
        for (at, row) in (1..).zip(picture.rows) {
            writeln!(out, "  row {at}: {row}")?;
        }
        Ok(())
    })?;
    for problem in problems {
        eprintln!("{problem}");
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn role(name: &str) -> Result<Role, String> {
    let known = || Role::ALL.map(Role::name).join(", ");
    Role::from_alias(name).ok_or_else(|| format!("the roles are {}", known()))
}

fn preset(name: &str) -> Result<Preset, String> {
    // "ds9" alone, as people write it, for "DS9 / Lasair".
    let is_meant = |preset: &Preset| {
        let mut words = preset.name().split(" / ");
        words.any(|word| word.eq_ignore_ascii_case(name))
    };
    let known = || Preset::ALL.map(Preset::name).join(", ");
    Preset::from_name(name)
        .or_else(|| Preset::ALL.into_iter().find(is_meant))
        .ok_or_else(|| format!("the looks are {}", known()))
}

fn count(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("at least 1".into()),
        Ok(count) => Ok(count),
        Err(error) => Err(error.to_string()),
    }
}
