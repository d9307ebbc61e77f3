//! Joining any table to an opened set: by identifiers, or by position.
//!
//! The column of identifiers is the one whose values name most candidates, whatever it is called. Where none names
//! any, or where a radius is given, each candidate gets the row that lies nearest to it within the radius.

use std::{collections::HashMap, path::Path, sync::Arc};

use twox_hash::XxHash64;

use super::{
    fits::header::{exact_number, sexagesimal},
    gunzip::read_file,
    labels_csv::plain_id,
    table::{Row, Table},
};
use crate::domain::{
    CandidateIx, CandidateNames, Catalogue, Fields, Problem, position::separation_arcsec,
};

/// Where no radius is given, arcseconds.
pub const USUAL_RADIUS_ARCSEC: f64 = 2.0;
/// Rows that are enough to see which column names the candidates.
const ROWS_LOOKED_AT: usize = 5_000;

/// What a table brings to the candidates of a set.
#[derive(Debug)]
pub struct Joined {
    /// The columns of each candidate that has a row, under the table's name: `gaia.parallax`.
    pub fields: Vec<(CandidateIx, Fields)>,
    /// By what it was joined, and how many, as a sentence without a full stop.
    pub rule: String,
    /// Rows that could not be read, candidates with several rows.
    pub problems: Vec<Problem>,
    /// A hash of the table's bytes, unpacked: another one where the table was changed.
    pub content: String,
}

/// Reads the table and finds the row of each candidate.
///
/// # Errors
/// Where the file holds no table, or nothing in it says which row is whose.
pub fn join(
    path: &Path,
    catalogue: &Catalogue,
    radius_arcsec: Option<f64>,
) -> Result<Joined, String> {
    let shown = path.display().to_string();
    let bytes = read_file(path).map_err(|why| format!("{shown}: {why}"))?;
    let content = format!("{:016x}", XxHash64::oneshot(0, &bytes));
    let table = Table::parse(&bytes, &shown).map_err(|error| error.to_string())?;
    if table.rows.is_empty() {
        return Err(format!("{shown}: the table has no row"));
    }
    if radius_arcsec.is_some_and(|radius| !(radius > 0.0 && radius <= 3_600.0)) {
        return Err("the radius is between 0 and 3600 arcsec".into());
    }
    let mut problems: Vec<Problem> = table
        .faults
        .iter()
        .map(|(line, why)| Problem::new(&*shown, format!("row at line {line}"), why.clone()))
        .collect();
    let by_name = match radius_arcsec {
        None => by_identifier(&table, catalogue),
        Some(_) => None,
    };
    let radius = radius_arcsec.unwrap_or(USUAL_RADIUS_ARCSEC);
    let (found, by) = match by_name {
        Some(found) => found,
        None => by_position(&table, catalogue, radius).ok_or_else(|| {
            format!(
                "{shown}: no column of it names a candidate of the set, and positions (columns ra and dec) are missing \
                 in the table or in the set"
            )
        })?,
    };
    let count = found.rows.len();
    if found.several > 0 {
        let why = format!(
            "{} candidates have several rows; the first counts",
            found.several
        );
        problems.push(Problem::new(&*shown, "table", why));
    }
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let fields = fields(&table, &name.replace(char::is_whitespace, "_"), &found);
    Ok(Joined {
        fields,
        rule: format!("{count} of {} candidates joined {by}", catalogue.len()),
        problems,
        content,
    })
}

/// Which row is whose.
#[derive(Default)]
struct Found {
    /// Candidate, row, and their distance in arcseconds where they were joined by position.
    rows: Vec<(CandidateIx, usize, Option<f64>)>,
    /// Candidates with more rows than one.
    several: usize,
}

