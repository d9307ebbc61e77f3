//! Any opened set written anew in the layout of exchange: one FITS file an object, a cube a role, and a table
//! `EPOCHS` with a row for each epoch.
//!
//! Where the stamps of an object differ in size, unit or geometry, or some are missing, they are image extensions of
//! their own, whose `EXTVER` is the number of their row. Identifiers, times with their scale, positions, magnitudes and
//! pixels (as 32-bit floats, bit by bit) come back exactly when the folder is opened.
//!
//! Written by our own writer, not by cfitsio: `fitsio` 0.21 writes numbers in headers with 15 digits, cuts texts
//! at 68 characters, and takes brackets in the names of files and folders for a syntax of its own.

use std::{
    collections::{BTreeMap, HashSet},
    fs,
    path::Path,
};

use super::{Conversion, Converted, STOPPED, is_extra_field};
use crate::{
    domain::{
        Candidate, DifferenceSign, Epoch, FieldValue, Geometry, Role, Stamp, StampRef, TimeScale,
    },
    io::{
        decode::Decoder,
        fits::{
            bytes::{CardValue, Cells, Column, FitsBytes, PixelType},
            text::escape_text,
        },
        whole_file::write_whole,
    },
};

/// Longer names of files are cut: many systems allow 255 bytes.
const MOST_NAME_BYTES: usize = 120;

/// Writes a file an object into the folder, which must be new or empty.
///
/// A share of the objects may be written into a folder in which others of the same set are: what is there already is
/// not written again.
///
/// # Errors
/// Where the folder holds something else, nothing can be written there, or it was stopped: then what is written so far stays.
pub fn to_cubes(conversion: &Conversion<'_>, folder: &Path) -> Result<Converted, String> {
    let Conversion {
        catalogue,
        decoder,
        shard,
        go_on,
    } = *conversion;
    let fault = |error: std::io::Error| format!("{}: {error}", folder.display());
    fs::create_dir_all(folder).map_err(fault)?;
    let mut taken = HashSet::new();
    let names = catalogue
        .iter()
        .map(|(_, candidate)| (file_name(&candidate.id, &mut taken), candidate));
    let names: Vec<(String, &Candidate)> = names.collect();
    let present = match shard {
        Some(_) => of_this_set(folder, &names)?,
        None if fs::read_dir(folder).map_err(fault)?.next().is_some() => {
            return Err(format!(
                "{}: the folder is not empty; a set is written into a new one",
                folder.display()
            ));
        }
        None => HashSet::new(),
    };
    let mut converted = Converted::default();
    for (name, candidate) in names {
        if present.contains(&name) || !conversion.holds(&candidate.id) {
            continue;
        }
        if !go_on(converted.rows) {
            return Err(STOPPED.into());
        }
        let stamps = decoded(candidate, decoder, &mut converted);
        let path = folder.join(name);
        let bytes = file(candidate, &stamps);
        write_whole(&path, &bytes).map_err(|error| format!("{}: {error}", path.display()))?;
        converted.rows += candidate.epochs.len();
        converted.objects += 1;
    }
    Ok(converted)
}

/// The files of the set that are there.
fn of_this_set(folder: &Path, names: &[(String, &Candidate)]) -> Result<HashSet<String>, String> {
    let fault = |error: std::io::Error| format!("{}: {error}", folder.display());
    let known: HashSet<&str> = names.iter().map(|(name, _)| &**name).collect();
    let mut present = HashSet::new();
    for entry in fs::read_dir(folder).map_err(fault)? {
        let entry = entry.map_err(fault)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if known.contains(&*name) {
            // A power cut may leave the newest files empty.
            if entry.metadata().is_ok_and(|metadata| metadata.len() > 0) {
                present.insert(name);
            }
        } else if !name.starts_with('.') {
            return Err(format!(
                "{}: holds {name}, which is none of this set; choose another folder",
                folder.display()
            ));
        }
    }
    Ok(present)
}

/// The stamps of an epoch by role.
type Stamps = BTreeMap<Role, Stamp>;

