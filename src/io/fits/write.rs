//! Writes FITS files of any length: tables, and cubes of stamps plane by plane.

use std::{
    fs::File,
    io::{self, Seek, SeekFrom, Write},
    path::Path,
};

use super::{
    bytes::{CardValue, FitsBytes, Form, Head, NULL_FLAG, NULL_INT, PixelType},
    file::BLOCK_BYTES,
    text::escape_text,
};
use crate::io::export::columns::{FilledColumn, Kind, Value};

/// Rows of a table are brought to the file when they take so many bytes.
const CHUNK_BYTES: usize = 1 << 20;

/// A new FITS file. The primary HDU has no image.
pub struct FitsWriter {
    file: File,
    /// The primary header, until another HDU follows.
    primary: FitsBytes,
    /// Where the next HDU begins.
    end: u64,
}

/// An image HDU, filled plane by plane.
pub struct Cube {
    start: u64,
    pixels_per_plane: usize,
}

impl FitsWriter {
    /// A new file, instead of one that may be there.
    pub fn create(path: &Path) -> Result<Self, String> {
        let mut primary = FitsBytes::primary(&[]);
        primary.card("EXTNAME", CardValue::Text("PRIMARY"), "");
        Ok(Self {
            file: File::create(path).map_err(words)?,
            primary,
            end: 0,
        })
    }

    /// Writes a card into the primary header, before any other HDU.
    pub fn card(&mut self, name: &str, value: CardValue<'_>, comment: &str) {
        self.primary.card(name, value, comment);
    }

    /// Adds a binary table.
    pub fn table(&mut self, name: &str, columns: &[FilledColumn]) -> Result<(), String> {
        self.end_primary()?;
        let heads: Vec<Head<'_>> = columns.iter().map(head).collect();
        let rows = columns.first().map_or(0, |column| column.values.len());
        let mut chunk = FitsBytes::default();
        chunk.table_header(name, rows, &heads);
        let mut written = 0;
        for row in 0..rows {
            for (column, head) in columns.iter().zip(&heads) {
                put_cell(&mut chunk, &column.values[row], head.form);
            }
            if chunk.len() >= CHUNK_BYTES {
                written += chunk.len();
                self.append(&chunk.take())?;
            }
        }
        chunk.pad_block(written, 0);
        self.append(&chunk.take())
    }

    /// Adds an image HDU; its pixels are 0 until [`Self::planes`] writes them.
    pub fn cube(
        &mut self,
        name: &str,
        pixel_type: PixelType,
        [planes, height, width]: [usize; 3],
    ) -> Result<Cube, String> {
        self.end_primary()?;
        let mut header = FitsBytes::default();
        header.image(name, pixel_type, &[width, height, planes]);
        header.end_header();
        self.append(&header.take())?;
        let cube = Cube {
            start: self.end,
            pixels_per_plane: height * width,
        };
        let bytes = planes * cube.pixels_per_plane * pixel_type.bytes();
        self.end += bytes.next_multiple_of(BLOCK_BYTES) as u64;
        self.file.set_len(self.end).map_err(words)?;
        Ok(cube)
    }

    /// Writes consecutive planes of floats, the first of them at `first_plane`.
    pub fn planes(
        &mut self,
        cube: &Cube,
        first_plane: usize,
        pixels: &[f32],
    ) -> Result<(), String> {
        let bytes: Vec<u8> = pixels
            .iter()
            .flat_map(|pixel| pixel.to_be_bytes())
            .collect();
        let first = first_plane * cube.pixels_per_plane * PixelType::Float.bytes();
        self.write_at(cube.start + first as u64, &bytes)
    }

    /// Writes consecutive planes of bytes, the first of them at `first_plane`.
    pub fn byte_planes(
        &mut self,
        cube: &Cube,
        first_plane: usize,
        pixels: &[u8],
    ) -> Result<(), String> {
        let first = first_plane * cube.pixels_per_plane;
        self.write_at(cube.start + first as u64, pixels)
    }

    /// Brings everything to the file.
    pub fn finish(mut self) -> Result<(), String> {
        self.end_primary()
    }

    fn end_primary(&mut self) -> Result<(), String> {
        if self.end > 0 {
            return Ok(());
        }
        self.primary.end_header();
        let bytes = self.primary.take();
        self.append(&bytes)
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.write_at(self.end, bytes)?;
        self.end += bytes.len() as u64;
        Ok(())
    }

    fn write_at(&mut self, place: u64, bytes: &[u8]) -> Result<(), String> {
        self.file.seek(SeekFrom::Start(place)).map_err(words)?;
        self.file.write_all(bytes).map_err(words)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "map_err hands it over")]
fn words(error: io::Error) -> String {
    error.to_string()
}

/// Texts get the width of the longest.
fn head(column: &FilledColumn) -> Head<'_> {
    let form = match column.kind {
        Kind::Text | Kind::Time => {
            let longest = column.values.iter().map(|value| text_of(value).len()).max();
            Form::Text(longest.unwrap_or(0).max(1))
        }
        Kind::Int => Form::Int,
        Kind::Float => Form::Float,
        Kind::Double => Form::Double,
        Kind::Bool => Form::Flag,
    };
    Head {
        name: &column.name,
        unit: column.unit,
        meaning: &column.meaning,
        form,
    }
}

