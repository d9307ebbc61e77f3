//! Files to open, made here byte by byte: FITS, gzip, tar and Avro.

use std::{
    fmt::Write as _,
    io::Write as _,
    path::{Path, PathBuf},
};

use destello::io::{Decoder, Found, StampIds, scan};
use flate2::{Compression, write::GzEncoder};

pub use crate::common::opened::{candidate, open, stamp};

/// A FITS header: cards in order, then END and padding.
pub fn header(cards: &[(&str, String)]) -> Vec<u8> {
    let mut text = String::new();
    for (name, value) in cards {
        let card = format!("{name:<8}= {value:>20}");
        write!(text, "{card:<80}").unwrap();
    }
    write!(text, "{:<80}", "END").unwrap();
    padded(text.into_bytes(), b' ')
}

/// Filled up to a whole number of FITS blocks.
pub fn padded(mut bytes: Vec<u8>, with: u8) -> Vec<u8> {
    let len = bytes.len().next_multiple_of(2880);
    bytes.resize(len, with);
    bytes
}

/// The text value of a card.
pub fn quoted(text: &str) -> String {
    format!("'{text:<8}'")
}

/// An image HDU of 32-bit floats; the primary one where `name` is empty.
pub fn image(name: &str, axes: &[usize], pixels: &[f32], more: &[(&str, String)]) -> Vec<u8> {
    let data = pixels
        .iter()
        .flat_map(|pixel| pixel.to_be_bytes())
        .collect();
    raw_image(name, -32, axes, data, more)
}

/// An image HDU of any type, its pixels as big-endian bytes.
pub fn raw_image(
    name: &str,
    bitpix: i32,
    axes: &[usize],
    data: Vec<u8>,
    more: &[(&str, String)],
) -> Vec<u8> {
    let mut cards = vec![if name.is_empty() {
        ("SIMPLE", "T".to_owned())
    } else {
        ("XTENSION", quoted("IMAGE"))
    }];
    cards.push(("BITPIX", bitpix.to_string()));
    cards.push(("NAXIS", axes.len().to_string()));
    let axis_names = ["NAXIS1", "NAXIS2", "NAXIS3"];
    for (axis, len) in axis_names.into_iter().zip(axes) {
        cards.push((axis, len.to_string()));
    }
    if !name.is_empty() {
        cards.push(("PCOUNT", "0".into()));
        cards.push(("GCOUNT", "1".into()));
        cards.push(("EXTNAME", quoted(name)));
    }
    cards.extend(more.iter().cloned());
    let mut bytes = header(&cards);
    bytes.extend(padded(data, 0));
    bytes
}

/// One column of a table: name, TFORM, and the bytes of each row.
pub struct Column(pub &'static str, pub &'static str, pub Vec<Vec<u8>>);

impl Column {
    /// Doubles.
    pub fn doubles(name: &'static str, values: &[f64]) -> Self {
        Self(
            name,
            "D",
            values.iter().map(|v| v.to_be_bytes().into()).collect(),
        )
    }

    /// 64-bit integers.
    pub fn longs(name: &'static str, values: &[i64]) -> Self {
        Self(
            name,
            "K",
            values.iter().map(|v| v.to_be_bytes().into()).collect(),
        )
    }
}

const TYPES: [&str; 4] = ["TTYPE1", "TTYPE2", "TTYPE3", "TTYPE4"];
const FORMS: [&str; 4] = ["TFORM1", "TFORM2", "TFORM3", "TFORM4"];

/// A binary table.
pub fn table(name: &str, columns: &[Column]) -> Vec<u8> {
    let rows = columns[0].2.len();
    let row_bytes: usize = columns.iter().map(|column| column.2[0].len()).sum();
    let mut cards = vec![
        ("XTENSION", quoted("BINTABLE")),
        ("BITPIX", "8".into()),
        ("NAXIS", "2".into()),
        ("NAXIS1", row_bytes.to_string()),
        ("NAXIS2", rows.to_string()),
        ("PCOUNT", "0".into()),
        ("GCOUNT", "1".into()),
        ("TFIELDS", columns.len().to_string()),
        ("EXTNAME", quoted(name)),
    ];
    for (at, column) in columns.iter().enumerate() {
        cards.push((TYPES[at], quoted(column.0)));
        cards.push((FORMS[at], quoted(column.1)));
    }
    let mut bytes = header(&cards);
    let cells =
        (0..rows).flat_map(|row| columns.iter().flat_map(move |column| column.2[row].clone()));
    bytes.extend(padded(cells.collect(), 0));
    bytes
}

