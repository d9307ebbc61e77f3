//! The training bundle: stamps, masks, labels, identifiers and split in one FITS file.
//!
//! | HDU | holds |
//! |---|---|
//! | primary | `DESTELLO = 'BUNDLE'`, `BUNDVER = 1`, seed and shares of the split, the version |
//! | image `SCIENCE`, `REFERENCE`, … | float32, (rows, height, width): plane i belongs to row i of `BUNDLE`; one HDU for each role that occurs, in role order |
//! | image `MASK_SCIENCE`, … | uint8, same shape: 0 a pixel, 1 NaN in the data, 2 outside of the stamp |
//! | table `BUNDLE` | one row an epoch: split, class number, sizes, and the columns of every export |
//! | table `CLASSES` | number, name and count of rows of each class |
//!
//! Stamps of different sizes share a cube as wide and high as the largest of their role; they lie
//! in its first rows and columns, NaN around them, and the table has each one's width and height
//! (0 where an epoch has no such stamp). One cube a role is what Python reads in one line; most
//! sets have one size, and there is no padding then.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use super::{
    ExportError, ExportRow,
    columns::{self, FilledColumn, Kind, Value},
    split::Split,
    written_beside,
};
use crate::{
    domain::{Problem, Role, Stamp, StampId, StampRef, Vocabulary},
    io::fits::{
        bytes::{CardValue, PixelType},
        write::{Cube, FitsWriter},
    },
};

/// Decodes stamps: for each reference its pixels or why there are none.
pub type Decode<'a> = dyn FnMut(&[StampRef]) -> Vec<(StampId, Result<Stamp, Problem>)> + 'a;

/// Version of the layout, `BUNDVER`.
pub const LAYOUT: i64 = 1;
/// Mask value: NaN in the data.
pub const MASK_NAN: u8 = 1;
/// Mask value: outside of the stamp.
pub const MASK_OUTSIDE: u8 = 2;

/// Epochs whose stamps are in memory at once.
const EPOCHS_PER_BATCH: usize = 256;

#[derive(Debug, Default, PartialEq, Eq)]
pub struct BundleReport {
    pub objects: usize,
    /// Rows: epochs with at least one stamp.
    pub epochs: usize,
    pub stamps: usize,
    /// Stamps that could not be decoded: their planes are empty.
    pub problems: Vec<Problem>,
}

/// Writes a bundle of all epochs with stamps of `rows`, beside and renamed.
///
/// Stamps are decoded twice, first for their sizes, so that memory holds one batch only.
pub fn write(
    path: &Path,
    rows: &[ExportRow<'_>],
    split: &Split,
    decode: &mut Decode<'_>,
) -> Result<BundleReport, ExportError> {
    let epochs = epoch_rows(rows);
    if epochs.is_empty() {
        return Err(ExportError {
            path: path.to_path_buf(),
            why: "none of the chosen candidates has a stamp in the opened files".into(),
        });
    }
    let measured = measure(&epochs, decode);
    let mut report = BundleReport {
        objects: rows.iter().filter(|row| has_stamps(row)).count(),
        epochs: epochs.len(),
        stamps: measured.sizes.len(),
        problems: measured.problems.clone(),
    };
    written_beside(path, |beside| {
        let mut file = FitsWriter::create(beside)?;
        write_cards(&mut file, split);
        report
            .problems
            .extend(write_cubes(&mut file, &epochs, &measured, decode)?);
        let classes = Classes::of(&epochs);
        file.table("BUNDLE", &table(&epochs, &measured, &classes, split))?;
        file.table("CLASSES", &classes.table())?;
        file.finish()
    })?;
    Ok(report)
}

fn has_stamps(row: &ExportRow<'_>) -> bool {
    let epochs = row.candidate.map_or(&[][..], |candidate| &candidate.epochs);
    epochs.iter().any(|epoch| !epoch.stamps.is_empty())
}

/// One row an epoch with stamps, in the order of `rows` and time.
fn epoch_rows<'a>(rows: &[ExportRow<'a>]) -> Vec<ExportRow<'a>> {
    let epochs_of = |row: &ExportRow<'a>| {
        let row = *row;
        let epochs = row.candidate.map_or(&[][..], |candidate| &candidate.epochs);
        let with_stamps = epochs.iter().filter(|epoch| !epoch.stamps.is_empty());
        with_stamps.map(move |epoch| ExportRow {
            epoch: Some(epoch),
            ..row
        })
    };
    rows.iter().flat_map(epochs_of).collect()
}