/// What is missing becomes the null of the column's form.
fn put_cell(out: &mut FitsBytes, value: &Value, form: Form) {
    match (form, value) {
        (Form::Text(width), value) => out.put_text(&text_of(value), width),
        (Form::Int, Value::Int(number)) => out.put(&number.to_be_bytes()),
        (Form::Int, _) => out.put(&NULL_INT.to_be_bytes()),
        (Form::Float, Value::Float(number)) => out.put(&number.to_be_bytes()),
        (Form::Float, _) => out.put(&f32::NAN.to_be_bytes()),
        (Form::Double, Value::Double(number)) => out.put(&number.to_be_bytes()),
        (Form::Double, _) => out.put(&f64::NAN.to_be_bytes()),
        (Form::Flag, Value::Bool(is)) => out.put(&[u8::from(*is)]),
        (Form::Flag, _) => out.put(&[NULL_FLAG]),
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Text(text) => escape_text(text),
        Value::Time(time) => time.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::fits::file::{FitsFile, HduKind};

    fn column(name: &str, kind: Kind, values: Vec<Value>) -> FilledColumn {
        FilledColumn {
            name: name.into(),
            kind,
            unit: "",
            meaning: "what it means".into(),
            values,
        }
    }

    #[test]
    fn the_reader_reads_cubes_filled_in_any_order_and_a_table_of_several_chunks() {
        let folder = tempfile::tempdir().unwrap();
        // Other readers take brackets for a syntax of their own.
        let path = folder.path().join("new [1].fits");
        std::fs::write(&path, vec![b'x'; 100_000]).unwrap();
        let rows = CHUNK_BYTES / 8;
        let numbers = (0..rows).map(|row| Value::Int(row as i64)).collect();
        let mut texts = vec![Value::Null; rows];
        texts[rows - 1] = Value::Text("é\\".into());

        let mut file = FitsWriter::create(&path).unwrap();
        file.card("OBJECT", CardValue::Text("x"), "");
        let images = file.cube("SCIENCE", PixelType::Float, [3, 1, 2]).unwrap();
        let masks = file.cube("MASK", PixelType::Byte, [2, 2, 1]).unwrap();
        let columns = [
            column("number", Kind::Int, numbers),
            column("text", Kind::Text, texts),
        ];
        file.table("TABLE", &columns).unwrap();
        file.byte_planes(&masks, 1, &[7, 8]).unwrap();
        file.planes(&images, 1, &[3.0, 4.0, 5.0, f32::MIN_POSITIVE])
            .unwrap();
        file.planes(&images, 0, &[1.0, 2.0]).unwrap();
        file.finish().unwrap();

        let mut read = FitsFile::open_on_disk(&path).unwrap();
        assert_eq!(read.len() % BLOCK_BYTES, 0);
        assert_eq!(read.go_to(1).unwrap(), Some(HduKind::Image));
        assert_eq!(read.image().unwrap(), (-32, vec![2, 1, 3]));
        let pixels = read.pixels(0, 6).unwrap();
        assert_eq!(pixels, [1.0, 2.0, 3.0, 4.0, 5.0, f32::MIN_POSITIVE]);
        assert_eq!(read.go_to(2).unwrap(), Some(HduKind::Image));
        assert_eq!(read.pixels(0, 4).unwrap(), [0.0, 0.0, 7.0, 8.0]);
        assert_eq!(read.go_to(3).unwrap(), Some(HduKind::Table));
        let columns = read.columns().unwrap();
        let numbers = read.longs(&columns[0]).unwrap();
        assert!(numbers.iter().copied().eq(0..rows as i64));
        let texts = read.texts(&columns[1]).unwrap();
        assert_eq!((&*texts[0], &*texts[rows - 1]), ("", "\\xe9\\\\"));
        assert_eq!(read.go_to(4).unwrap(), None);
    }

    #[test]
    fn missing_values_are_the_nulls_that_the_header_names() {
        let columns = [
            column("i", Kind::Int, vec![Value::Null]),
            column("b", Kind::Bool, vec![Value::Null]),
            column("f", Kind::Float, vec![Value::Null]),
            column("d", Kind::Double, vec![Value::Null]),
        ];
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("nulls.fits");
        let mut file = FitsWriter::create(&path).unwrap();
        file.table("NULLS", &columns).unwrap();
        file.finish().unwrap();
        let mut read = FitsFile::open_on_disk(&path).unwrap();
        read.go_to(1).unwrap();
        let cards = read.cards();
        let card = |name: &str| cards.iter().find(|card| card.name == name).unwrap();
        assert_eq!(card("TNULL1").value, "-9223372036854775808");
        assert_eq!(card("TNULL2").value, "255");
        // The reader knows them: each comes back as NaN.
        for column in read.columns().unwrap() {
            assert!(
                read.numbers(&column).unwrap()[0].is_nan(),
                "{}",
                column.name
            );
        }
    }
}