fn by_identifier(table: &Table, catalogue: &Catalogue) -> Option<(Found, String)> {
    let names = CandidateNames::of(catalogue);
    let looked_at = &table.rows[..table.rows.len().min(ROWS_LOOKED_AT)];
    let known = |at: usize| {
        let cells = looked_at.iter().map(|row| plain_id(row.cell(at)));
        cells.filter(|cell| names.find(cell).is_some()).count()
    };
    let (count, column) = (0..table.heads.len())
        .map(|at| (known(at), at))
        .reduce(|best, next| if next.0 > best.0 { next } else { best })?;
    if count == 0 {
        return None;
    }
    let mut first: HashMap<CandidateIx, (usize, bool)> = HashMap::new();
    for (row, cells) in table.rows.iter().enumerate() {
        let id = names.find(plain_id(cells.cell(column)));
        if let Some(ix) = id.and_then(|id| catalogue.find(&id)) {
            first
                .entry(ix)
                .and_modify(|(_, is_several)| *is_several = true)
                .or_insert((row, false));
        }
    }
    let several = first.values().filter(|(_, is_several)| *is_several).count();
    let mut rows: Vec<_> = first
        .into_iter()
        .map(|(ix, (row, _))| (ix, row, None))
        .collect();
    rows.sort_by_key(|(ix, ..)| *ix);
    let by = format!("by the identifiers in {}", table.heads[column]);
    Some((Found { rows, several }, by))
}

/// Names of columns of right ascension and declination.
const RA: [&str; 12] = [
    "ra",
    "ra_deg",
    "radeg",
    "raj2000",
    "_raj2000",
    "ra_icrs",
    "ra_j2000",
    "raj2000_deg",
    "alpha",
    "meanra",
    "ramean",
    "ra2000",
];
const DEC: [&str; 16] = [
    "dec",
    "dec_deg",
    "decdeg",
    "dej2000",
    "_dej2000",
    "decj2000",
    "de_icrs",
    "dec_icrs",
    "dec_j2000",
    "decl",
    "delta",
    "meandec",
    "decmean",
    "dec2000",
    "dej2000_deg",
    "declination",
];

fn by_position(table: &Table, catalogue: &Catalogue, radius: f64) -> Option<(Found, String)> {
    let (ra, dec) = (table.find(&RA)?, table.find(&DEC)?);
    let place = |row: &Row| {
        let angle = |at: usize, of_hours: f64| {
            let cell = row.cell(at);
            let number = cell.parse().ok().filter(|number: &f64| number.is_finite());
            number.or_else(|| Some(sexagesimal(cell)? * of_hours))
        };
        Some([angle(ra, 15.0)?, angle(dec, 1.0)?])
    };
    let mut sky: Vec<([f64; 2], usize)> = table
        .rows
        .iter()
        .enumerate()
        .filter_map(|(at, row)| Some((place(row)?, at)))
        .collect();
    sky.sort_by(|a, b| a.0[1].total_cmp(&b.0[1]));
    let mut found = Found::default();
    let mut has_positions = false;
    for (ix, candidate) in catalogue.iter() {
        let Some(here) = candidate.position_deg else {
            continue;
        };
        has_positions = true;
        let reach = radius / 3_600.0;
        let from = sky.partition_point(|(at, _)| at[1] < here[1] - reach);
        let near = sky[from..]
            .iter()
            .take_while(|(at, _)| at[1] <= here[1] + reach)
            .map(|(at, row)| (separation_arcsec(here, *at), *row))
            .filter(|(apart, _)| *apart <= radius);
        let nearest = near.reduce(|best, next| if next.0 < best.0 { next } else { best });
        if let Some((apart, row)) = nearest {
            found.rows.push((ix, row, Some(apart)));
        }
    }
    let by = format!("by position within {radius} arcsec");
    (has_positions && !sky.is_empty()).then_some((found, by))
}

