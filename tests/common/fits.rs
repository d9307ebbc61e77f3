//! FITS files through cfitsio.

use std::path::Path;

use fitsio::{
    FitsFile,
    images::{ImageDescription, ImageType},
    tables::{ColumnDataType, ColumnDescription, ConcreteColumnDescription},
};

/// A new file whose primary image has these axes (slowest first) and pixels.
pub fn image_file(path: &Path, axes: &[usize], pixels: &[f32]) -> FitsFile {
    let description = ImageDescription {
        data_type: ImageType::Float,
        dimensions: axes,
    };
    let new = FitsFile::create(path).with_custom_primary(&description);
    let mut file = new.open().unwrap();
    let primary = file.primary_hdu().unwrap();
    primary.write_image(&mut file, pixels).unwrap();
    file
}

/// A column of a table.
pub fn column(name: &str, data_type: ColumnDataType, repeat: usize) -> ConcreteColumnDescription {
    ColumnDescription::new(name)
        .with_type(data_type)
        .that_repeats(repeat)
        .create()
        .unwrap()
}