/// The stamps of each epoch that can be read.
fn decoded(candidate: &Candidate, decoder: &Decoder, converted: &mut Converted) -> Vec<Stamps> {
    let wanted: Vec<StampRef> = candidate
        .epochs
        .iter()
        .flat_map(|epoch| epoch.stamps.clone())
        .collect();
    let mut results = decoder.decode(&wanted).into_iter();
    let mut of_epoch = |epoch: &Epoch| {
        let mut stamps = Stamps::new();
        for reference in &epoch.stamps {
            match results.next().map(|(_, result)| result) {
                Some(Ok(stamp)) => {
                    converted.stamps += 1;
                    stamps.insert(reference.role, stamp);
                }
                Some(Err(problem)) => converted.problems.push(problem),
                None => {}
            }
        }
        stamps
    };
    candidate.epochs.iter().map(&mut of_epoch).collect()
}

/// A name that every system allows, and that no other object has.
fn file_name(id: &str, taken: &mut HashSet<String>) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | '_');
    let plain: String = id
        .chars()
        .map(|c| if is_plain(c) { c } else { '_' })
        .take(MOST_NAME_BYTES)
        .collect();
    let plain = plain.trim_start_matches(['.', '-']);
    let plain = if plain.is_empty() { "object" } else { plain };
    let numbered = (2..).map(|number| format!("{plain}~{number}"));
    let mut names = [plain.to_owned()].into_iter().chain(numbered);
    // Some systems do not tell capitals from small letters.
    let free = names.find(|name| taken.insert(name.to_ascii_lowercase()));
    format!("{}.fits", free.unwrap_or_default())
}

fn file(candidate: &Candidate, stamps: &[Stamps]) -> Vec<u8> {
    let cubes = cubes(stamps);
    let science = cubes.as_ref().and_then(|roles| {
        roles
            .contains(&Role::Science)
            .then(|| planes(stamps, Role::Science))
    });
    let mut file = match science.as_deref() {
        Some([first, ..]) => FitsBytes::primary(&[first.width, first.height, stamps.len()]),
        _ => FitsBytes::primary(&[]),
    };
    object_cards(&mut file, candidate);
    if let Some([first, ..]) = science.as_deref() {
        file.card("EXTNAME", CardValue::Text("SCIENCE"), "");
        stamp_cards(&mut file, first);
    }
    file.end_header();
    if let Some(planes) = science {
        put_planes(&mut file, &planes);
    }
    match cubes {
        Some(roles) => {
            for role in roles.into_iter().filter(|role| *role != Role::Science) {
                let planes = planes(stamps, role);
                let axes = [planes[0].width, planes[0].height, planes.len()];
                file.image(&extension(role), PixelType::Float, &axes);
                stamp_cards(&mut file, planes[0]);
                file.end_header();
                put_planes(&mut file, &planes);
            }
        }
        None => {
            for (number, stamps) in (1..).zip(stamps) {
                for (role, stamp) in stamps {
                    let axes = [stamp.width, stamp.height];
                    file.image(&extension(*role), PixelType::Float, &axes);
                    file.card("EXTVER", CardValue::Int(number), "row of EPOCHS");
                    stamp_cards(&mut file, stamp);
                    file.end_header();
                    file.pixels(&stamp.pixels);
                }
            }
        }
    }
    file.table(
        "EPOCHS",
        candidate.epochs.len(),
        &columns(&candidate.epochs),
    );
    file.finish()
}

fn extension(role: Role) -> String {
    role.name().to_ascii_uppercase()
}

/// The roles, where each has a cube: a stamp at every epoch, all alike but for their pixels.
fn cubes(stamps: &[Stamps]) -> Option<Vec<Role>> {
    let roles: Vec<Role> = stamps.first()?.keys().copied().collect();
    let is_same_everywhere = |role: &Role| {
        let first = &stamps[0][role];
        stamps.iter().all(|stamps| {
            stamps.get(role).is_some_and(|stamp| {
                (stamp.width, stamp.height) == (first.width, first.height)
                    && stamp.unit == first.unit
                    && stamp.saturation == first.saturation
                    && stamp.geometry == first.geometry
            })
        })
    };
    let is_regular = !roles.is_empty()
        && stamps.iter().all(|stamps| stamps.len() == roles.len())
        && roles.iter().all(is_same_everywhere);
    is_regular.then_some(roles)
}

fn planes(stamps: &[Stamps], role: Role) -> Vec<&Stamp> {
    stamps
        .iter()
        .filter_map(|stamps| stamps.get(&role))
        .collect()
}

fn put_planes(file: &mut FitsBytes, planes: &[&Stamp]) {
    let pixels: Vec<f32> = planes
        .iter()
        .flat_map(|stamp| stamp.pixels.iter().copied())
        .collect();
    file.pixels(&pixels);
}