/// The cells of each row that is somebody's, under the table's name.
fn fields(table: &Table, name: &str, found: &Found) -> Vec<(CandidateIx, Fields)> {
    let columns = 0..table.heads.len();
    let is_number: Vec<bool> = columns
        .clone()
        .map(|at| {
            let mut cells = table
                .rows
                .iter()
                .map(|row| row.cell(at))
                .filter(|cell| !cell.is_empty());
            cells.all(|cell| exact_number(cell).is_some())
        })
        .collect();
    let own = |at: usize| -> Arc<str> {
        format!(
            "{name}.{}",
            table.heads[at].replace(char::is_whitespace, "_")
        )
        .into()
    };
    let is_by_position = found.rows.iter().any(|(.., apart)| apart.is_some());
    let mut names: Vec<Arc<str>> = columns
        .clone()
        .filter(|at| is_number[*at])
        .map(own)
        .collect();
    if is_by_position {
        names.push(format!("{name}.sep_arcsec").into());
    }
    let names: Arc<[Arc<str>]> = names.into();
    let text_names: Vec<(usize, Arc<str>)> = columns
        .clone()
        .filter(|at| !is_number[*at])
        .map(|at| (at, own(at)))
        .collect();
    let of_row = |(ix, row, apart): &(CandidateIx, usize, Option<f64>)| {
        let row = &table.rows[*row];
        let numbers = columns.clone().filter(|at| is_number[*at]);
        let mut numbers: Vec<f64> = numbers
            .map(|at| exact_number(row.cell(at)).unwrap_or(f64::NAN))
            .collect();
        numbers.extend(apart);
        let texts = text_names.iter().filter_map(|(at, name)| {
            let cell = row.cell(*at);
            (!cell.is_empty()).then(|| (name.clone(), cell.into()))
        });
        (*ix, Fields::new(names.clone(), numbers, texts.collect()))
    };
    found.rows.iter().map(of_row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Candidate, Epoch};

    fn set() -> Catalogue {
        let mut catalogue = Catalogue::default();
        for (id, candid, position_deg) in [
            ("A", "1127174604415015005", Some([10.0, -20.0])),
            ("B", "1127174604415015006", Some([359.999_9, 89.999])),
            ("C", "1127174604415015007", None),
        ] {
            catalogue.absorb(Candidate {
                id: id.into(),
                position_deg,
                epochs: vec![Epoch {
                    candid: Some(candid.into()),
                    ..Epoch::default()
                }],
                ..Candidate::default()
            });
        }
        catalogue
    }

    fn joined(text: &str, radius: Option<f64>) -> Result<Joined, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("my gaia.csv");
        std::fs::write(&path, text).unwrap();
        join(&path, &set(), radius)
    }

    #[test]
    fn rows_are_found_by_whatever_column_names_candidates() {
        let by_id = joined("who,plx,kind\nB,0.5,star\nA,,\nX,3,x\nB,9,\n", None).unwrap();
        assert_eq!(
            by_id.rule,
            "2 of 3 candidates joined by the identifiers in who"
        );
        assert_eq!(by_id.problems.len(), 1, "B has two rows");
        let [(a, of_a), (b, of_b)] = &by_id.fields[..] else {
            panic!("{:?}", by_id.fields)
        };
        assert_eq!((a.0, b.0), (0, 1));
        assert_eq!(of_a.number("my_gaia.plx"), None);
        assert_eq!(of_b.number("my_gaia.plx"), Some(0.5));
        assert_eq!(of_b.text("my_gaia.kind").map(|text| &**text), Some("star"));
        let by_candid = joined("x;id\n1;1127174604415015007\n", None).unwrap();
        assert_eq!(by_candid.fields[0].0.0, 2);
    }

    #[test]
    fn rows_are_found_by_the_nearest_position() {
        let text =
            "RA_ICRS,DE_ICRS,g\n10.0002,-20.0,15\n10.0001,-20.0,16\n0.0001,89.999,17\n200,0,18\n";
        let found = joined(text, None).unwrap();
        assert_eq!(
            found.rule,
            "2 of 3 candidates joined by position within 2 arcsec"
        );
        assert_eq!(found.fields[0].1.number("my_gaia.g"), Some(16.0));
        let apart = found.fields[0].1.number("my_gaia.sep_arcsec").unwrap();
        assert!((apart - 0.338).abs() < 0.001, "{apart}");
        // Across the pole and 0 h.
        assert_eq!(found.fields[1].1.number("my_gaia.g"), Some(17.0));
        assert_eq!(joined(text, Some(0.1)).unwrap().fields.len(), 1);
        let sexagesimal = joined("ra,dec,g\n00:40:00.0,-20:00:00,15\n", None).unwrap();
        assert_eq!(sexagesimal.fields.len(), 1);
    }

    #[test]
    fn a_table_of_something_else_is_refused() {
        let why = joined("a,b\n1,2\n", None).unwrap_err();
        assert!(why.contains("names a candidate"), "{why}");
        assert!(joined("a,b\n", None).unwrap_err().contains("no row"));
        assert!(
            joined("A,b\nA,2\n", Some(-1.0))
                .unwrap_err()
                .contains("radius")
        );
    }
}
