//! Readers of Parquet (parquet2) and FITS tables (fitsrs).

use destello::io::export::columns::{self, Kind};
use fitsrs::hdu::data::bintable::{ColumnId, DataValue as Cell};

use super::{Row, kind_of};

/// Every column's values as texts.
pub fn parquet_columns(bytes: &[u8]) -> Vec<(String, Vec<Option<String>>)> {
    use parquet2::{
        page::Page,
        read::{decompress, get_page_iterator, read_metadata},
    };
    let mut file = std::io::Cursor::new(bytes);
    let metadata = read_metadata(&mut file).unwrap();
    assert_eq!(metadata.row_groups.len(), 1);
    let mut columns = Vec::new();
    for chunk in metadata.row_groups[0].columns() {
        let name = chunk.descriptor().path_in_schema[0].clone();
        let pages = get_page_iterator(chunk, &mut file, None, Vec::new(), 1 << 20).unwrap();
        let mut dictionary = Vec::new();
        let mut values = Vec::new();
        for page in pages {
            match decompress(page.unwrap(), &mut Vec::new()).unwrap() {
                Page::Dict(page) => {
                    dictionary = plain_values(kind_of(&name), &page.buffer, page.num_values);
                }
                Page::Data(page) => values.extend(page_values(kind_of(&name), &page, &dictionary)),
            }
        }
        columns.push((name, values));
    }
    columns
}

fn page_values(
    kind: Kind,
    page: &parquet2::page::DataPage,
    dictionary: &[String],
) -> Vec<Option<String>> {
    use parquet2::{
        encoding::{Encoding, hybrid_rle::HybridRleDecoder},
        page::split_buffer,
    };
    let (_, levels, buffer) = split_buffer(page).unwrap();
    let levels = HybridRleDecoder::try_new(levels, 1, page.num_values()).unwrap();
    let levels: Vec<bool> = levels.map(|level| level.unwrap() == 1).collect();
    let present = levels.iter().filter(|is| **is).count();
    let values: Vec<String> = match page.encoding() {
        _ if present == 0 => Vec::new(),
        Encoding::Plain => plain_values(kind, buffer, present),
        Encoding::RleDictionary | Encoding::PlainDictionary => {
            let bits = u32::from(buffer[0]);
            let places = HybridRleDecoder::try_new(&buffer[1..], bits, present).unwrap();
            places
                .map(|at| dictionary[at.unwrap() as usize].clone())
                .collect()
        }
        other => panic!("encoding {other:?}"),
    };
    let mut values = values.into_iter();
    levels
        .into_iter()
        .map(|is_present| is_present.then(|| values.next().unwrap()))
        .collect()
}

fn plain_values(kind: Kind, mut bytes: &[u8], count: usize) -> Vec<String> {
    let all = bytes;
    let mut take = |n: usize| {
        let (head, rest) = bytes.split_at(n);
        bytes = rest;
        head.to_vec()
    };
    (0..count)
        .map(|at| match kind {
            Kind::Text => {
                let len = u32::from_le_bytes(take(4).try_into().unwrap());
                String::from_utf8(take(len as usize)).unwrap()
            }
            Kind::Time | Kind::Int => i64::from_le_bytes(take(8).try_into().unwrap()).to_string(),
            Kind::Float => f32::from_le_bytes(take(4).try_into().unwrap()).to_string(),
            Kind::Double => f64::from_le_bytes(take(8).try_into().unwrap()).to_string(),
            Kind::Bool => (all[at / 8] >> (at % 8) & 1 == 1).to_string(),
        })
        .collect()
}

/// Every row of the first table.
pub fn fits_rows(bytes: &[u8]) -> Vec<Row> {
    use fitsrs::{Fits, HDU};
    let mut file = Fits::from_reader(std::io::Cursor::new(bytes));
    while let Some(hdu) = file.next() {
        let HDU::XBinaryTable(hdu) = hdu.unwrap() else {
            continue;
        };
        let rows = file.get_data(&hdu).row_iter();
        return rows.map(|cells| fits_row(&cells)).collect();
    }
    panic!("there is no table");
}

fn fits_row(cells: &[Cell]) -> Row {
    let mut texts = vec![String::new(); columns::COLUMNS.len()];
    for cell in cells {
        let (column, text) = match cell {
            Cell::Character { value, column, .. } => (column, value.to_string()),
            Cell::Long { value, column, .. } => (column, value.to_string()),
            Cell::UnsignedByte { value, column, .. } => (column, value.to_string()),
            Cell::Float { value, column, .. } => (column, value.to_string()),
            Cell::Double { value, column, .. } => (column, value.to_string()),
            other => panic!("{other:?}"),
        };
        let ColumnId::Index(at) = column else {
            panic!("a column without number");
        };
        texts[*at].push_str(&text);
    }
    let columns = columns::COLUMNS.iter().zip(texts);
    columns
        .map(|(column, text)| (column.name.to_owned(), fits_value(column.kind, &text)))
        .collect()
}

/// What stands for nothing is none; texts lose the blanks and zeros that FITS pads them with.
fn fits_value(kind: Kind, text: &str) -> Option<String> {
    match kind {
        Kind::Int => (text != i64::MIN.to_string()).then(|| text.to_owned()),
        Kind::Bool => (text != "255").then(|| (text == "1").to_string()),
        Kind::Float | Kind::Double => (text != "NaN").then(|| text.to_owned()),
        Kind::Text | Kind::Time => {
            let text = text.trim_end_matches([' ', '\0']);
            (!text.is_empty()).then(|| text.to_owned())
        }
    }
}
