//! Tables read back.

use std::path::Path;

use parquet::file::reader::{FileReader, SerializedFileReader};

/// A table as texts: the names of its columns, and its rows.
pub type Texts = (Vec<String>, Vec<Vec<String>>);

/// A CSV table.
pub fn csv(path: &Path) -> Texts {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let texts = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
    let heads = texts(reader.headers().unwrap());
    let rows = reader.records().map(|row| texts(&row.unwrap())).collect();
    (heads, rows)
}

/// A Parquet table; what is null is empty.
pub fn parquet(path: &Path) -> Texts {
    use parquet::record::Field;
    let reader = SerializedFileReader::new(std::fs::File::open(path).unwrap()).unwrap();
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let heads = schema.columns().iter().map(|c| c.name().to_owned());
    let text = |field: &Field| match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Float(number) => number.to_string(),
        Field::Double(number) => number.to_string(),
        Field::Long(number) => number.to_string(),
        other => panic!("{other:?}"),
    };
    let rows = reader.get_row_iter(None).unwrap().map(|row| {
        let row = row.unwrap();
        row.get_column_iter()
            .map(|(_, field)| text(field))
            .collect()
    });
    (heads.collect(), rows.collect())
}

/// The values of a column as numbers; none where it is empty.
pub fn numbers((heads, rows): &Texts, column: &str) -> Vec<Option<f32>> {
    let at = heads.iter().position(|head| head == column).unwrap();
    rows.iter().map(|row| row[at].parse().ok()).collect()
}
