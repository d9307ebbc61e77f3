//! A small set on disk whose objects lie at given positions: one image an object.

use std::{fs, path::PathBuf};

use fitsio::FitsFile;
use tempfile::TempDir;

use super::fits::image_file;

/// A folder with one small image an object, and a place for projects beside it.
pub struct PlacedSet {
    folder: TempDir,
}

impl PlacedSet {
    /// Objects of these identifiers at these positions (degrees); none writes no position.
    pub fn new(objects: &[(&str, Option<[f64; 2]>)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let set = Self { folder };
        fs::create_dir(set.path()).unwrap();
        for (id, position) in objects {
            let path = set.path().join(format!("{id}.fits"));
            let pixels: Vec<f32> = (0..81_u8).map(f32::from).collect();
            let mut file = image_file(&path, &[9, 9], &pixels);
            let primary = file.primary_hdu().unwrap();
            primary.write_key(&mut file, "OBJECT", *id).unwrap();
            if let Some([ra, dec]) = *position {
                primary.write_key(&mut file, "RA", ra).unwrap();
                primary.write_key(&mut file, "DEC", dec).unwrap();
            }
        }
        set
    }

    /// Four objects: `left` and `right` half an arcsecond apart, `far` a degree away, `lost` without a
    /// position.
    pub fn with_a_pair() -> Self {
        Self::new(&[
            ("far", Some([151.0, 2.0])),
            ("left", Some([150.0, 2.0])),
            ("lost", None),
            ("right", Some([150.0, 2.0 + 0.5 / 3600.0])),
        ])
    }

    /// The same with a time and a magnitude for each object, as TNS asks for.
    pub fn detected(self) -> Self {
        for file in fs::read_dir(self.path()).unwrap() {
            let mut file = FitsFile::edit(file.unwrap().path()).unwrap();
            let primary = file.primary_hdu().unwrap();
            for (key, value) in [("MJD-OBS", 61_366.5), ("MAG", 19.0)] {
                primary.write_key(&mut file, key, value).unwrap();
            }
        }
        self
    }

    /// The folder with the images.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("night")
    }

    /// A place for another file, outside the images' folder.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}
