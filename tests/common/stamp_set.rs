//! A small stamp set on disk: one cube a role and object, with an EPOCHS table beside.

use std::path::{Path, PathBuf};

use fitsio::{
    FitsFile,
    images::{ImageDescription, ImageType},
    tables::ColumnDataType,
};
use tempfile::TempDir;

use super::fits::{column, image_file};

/// One object: a star that brightens over a constant galaxy.
#[derive(Clone, Copy, Debug)]
pub struct Object {
    /// Identifier and file name.
    pub id: &'static str,
    /// Magnitude of its brightest epoch.
    pub peak_mag: f32,
    /// Class in its header.
    pub class: Option<&'static str>,
}

const fn object(id: &'static str, peak_mag: f32, class: Option<&'static str>) -> Object {
    Object {
        id,
        peak_mag,
        class,
    }
}

/// The objects of a set, in the order in which they are found.
pub const OBJECTS: [Object; 6] = [
    object("hits01", 20.5, Some("SN")),
    object("hits02", 18.5, None),
    object("hits03", 21.0, None),
    object("hits04", 19.0, Some("RRLyrae")),
    object("hits05", 20.0, None),
    object("hits06", 19.5, None),
];

/// Time of the first epoch.
pub const FIRST_MJD: f64 = 57_071.25;
/// The epoch (from 0) at which every object is brightest.
pub const PEAK_EPOCH: usize = 2;

/// A folder with stamps, and room for projects beside it.
pub struct StampSet {
    folder: TempDir,
}

impl StampSet {
    /// The six objects with stamps of 21 x 21 pixels at 5 epochs.
    pub fn new() -> Self {
        Self::with_stamps(21, 5)
    }

    /// The six objects with stamps of that size and number.
    pub fn with_stamps(side_px: usize, epochs: usize) -> Self {
        let set = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        std::fs::create_dir(set.path()).unwrap();
        for (seed, object) in (1..).zip(&OBJECTS) {
            write(&set.file(object.id), object, side_px, epochs, seed);
        }
        set
    }

    /// So many objects, `object000` and on; every fourth says its class.
    pub fn many(count: usize, side_px: usize, epochs: usize) -> Self {
        let set = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        std::fs::create_dir(set.path()).unwrap();
        for at in 0..count {
            // A few names for the length of a test.
            let id: &'static str = Box::leak(format!("object{at:03}").into_boxed_str());
            let class = at.is_multiple_of(4).then_some("SN");
            let object = object(id, 18.0 + (at * 7 % 40) as f32 / 10.0, class);
            write(&set.file(id), &object, side_px, epochs, at as u32 + 1);
        }
        set
    }

    /// So many objects whose stamps carry their own number and epoch as a bar code: what is on the
    /// screen says whose it is.
    pub fn bar_coded(count: usize, epochs: usize) -> Self {
        let set = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        std::fs::create_dir(set.path()).unwrap();
        for at in 0..count {
            let id: &'static str = Box::leak(format!("object{at:03}").into_boxed_str());
            let object = object(id, 20.0, None);
            let side = 2 * BARS;
            let pixels = (0..epochs * side * side).map(|pixel| {
                let (epoch, column) = (pixel / (side * side), pixel % side);
                bar(at, epoch, column / 2)
            });
            let science: Vec<f32> = pixels.collect();
            let pixels = Pixels {
                reference: science.clone(),
                difference: science.clone(),
                science,
            };
            write_pixels(&set.file(id), &object, side, epochs, &pixels);
        }
        set
    }

    /// Writes an object's file anew under its name, as if its stamps had been reduced again with that seed for
    /// the noise (those of the set have 1, 2, …).
    pub fn reduce_again(&self, object: &Object, side_px: usize, epochs: usize, seed: u32) {
        let file = self.file(object.id);
        std::fs::remove_file(&file).unwrap();
        write(&file, object, side_px, epochs, seed);
    }

    /// The folder with the stamps.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("night")
    }

    /// The file of an object.
    pub fn file(&self, id: &str) -> PathBuf {
        self.path().join(format!("{id}.fits"))
    }

    /// A place for another file, outside the stamps' folder.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// Bars of a bar code, from left to right: white, nine for the object, five for the epoch, black.
pub const BARS: usize = 16;

/// How bright a bar is: 0 or 100.
fn bar(object: usize, epoch: usize, bar: usize) -> f32 {
    let is_white = match bar {
        0 => true,
        1..=9 => object >> (bar - 1) & 1 == 1,
        10..=14 => epoch >> (bar - 10) & 1 == 1,
        _ => false,
    };
    if is_white { 100.0 } else { 0.0 }
}

