//! FITS files as bytes: cards, images and binary tables. What goes to a file by parts
//! ([`super::write`]) is encoded here too.
//!
//! A simulation writes thousands of small files a second on many threads. Writing needs a small part
//! of the standard (FITS 4.0, sections 4 and 7.3); tests read what is written through cfitsio too.

use super::{file::BLOCK_BYTES, text::escape_text};

const CARD_BYTES: usize = 80;
/// Characters of a text value: between its quotes, and so that the closing one fits.
const TEXT_CHARS: usize = 68;

/// TNULL of integer columns.
pub const NULL_INT: i64 = i64::MIN;
/// TNULL of columns that are true (1) or false (0).
pub const NULL_FLAG: u8 = 255;

/// A FITS file that grows HDU by HDU.
#[derive(Debug, Default)]
pub struct FitsBytes {
    bytes: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
pub enum CardValue<'a> {
    /// Written as printable ASCII, cut where it does not fit.
    Text(&'a str),
    /// An integer.
    Int(i64),
    /// A number, written so that reading gives the very same; left out where it is not finite.
    Number(f64),
    /// True or false.
    Flag(bool),
}

/// What the pixels of an image are.
#[derive(Clone, Copy, Debug)]
pub enum PixelType {
    /// 32-bit floats.
    Float,
    /// Unsigned bytes.
    Byte,
}

impl PixelType {
    /// Bytes of a pixel.
    pub const fn bytes(self) -> usize {
        match self {
            Self::Float => 4,
            Self::Byte => 1,
        }
    }
}

/// What the header of a binary table has of a column.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// TTYPE.
    pub name: &'a str,
    /// TUNIT; empty for none.
    pub unit: &'a str,
    /// TCOMM; empty for none.
    pub meaning: &'a str,
    /// TFORM.
    pub form: Form,
}

/// The type of a column's cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `E`.
    Float,
    /// `D`.
    Double,
    /// `K`, with a null.
    Int,
    /// `B`: 1 is true, 0 is false, with a null.
    Flag,
    /// `A`, of so many bytes.
    Text(usize),
}

impl Form {
    /// Bytes of a cell.
    const fn width(self) -> usize {
        match self {
            Self::Float => 4,
            Self::Double | Self::Int => 8,
            Self::Flag => 1,
            Self::Text(width) => width,
        }
    }

    /// The value of TFORM.
    fn text(self) -> String {
        match self {
            Self::Float => "E".into(),
            Self::Double => "D".into(),
            Self::Int => "K".into(),
            Self::Flag => "B".into(),
            Self::Text(width) => format!("{width}A"),
        }
    }

    /// The value of TNULL.
    fn null(self) -> Option<i64> {
        match self {
            Self::Int => Some(NULL_INT),
            Self::Flag => Some(NULL_FLAG.into()),
            Self::Float | Self::Double | Self::Text(_) => None,
        }
    }
}

/// A column of a binary table.
pub struct Column<'a> {
    /// TTYPE.
    pub name: &'a str,
    /// TUNIT; empty for none.
    pub unit: &'a str,
    /// Its rows.
    pub cells: Cells,
}

/// Values of a column.
pub enum Cells {
    /// 32 bits each.
    Floats(Vec<f32>),
    /// 64 bits each.
    Doubles(Vec<f64>),
    /// As wide as the longest.
    Texts(Vec<String>),
}

impl FitsBytes {
    /// The primary header; its image of floats, where `axes` (fastest first) is not empty, follows by
    /// [`Self::pixels`]. More cards may follow.
    pub fn primary(axes: &[usize]) -> Self {
        let mut file = Self::default();
        file.card("SIMPLE", CardValue::Flag(true), "conforms to FITS standard");
        let pixel_type = if axes.is_empty() {
            PixelType::Byte
        } else {
            PixelType::Float
        };
        file.image_cards(pixel_type, axes);
        file.card("EXTEND", CardValue::Flag(true), "");
        file
    }