/// A cube file in the layout of the HiTS set: `planes` epochs of 3 x 2 pixels, `rows` table rows.
pub fn cube_file(object: &str, planes: usize, rows: usize) -> Vec<u8> {
    let pixels: Vec<f32> = (0..planes * 6).map(|value| value as f32).collect();
    let more = [
        ("OBJECT", quoted(object)),
        ("CLASS", quoted("SN")),
        ("FILTER", quoted("g")),
        ("BUNIT", quoted("ADU")),
        ("PIXSCALE", "0.27".into()),
        ("SATURATE", "4.5E4".into()),
    ];
    let mut bytes = image("", &[3, 2, planes], &pixels, &more);
    let mjd: Vec<f64> = (0..rows).map(|row| 57_070.0 + row as f64).collect();
    let candid: Vec<i64> = (0..rows as i64)
        .map(|row| 1_127_174_604_415_015_005 + row)
        .collect();
    let mag: Vec<f64> = (0..rows)
        .map(|row| if row == 0 { f64::NAN } else { 20.5 })
        .collect();
    bytes.extend(table(
        "EPOCHS",
        &[
            Column::doubles("MJD", &mjd),
            Column::longs("CANDID", &candid),
            Column::doubles("MAG", &mag),
            Column::doubles("AIRMASS", &mjd.iter().map(|_| 1.25).collect::<Vec<_>>()),
        ],
    ));
    bytes
}

/// A lone 2 x 2 image whose first pixel is `value`.
pub fn small_image(value: f32, more: &[(&str, String)]) -> Vec<u8> {
    image("", &[2, 2], &[value, 1.0, 2.0, f32::NAN], more)
}

/// A file of named images, each of 2 x 2 pixels of its number; nothing in the primary HDU.
pub fn extensions(names: &[&str], more: &[(&str, String)]) -> Vec<u8> {
    let mut cards = vec![
        ("SIMPLE", "T".to_owned()),
        ("BITPIX", "8".into()),
        ("NAXIS", "0".into()),
    ];
    cards.extend(more.iter().cloned());
    let mut bytes = header(&cards);
    for (at, name) in names.iter().enumerate() {
        bytes.extend(image(name, &[2, 2], &[at as f32; 4], &[]));
    }
    bytes
}

/// Packed with gzip.
pub fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A tar archive of named files.
pub fn tarred(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        archive.append_data(&mut header, name, &bytes[..]).unwrap();
    }
    archive.into_inner().unwrap()
}

/// Writes a file, its folders too.
pub fn put(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, bytes).unwrap();
    path
}

/// Everything found and decoded, whatever it is: for tests that only want to survive.
pub fn open_all_and_decode(path: &Path) -> (usize, usize, usize) {
    let decoder = Decoder::default();
    let ids = StampIds::default();
    let (mut wanted, mut problems) = (Vec::new(), 0);
    scan(
        &[path.to_owned()],
        &decoder,
        &ids,
        &|| false,
        &mut |found| match found {
            Found::Candidate(candidate) => {
                let epochs = candidate.epochs.into_iter();
                wanted.extend(epochs.flat_map(|epoch| epoch.stamps));
            }
            Found::Problem(_) => problems += 1,
            Found::Recognised { .. } | Found::Progress { .. } => {}
        },
    );
    let decoded = decoder.decode(&wanted);
    let good = decoded.iter().filter(|(_, stamp)| stamp.is_ok()).count();
    (wanted.len(), good, problems)
}

/// A tile-compressed (Rice) image of `[rows, columns]`, as `fpack` makes it.
pub fn compressed(folder: &Path, values: &[i32], shape: [usize; 2]) -> Vec<u8> {
    compressed_by(folder, "R", values, shape)
}

/// The same by another way: cfitsio's letter, and perhaps the shape of a tile.
pub fn compressed_by(folder: &Path, way: &str, values: &[i32], shape: [usize; 2]) -> Vec<u8> {
    let path = folder.join("compressed.tmp");
    let description = fitsio::images::ImageDescription {
        data_type: fitsio::images::ImageType::Long,
        dimensions: &shape,
    };
    // cfitsio's own syntax for "compress what is written here".
    let spec = format!("{}[compress {way}]", path.display());
    let mut file = fitsio::FitsFile::create(spec).open().unwrap();
    let hdu = file.create_image("SCI".to_owned(), &description).unwrap();
    hdu.write_image(&mut file, values).unwrap();
    drop(file);
    let bytes = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    bytes
}
