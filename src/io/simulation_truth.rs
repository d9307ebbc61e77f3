//! The truth table of a simulation: one row a candidate, `truth.csv`.

use std::path::Path;

use super::{
    csv_table::csv_table,
    fits::{file::FitsFile, header::Header, text::unescape_text},
    gunzip,
};
use crate::domain::{ImageSequence, Truth};

/// Header keys and comments of [`Truth::numbers`], in their order.
pub(super) const TRUTH_CARDS: [(&str, &str); 10] = [
    ("TRUEMAG", "[mag] mean of a star, peak of a transient"),
    ("PERIOD", "[d]"),
    ("AMPLITUD", "[mag] peak to peak"),
    ("TRUEMJD", "[d] MJD of maximum light, or of phase 0"),
    ("REDSHIFT", ""),
    ("HOSTMAG", "[mag] host galaxy"),
    ("HOSTOFF", "[arcsec] target from the host's centre"),
    ("HOSTRAD", "[arcsec] half-light radius of the host"),
    ("TRAIL", "[pix] length of the trail"),
    ("SNR", "true signal-to-noise ratio"),
];

#[derive(Clone, Debug, PartialEq)]
pub struct TruthRow {
    id: String,
    class: String,
    kind: String,
    field: String,
    epochs: usize,
    numbers: [Option<f64>; 10],
}

impl TruthRow {
    /// The row of a candidate.
    pub fn of(sequence: &ImageSequence) -> Self {
        let truth = sequence.truth.clone().unwrap_or_default();
        // A header cannot hold what is not finite, and both must give the same row.
        let finite = |(_, _, number): (_, _, Option<f64>)| number.filter(|n| n.is_finite());
        Self {
            id: sequence.id.to_string(),
            class: truth.class.into(),
            kind: truth.kind.clone(),
            field: truth.field.clone(),
            epochs: sequence.epochs.len(),
            numbers: truth.numbers().map(finite),
        }
    }

    /// The row of a candidate whose file was written before; none where the file is not whole.
    pub fn read(path: &Path) -> Option<Self> {
        let bytes = gunzip::read_file(path).ok()?;
        let mut file = FitsFile::open(bytes.into()).ok()?;
        let header = Header::new(file.cards());
        let mut epochs = None;
        for hdu in 1.. {
            if file.go_to(hdu).ok()?.is_none() {
                break;
            }
            let cards = Header::new(file.cards());
            if file.data_end() > file.len() as u64 {
                return None;
            }
            if cards.text("EXTNAME").as_deref() == Some("EPOCHS") {
                epochs = Some(file.rows().ok()?);
            }
        }
        let text = |key| unescape_text(&header.text(key).unwrap_or_default());
        Some(Self {
            id: text("OBJECT"),
            class: text("CLASS"),
            kind: text("KIND"),
            field: text("FIELD"),
            epochs: epochs?,
            numbers: TRUTH_CARDS.map(|(key, _)| header.number(key)),
        })
    }
}

/// The whole table with its header row.
///
/// # Errors
/// Never in practice: a table in memory can be written.
pub fn truth_csv(rows: &[TruthRow]) -> Result<Vec<u8>, csv::Error> {
    let numbers = Truth::default().numbers().map(|(name, _, _)| name);
    let heads = ["id", "class", "kind", "field", "epochs"].into_iter();
    let heads: Vec<&str> = heads.chain(numbers).collect();
    let cells = |row: &TruthRow| {
        let texts = [&row.id, &row.class, &row.kind, &row.field].map(String::clone);
        let number = |number: &Option<f64>| number.map_or_else(String::new, |n| n.to_string());
        let cells = texts.into_iter().chain([row.epochs.to_string()]);
        cells.chain(row.numbers.iter().map(number)).collect()
    };
    csv_table(&heads, rows.iter().map(cells))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Truth;

    #[test]
    fn every_number_of_the_truth_has_a_card() {
        let keys: std::collections::BTreeSet<_> = TRUTH_CARDS.iter().map(|(key, _)| key).collect();
        assert_eq!(keys.len(), Truth::default().numbers().len());
        assert!(keys.iter().all(|key| key.len() <= 8));
    }

    #[test]
    fn cells_with_signs_of_the_format_are_quoted() {
        let row = TruthRow {
            id: "a,b".into(),
            class: "real".into(),
            kind: "say \"so\"".into(),
            field: String::new(),
            epochs: 3,
            numbers: [
                Some(20.5),
                None,
                None,
                None,
                None,
                None,
                None,
                None,
                None,
                Some(1e-7),
            ],
        };
        let table = String::from_utf8(truth_csv(&[row]).unwrap()).unwrap();
        let line = table.lines().nth(1).unwrap();
        assert_eq!(
            line,
            "\"a,b\",real,\"say \"\"so\"\"\",,3,20.5,,,,,,,,,0.0000001"
        );
        assert!(table.starts_with("id,class,kind,field,epochs,mag,period_days,"));
    }
}
