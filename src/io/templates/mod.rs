//! Templates from a folder: point-spread functions, light curves and observing conditions.
//!
//! | files | what | layout |
//! |---|---|---|
//! | `psf_*.fits[.gz]` | point-spread functions | primary image (template, y, x) of unit sum; table `PSF`: `SEEING` (arcsec), `CX`, `CY` (pixels from the centre of the first one) |
//! | `supernovae*.fits[.gz]` | supernovae | primary image (model, band, phase): flux relative to the maximum in r, NaN where a model ends; card `AXIS2 = 'BAND g r i'`; tables `PHASE`: `PHASE` (days) and `MODELS`: `MODEL`, `Z` |
//! | `eclipsing_binaries*.fits[.gz]` | eclipsing binaries | primary image (star, phase): magnitudes above maximum light; tables `PHASE`: `PHASE` (one cycle, both ends) and `BINARIES`: `KIND`, `PERIOD` (days) |
//! | `rr_lyrae*.fits[.gz]` | RR Lyrae stars | primary image (star, phase): 0 bright, 1 faint; tables `PHASE` and `TEMPLATES`: `TYPE` |
//! | `observing_conditions*.csv` | real visits | see `visits` |

pub(super) mod visits;

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    fingerprint::Fingerprint,
    fits::{self, templates::FitsTables},
};
use crate::domain::{FieldVisits, Templates};
use visits::Visits;

/// Why templates cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {why}", path.display())]
pub struct TemplatesError {
    pub path: PathBuf,
    pub why: String,
}

impl TemplatesError {
    fn new(path: &Path, why: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            why: why.into(),
        }
    }
}

/// Templates, and what was left out of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TemplatesRead {
    /// What can be used.
    pub templates: Templates,
    /// Visits without a value that is needed, or with an impossible one.
    pub dropped_visits: usize,
    /// A number that changes with any byte of the files, and with their names.
    pub fingerprint: u64,
}

/// What the name of a file says that it holds.
#[derive(Clone, Copy)]
enum Kind {
    Psf,
    Supernovae,
    EclipsingBinaries,
    RrLyrae,
    Visits,
}

impl Kind {
    const NAMES: [(&'static str, Self); 5] = [
        ("psf_", Self::Psf),
        ("supernovae", Self::Supernovae),
        ("eclipsing_binaries", Self::EclipsingBinaries),
        ("rr_lyrae", Self::RrLyrae),
        ("observing_conditions", Self::Visits),
    ];

    fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
        let (_, kind) = Self::NAMES
            .into_iter()
            .find(|(start, _)| name.starts_with(start))?;
        let endings: &[&str] = match kind {
            Self::Visits => &[".csv"],
            _ => &[".fits", ".fits.gz"],
        };
        let is_format = endings.iter().any(|ending| name.ends_with(ending));
        is_format.then_some(kind)
    }
}

/// Reads all templates of a folder. Other files may lie beside them.
///
/// # Errors
/// Where the folder holds none, or one of them has the wrong shape or impossible values.
pub fn read_templates(folder: &Path) -> Result<TemplatesRead, TemplatesError> {
    let refused = |error: std::io::Error| TemplatesError::new(folder, error.to_string());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(refused)? {
        let path = entry.map_err(refused)?.path();
        files.extend(Kind::of(&path).map(|kind| (path, kind)));
    }
    // The order of templates decides which one a seed draws.
    files.sort_by(|(a, _), (b, _)| a.file_name().cmp(&b.file_name()));
    if files.is_empty() {
        let why = "holds no templates: they are called psf_*.fits, supernovae*.fits, \
                   eclipsing_binaries*.fits, rr_lyrae*.fits (also .fits.gz) or \
                   observing_conditions*.csv";
        return Err(TemplatesError::new(folder, why));
    }
    let mut read = TemplatesRead::default();
    let mut fingerprint = Fingerprint::default();
    for (path, kind) in files {
        fingerprint.add(path.file_name().unwrap_or_default().as_encoded_bytes());
        fingerprint.add(&fs::read(&path).map_err(refused)?);
        add(&mut read, &path, kind).map_err(|why| TemplatesError::new(&path, why))?;
    }
    read.fingerprint = fingerprint.get();
    Ok(read)
}

/// Reads a table of real visits: the `visits_table` of a survey. Also tells how many rows were
/// dropped.
///
/// # Errors
/// Where it cannot be read, lacks a column or has too few visits.
pub fn read_visits_table(path: &Path) -> Result<(Vec<FieldVisits>, usize), TemplatesError> {
    let read = visits::read(path).map_err(|why| TemplatesError::new(path, why))?;
    Ok((read.fields, read.dropped))
}

fn add(read: &mut TemplatesRead, path: &Path, kind: Kind) -> Result<(), String> {
    let into = &mut read.templates;
    if let Kind::Visits = kind {
        let Visits { fields, dropped } = visits::read(path)?;
        into.fields.extend(fields);
        read.dropped_visits += dropped;
        return Ok(());
    }
    let file = FitsTables::read(path)?;
    match kind {
        Kind::Psf => into.psfs.extend(fits::templates::psfs(&file)?),
        Kind::Supernovae => into.supernovae.extend(fits::templates::supernovae(&file)?),
        Kind::EclipsingBinaries => {
            let stars = fits::templates::phase_curves(&file, "BINARIES", "KIND")?;
            into.eclipsing_binaries.extend(stars);
        }
        Kind::RrLyrae => {
            let stars = fits::templates::phase_curves(&file, "TEMPLATES", "TYPE")?;
            into.rr_lyrae.extend(stars);
        }
        Kind::Visits => {}
    }
    Ok(())
}
