//! Synthetic FITS files: the same bytes every time, written without a library, because a hundred
//! thousand of them are made before anything is measured.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};

/// Bytes of a FITS block.
const BLOCK: usize = 2880;
/// Files in one folder.
const PER_FOLDER: usize = 1000;
/// The first night, MJD.
const FIRST_MJD: f64 = 57_070.0;

/// Numbers that look like noise and are the same everywhere.
pub struct Noise(u64);

impl Noise {
    /// Begins at a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// From 0 to 1, evenly.
    pub fn even(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 40) as f32 / (1 << 24) as f32
    }

    /// About normal, of mean 0 and standard deviation 1 (Irwin-Hall of three).
    fn normal(&mut self) -> f32 {
        (self.even() + self.even() + self.even() - 1.5) * 2.0
    }
}

/// A star on noise: `side` × `side` pixels, ADU.
pub fn star(side: usize, peak: f32, sky: f32, noise: &mut Noise) -> Vec<f32> {
    let middle = (side - 1) as f32 / 2.0;
    let mut pixels = Vec::with_capacity(side * side);
    for row in 0..side {
        for column in 0..side {
            let (x, y) = (column as f32 - middle, row as f32 - middle);
            let flux = peak * (-(x * x + y * y) / 8.0).exp();
            pixels.push(sky + flux + 8.0 * noise.normal());
        }
    }
    pixels
}

/// An image HDU, or with `extension` an image extension of that name.
pub fn image_hdu(
    extension: Option<&str>,
    axes: &[usize],
    pixels: &[f32],
    cards: &[String],
) -> Vec<u8> {
    let mut header = match extension {
        None => vec![card("SIMPLE", "T")],
        Some(_) => vec![card("XTENSION", "'IMAGE   '")],
    };
    header.push(card("BITPIX", "-32"));
    header.push(card("NAXIS", &axes.len().to_string()));
    for (at, length) in axes.iter().enumerate() {
        header.push(card(&format!("NAXIS{}", at + 1), &length.to_string()));
    }
    match extension {
        None => header.push(card("EXTEND", "T")),
        Some(name) => {
            header.push(card("PCOUNT", "0"));
            header.push(card("GCOUNT", "1"));
            header.push(card("EXTNAME", &format!("'{name:<8}'")));
        }
    }
    header.extend_from_slice(cards);
    let data: Vec<u8> = pixels
        .iter()
        .flat_map(|value| value.to_be_bytes())
        .collect();
    hdu(&header, data)
}

/// The `EPOCHS` table as HiTS has it: time, filter, ten numbers.
fn epochs_hdu(epochs: usize, noise: &mut Noise) -> Vec<u8> {
    const COLUMNS: [(&str, &str); 12] = [
        ("MJD", "D"),
        ("EPOCH", "2A"),
        ("EXPTIME", "E"),
        ("SEEING", "E"),
        ("AIRMASS", "E"),
        ("SKY", "E"),
        ("LIMMAG5", "E"),
        ("ZP", "E"),
        ("MAG", "E"),
        ("MAGERR", "E"),
        ("CX", "E"),
        ("CY", "E"),
    ];
    let mut header = vec![
        card("XTENSION", "'BINTABLE'"),
        card("BITPIX", "8"),
        card("NAXIS", "2"),
        card("NAXIS1", "50"),
        card("NAXIS2", &epochs.to_string()),
        card("PCOUNT", "0"),
        card("GCOUNT", "1"),
        card("TFIELDS", &COLUMNS.len().to_string()),
    ];
    for (at, (name, form)) in COLUMNS.iter().enumerate() {
        header.push(card(&format!("TTYPE{}", at + 1), &format!("'{name:<8}'")));
        header.push(card(&format!("TFORM{}", at + 1), &format!("'{form:<8}'")));
    }
    header.push(card("EXTNAME", "'EPOCHS  '"));
    let mut data = Vec::with_capacity(epochs * 50);
    for epoch in 0..epochs {
        data.extend((FIRST_MJD + epoch as f64 * 0.08).to_be_bytes());
        data.extend(format!("{:02}", epoch % 100).bytes());
        for _ in 0..10 {
            data.extend((20.0 + noise.even()).to_be_bytes());
        }
    }
    hdu(&header, data)
}