/// Cards that are written from what is known, not from fields.
const OWN: [&str; 11] = [
    "DESTELLO", "TEXTESC", "OBJECT", "RA", "DEC", "CLASS", "EXTNAME", "BUNIT", "SATURATE", "ROTPA",
    "PIXSCALE",
];

fn object_cards(file: &mut FitsBytes, candidate: &Candidate) {
    file.card(
        "DESTELLO",
        CardValue::Text("EXCHANGE"),
        "cubes by role, table EPOCHS",
    );
    file.card(
        "TEXTESC",
        CardValue::Text("unicode_escape"),
        "how Python reads texts",
    );
    file.long_text("OBJECT", &candidate.id);
    if let Some([ra, dec]) = candidate.position_deg {
        file.card("RA", CardValue::Number(ra), "[deg]");
        file.card("DEC", CardValue::Number(dec), "[deg]");
    }
    if let Some(truth) = &candidate.truth {
        file.long_text("CLASS", truth);
    }
    for (name, value) in candidate.fields.iter() {
        if OWN.contains(&&**name) || !is_keyword(name) {
            continue;
        }
        match value {
            FieldValue::Number(number) => file.card(name, CardValue::Number(number), ""),
            FieldValue::Text(text) => file.long_text(name, &text),
        }
    }
}

/// Beginnings of keywords that describe images.
const OF_IMAGES: [&str; 12] = [
    "NAXIS", "BITPIX", "CTYPE", "CRPIX", "CRVAL", "CDELT", "CROTA", "CD1_", "CD2_", "CUNIT",
    "PC1_", "PC2_",
];

/// True for a name that a card may have and that does not describe an image.
fn is_keyword(name: &str) -> bool {
    let is_letter = |byte: u8| {
        byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_')
    };
    !name.is_empty()
        && name.len() <= 8
        && name.bytes().all(is_letter)
        && !OF_IMAGES.iter().any(|prefix| name.starts_with(prefix))
}

/// Writes one stamp as an image with its geometry, for another program to show.
///
/// # Errors
/// Where the file cannot be written.
pub fn write_image(path: &Path, id: &str, stamp: &Stamp) -> Result<(), String> {
    let mut file = FitsBytes::primary(&[stamp.width, stamp.height]);
    file.long_text("OBJECT", id);
    stamp_cards(&mut file, stamp);
    file.end_header();
    file.pixels(&stamp.pixels);
    write_whole(path, &file.finish()).map_err(|why| format!("{}: {why}", path.display()))
}

/// Unit, saturation and geometry.
pub(super) fn stamp_cards(file: &mut FitsBytes, stamp: &Stamp) {
    if let Some(unit) = &stamp.unit {
        file.card("BUNIT", CardValue::Text(unit), "");
    }
    if let Some(level) = stamp.saturation {
        file.card("SATURATE", CardValue::Number(level.into()), "");
    }
    match &stamp.geometry {
        Geometry::Wcs(wcs) => {
            if !wcs.is_ctype_assumed {
                file.card("CTYPE1", CardValue::Text("RA---TAN"), "");
                file.card("CTYPE2", CardValue::Text("DEC--TAN"), "");
            }
            for axis in 0..2 {
                let number = axis + 1;
                let mut card = |name: String, value| {
                    file.card(&name, CardValue::Number(value), "");
                };
                card(format!("CRPIX{number}"), wcs.crpix[axis]);
                card(format!("CRVAL{number}"), wcs.crval_deg[axis]);
                for other in 0..2 {
                    card(format!("CD{number}_{}", other + 1), wcs.cd_deg[axis][other]);
                }
            }
        }
        Geometry::HeaderAngle {
            north_clockwise_of_up_deg,
            arcsec_per_px,
        } => {
            file.card("ROTPA", CardValue::Number(*north_clockwise_of_up_deg), "");
            let scale = arcsec_per_px.unwrap_or(f64::NAN);
            file.card("PIXSCALE", CardValue::Number(scale), "");
        }
        Geometry::Scale { arcsec_per_px } => {
            file.card("PIXSCALE", CardValue::Number(*arcsec_per_px), "");
        }
        // North in row 0.
        Geometry::ZtfRowZeroNorth { arcsec_per_px } => {
            file.card("ROTPA", CardValue::Number(180.0), "");
            file.card("PIXSCALE", CardValue::Number(*arcsec_per_px), "");
        }
        Geometry::Unknown => {}
    }
}

