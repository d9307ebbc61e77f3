//! Writes FITS: tables, and cubes of stamps plane by plane.
//!
//! FITS text is printable ASCII without trailing blanks. Every other character of a text column
//! is written as Python writes it (`\n`, `\xe9`, `\u2605`, `\U0001f52d`, and `\\` for the
//! backslash), so that nothing is lost: `value.encode().decode("unicode_escape")` reads it.

use std::path::Path;

use fitsio::{
    FitsFile,
    hdu::FitsHdu,
    images::{ImageDescription, ImageType, WriteImage},
    tables::{ColumnDataType, ColumnDescription},
};

use super::{
    export::columns::{FilledColumn, Kind, Value},
    fits_literal,
};

/// TNULL of integer columns.
pub(super) const NULL_INT: i64 = i64::MIN;
/// TNULL of columns that are true (1) or false (0).
pub(super) const NULL_BOOL: u8 = 255;

/// A new FITS file.
pub(super) struct FitsWriter {
    file: FitsFile,
}

/// An image HDU of `planes` x `height` x `width` pixels.
pub(super) struct Cube {
    hdu: FitsHdu,
    pixels_per_plane: usize,
}

/// What the pixels of a cube are.
#[derive(Clone, Copy)]
pub(super) enum PixelType {
    /// 32-bit floats.
    Float,
    /// Unsigned bytes.
    Byte,
}

/// A header card's value.
pub(super) enum Card<'a> {
    /// Text (ASCII).
    Text(&'a str),
    /// Integer.
    Int(i64),
}

impl FitsWriter {
    /// A new file with an empty primary HDU.
    pub(super) fn create(path: &Path) -> Result<Self, String> {
        let mut file = fits_literal::create(path)?;
        let empty = ImageDescription {
            data_type: ImageType::UnsignedByte,
            dimensions: &[],
        };
        file.create_image("PRIMARY", &empty).map_err(words)?;
        Ok(Self { file })
    }

    /// Writes a card into the primary header.
    pub(super) fn card(
        &mut self,
        name: &str,
        value: &Card<'_>,
        comment: &str,
    ) -> Result<(), String> {
        let hdu = self.file.primary_hdu().map_err(words)?;
        match value {
            Card::Text(text) => hdu.write_key(&mut self.file, name, (*text, comment)),
            Card::Int(number) => hdu.write_key(&mut self.file, name, (*number, comment)),
        }
        .map_err(words)
    }

    /// Adds a binary table.
    pub(super) fn table(&mut self, name: &str, columns: &[FilledColumn]) -> Result<(), String> {
        let descriptions = columns
            .iter()
            .map(|column| {
                let (data_type, repeat) = tform(column);
                ColumnDescription::new(column.name.as_str())
                    .with_type(data_type)
                    .that_repeats(repeat)
                    .create()
            })
            .collect::<fitsio::errors::Result<Vec<_>>>()
            .map_err(words)?;
        let hdu = self.file.create_table(name, &descriptions).map_err(words)?;
        for (at, column) in columns.iter().enumerate() {
            self.describe(&hdu, at + 1, column).map_err(words)?;
        }
        // The structure of the HDU is known to fitsio only after it was read again.
        let hdu = self.file.hdu(name).map_err(words)?;
        for column in columns.iter().filter(|column| !column.values.is_empty()) {
            self.fill(&hdu, column).map_err(words)?;
        }
        Ok(())
    }

    fn describe(
        &mut self,
        hdu: &FitsHdu,
        number: usize,
        column: &FilledColumn,
    ) -> fitsio::errors::Result<()> {
        let file = &mut self.file;
        hdu.write_key(file, &format!("TCOMM{number}"), column.meaning.as_str())?;
        if !column.unit.is_empty() {
            hdu.write_key(file, &format!("TUNIT{number}"), column.unit)?;
        }
        let null = format!("TNULL{number}");
        match column.kind {
            Kind::Int => hdu.write_key(file, &null, NULL_INT),
            Kind::Bool => hdu.write_key(file, &null, NULL_BOOL),
            _ => Ok(()),
        }
    }

    fn fill(&mut self, hdu: &FitsHdu, column: &FilledColumn) -> fitsio::errors::Result<()> {
        let file = &mut self.file;
        let name = column.name.as_str();
        let values = column.values.iter();
        match column.kind {
            Kind::Text | Kind::Time => {
                let texts: Vec<String> = values.map(text_of).collect();
                hdu.write_col(file, name, &texts)
            }
            Kind::Int => {
                let numbers: Vec<i64> = values.map(int_of).collect();
                hdu.write_col(file, name, &numbers)
            }
            Kind::Bool => {
                let bytes: Vec<u8> = values.map(bool_of).collect();
                hdu.write_col(file, name, &bytes)
            }
            Kind::Float => {
                let numbers: Vec<f32> = values.map(float_of).collect();
                hdu.write_col(file, name, &numbers)
            }
            Kind::Double => {
                let numbers: Vec<f64> = values.map(double_of).collect();
                hdu.write_col(file, name, &numbers)
            }
        }
        .map(|_| ())
    }