/// Object and epoch of a bar code, by the brightness of its bars; none where it is none.
pub fn read_bars(bars: [f32; BARS]) -> Option<(usize, usize)> {
    let (white, black) = (bars[0], bars[BARS - 1]);
    let middle = f32::midpoint(white, black);
    let bit = |at: usize| usize::from(bars[at] > middle) << (at - 1);
    (white > black + 20.0).then(|| {
        let object = (1..=9).map(bit).sum();
        let epoch: usize = (10..=14).map(bit).sum();
        (object, epoch >> 9)
    })
}

fn write(path: &Path, object: &Object, side_px: usize, epochs: usize, seed: u32) {
    let pixels = Pixels::of(object, side_px, epochs, seed);
    write_pixels(path, object, side_px, epochs, &pixels);
}

fn write_pixels(path: &Path, object: &Object, side_px: usize, epochs: usize, pixels: &Pixels) {
    let dimensions = [epochs, side_px, side_px];
    let mut file = image_file(path, &dimensions, &pixels.science);
    let primary = file.primary_hdu().unwrap();
    primary.write_key(&mut file, "OBJECT", object.id).unwrap();
    primary.write_key(&mut file, "BUNIT", "ADU").unwrap();
    primary.write_key(&mut file, "PIXSCALE", 0.27).unwrap();
    primary.write_key(&mut file, "FIELD", 35_i64).unwrap();
    if let Some(class) = object.class {
        primary.write_key(&mut file, "CLASS", class).unwrap();
    }
    let cube = ImageDescription {
        data_type: ImageType::Float,
        dimensions: &dimensions,
    };
    for (name, pixels) in [
        ("REFERENCE", &pixels.reference),
        ("DIFFERENCE", &pixels.difference),
    ] {
        let hdu = file.create_image(name, &cube).unwrap();
        hdu.write_image(&mut file, pixels).unwrap();
    }
    write_epochs(&mut file, object, epochs);
}

fn write_epochs(file: &mut FitsFile, object: &Object, epochs: usize) {
    let columns = [
        column("MJD", ColumnDataType::Double, 1),
        column("BAND", ColumnDataType::String, 2),
        column("MAG", ColumnDataType::Float, 1),
        column("MAGERR", ColumnDataType::Float, 1),
        column("LIMMAG5", ColumnDataType::Float, 1),
    ];
    file.create_table("EPOCHS", &columns).unwrap();
    // The structure of the HDU is known to fitsio only after it was read again.
    let hdu = file.hdu("EPOCHS").unwrap();
    let mjd: Vec<f64> = (0..epochs).map(|at| FIRST_MJD + at as f64).collect();
    let band: Vec<String> = (0..epochs).map(|at| ["g", "r"][at % 2].into()).collect();
    let mags: Vec<f32> = (0..epochs).map(|at| mag(object, at)).collect();
    hdu.write_col(file, "MJD", &mjd).unwrap();
    hdu.write_col(file, "BAND", &band).unwrap();
    hdu.write_col(file, "MAG", &mags).unwrap();
    hdu.write_col(file, "MAGERR", &vec![0.1_f32; epochs])
        .unwrap();
    hdu.write_col(file, "LIMMAG5", &vec![23.5_f32; epochs])
        .unwrap();
}

/// Fades by half a magnitude an epoch before and after the peak.
fn mag(object: &Object, epoch: usize) -> f32 {
    object.peak_mag + 0.5 * epoch.abs_diff(PEAK_EPOCH) as f32
}

/// The pixels of three cubes.
struct Pixels {
    science: Vec<f32>,
    reference: Vec<f32>,
    difference: Vec<f32>,
}

impl Pixels {
    fn of(object: &Object, side_px: usize, epochs: usize, seed: u32) -> Self {
        let mut noise = Noise(seed);
        let middle = (side_px as f32 - 1.0) / 2.0;
        let mut pixels = Self {
            science: Vec::new(),
            reference: Vec::new(),
            difference: Vec::new(),
        };
        for epoch in 0..epochs {
            let star_adu = 400.0 * 10_f32.powf(-0.4 * (mag(object, epoch) - 20.0));
            for at in 0..side_px * side_px {
                let (x, y) = (
                    (at % side_px) as f32 - middle,
                    (at / side_px) as f32 - middle,
                );
                let galaxy =
                    150.0 * (-0.5 * (((x + 4.0) / 2.5).powi(2) + ((y - 3.0) / 4.0).powi(2))).exp();
                let star = star_adu * (-0.5 * (x * x + y * y) / 1.5_f32.powi(2)).exp();
                let science = 50.0 + galaxy + star + noise.next() * 12.0;
                let reference = 50.0 + galaxy + noise.next() * 4.0;
                pixels.science.push(science);
                pixels.reference.push(reference);
                pixels.difference.push(science - reference);
            }
        }
        pixels
    }
}

/// Numbers in -0.5..0.5 that are the same everywhere.
struct Noise(u32);

impl Noise {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as f32 / (1 << 24) as f32 - 0.5
    }
}