/// Width and height of every stamp that can be decoded, and the largest of each role.
struct Measured {
    sizes: HashMap<StampId, [usize; 2]>,
    largest: BTreeMap<Role, [usize; 2]>,
    problems: Vec<Problem>,
}

fn measure(epochs: &[ExportRow<'_>], decode: &mut Decode<'_>) -> Measured {
    let mut measured = Measured {
        sizes: HashMap::new(),
        largest: BTreeMap::new(),
        problems: Vec::new(),
    };
    for batch in epochs.chunks(EPOCHS_PER_BATCH) {
        let wanted = stamps_of(batch);
        let roles: HashMap<_, _> = wanted.iter().map(|stamp| (stamp.id, stamp.role)).collect();
        for (id, decoded) in decode(&wanted) {
            match (decoded, roles.get(&id)) {
                (Ok(stamp), Some(role)) => {
                    measured.sizes.insert(id, [stamp.width, stamp.height]);
                    let [width, height] = measured.largest.entry(*role).or_default();
                    *width = stamp.width.max(*width);
                    *height = stamp.height.max(*height);
                }
                (Err(problem), _) => measured.problems.push(problem),
                (Ok(_), None) => {}
            }
        }
    }
    measured.largest.retain(|_, size| *size != [0, 0]);
    measured
}

fn stamps_of(batch: &[ExportRow<'_>]) -> Vec<StampRef> {
    let epochs = batch.iter().filter_map(|row| row.epoch);
    epochs
        .flat_map(|epoch| epoch.stamps.iter().cloned())
        .collect()
}

fn write_cards(file: &mut FitsWriter, split: &Split) {
    let shares = format!("validation {}, test {}", split.validation, split.test);
    file.card(
        "DESTELLO",
        CardValue::Text("BUNDLE"),
        "stamps, masks, labels and split",
    );
    file.card("BUNDVER", CardValue::Int(LAYOUT), "version of this layout");
    file.card(
        "CREATOR",
        CardValue::Text(concat!("destello ", env!("CARGO_PKG_VERSION"))),
        "program",
    );
    file.card(
        "SPLTSEED",
        CardValue::Int(split.seed as i64),
        "seed of the split by object",
    );
    file.card("SPLTSHAR", CardValue::Text(&shares), "shares of objects");
    file.card(
        "TEXTESC",
        CardValue::Text("unicode_escape"),
        "how Python reads text columns",
    );
}

/// Writes images and masks of all roles and returns what could be measured but not read again.
fn write_cubes(
    file: &mut FitsWriter,
    epochs: &[ExportRow<'_>],
    measured: &Measured,
    decode: &mut Decode<'_>,
) -> Result<Vec<Problem>, String> {
    let mut cubes = Vec::new();
    for (role, [width, height]) in &measured.largest {
        let shape = [epochs.len(), *height, *width];
        let name = role.name().to_ascii_uppercase();
        let images = file.cube(&name, PixelType::Float, shape)?;
        let masks = file.cube(&format!("MASK_{name}"), PixelType::Byte, shape)?;
        cubes.push((*role, [*width, *height], images, masks));
    }
    let mut problems = Vec::new();
    for (at, batch) in epochs.chunks(EPOCHS_PER_BATCH).enumerate() {
        let mut stamps = HashMap::new();
        for (id, decoded) in decode(&stamps_of(batch)) {
            match decoded {
                Ok(stamp) if measured.sizes.get(&id) == Some(&[stamp.width, stamp.height]) => {
                    stamps.insert(id, stamp);
                }
                Err(problem) if measured.sizes.contains_key(&id) => problems.push(problem),
                _ => {}
            }
        }
        let first = at * EPOCHS_PER_BATCH;
        for (role, size, images, masks) in &cubes {
            write_planes(
                file,
                [images, masks],
                first,
                &Planes::of(*role, *size, batch, &stamps),
            )?;
        }
    }
    Ok(problems)
}

fn write_planes(
    file: &mut FitsWriter,
    [images, masks]: [&Cube; 2],
    first: usize,
    planes: &Planes,
) -> Result<(), String> {
    file.planes(images, first, &planes.pixels)?;
    file.byte_planes(masks, first, &planes.mask)
}

/// The planes of one role of a batch.
struct Planes {
    pixels: Vec<f32>,
    mask: Vec<u8>,
}

impl Planes {
    fn of(
        role: Role,
        [width, height]: [usize; 2],
        batch: &[ExportRow<'_>],
        stamps: &HashMap<StampId, Stamp>,
    ) -> Self {
        let mut planes = Self {
            pixels: vec![f32::NAN; batch.len() * width * height],
            mask: vec![MASK_OUTSIDE; batch.len() * width * height],
        };
        for (plane, row) in batch.iter().enumerate() {
            let reference = row.epoch.and_then(|epoch| epoch.stamp(role));
            let Some(stamp) = reference.and_then(|reference| stamps.get(&reference.id)) else {
                continue;
            };
            for (y, line) in stamp.pixels.chunks(stamp.width.max(1)).enumerate() {
                let start = (plane * height + y) * width;
                planes.pixels[start..start + line.len()].copy_from_slice(line);
                for (mask, pixel) in planes.mask[start..].iter_mut().zip(line) {
                    *mask = if pixel.is_nan() { MASK_NAN } else { 0 };
                }
            }
        }
        planes
    }
}

/// The classes of a bundle, numbered from 0.
struct Classes {
    names: Vec<String>,
    counts: Vec<i64>,
}

impl Classes {
    /// In the order of a built-in vocabulary where the labels are from one, then by name.
    fn of(epochs: &[ExportRow<'_>]) -> Self {
        let known: Vec<Vocabulary> = Vocabulary::built_ins().into();
        let mut counts: BTreeMap<(usize, &str), i64> = BTreeMap::new();
        for row in epochs {
            let vocabulary = row.event.map_or("", |event| &event.vocabulary);
            let built_in = known.iter().find(|built_in| *built_in.name == *vocabulary);
            for class in &row.state.classes {
                let order = built_in.and_then(|built_in| {
                    let mut classes = built_in.classes.iter();
                    classes.position(|known| known.name == *class)
                });
                *counts
                    .entry((order.unwrap_or(usize::MAX), class))
                    .or_default() += 1;
            }
        }
        // A class may come from two vocabularies with different places in them.
        let mut classes = Self {
            names: Vec::new(),
            counts: Vec::new(),
        };
        for ((_, name), count) in counts {
            if let Some(at) = classes.number(name) {
                classes.counts[at] += count;
            } else {
                classes.names.push(name.to_owned());
                classes.counts.push(count);
            }
        }
        classes
    }

    fn number(&self, class: &str) -> Option<usize> {
        self.names.iter().position(|name| name == class)
    }

    fn table(&self) -> Vec<FilledColumn> {
        let numbers = (0..self.names.len()).map(|number| Value::Int(number as i64));
        let names = self.names.iter().map(|name| Value::Text(name.clone()));
        let counts = self.counts.iter().map(|count| Value::Int(*count));
        vec![
            filled("class_number", Kind::Int, "as in BUNDLE", numbers),
            filled("class_name", Kind::Text, "name of the class", names),
            filled("rows", Kind::Int, "rows of BUNDLE with it", counts),
        ]
    }
}

/// The columns of `BUNDLE`: what a trainer needs first, then those of every export.
fn table(
    epochs: &[ExportRow<'_>],
    measured: &Measured,
    classes: &Classes,
    split: &Split,
) -> Vec<FilledColumn> {
    let part = |row: &ExportRow<'_>| Value::Text(split.part(row.id).name().into());
    let number = |row: &ExportRow<'_>| match row.state.classes.as_slice() {
        [class] => classes.number(class).map_or(-1, |number| number as i64),
        _ => -1,
    };
    let numbers = epochs.iter().map(|row| Value::Int(number(row)));
    let mut table = vec![
        filled(
            "split",
            Kind::Text,
            "train, validation or test",
            epochs.iter().map(part),
        ),
        filled(
            "class_number",
            Kind::Int,
            "row of CLASSES, -1 for none or several",
            numbers,
        ),
    ];
    for role in measured.largest.keys() {
        for (axis, name) in ["width", "height"].into_iter().enumerate() {
            let sizes = epochs.iter().map(|row| {
                let stamp = row.epoch.and_then(|epoch| epoch.stamp(*role));
                let size = stamp.and_then(|stamp| measured.sizes.get(&stamp.id));
                Value::Int(size.map_or(0, |size| size[axis] as i64))
            });
            let name = format!("{}_{name}", role.name());
            table.push(filled(&name, Kind::Int, "pixels, 0 without stamp", sizes));
        }
    }
    table.extend(columns::of_rows(epochs));
    table
}

fn filled(
    name: &str,
    kind: Kind,
    meaning: &str,
    values: impl Iterator<Item = Value>,
) -> FilledColumn {
    FilledColumn {
        name: name.into(),
        kind,
        unit: "",
        meaning: meaning.into(),
        values: values.collect(),
    }
}