/// A file of one candidate: science, reference and difference as extensions.
fn triplet(id: &str, number: usize, side: usize, noise: &mut Noise) -> Vec<u8> {
    let mut file = image_hdu(None, &[], &[], &[card("OBJECT", &format!("'{id}'"))]);
    let peak = 40.0 + 400.0 * noise.even();
    let visit = [
        card(
            "MJD-OBS",
            &format!("{:.6}", FIRST_MJD + number as f64 * 1e-3),
        ),
        card("FILTER", "'g       '"),
        card("MAG", &format!("{:.3}", 18.0 + 5.0 * noise.even())),
        card("RB", &format!("{:.4}", noise.even())),
    ];
    let axes = [side, side];
    for (name, peak, sky) in [
        ("SCI", peak, 200.0),
        ("REF", 30.0, 200.0),
        ("DIFF", peak, 0.0),
    ] {
        let pixels = star(side, peak, sky, noise);
        file.extend(image_hdu(Some(name), &axes, &pixels, &visit));
    }
    file
}

/// Writes `count` candidates of 21×21 pixels into folders of a thousand.
pub fn write_triplets(folder: &Path, count: usize) -> io::Result<()> {
    let mut noise = Noise::new(1);
    for number in 0..count {
        let inside = folder.join(format!("field{:03}", number / PER_FOLDER));
        if number % PER_FOLDER == 0 {
            fs::create_dir_all(&inside)?;
        }
        let id = format!("SYN{number:06}");
        let bytes = triplet(&id, number, 21, &mut noise);
        fs::write(inside.join(format!("{id}.fits")), bytes)?;
    }
    Ok(())
}

/// Writes the first candidates, of `side` × `side` pixels, into one folder.
pub fn write_some(folder: &Path, count: usize, side: usize) -> io::Result<()> {
    let mut noise = Noise::new(4);
    for number in 0..count {
        let id = format!("SYN{number:06}");
        let bytes = triplet(&id, number, side, &mut noise);
        fs::write(folder.join(format!("{id}.fits")), bytes)?;
    }
    Ok(())
}

/// Writes `count` sequences as HiTS has them: a gzipped cube of 26 epochs of 21×21 pixels with
/// its `EPOCHS` table. Gives the paths.
pub fn write_cubes(folder: &Path, count: usize) -> io::Result<Vec<PathBuf>> {
    const EPOCHS: usize = 26;
    fs::create_dir_all(folder)?;
    let mut noise = Noise::new(2);
    let write = |number| {
        let id = format!("'CUBE{number:04}'");
        let planes = (0..EPOCHS).flat_map(|epoch| star(21, 10.0 * epoch as f32, 300.0, &mut noise));
        let pixels: Vec<f32> = planes.collect();
        let mut file = image_hdu(None, &[21, 21, EPOCHS], &pixels, &[card("OBJECT", &id)]);
        file.extend(epochs_hdu(EPOCHS, &mut noise));
        let path = folder.join(format!("cube{number:04}.fits.gz"));
        fs::write(&path, gzip(&file)?)?;
        Ok(path)
    };
    (0..count).map(write).collect()
}

/// Gzip at its usual level.
pub fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(bytes)?;
    packer.finish()
}

fn card(key: &str, value: &str) -> String {
    if value.starts_with('\'') {
        format!("{key:<8}= {value:<70}")
    } else {
        format!("{key:<8}= {value:>20}{:50}", "")
    }
}

fn hdu(header: &[String], mut data: Vec<u8>) -> Vec<u8> {
    let mut bytes = header.concat().into_bytes();
    bytes.extend(format!("{:<80}", "END").bytes());
    bytes.resize(bytes.len().next_multiple_of(BLOCK), b' ');
    data.resize(data.len().next_multiple_of(BLOCK), 0);
    bytes.extend(data);
    bytes
}