    /// The header of an image extension; `axes` are the fastest first.
    pub fn image(&mut self, name: &str, pixel_type: PixelType, axes: &[usize]) {
        self.card("XTENSION", CardValue::Text("IMAGE"), "image extension");
        self.image_cards(pixel_type, axes);
        self.card("PCOUNT", CardValue::Int(0), "");
        self.card("GCOUNT", CardValue::Int(1), "");
        self.card("EXTNAME", CardValue::Text(name), "");
    }

    fn image_cards(&mut self, pixel_type: PixelType, axes: &[usize]) {
        let bitpix = match pixel_type {
            PixelType::Float => -32,
            PixelType::Byte => 8,
        };
        self.card("BITPIX", CardValue::Int(bitpix), "");
        self.card("NAXIS", CardValue::Int(axes.len() as i64), "");
        for (number, len) in (1..).zip(axes) {
            self.card(&format!("NAXIS{number}"), CardValue::Int(*len as i64), "");
        }
    }

    /// One card. Names have at most eight characters.
    pub fn card(&mut self, name: &str, value: CardValue<'_>, comment: &str) {
        let value = match value {
            CardValue::Text(text) => format!("{:<20}", quoted(text)),
            CardValue::Int(number) => format!("{number:>20}"),
            CardValue::Number(number) if number.is_finite() => format!("{:>20}", decimal(number)),
            CardValue::Number(_) => return,
            CardValue::Flag(is) => format!("{:>20}", if is { 'T' } else { 'F' }),
        };
        let mut card = format!("{name:<8}= {value}");
        if !comment.is_empty() && card.len() + 4 < CARD_BYTES {
            card.push_str(" / ");
            card.push_str(comment);
        }
        // Cards are ASCII, so that no character is cut.
        self.put_card(&card);
    }

    /// A text of any length: what does not fit goes on in CONTINUE cards (FITS 4.0, section 4.2.1.2).
    pub fn long_text(&mut self, name: &str, text: &str) {
        let escaped = escape_text(text);
        let mut pieces = vec![String::new()];
        for c in escaped.chars() {
            let taken = if c == '\'' { 2 } else { 1 };
            // One place is left for the sign that it goes on.
            if pieces
                .last()
                .is_some_and(|piece| piece.len() + taken >= TEXT_CHARS)
            {
                pieces.push(String::new());
            }
            if let Some(piece) = pieces.last_mut() {
                piece.extend(std::iter::repeat_n(c, taken));
            }
        }
        let count = pieces.len();
        for (at, piece) in pieces.into_iter().enumerate() {
            let more = if at + 1 < count { "&" } else { "" };
            let piece = format!("'{:<8}'", format!("{piece}{more}"));
            if at == 0 {
                self.put_card(&format!("{name:<8}= {piece}"));
            } else {
                self.put_card(&format!("CONTINUE  {piece}"));
            }
        }
    }

    fn put_card(&mut self, card: &str) {
        let card = &card.as_bytes()[..card.len().min(CARD_BYTES)];
        self.bytes.extend_from_slice(card);
        self.pad(CARD_BYTES, b' ');
    }

    pub fn end_header(&mut self) {
        self.put_card("END");
        self.pad(BLOCK_BYTES, b' ');
    }

    /// The pixels of an image whose header has ended.
    pub fn pixels(&mut self, pixels: &[f32]) {
        self.bytes.reserve(size_of_val(pixels) + BLOCK_BYTES);
        self.bytes
            .extend(pixels.iter().flat_map(|pixel| pixel.to_be_bytes()));
        self.pad(BLOCK_BYTES, 0);
    }

