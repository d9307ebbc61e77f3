//! Templates in FITS: an image whose rows a table describes.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use super::{
    file::{FitsFile, HduKind},
    header::Header,
};
use crate::{
    domain::{Band, PhaseCurve, PsfTemplate, SupernovaTemplate},
    io::{gunzip, templates::visits::unknown_band},
};

/// Sums of point-spread functions may differ from 1 by this.
const UNIT_SUM_TOLERANCE: f64 = 1e-3;
/// A phase curve must close to within this, cycles.
const CYCLE_TOLERANCE: f64 = 1e-6;
/// Light curves with fewer points say nothing.
const LEAST_PHASES: usize = 5;
/// A larger image is no set of templates, values.
const MOST_VALUES: usize = 1 << 28;

/// Columns of one table by name.
#[derive(Default)]
struct Table {
    numbers: BTreeMap<String, Vec<f64>>,
    texts: BTreeMap<String, Vec<String>>,
}

/// A FITS file: its primary image and all its tables.
pub struct FitsTables {
    header: Header,
    /// Lengths of the axes, slowest first.
    axes: Vec<usize>,
    pixels: Vec<f32>,
    tables: BTreeMap<String, Table>,
}

impl FitsTables {
    pub fn read(path: &Path) -> Result<Self, String> {
        let bytes = gunzip::read_file(path).map_err(|error| error.to_string())?;
        let bits = bytes.len();
        let mut file = FitsFile::open(bytes.into()).map_err(|error| error.to_string())?;
        let words = |error: super::error::FitsError| error.to_string();
        let header = Header::new(file.cards());
        let (_, mut axes) = file.image().map_err(words)?;
        axes.reverse();
        let count = axes
            .iter()
            .try_fold(1_usize, |all, len| all.checked_mul(*len));
        let count = count.filter(|count| *count <= MOST_VALUES.min(bits));
        let count = count.ok_or("the primary image is larger than the file")?;
        if axes.is_empty() || count == 0 {
            return Err("the primary HDU holds no image".into());
        }
        let pixels = file.pixels(0, count).map_err(words)?;
        let mut tables = BTreeMap::new();
        for hdu in 1.. {
            match file.go_to(hdu).map_err(words)? {
                None => break,
                Some(HduKind::Image) => {}
                Some(HduKind::Table) => {
                    let name = Header::new(file.cards()).text("EXTNAME");
                    let name = name.unwrap_or_default().to_ascii_uppercase();
                    tables.insert(name, table(&mut file).map_err(words)?);
                }
            }
        }
        Ok(Self {
            header,
            axes,
            pixels,
            tables,
        })
    }

    /// The axes, where there are as many as wanted.
    fn axes<const N: usize>(&self, what: &str) -> Result<[usize; N], String> {
        let axes = <[usize; N]>::try_from(self.axes.as_slice()).ok();
        axes.ok_or_else(|| {
            format!(
                "the primary image has {} axes, where {what} are wanted",
                self.axes.len()
            )
        })
    }

    /// A column of numbers with a row for each of `rows` `what`.
    fn numbers(&self, table: &str, name: &str, rows: usize, what: &str) -> Result<&[f64], String> {
        let column = self.table(table)?.numbers.get(name);
        let column = column.ok_or_else(|| format!("the table {table} has no numbers {name}"))?;
        check_rows(table, column.len(), rows, what)?;
        match column.iter().position(|value| !value.is_finite()) {
            Some(at) => Err(format!("row {} of {table} has no {name}", at + 1)),
            None => Ok(column),
        }
    }

    /// A column of texts with a row for each of `rows` `what`.
    fn texts(&self, table: &str, name: &str, rows: usize, what: &str) -> Result<&[String], String> {
        let column = self.table(table)?.texts.get(name);
        let column = column.ok_or_else(|| format!("the table {table} has no texts {name}"))?;
        check_rows(table, column.len(), rows, what)?;
        Ok(column)
    }

    fn table(&self, name: &str) -> Result<&Table, String> {
        let table = self.tables.get(name);
        table.ok_or_else(|| format!("the table {name} is missing"))
    }

    /// Ascending phases, one for each column of the image.
    fn phases(&self, count: usize) -> Result<Arc<[f64]>, String> {
        let phases = self.numbers("PHASE", "PHASE", count, "phases of the image")?;
        if !phases.windows(2).all(|pair| pair[0] < pair[1]) {
            return Err("the phases do not ascend".into());
        }
        if count < LEAST_PHASES {
            return Err(format!("has {count} phases, too few for a light curve"));
        }
        Ok(phases.into())
    }
}

fn table(file: &mut FitsFile<'_>) -> Result<Table, super::error::FitsError> {
    let mut table = Table::default();
    for column in file.columns()? {
        let name = column.name.to_ascii_uppercase();
        if !column.is_scalar {
            continue;
        }
        if column.is_text {
            let texts = file.texts(&column)?;
            table.texts.insert(name, texts);
        } else {
            let numbers = file.numbers(&column)?;
            table.numbers.insert(name, numbers);
        }
    }
    Ok(table)
}

fn check_rows(table: &str, rows: usize, wanted: usize, what: &str) -> Result<(), String> {
    if rows == wanted {
        return Ok(());
    }
    Err(format!(
        "the table {table} has {rows} rows, but there are {wanted} {what}"
    ))
}

