//! Opens a training bundle ([`crate::io::export::bundle`]) as a stamp set.

use std::{collections::HashMap, path::PathBuf, sync::Arc};

use super::{
    bytes::NULL_INT, error::FitsError, file::FitsFile, header::Header, text::unescape_text,
};
use crate::{
    domain::{
        Band, Candidate, DifferenceSign, Epoch, Fields, IS_NEGATIVE, Mjd, Part, Role, Source,
        StampId, StampRef, TimeScale,
    },
    io::export::{
        bundle::LAYOUT,
        columns::{REFERENCE_MINUS_SCIENCE, SCIENCE_MINUS_REFERENCE, TIME_SCALE},
    },
};

/// Why a bundle cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}", path.display())]
pub struct BundleError {
    pub path: PathBuf,
    pub why: String,
}

/// The candidates of a bundle in its order; none where the file is no bundle, which its primary
/// header says (`DESTELLO = 'BUNDLE'`). Pixels are not read.
///
/// Each stamp is a plane ([`Part::Hdu`]) of the image HDU of its role; `next_id` names it. The
/// label of a candidate comes back as its `truth`.
pub fn read_index(
    source: &Arc<Source>,
    next_id: &mut dyn FnMut() -> StampId,
) -> Result<Option<Vec<Candidate>>, BundleError> {
    let mut read = || {
        let mut file = FitsFile::open_on_disk(&source.path).map_err(words)?;
        let primary = Header::new(file.cards());
        if primary.text("DESTELLO").as_deref() != Some("BUNDLE") {
            return Ok(None);
        }
        match integer(&primary, "BUNDVER") {
            Some(version) if version <= LAYOUT => {}
            version => {
                return Err(format!(
                    "the bundle has layout {}, this program knows {LAYOUT}",
                    version.unwrap_or(0)
                ));
            }
        }
        let (hdu_of_role, table) = structure(&mut file)?;
        candidates(source, &hdu_of_role, &table, next_id).map(Some)
    };
    read().map_err(|why| BundleError {
        path: source.path.to_path_buf(),
        why,
    })
}

#[expect(clippy::needless_pass_by_value, reason = "map_err hands it over")]
fn words(error: FitsError) -> String {
    error.to_string()
}

fn integer(header: &Header, name: &str) -> Option<i64> {
    header.number(name).map(|number| number as i64)
}

/// Which HDU holds the stamps of each role with its number of planes, and the table of epochs.
fn structure(file: &mut FitsFile<'_>) -> Result<(Vec<(Role, u16)>, Table), String> {
    let mut hdu_of_role = Vec::new();
    let mut planes = Vec::new();
    let mut table = None;
    for hdu in 1..u16::MAX {
        if file.go_to(hdu.into()).map_err(words)?.is_none() {
            break;
        }
        let header = Header::new(file.cards());
        let name = header.text("EXTNAME").unwrap_or_default();
        let role = Role::ALL
            .into_iter()
            .find(|role| role.name().eq_ignore_ascii_case(&name));
        if let Some(role) = role {
            hdu_of_role.push((role, hdu));
            planes.push((role, integer(&header, "NAXIS3").unwrap_or(1)));
        } else if name == "BUNDLE" {
            table = Some(Table::read(file, &header)?);
        }
    }
    let table = table.ok_or("the table BUNDLE is missing")?;
    match planes
        .iter()
        .find(|(_, planes)| *planes != table.rows as i64)
    {
        None => Ok((hdu_of_role, table)),
        Some((role, planes)) => Err(format!(
            "{} has {planes} planes, but the table has {} rows",
            role.name(),
            table.rows
        )),
    }
}

fn candidates(
    source: &Arc<Source>,
    hdu_of_role: &[(Role, u16)],
    table: &Table,
    next_id: &mut dyn FnMut() -> StampId,
) -> Result<Vec<Candidate>, String> {
    let mut all: Vec<Candidate> = Vec::new();
    let mut at_of_id: HashMap<String, usize> = HashMap::new();
    for row in 0..table.rows {
        let id = table
            .text(row, "objectId")
            .ok_or_else(|| format!("row {} has no objectId", row + 1))?;
        let mut epoch = epoch_of(table, row);
        for (role, hdu) in hdu_of_role {
            // A width of 0 says that the epoch has no such stamp.
            if table.integer(row, &format!("{}_width", role.name())) == Some(0) {
                continue;
            }
            epoch.stamps.push(StampRef {
                id: next_id(),
                role: *role,
                source: source.clone(),
                part: Part::Hdu {
                    hdu: *hdu,
                    plane: Some(row as u32),
                },
            });
        }
        let at = *at_of_id.entry(id.clone()).or_insert_with(|| {
            all.push(candidate_of(&id, table, row));
            all.len() - 1
        });
        all[at].epochs.push(epoch);
    }
    for candidate in &mut all {
        candidate.sort_by_time();
    }
    Ok(all)
}

