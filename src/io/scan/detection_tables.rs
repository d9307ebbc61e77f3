//! Tables beside stamps, which say which detection is whose, when and how bright.

use std::{collections::HashMap, io::Read as _, path::Path, sync::Arc};

use crate::{
    domain::{Band, Candidate, DifferenceSign, Epoch, Fields, Mjd, TimeScale},
    imaging::photometry::ab_from_njy,
    io::{
        field_names::FieldNames,
        fits::header::{difference_sign, exact_number},
        gunzip::MAX_BYTES,
        table::Table,
    },
};

/// Bytes in which the names of the columns must stand.
const HEAD_BYTES: usize = 64 << 10;

/// Columns with a meaning, by their position in the table.
#[derive(Debug, Default)]
struct Columns {
    candid: Option<usize>,
    object: Option<usize>,
    jd: Option<usize>,
    mjd: Option<usize>,
    fid: Option<usize>,
    band: Option<usize>,
    mag: Option<usize>,
    mag_err: Option<usize>,
    limiting_mag: Option<usize>,
    flux_njy: Option<usize>,
    flux_err_njy: Option<usize>,
    is_diff_pos: Option<usize>,
    ra: Option<usize>,
    dec: Option<usize>,
    truth: Option<usize>,
}

/// A table of detections, recognised by its columns.
#[derive(Debug)]
pub struct DetectionTable {
    columns: Columns,
    names: Vec<String>,
    /// Position in `numbers` of each column that holds only numbers.
    number_at: Vec<Option<usize>>,
    number_names: Arc<[Arc<str>]>,
    rows: HashMap<Box<str>, Vec<String>>,
}

impl DetectionTable {
    /// True for names under which tables lie beside stamps.
    pub fn is_named(path: &Path) -> bool {
        const ENDINGS: [&str; 6] = ["csv", "tsv", "ecsv", "txt", "dat", "tab"];
        let ending = path.extension().and_then(|ending| ending.to_str());
        ending.is_some_and(|ending| ENDINGS.contains(&ending.to_ascii_lowercase().as_str()))
    }

    /// The table in that file; none where it has no column that names detections and one that says
    /// something of them, or is no table.
    pub fn read(path: &Path, names: &FieldNames) -> Option<Self> {
        let mut head = Vec::with_capacity(HEAD_BYTES);
        let file = std::fs::File::open(path).ok()?;
        let len = file.metadata().ok()?.len();
        file.take(HEAD_BYTES as u64).read_to_end(&mut head).ok()?;
        // Notes and logs of any length lie beside data too.
        if len > MAX_BYTES as u64 || !Self::may_begin(&head) {
            return None;
        }
        Self::of(Table::read(path).ok()?, names)
    }

    /// The table in these bytes.
    pub fn parse(bytes: &[u8], path: &Path, names: &FieldNames) -> Option<Self> {
        let is_one = Self::may_begin(&bytes[..bytes.len().min(HEAD_BYTES)]);
        let table = is_one.then(|| Table::parse(bytes, &path.display().to_string()).ok())??;
        Self::of(table, names)
    }

    /// True where the first lines may name a column of detections, in whatever letters.
    fn may_begin(head: &[u8]) -> bool {
        let letters: Vec<u8> = head
            .iter()
            .filter(|byte| **byte != 0)
            .map(u8::to_ascii_lowercase)
            .collect();
        DETECTION.iter().any(|name| {
            memchr::memmem::find(&letters, name.to_ascii_lowercase().as_bytes()).is_some()
        })
    }

    fn of(table: Table, names: &FieldNames) -> Option<Self> {
        let heads = table.heads;
        let columns = Columns::of(&heads);
        let candid = columns.candid?;
        if is_own(&heads) || !columns.has_measurement() {
            return None;
        }
        let mut rows = HashMap::new();
        let mut is_number = vec![true; heads.len()];
        for row in table.rows {
            for (is_number, cell) in is_number.iter_mut().zip(&row.cells) {
                *is_number &= cell.trim().is_empty() || exact_number(cell).is_some();
            }
            let id = row.cell(candid).trim_matches(['"', '\'']).to_owned();
            if !id.is_empty() {
                rows.insert(id.into(), row.cells);
            }
        }
        let mut count = 0;
        let number_at: Vec<_> = (0..heads.len())
            .map(|at| {
                let is_kept = is_number[at] && !columns.is_id(at);
                count += usize::from(is_kept);
                is_kept.then(|| count - 1)
            })
            .collect();
        let kept = heads.iter().zip(&number_at).filter(|(_, at)| at.is_some());
        Some(Self {
            number_names: names.list(&kept.map(|(name, _)| name.as_str()).collect::<Vec<_>>()),
            columns,
            names: heads,
            number_at,
            rows,
        })
    }

