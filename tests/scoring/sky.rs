//! Simulated candidates to score, the program, and tables read back.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use parquet::file::reader::{FileReader, SerializedFileReader};

/// Runs `destello` in a folder: exit status, standard output and error.
pub fn destello(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let run = Command::new(env!("CARGO_BIN_EXE_destello"))
        .args(arguments)
        .current_dir(folder)
        // Libraries that ask for a screen complain where this is missing.
        .env("XDG_RUNTIME_DIR", folder)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (run.status.code(), text(&run.stdout), text(&run.stderr))
}

/// A folder with that many triplets in `sky`; half of them are real.
pub fn triplets(count: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let count = count.to_string();
    let order = ["simulate", "triplets", "--survey", "mixed", "--out", "sky"];
    let (code, _, err) = destello(folder.path(), &[&order[..], &["--count", &count]].concat());
    assert_eq!(code, Some(0), "{err}");
    folder
}

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

/// A copy of the default model under another name.
pub fn renamed_model(folder: &Path, name: &str) -> PathBuf {
    use destello::learn::{Compute, model_file};
    let shipped = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/assets/models/compact.safetensors"
    );
    let mut model = model_file::read(Path::new(shipped), &Compute::cpu()).unwrap();
    name.clone_into(&mut model.card_mut().name);
    let path = folder.join(format!("{name}.safetensors"));
    std::fs::write(&path, model_file::to_bytes(&model).unwrap()).unwrap();
    path
}
