//! Opens a training bundle ([`super::export::bundle`]) as a stamp set.

use std::{collections::HashMap, fs, path::PathBuf, sync::Arc};

use super::{
    export::bundle::LAYOUT,
    fits_literal::FitsDisk,
    fits_write::{NULL_INT, unescape_text},
};
use crate::domain::{
    Band, Candidate, DifferenceSign, Epoch, Mjd, Part, Role, Source, StampId, StampRef,
};

/// Why a bundle cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}", path.display())]
pub struct BundleError {
    /// The bundle.
    pub path: PathBuf,
    /// The cause.
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
        let mut file = FitsDisk::open(&source.path)?;
        if file.text("DESTELLO").as_deref() != Some("BUNDLE") {
            return Ok(None);
        }
        match file.integer("BUNDVER") {
            Some(version) if version <= LAYOUT => {}
            version => {
                return Err(format!(
                    "the bundle has layout {}, this program knows {LAYOUT}",
                    version.unwrap_or(0)
                ));
            }
        }
        let (hdu_of_role, table) = structure(&mut file, fs::metadata(&source.path))?;
        candidates(source, &hdu_of_role, &table, next_id).map(Some)
    };
    read().map_err(|why| BundleError {
        path: source.path.to_path_buf(),
        why,
    })
}

/// Which HDU holds the stamps of each role with its number of planes, and the table of epochs.
fn structure(
    file: &mut FitsDisk,
    metadata: std::io::Result<fs::Metadata>,
) -> Result<(Vec<(Role, u16)>, Table), String> {
    let file_bytes = metadata.map_err(|error| error.to_string())?.len();
    let mut hdu_of_role = Vec::new();
    let mut planes = Vec::new();
    let mut table = None;
    for hdu in 1..file.hdus()? {
        file.go_to(hdu)?;
        let name = file.text("EXTNAME").unwrap_or_default();
        let role = Role::ALL
            .into_iter()
            .find(|role| role.name().eq_ignore_ascii_case(&name));
        if let Some(role) = role {
            hdu_of_role.push((role, hdu));
            planes.push((role, file.integer("NAXIS3").unwrap_or(1)));
        } else if name == "BUNDLE" {
            table = Some(Table::read(file, file_bytes)?);
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
        mjd: table.double(row, "mjd").and_then(Mjd::new),
        band: table
            .text(row, "band")
            .and_then(|name| Band::from_name(&name)),
        mag: table.float(row, "magpsf"),
        mag_err: table.float(row, "sigmapsf"),
        limiting_mag: table.float(row, "diffmaglim"),
        difference_sign: match table.text(row, "isdiffpos").as_deref() {
            Some("t") => DifferenceSign::ScienceMinusReference,
            Some("f") => DifferenceSign::ReferenceMinusScience,
            _ => DifferenceSign::Unknown,
        },
        ..Epoch::default()
    }
}

/// A binary table as bytes: rows of big-endian values at fixed places.
struct Table {
    rows: usize,
    row_bytes: usize,
    bytes: Vec<u8>,
    columns: HashMap<String, Place>,
}

/// Where a column lies in its row.
struct Place {
    offset: usize,
    len: usize,
    letter: char,
}

impl Table {
    fn read(file: &mut FitsDisk, file_bytes: u64) -> Result<Self, String> {
        let size = |value: Option<i64>| value.and_then(|value| usize::try_from(value).ok());
        let row_bytes = size(file.integer("NAXIS1")).ok_or("the table has no NAXIS1")?;
        let rows = size(file.integer("NAXIS2")).ok_or("the table has no NAXIS2")?;
        let len = row_bytes
            .checked_mul(rows)
            .filter(|len| *len as u64 <= file_bytes)
            .ok_or("the table is longer than the file")?;
        let mut columns = HashMap::new();
        let mut offset = 0;
        for number in 1..=file.integer("TFIELDS").unwrap_or(0).min(999) {
            let form = file.text(&format!("TFORM{number}")).unwrap_or_default();
            let (len, letter) =
                place_of(&form).ok_or_else(|| format!("TFORM {form} is unknown"))?;
            let place = Place {
                offset,
                len,
                letter,
            };
            offset += len;
            columns.insert(
                file.text(&format!("TTYPE{number}")).unwrap_or_default(),
                place,
            );
        }
        if offset > row_bytes {
            return Err("the table's columns are wider than its rows".into());
        }
        Ok(Self {
            rows,
            row_bytes,
            bytes: file.table_bytes(len)?,
            columns,
        })
    }

    /// The bytes of a cell of that type.
    fn cell(&self, row: usize, name: &str, letter: char) -> Option<&[u8]> {
        let place = self
            .columns
            .get(name)
            .filter(|place| place.letter == letter)?;
        let start = row * self.row_bytes + place.offset;
        self.bytes.get(start..start + place.len)
    }

    /// None where it is empty.
    fn text(&self, row: usize, name: &str) -> Option<String> {
        let cell = self.cell(row, name, 'A')?;
        let end = cell
            .iter()
            .position(|byte| *byte == 0)
            .unwrap_or(cell.len());
        let text = String::from_utf8_lossy(&cell[..end]);
        let text = unescape_text(text.trim_end_matches(' '));
        (!text.is_empty()).then_some(text)
    }

    fn integer(&self, row: usize, name: &str) -> Option<i64> {
        let bytes = self.cell(row, name, 'K')?.first_chunk()?;
        Some(i64::from_be_bytes(*bytes)).filter(|value| *value != NULL_INT)
    }

    fn double(&self, row: usize, name: &str) -> Option<f64> {
        let bytes = self.cell(row, name, 'D')?.first_chunk()?;
        Some(f64::from_be_bytes(*bytes)).filter(|value| value.is_finite())
    }

    fn float(&self, row: usize, name: &str) -> Option<f32> {
        let bytes = self.cell(row, name, 'E')?.first_chunk()?;
        Some(f32::from_be_bytes(*bytes)).filter(|value| value.is_finite())
    }
}

/// Bytes and type letter of a TFORM such as `19A`, `K`, `1D`.
fn place_of(form: &str) -> Option<(usize, char)> {
    let digits = form.find(|c: char| !c.is_ascii_digit())?;
    let repeat = match &form[..digits] {
        "" => 1,
        digits => digits.parse::<usize>().ok()?,
    };
    let letter = form[digits..].chars().next()?;
    let bytes = match letter {
        'A' | 'B' | 'L' => 1,
        'I' => 2,
        'J' | 'E' => 4,
        'K' | 'D' => 8,
        _ => return None,
    };
    Some((repeat.checked_mul(bytes)?, letter))
}

#[cfg(test)]
mod tests {
    use super::place_of;

    #[test]
    fn table_formats_have_their_bytes() {
        assert_eq!(place_of("19A"), Some((19, 'A')));
        assert_eq!(place_of("K"), Some((8, 'K')));
        assert_eq!(place_of("3E"), Some((12, 'E')));
        assert_eq!(place_of("1PE(3)"), None);
        assert_eq!(place_of(""), None);
        assert_eq!(place_of("99999999999999999999K"), None);
    }
}