/// Point-spread functions: image (template, y, x) and table `PSF`.
pub fn psfs(file: &FitsTables) -> Result<Vec<PsfTemplate>, String> {
    let [count, height, width] = file.axes("three (template, y, x)")?;
    if height != width {
        return Err(format!(
            "the point-spread functions measure {width}x{height} pixels; they must be square"
        ));
    }
    let column = |name| file.numbers("PSF", name, count, "point-spread functions");
    let (seeing, cx, cy) = (column("SEEING")?, column("CX")?, column("CY")?);
    let psf = |(at, pixels): (usize, &[f32])| {
        let number = at + 1;
        let sum: f64 = pixels.iter().map(|pixel| f64::from(*pixel)).sum();
        if !sum.is_finite() {
            return Err(format!("point-spread function {number} holds NaN"));
        }
        if (sum - 1.0).abs() > UNIT_SUM_TOLERANCE {
            return Err(format!(
                "point-spread function {number} sums to {sum:.4}; it must sum to 1"
            ));
        }
        if seeing[at] <= 0.0 {
            return Err(format!("row {number} of PSF has no SEEING above 0"));
        }
        Ok(PsfTemplate {
            side: width,
            pixels: pixels.into(),
            seeing_arcsec: seeing[at] as f32,
            center_px: [cx[at] as f32, cy[at] as f32],
        })
    };
    let images = file.pixels.chunks_exact(width * height);
    images.enumerate().map(psf).collect()
}

/// Supernovae: image (model, band, phase), card `AXIS2`, tables `PHASE` and `MODELS`.
///
/// The phases of a model that have NaN at either end are left out: it does not reach there.
pub fn supernovae(file: &FitsTables) -> Result<Vec<SupernovaTemplate>, String> {
    let [models, bands, phases] = file.axes("three (model, band, phase)")?;
    let names = band_names(file, bands)?;
    let days = file.phases(phases)?;
    let model = file.texts("MODELS", "MODEL", models, "models in the image")?;
    let redshift = file.numbers("MODELS", "Z", models, "models in the image")?;
    let cubes = file.pixels.chunks_exact(bands * phases);
    let template = |((flux, model), redshift): ((&[f32], &String), &f64)| {
        let named = |why: &str| format!("{model} at redshift {redshift} {why}");
        let is_known = |at: usize| flux.iter().skip(at).step_by(phases).all(|f| f.is_finite());
        let known: Vec<usize> = (0..phases).filter(|at| is_known(*at)).collect();
        let (Some(first), Some(last)) = (known.first(), known.last()) else {
            return Err(named("holds nothing but NaN"));
        };
        let reach = *first..last + 1;
        if known.len() < reach.len() {
            return Err(named("has NaN between its phases"));
        }
        if known.len() < LEAST_PHASES {
            return Err(named("has too few phases for a light curve"));
        }
        let flux = flux.chunks_exact(phases).zip(&names);
        Ok(SupernovaTemplate {
            model: model.clone(),
            redshift: *redshift,
            phases_days: days[reach.clone()].into(),
            flux: flux
                .map(|(flux, band)| (band.clone(), flux[reach.clone()].to_vec()))
                .collect(),
        })
    };
    cubes.zip(model).zip(redshift).map(template).collect()
}

/// The bands along the second axis, from `AXIS2 = 'BAND g r i'`.
fn band_names(file: &FitsTables, count: usize) -> Result<Vec<Band>, String> {
    let text = file.header.text("AXIS2").unwrap_or_default();
    let names = text.strip_prefix("BAND").map(str::split_whitespace);
    let names = names.ok_or("the card AXIS2 must name the bands, such as 'BAND g r i'")?;
    let bands: Vec<Band> = names.filter_map(Band::from_name).collect();
    for band in &bands {
        if let Band::Other(name) = band {
            return Err(unknown_band(name));
        }
    }
    if bands.len() != count {
        return Err(format!(
            "AXIS2 names {} bands, but the image has {count}",
            bands.len()
        ));
    }
    Ok(bands)
}

/// Periodic stars: image (star, phase), tables `PHASE` and `table` with the kinds in `kind`.
pub fn phase_curves(file: &FitsTables, table: &str, kind: &str) -> Result<Vec<PhaseCurve>, String> {
    let [stars, phases] = file.axes("two (star, phase)")?;
    let cycle = file.phases(phases)?;
    let length = cycle[phases - 1] - cycle[0];
    if (length - 1.0).abs() > CYCLE_TOLERANCE {
        return Err(format!(
            "the phases cover {length} cycles; they must cover one with both its ends"
        ));
    }
    let kinds = file.texts(table, kind, stars, "stars in the image")?;
    let has_periods = file.table(table)?.numbers.contains_key("PERIOD");
    let periods = has_periods
        .then(|| file.numbers(table, "PERIOD", stars, "stars in the image"))
        .transpose()?;
    if let Some(at) = periods.and_then(|all| all.iter().position(|days| *days <= 0.0)) {
        return Err(format!("row {} of {table} has no period above 0", at + 1));
    }
    let curve = |(at, (values, kind)): (usize, (&[f32], &String))| {
        if values.iter().any(|value| !value.is_finite()) {
            return Err(format!("star {} holds NaN", at + 1));
        }
        Ok(PhaseCurve {
            kind: kind.clone(),
            period_days: periods.map(|all| all[at]),
            phases: cycle.clone(),
            values: values.to_vec(),
        })
    };
    let rows = file.pixels.chunks_exact(phases).zip(kinds);
    rows.enumerate().map(curve).collect()
}