    /// A whole binary table; its columns have equal lengths.
    pub fn table(&mut self, name: &str, rows: usize, columns: &[Column<'_>]) {
        let heads = columns.iter().map(|column| Head {
            name: column.name,
            unit: column.unit,
            meaning: "",
            form: column.cells.form(),
        });
        let heads: Vec<_> = heads.collect();
        self.table_header(name, rows, &heads);
        for row in 0..rows {
            for (column, head) in columns.iter().zip(&heads) {
                match &column.cells {
                    Cells::Floats(values) => self.put(&values[row].to_be_bytes()),
                    Cells::Doubles(values) => self.put(&values[row].to_be_bytes()),
                    Cells::Texts(texts) => self.put_text(&texts[row], head.form.width()),
                }
            }
        }
        self.pad(BLOCK_BYTES, 0);
    }

    /// The header of a binary table, whose rows follow.
    pub fn table_header(&mut self, name: &str, rows: usize, heads: &[Head<'_>]) {
        let row_bytes: usize = heads.iter().map(|head| head.form.width()).sum();
        self.card(
            "XTENSION",
            CardValue::Text("BINTABLE"),
            "binary table extension",
        );
        self.card("BITPIX", CardValue::Int(8), "");
        self.card("NAXIS", CardValue::Int(2), "");
        self.card("NAXIS1", CardValue::Int(row_bytes as i64), "");
        self.card("NAXIS2", CardValue::Int(rows as i64), "");
        self.card("PCOUNT", CardValue::Int(0), "");
        self.card("GCOUNT", CardValue::Int(1), "");
        self.card("TFIELDS", CardValue::Int(heads.len() as i64), "");
        for (number, head) in (1..).zip(heads) {
            let key = |name: &str| format!("{name}{number}");
            self.card(&key("TTYPE"), CardValue::Text(head.name), "");
            self.card(&key("TFORM"), CardValue::Text(&head.form.text()), "");
            if !head.unit.is_empty() {
                self.card(&key("TUNIT"), CardValue::Text(head.unit), "");
            }
            if !head.meaning.is_empty() {
                self.card(&key("TCOMM"), CardValue::Text(head.meaning), "");
            }
            if let Some(null) = head.form.null() {
                self.card(&key("TNULL"), CardValue::Int(null), "");
            }
        }
        self.card("EXTNAME", CardValue::Text(name), "");
        self.end_header();
    }

    /// A cell of a table.
    pub fn put(&mut self, cell: &[u8]) {
        self.bytes.extend_from_slice(cell);
    }

    /// A cell of printable ASCII, filled with blanks.
    pub fn put_text(&mut self, text: &str, width: usize) {
        let end = self.bytes.len() + width;
        self.put(text.as_bytes());
        self.bytes.resize(end, b' ');
    }

    pub const fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The bytes so far; none are left.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    /// Fills up the last block of data of which `before` bytes were taken.
    pub fn pad_block(&mut self, before: usize, filler: u8) {
        let len = (before + self.bytes.len()).next_multiple_of(BLOCK_BYTES) - before;
        self.bytes.resize(len, filler);
    }

    /// The whole file.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    fn pad(&mut self, unit: usize, filler: u8) {
        let len = self.bytes.len().next_multiple_of(unit);
        self.bytes.resize(len, filler);
    }
}

impl Cells {
    /// Texts get the width of the longest.
    fn form(&self) -> Form {
        match self {
            Self::Floats(_) => Form::Float,
            Self::Doubles(_) => Form::Double,
            Self::Texts(texts) => {
                Form::Text(texts.iter().map(String::len).max().unwrap_or(0).max(1))
            }
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
    use crate::io::fits::{
        file::{FitsFile, HduKind},
        header::Header,
    };

    #[test]
    fn the_reader_reads_what_was_written() {
        let mut file = FitsBytes::primary(&[2, 1, 2]);
        file.card("OBJECT", CardValue::Text("O'Neill's ★"), "name");
        file.card("GAIN", CardValue::Number(4.1), "[electron/ADU]");
        file.card("SMALL", CardValue::Number(-1.5e-9), "");
        file.card("COUNT", CardValue::Int(-7), &"long ".repeat(30));
        file.card("NOTHING", CardValue::Number(f64::NAN), "");
        file.card("LONG", CardValue::Text(&"x'".repeat(60)), "cut");
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

        let mut read = FitsFile::open(bytes.into()).unwrap();
        let header = Header::new(read.cards());
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
