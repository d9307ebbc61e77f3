//! FITS files as bytes: cards, 32-bit float images and binary tables, without a file.
//!
//! A simulation writes thousands of small files a second on many threads, where cfitsio spends
//! most of its time on opening, and on a lock. Writing needs a small part of the standard (FITS
//! 4.0, sections 4 and 7.3); the tests read everything back through cfitsio.

use super::{fits_memory::BLOCK_BYTES, fits_write::escape_text};

/// Bytes of a card.
const CARD_BYTES: usize = 80;
/// Characters of a text value: between its quotes, and so that the closing one fits.
const TEXT_CHARS: usize = 68;

/// A FITS file that grows HDU by HDU.
#[derive(Debug, Default)]
pub(super) struct FitsBytes {
    bytes: Vec<u8>,
}

/// The value of a card.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value<'a> {
    /// Written as printable ASCII, cut where it does not fit.
    Text(&'a str),
    /// An integer.
    Int(i64),
    /// A number, written so that reading gives the very same; left out where it is not finite.
    Number(f64),
    /// True or false.
    Flag(bool),
}

/// A column of a binary table.
pub(super) struct Column<'a> {
    /// TTYPE.
    pub name: &'a str,
    /// TUNIT; empty for none.
    pub unit: &'a str,
    /// Its rows.
    pub cells: Cells,
}

/// Values of a column.
pub(super) enum Cells {
    /// Format `E`.
    Floats(Vec<f32>),
    /// Format `D`.
    Doubles(Vec<f64>),
    /// Format `A`, as wide as the longest.
    Texts(Vec<String>),
}

impl FitsBytes {
    /// The primary header; its image, where `axes` (fastest first) is not empty, follows by
    /// [`Self::pixels`]. More cards may follow.
    pub(super) fn primary(axes: &[usize]) -> Self {
        let mut file = Self::default();
        file.card("SIMPLE", Value::Flag(true), "conforms to FITS standard");
        file.image_cards(axes);
        file.card("EXTEND", Value::Flag(true), "");
        file
    }

    /// The header of an image extension.
    pub(super) fn image(&mut self, name: &str, axes: &[usize]) {
        self.card("XTENSION", Value::Text("IMAGE"), "image extension");
        self.image_cards(axes);
        self.card("PCOUNT", Value::Int(0), "");
        self.card("GCOUNT", Value::Int(1), "");
        self.card("EXTNAME", Value::Text(name), "");
    }

    fn image_cards(&mut self, axes: &[usize]) {
        let bitpix = if axes.is_empty() { 8 } else { -32 };
        self.card("BITPIX", Value::Int(bitpix), "");
        self.card("NAXIS", Value::Int(axes.len() as i64), "");
        for (number, len) in (1..).zip(axes) {
            self.card(&format!("NAXIS{number}"), Value::Int(*len as i64), "");
        }
    }

    /// One card. Names have at most eight characters.
    pub(super) fn card(&mut self, name: &str, value: Value<'_>, comment: &str) {
        let value = match value {
            Value::Text(text) => format!("{:<20}", quoted(text)),
            Value::Int(number) => format!("{number:>20}"),
            Value::Number(number) if number.is_finite() => format!("{:>20}", decimal(number)),
            Value::Number(_) => return,
            Value::Flag(is) => format!("{:>20}", if is { 'T' } else { 'F' }),
        };
        let mut card = format!("{name:<8}= {value}");
        if !comment.is_empty() && card.len() + 4 < CARD_BYTES {
            card.push_str(" / ");
            card.push_str(comment);
        }
        // Cards are ASCII, so that no character is cut.
        self.put_card(&card);
    }

    fn put_card(&mut self, card: &str) {
        let card = &card.as_bytes()[..card.len().min(CARD_BYTES)];
        self.bytes.extend_from_slice(card);
        self.pad(CARD_BYTES, b' ');
    }

    /// Ends a header.
    pub(super) fn end_header(&mut self) {
        self.put_card("END");
        self.pad(BLOCK_BYTES, b' ');
    }

    /// The pixels of an image whose header has ended.
    pub(super) fn pixels(&mut self, pixels: &[f32]) {
        self.bytes.reserve(size_of_val(pixels) + BLOCK_BYTES);
        self.bytes
            .extend(pixels.iter().flat_map(|pixel| pixel.to_be_bytes()));
        self.pad(BLOCK_BYTES, 0);
    }