fn candidate_of(id: &str, table: &Table, row: usize) -> Candidate {
    let position = |name| table.double(row, name);
    Candidate {
        id: id.into(),
        position_deg: position("ra").zip(position("dec")).map(<[f64; 2]>::from),
        truth: table.text(row, "class_name").map(Arc::from),
        ..Candidate::default()
    }
}

fn epoch_of(table: &Table, row: usize) -> Epoch {
    Epoch {
        candid: table.text(row, "candid").map(Arc::from),
        mjd: mjd_of(table, row),
        band: table
            .text(row, "band")
            .and_then(|name| Band::from_name(&name)),
        mag: table.float(row, "magpsf"),
        mag_err: table.float(row, "sigmapsf"),
        limiting_mag: table.float(row, "diffmaglim"),
        difference_sign: sign_of(table, row),
        fields: negative_of(table, row),
        ..Epoch::default()
    }
}

/// In the scale that the bundle names; those of 0.2.0 and before name none.
fn mjd_of(table: &Table, row: usize) -> Option<Mjd> {
    let scale = table.text(row, TIME_SCALE);
    let scale = scale.and_then(|name| TimeScale::from_name(&name));
    let mjd = Mjd::new(table.double(row, "mjd")?)?;
    Some(mjd.counted_in(scale.unwrap_or_default()))
}

/// That the source is negative, where the sign of the difference does not imply it.
fn negative_of(table: &Table, row: usize) -> Fields {
    let is_negative = table.text(row, "isdiffpos").as_deref() == Some("f");
    if is_negative && sign_of(table, row) != DifferenceSign::ReferenceMinusScience {
        return Fields::new(Arc::from([Arc::from(IS_NEGATIVE)]), vec![1.0], Vec::new());
    }
    Fields::default()
}

/// Bundles of version 0.2.0 and before have it in `isdiffpos`, which is about the source since.
fn sign_of(table: &Table, row: usize) -> DifferenceSign {
    let own = "difference_sign";
    let name = if table.texts.contains_key(own) {
        own
    } else {
        "isdiffpos"
    };
    match table.text(row, name).as_deref() {
        Some(SCIENCE_MINUS_REFERENCE | "t") => DifferenceSign::ScienceMinusReference,
        Some(REFERENCE_MINUS_SCIENCE | "f") => DifferenceSign::ReferenceMinusScience,
        _ => DifferenceSign::Unknown,
    }
}

/// The columns of the table of epochs that are of use here, by name and type.
struct Table {
    rows: usize,
    texts: HashMap<String, Vec<String>>,
    integers: HashMap<String, Vec<i64>>,
    numbers: HashMap<String, Vec<f64>>,
}

/// Columns that [`candidate_of`] and [`epoch_of`] look for, beside the widths of stamps.
const WANTED: [&str; 13] = [
    "objectId",
    "candid",
    "class_name",
    "ra",
    "dec",
    "mjd",
    TIME_SCALE,
    "band",
    "magpsf",
    "sigmapsf",
    "diffmaglim",
    "isdiffpos",
    "difference_sign",
];

impl Table {
    /// Reads the table that is current in the file.
    fn read(file: &mut FitsFile<'_>, header: &Header) -> Result<Self, String> {
        let size = |name| integer(header, name).and_then(|value| usize::try_from(value).ok());
        let row_bytes = size("NAXIS1").ok_or("the table has no NAXIS1")?;
        let rows = size("NAXIS2").ok_or("the table has no NAXIS2")?;
        let bytes = row_bytes.checked_mul(rows);
        if bytes.is_none_or(|bytes| bytes > file.len()) {
            return Err("the table is longer than the file".into());
        }
        let mut table = Self {
            rows,
            texts: HashMap::new(),
            integers: HashMap::new(),
            numbers: HashMap::new(),
        };
        for column in file.columns().map_err(words)? {
            let name = column.name.clone();
            let is_wanted = WANTED.contains(&&*name) || name.ends_with("_width");
            if !is_wanted || !column.is_scalar {
                continue;
            }
            if column.is_text {
                let texts = file.texts(&column).map_err(words)?;
                table.texts.insert(name, texts);
            } else if column.is_long {
                let integers = file.longs(&column).map_err(words)?;
                table.integers.insert(name, integers);
            } else {
                let numbers = file.numbers(&column).map_err(words)?;
                table.numbers.insert(name, numbers);
            }
        }
        Ok(table)
    }

    /// None where it is empty.
    fn text(&self, row: usize, name: &str) -> Option<String> {
        let text = unescape_text(self.texts.get(name)?.get(row)?);
        (!text.is_empty()).then_some(text)
    }

    fn integer(&self, row: usize, name: &str) -> Option<i64> {
        let value = self.integers.get(name)?.get(row)?;
        Some(*value).filter(|value| *value != NULL_INT)
    }

    fn double(&self, row: usize, name: &str) -> Option<f64> {
        let value = self.numbers.get(name)?.get(row)?;
        Some(*value).filter(|value| value.is_finite())
    }

    fn float(&self, row: usize, name: &str) -> Option<f32> {
        self.double(row, name).map(|value| value as f32)
    }
}