    /// Adds an image HDU without writing pixels yet.
    pub(super) fn cube(
        &mut self,
        name: &str,
        pixel_type: PixelType,
        [planes, height, width]: [usize; 3],
    ) -> Result<Cube, String> {
        let description = ImageDescription {
            data_type: match pixel_type {
                PixelType::Float => ImageType::Float,
                PixelType::Byte => ImageType::UnsignedByte,
            },
            dimensions: &[planes, height, width],
        };
        let hdu = self.file.create_image(name, &description).map_err(words)?;
        Ok(Cube {
            hdu,
            pixels_per_plane: height * width,
        })
    }

    /// Writes consecutive planes, the first of them at `first_plane`.
    pub(super) fn planes<T: WriteImage>(
        &mut self,
        cube: &Cube,
        first_plane: usize,
        pixels: &[T],
    ) -> Result<(), String> {
        let start = first_plane * cube.pixels_per_plane;
        cube.hdu
            .write_section(&mut self.file, start, start + pixels.len(), pixels)
            .map_err(words)
    }

    /// Brings everything to the file and closes it.
    pub(super) fn finish(mut self) -> Result<(), String> {
        fits_literal::flush(&mut self.file)
    }
}

/// Type and repeat count of a column. Texts get the width of the longest.
fn tform(column: &FilledColumn) -> (ColumnDataType, usize) {
    match column.kind {
        Kind::Text | Kind::Time => {
            let longest = column.values.iter().map(|value| text_of(value).len()).max();
            (ColumnDataType::String, longest.unwrap_or(0).max(1))
        }
        Kind::Int => (ColumnDataType::LongLong, 1),
        Kind::Float => (ColumnDataType::Float, 1),
        Kind::Double => (ColumnDataType::Double, 1),
        Kind::Bool => (ColumnDataType::Byte, 1),
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Text(text) => escape_text(text),
        Value::Time(time) => time.to_string(),
        _ => String::new(),
    }
}

const fn int_of(value: &Value) -> i64 {
    match value {
        Value::Int(number) => *number,
        _ => NULL_INT,
    }
}

const fn bool_of(value: &Value) -> u8 {
    match value {
        Value::Bool(is) => *is as u8,
        _ => NULL_BOOL,
    }
}

const fn float_of(value: &Value) -> f32 {
    match value {
        Value::Float(number) => *number,
        _ => f32::NAN,
    }
}

const fn double_of(value: &Value) -> f64 {
    match value {
        Value::Double(number) => *number,
        _ => f64::NAN,
    }
}

#[expect(clippy::needless_pass_by_value, reason = "map_err hands it over")]
fn words(error: fitsio::errors::Error) -> String {
    error.to_string()
}

/// Printable ASCII that Python's `unicode_escape` turns back into `text`.
pub(super) fn escape_text(text: &str) -> String {
    let is_plain = |byte: u8| (b' '..=b'~').contains(&byte) && byte != b'\\';
    let body = text.trim_end_matches(' ');
    // Readers drop trailing blanks.
    let blanks = "\\x20".repeat(text.len() - body.len());
    if body.bytes().all(is_plain) {
        return format!("{body}{blanks}");
    }
    body.chars().map(escaped).chain([blanks]).collect()
}

fn escaped(c: char) -> String {
    match c {
        '\\' => "\\\\".into(),
        '\n' => "\\n".into(),
        '\r' => "\\r".into(),
        '\t' => "\\t".into(),
        ' '..='~' => c.into(),
        _ => match u32::from(c) {
            code @ 0..=0xff => format!("\\x{code:02x}"),
            code @ 0..=0xffff => format!("\\u{code:04x}"),
            code => format!("\\U{code:08x}"),
        },
    }
}

/// What [`escape_text`] wrote; a text that no such writer wrote stays as it is.
pub(super) fn unescape_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let (c, len) = unescaped(&rest[at..]).unwrap_or(('\\', 1));
        out.push(c);
        rest = &rest[at + len..];
    }
    out.push_str(rest);
    out
}

/// The character of an escape at the start of `text`, and the escape's bytes.
fn unescaped(text: &str) -> Option<(char, usize)> {
    let hex = |digits: usize| {
        let code = u32::from_str_radix(text.get(2..2 + digits)?, 16).ok()?;
        Some((char::from_u32(code)?, 2 + digits))
    };
    match text.as_bytes().get(1)? {
        b'\\' => Some(('\\', 2)),
        b'n' => Some(('\n', 2)),
        b'r' => Some(('\r', 2)),
        b't' => Some(('\t', 2)),
        b'x' => hex(2),
        b'u' => hex(4),
        b'U' => hex(8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_survives_as_printable_ascii() {
        for text in [
            "",
            "plain",
            "a\\n",
            "two\nlines\t",
            "é ★ 🔭",
            "end  ",
            " ",
            "\0\u{7f}",
        ] {
            let escaped = escape_text(text);
            assert!(
                escaped.bytes().all(|b| (b' '..=b'~').contains(&b)),
                "{escaped}"
            );
            assert!(!escaped.ends_with(' '));
            assert_eq!(unescape_text(&escaped), text);
        }
        assert_eq!(unescape_text("C:\\dir\\"), "C:\\dir\\");
    }
}