    /// True where a file of that stem belongs to a detection of the table.
    pub fn knows(&self, stem: &str) -> bool {
        stem.split(['_', '-', '.'])
            .any(|part| self.rows.contains_key(part))
            || self.rows.contains_key(stem)
    }

    pub fn object(&self, candid: &str) -> Option<&str> {
        cell(self.rows.get(candid)?, self.columns.object)
    }

    /// True where the table has the detection.
    pub fn has(&self, candid: &str) -> bool {
        self.rows.contains_key(candid)
    }

    /// All that it gives to a detection, text by text: names of columns, which of them are numbers, cells.
    pub fn each_text_of(&self, candid: &str, each: &mut dyn FnMut(&str)) {
        let Some(row) = self.rows.get(candid) else {
            return;
        };
        for (name, number) in self.names.iter().zip(&self.number_at) {
            each(name);
            each(if number.is_some() { "number" } else { "text" });
        }
        for cell in row {
            each(cell);
        }
    }

    /// Completes a candidate's only epoch from the row of its detection.
    pub fn complete(&self, candid: &str, candidate: &mut Candidate, names: &FieldNames) {
        let Some(row) = self.rows.get(candid) else {
            return;
        };
        let columns = &self.columns;
        let number = |at| cell(row, at)?.parse::<f64>().ok();
        candidate.position_deg = number(columns.ra)
            .zip(number(columns.dec))
            .map(|(ra, dec)| [ra, dec])
            .or(candidate.position_deg);
        if let Some(class) = cell(row, columns.truth) {
            candidate.truth = Some(class.into());
        }
        if let Some(epoch) = candidate.epochs.first_mut() {
            self.complete_epoch(row, epoch, names);
        }
    }

    fn complete_epoch(&self, row: &[String], epoch: &mut Epoch, names: &FieldNames) {
        let columns = &self.columns;
        let number = |at| cell(row, at)?.parse::<f64>().ok();
        let single = |at| number(at).map(|value| value as f32);
        let is_tai = columns
            .mjd
            .is_some_and(|at| self.names[at].to_ascii_lowercase().ends_with("tai"));
        // Rubin counts in TAI, also where a table of its sources calls the column `mjd`.
        let is_rubin = columns
            .candid
            .is_some_and(|at| self.names[at].eq_ignore_ascii_case("diaSourceId"));
        let scale = if is_tai || is_rubin {
            TimeScale::Tai
        } else {
            TimeScale::Utc
        };
        let mjd = number(columns.mjd)
            .and_then(Mjd::new)
            .map(|mjd| mjd.counted_in(scale));
        let jd = number(columns.jd).and_then(Mjd::from_jd);
        let name = cell(row, columns.band).and_then(Band::from_name);
        let fid = number(columns.fid).and_then(|fid| Band::from_ztf_fid(fid as i64));
        epoch.mjd = mjd.or(jd).or(epoch.mjd);
        epoch.band = name.or(fid).or(epoch.band.take());
        let flux_err = number(columns.flux_err_njy);
        let of_flux = number(columns.flux_njy).and_then(|flux| ab_from_njy(flux, flux_err));
        let (of_flux, err_of_flux) = of_flux.unzip();
        epoch.mag = single(columns.mag).or(of_flux).or(epoch.mag);
        epoch.mag_err = single(columns.mag_err)
            .or(err_of_flux.flatten())
            .or(epoch.mag_err);
        epoch.limiting_mag = single(columns.limiting_mag).or(epoch.limiting_mag);
        if columns.flux_njy.is_some() {
            // Rubin gives the flux of the difference, which is always science minus template.
            epoch.difference_sign = DifferenceSign::ScienceMinusReference;
        }
        if let Some(sign) = cell(row, columns.is_diff_pos).map(difference_sign)
            && sign != DifferenceSign::Unknown
        {
            epoch.difference_sign = sign;
        }
        epoch.fields = self.fields(row, names);
    }

    fn fields(&self, row: &[String], names: &FieldNames) -> Fields {
        let mut numbers = vec![f64::NAN; self.number_names.len()];
        let mut texts = Vec::new();
        for ((name, at), cell) in self.names.iter().zip(&self.number_at).zip(row) {
            match at {
                Some(at) => numbers[*at] = exact_number(cell).unwrap_or(f64::NAN),
                None if cell.trim().is_empty() => {}
                None => texts.push((names.name(name), cell.as_str().into())),
            }
        }
        Fields::new(self.number_names.clone(), numbers, texts)
    }
}