/// The columns of the table, those without any value left out.
fn columns(epochs: &[Epoch]) -> Vec<Column<'_>> {
    let mut columns = Vec::new();
    let mut doubles = |name, unit, of: &dyn Fn(&Epoch) -> Option<f64>| {
        let values: Vec<f64> = epochs
            .iter()
            .map(|epoch| of(epoch).unwrap_or(f64::NAN))
            .collect();
        // A table has one column at least.
        if name == "MJD" || values.iter().any(|value| !value.is_nan()) {
            let cells = Cells::Doubles(values);
            columns.push(Column { name, unit, cells });
        }
    };
    doubles("MJD", "d", &|epoch| Some(epoch.mjd?.days()));
    doubles("MAG", "mag", &|epoch| epoch.mag.map(f64::from));
    doubles("MAGERR", "mag", &|epoch| epoch.mag_err.map(f64::from));
    doubles("LIMMAG5", "mag", &|epoch| epoch.limiting_mag.map(f64::from));
    doubles("SEEING", "arcsec", &|epoch| {
        epoch.seeing_arcsec.map(f64::from)
    });
    let mut texts = |name, of: &dyn Fn(&Epoch) -> Option<String>| {
        let values: Vec<String> = epochs
            .iter()
            .map(|epoch| of(epoch).map_or_else(String::new, |text| escape_text(&text)))
            .collect();
        if values.iter().any(|value| !value.is_empty()) {
            let cells = Cells::Texts(values);
            columns.push(Column {
                name,
                unit: "",
                cells,
            });
        }
    };
    texts("TIMESYS", &|epoch| {
        let scale = epoch.mjd?.scale();
        (scale != TimeScale::Utc).then(|| scale.name().to_owned())
    });
    texts("CANDID", &|epoch| {
        epoch.candid.as_ref().map(ToString::to_string)
    });
    texts("FILTER", &|epoch| {
        epoch.band.as_ref().map(ToString::to_string)
    });
    texts("ISDIFFPOS", &|epoch| match epoch.difference_sign {
        DifferenceSign::ScienceMinusReference => Some("t".into()),
        DifferenceSign::ReferenceMinusScience => Some("f".into()),
        DifferenceSign::Unknown => None,
    });
    columns.extend(fields(epochs));
    columns
}

/// A column for each field that has no column of its own: of numbers, or of texts where one epoch has a text.
fn fields(epochs: &[Epoch]) -> Vec<Column<'_>> {
    let mut kinds: BTreeMap<&str, bool> = BTreeMap::new();
    for epoch in epochs {
        for (name, value) in epoch.fields.iter() {
            let is_text = matches!(value, FieldValue::Text(_));
            // JD stands for MJD in this table.
            if is_extra_field(name) && !name.eq_ignore_ascii_case("jd") {
                *kinds.entry(name).or_default() |= is_text;
            }
        }
    }
    let column = |(name, is_text)| {
        let values = epochs.iter().map(|epoch| epoch.fields.get(name));
        let cells = if is_text {
            Cells::Texts(
                values
                    .map(|value| value.map_or_else(String::new, |v| escape_text(&v.to_string())))
                    .collect(),
            )
        } else {
            Cells::Doubles(
                values
                    .map(|value| value.and_then(|v| v.number()).unwrap_or(f64::NAN))
                    .collect(),
            )
        };
        Column {
            name,
            unit: "",
            cells,
        }
    };
    kinds.into_iter().map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_plain_and_each_its_own() {
        let mut taken = HashSet::new();
        let names: Vec<String> = ["a/b", "a?b", "A_B", "..", "-x", &"é".repeat(300)]
            .iter()
            .map(|id| file_name(id, &mut taken))
            .collect();
        assert_eq!(
            names[..5],
            [
                "a_b.fits",
                "a_b~2.fits",
                "A_B~3.fits",
                "object.fits",
                "x.fits"
            ]
        );
        assert_eq!(names[5].len(), MOST_NAME_BYTES + 5);
    }

    #[test]
    fn words_that_describe_images_are_no_fields() {
        for (name, is) in [
            ("GAIN", true),
            ("DATE-OBS", true),
            ("CRVAL1", false),
            ("lower", false),
            ("NINECHARS", false),
            ("CD1_2", false),
        ] {
            assert_eq!(is_keyword(name), is, "{name}");
        }
    }
}