    /// A whole binary table; its columns have equal lengths.
    pub(super) fn table(&mut self, name: &str, rows: usize, columns: &[Column<'_>]) {
        let widths: Vec<usize> = columns.iter().map(|column| column.cells.width()).collect();
        self.card(
            "XTENSION",
            Value::Text("BINTABLE"),
            "binary table extension",
        );
        self.card("BITPIX", Value::Int(8), "");
        self.card("NAXIS", Value::Int(2), "");
        self.card(
            "NAXIS1",
            Value::Int(widths.iter().sum::<usize>() as i64),
            "",
        );
        self.card("NAXIS2", Value::Int(rows as i64), "");
        self.card("PCOUNT", Value::Int(0), "");
        self.card("GCOUNT", Value::Int(1), "");
        self.card("TFIELDS", Value::Int(columns.len() as i64), "");
        for (number, (column, width)) in (1..).zip(columns.iter().zip(&widths)) {
            let form = match column.cells {
                Cells::Floats(_) => "E".to_owned(),
                Cells::Doubles(_) => "D".to_owned(),
                Cells::Texts(_) => format!("{width}A"),
            };
            self.card(&format!("TTYPE{number}"), Value::Text(column.name), "");
            self.card(&format!("TFORM{number}"), Value::Text(&form), "");
            if !column.unit.is_empty() {
                self.card(&format!("TUNIT{number}"), Value::Text(column.unit), "");
            }
        }
        self.card("EXTNAME", Value::Text(name), "");
        self.end_header();
        for row in 0..rows {
            for (column, width) in columns.iter().zip(&widths) {
                self.cell(&column.cells, row, *width);
            }
        }
        self.pad(BLOCK_BYTES, 0);
    }

    fn cell(&mut self, cells: &Cells, row: usize, width: usize) {
        match cells {
            Cells::Floats(values) => self.bytes.extend(values[row].to_be_bytes()),
            Cells::Doubles(values) => self.bytes.extend(values[row].to_be_bytes()),
            Cells::Texts(texts) => {
                let end = self.bytes.len() + width;
                self.bytes.extend_from_slice(texts[row].as_bytes());
                self.bytes.resize(end, b' ');
            }
        }
    }

    /// The whole file.
    pub(super) fn finish(self) -> Vec<u8> {
        self.bytes
    }

    fn pad(&mut self, unit: usize, filler: u8) {
        let len = self.bytes.len().next_multiple_of(unit);
        self.bytes.resize(len, filler);
    }
}

impl Cells {
    /// Bytes of a cell.
    fn width(&self) -> usize {
        match self {
            Self::Floats(_) => 4,
            Self::Doubles(_) => 8,
            Self::Texts(texts) => texts.iter().map(String::len).max().unwrap_or(0).max(1),
        }
    }
}

/// A text in quotes, at least eight characters long, its own quotes doubled.
fn quoted(text: &str) -> String {
    let mut inside = String::new();
    for c in escape_text(text).chars() {
        let taken = if c == '\'' { 2 } else { 1 };
        if inside.len() + taken > TEXT_CHARS {
            break;
        }
        inside.extend(std::iter::repeat_n(c, taken));
    }
    format!("'{inside:<8}'")
}

/// The shortest decimal that reads as the same number.
fn decimal(number: f64) -> String {
    format!("{number:?}").replace('e', "E")
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "what was written is read")]
mod tests {
    use super::*;
    use crate::io::{
        fits_header::Header,
        fits_memory::{FitsMemory, HduKind},
    };

    #[test]
    fn cfitsio_reads_what_was_written() {
        let mut file = FitsBytes::primary(&[2, 1, 2]);
        file.card("OBJECT", Value::Text("O'Neill's ★"), "name");
        file.card("GAIN", Value::Number(4.1), "[electron/ADU]");
        file.card("SMALL", Value::Number(-1.5e-9), "");
        file.card("COUNT", Value::Int(-7), &"long ".repeat(30));
        file.card("NOTHING", Value::Number(f64::NAN), "");
        file.card("LONG", Value::Text(&"x'".repeat(60)), "cut");
        file.end_header();
        file.pixels(&[1.5, f32::NAN, -3.0, f32::MAX]);
        let columns = [
            Column {
                name: "MJD",
                unit: "d",
                cells: Cells::Doubles(vec![57_070.125, 57_071.25]),
            },
            Column {
                name: "FILTER",
                unit: "",
                cells: Cells::Texts(vec!["g".into(), "r2".into()]),
            },
            Column {
                name: "MAG",
                unit: "mag",
                cells: Cells::Floats(vec![f32::NAN, 20.5]),
            },
        ];
        file.table("EPOCHS", 2, &columns);
        let bytes = file.finish();
        assert_eq!(bytes.len() % BLOCK_BYTES, 0);

        let mut read = FitsMemory::open(bytes.into()).unwrap();
        let header = Header::new(read.cards().unwrap());
        assert_eq!(header.text("OBJECT").as_deref(), Some("O'Neill's \\u2605"));
        assert_eq!(header.number("GAIN"), Some(4.1));
        assert_eq!(header.number("SMALL"), Some(-1.5e-9));
        assert_eq!(header.number("COUNT"), Some(-7.0));
        assert_eq!(header.text("NOTHING"), None);
        assert!(header.text("LONG").unwrap().starts_with("x'x'"));
        assert_eq!(read.image().unwrap(), (-32, vec![2, 1, 2]));
        let pixels = read.pixels(0, 4).unwrap();
        assert_eq!((pixels[0], pixels[2], pixels[3]), (1.5, -3.0, f32::MAX));
        assert!(pixels[1].is_nan());
        assert_eq!(read.go_to(1).unwrap(), Some(HduKind::Table));
        let columns = read.columns().unwrap();
        assert_eq!(read.numbers(&columns[0]).unwrap(), [57_070.125, 57_071.25]);
        assert_eq!(read.texts(&columns[1]).unwrap(), ["g", "r2"]);
        assert_eq!(read.numbers(&columns[2]).unwrap()[1], 20.5);
        assert_eq!(read.go_to(2).unwrap(), None);
    }

    #[test]
    fn numbers_come_back_bit_for_bit() {
        for number in [0.1, 1.0, 57_070.103_1, 1e-300, -2.5e17, f64::MIN_POSITIVE] {
            let text = decimal(number);
            assert!(text.len() <= 24, "{text}");
            assert_eq!(text.parse::<f64>().unwrap().to_bits(), number.to_bits());
        }
    }
}