/// The text of a cell; none where the column is missing or the cell empty.
fn cell(row: &[String], at: Option<usize>) -> Option<&str> {
    let cell = row.get(at?)?.trim();
    (!cell.is_empty()).then_some(cell)
}

/// Names of columns that hold identifiers of detections.
const DETECTION: [&str; 5] = [
    "candid",
    "diaSourceId",
    "candid_str",
    "measurement_id",
    "detection_id",
];

/// Scores, labels and figures that destello wrote itself say nothing of stamps.
fn is_own(heads: &[String]) -> bool {
    let has = |name: &str| heads.iter().any(|head| head == name);
    let is_photometry = has("flux_err") && has("fwhm") && has("method");
    has("refused") || has("label_state") || is_photometry
}

impl Columns {
    fn of(heads: &[String]) -> Self {
        let find = |names: &[&str]| {
            let is_one = |head: &String| names.iter().any(|name| head.eq_ignore_ascii_case(name));
            heads.iter().position(is_one)
        };
        Self {
            candid: find(&DETECTION),
            object: find(&["objectId", "object", "oid", "object_id", "diaObjectId"]),
            jd: find(&["jd"]),
            mjd: find(&["mjd", "midpointMjdTai"]),
            fid: find(&["fid"]),
            band: find(&["band", "filter"]),
            mag: find(&["magpsf", "mag"]),
            mag_err: find(&["sigmapsf", "magerr", "mag_err"]),
            limiting_mag: find(&["diffmaglim", "limmag"]),
            flux_njy: find(&["psfFlux"]),
            flux_err_njy: find(&["psfFluxErr"]),
            is_diff_pos: find(&["isdiffpos"]),
            ra: find(&["ra"]),
            dec: find(&["dec"]),
            truth: find(&["class", "label", "truth"]),
        }
    }

    /// True where a column says whose a detection is, or when, where or how bright: a table of labels or
    /// scores alone does not.
    fn has_measurement(&self) -> bool {
        let columns = [
            self.object,
            self.jd,
            self.mjd,
            self.fid,
            self.band,
            self.mag,
            self.limiting_mag,
            self.flux_njy,
            self.is_diff_pos,
            self.ra,
        ];
        columns.iter().any(Option::is_some)
    }

    fn is_id(&self, at: usize) -> bool {
        self.candid == Some(at) || self.object == Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detections_are_found_by_exact_identifiers() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index.csv");
        let text = "objectId,candid,jd,fid,magpsf,isdiffpos,rb,note\n\
                    ZTF1,1127174604415015005,2458881.5,2,19.25,f,0.9,\n\
                    ZTF2,1127174604415015006,2458882.5,1,18.5,t,,odd\n";
        std::fs::write(&path, text).unwrap();
        let names = FieldNames::default();
        let table = DetectionTable::read(&path, &names).unwrap();
        assert_eq!(table.object("1127174604415015006"), Some("ZTF2"));
        assert_eq!(table.object("1127174604415015007"), None);
        let mut candidate = Candidate {
            epochs: vec![Epoch::default()],
            ..Candidate::default()
        };
        table.complete("1127174604415015005", &mut candidate, &names);
        let epoch = &candidate.epochs[0];
        assert_eq!(epoch.mjd, Mjd::new(58_881.0));
        assert_eq!(epoch.band, Some(Band::R));
        assert_eq!(epoch.mag, Some(19.25));
        assert_eq!(epoch.difference_sign, DifferenceSign::ReferenceMinusScience);
        assert_eq!(epoch.fields.number("rb"), Some(0.9));
        let candid = epoch.fields.text("candid").map(|id| &**id);
        assert_eq!(candid, Some("1127174604415015005"));
    }

    #[test]
    fn rubin_counts_in_tai_whatever_the_column_is_called() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index.csv");
        let names = FieldNames::default();
        for (text, scale) in [
            ("diaSourceId,mjd\n7,61109.25\n", TimeScale::Tai),
            ("candid,midpointMjdTai\n7,61109.25\n", TimeScale::Tai),
            ("candid,mjd\n7,61109.25\n", TimeScale::Utc),
        ] {
            std::fs::write(&path, text).unwrap();
            let table = DetectionTable::read(&path, &names).unwrap();
            let mut candidate = Candidate {
                epochs: vec![Epoch::default()],
                ..Candidate::default()
            };
            table.complete("7", &mut candidate, &names);
            let found = candidate.epochs[0].mjd.map(Mjd::scale);
            assert_eq!(found, Some(scale), "{text}");
        }
    }

    #[test]
    fn a_table_without_detections_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index.csv");
        std::fs::write(&path, "path,class,id\na,b,c\n").unwrap();
        assert!(DetectionTable::read(&path, &FieldNames::default()).is_none());
    }
}
