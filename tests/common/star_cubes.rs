//! FITS cubes of a star as a survey writes them, without magnitudes.

use std::path::Path;

use destello::imaging::photometry::PsfShape;
use fitsio::tables::ColumnDataType;

use super::fits::{column, image_file};
use super::star::{SIDE, Sky};

/// Epochs of a cube.
pub const EPOCHS: usize = 8;
/// Zero point: magnitude of one ADU a second.
pub const ZERO_POINT: f64 = 25.0;
/// Exposure, seconds.
pub const EXPOSURE: f64 = 86.0;

/// The magnitude of the star at an epoch.
pub fn mag(epoch: usize) -> f64 {
    18.5 + 0.1 * epoch as f64
}

/// Writes a cube. Without conditions its table holds times and bands only.
pub fn write(path: &Path, has_conditions: bool, seed: u64) {
    let mut sky = Sky::new(seed);
    let mut pixels = Vec::new();
    let mut centroids = Vec::new();
    for epoch in 0..EPOCHS {
        let counts = 10f64.powf(-0.4 * (mag(epoch) - ZERO_POINT)) * EXPOSURE;
        let position = sky.position();
        pixels.extend(sky.stamp(&PsfShape::moffat(4.6), position, counts));
        centroids.push(position);
    }
    let mut file = image_file(path, &[EPOCHS, SIDE, SIDE], &pixels);
    let primary = file.primary_hdu().unwrap();
    let name = path.file_stem().unwrap().to_string_lossy();
    primary.write_key(&mut file, "OBJECT", &*name).unwrap();
    primary.write_key(&mut file, "BUNIT", "ADU").unwrap();
    primary.write_key(&mut file, "PIXSCALE", 0.27).unwrap();
    let conditions = [
        ("EXPTIME", vec![EXPOSURE; EPOCHS]),
        ("ZP", vec![ZERO_POINT; EPOCHS]),
        ("SEEING", vec![4.6 * 0.27; EPOCHS]),
        ("CX", centroids.iter().map(|[x, _]| *x).collect()),
        ("CY", centroids.iter().map(|[_, y]| *y).collect()),
    ];
    let conditions = &conditions[..if has_conditions { 5 } else { 0 }];
    let mut columns = vec![
        column("MJD", ColumnDataType::Double, 1),
        column("BAND", ColumnDataType::String, 2),
    ];
    let numbers = conditions.iter();
    columns.extend(numbers.map(|(name, _)| column(name, ColumnDataType::Double, 1)));
    file.create_table("EPOCHS", &columns).unwrap();
    let table = file.hdu("EPOCHS").unwrap();
    let mjd: Vec<f64> = (0..EPOCHS).map(|epoch| 57_070.5 + epoch as f64).collect();
    table.write_col(&mut file, "MJD", &mjd).unwrap();
    table
        .write_col(&mut file, "BAND", &vec!["g".to_owned(); EPOCHS])
        .unwrap();
    for (name, values) in conditions {
        table.write_col(&mut file, *name, values).unwrap();
    }
}
