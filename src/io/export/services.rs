//! Labels in the form that services take, as files; nothing is sent.
//!
//! | service | file |
//! |---|---|
//! | Lasair | annotations, one JSON object a line: the arguments of `lasair.annotate` |
//! | SkyPortal | a list of bodies for `POST /api/classification`, classes by the names of its taxonomy |
//! | TNS | an AT report in bulk (JSON), of what was called real; groups and reporter are to be filled in |
//! | Zooniverse | a subject manifest (CSV) beside a folder of PNG pictures |
//! | Label Studio | tasks with their annotations (JSON) |

use std::{
    fs::{self, File},
    io::{BufWriter, Write as _},
    path::Path,
};

use serde_json::{Value, json};

use super::{
    row::ExportRow,
    tns::{EmptyField, at_reports, empty_fields},
};
use crate::{
    domain::{Geometry, Mjd, Problem, Role, Stamp, StampId, StampRef},
    imaging::{limits::LimitRule, stretch::Stretch},
};

/// Decodes stamps: for each reference its pixels or why there are none.
pub type Decode<'a> = dyn FnMut(&[StampRef]) -> Vec<(StampId, Result<Stamp, Problem>)> + 'a;

/// Who takes the labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Annotations.
    Lasair,
    /// Classifications.
    SkyPortal,
    /// A bulk report of discoveries.
    Tns,
    /// A subject manifest with pictures.
    Zooniverse,
    /// Tasks with annotations.
    LabelStudio,
}

impl Service {
    /// All, with their names on the command line.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Lasair, "lasair"),
        (Self::SkyPortal, "skyportal"),
        (Self::Tns, "tns"),
        (Self::Zooniverse, "zooniverse"),
        (Self::LabelStudio, "labelstudio"),
    ];

    pub fn of_name(name: &str) -> Option<Self> {
        let found = Self::ALL
            .iter()
            .find(|(_, known)| known.eq_ignore_ascii_case(name));
        found.map(|(service, _)| *service)
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Candidates in the file.
    pub candidates: usize,
    pub pictures: usize,
    /// What is missing, and why.
    pub problems: Vec<Problem>,
    /// What the service asks for and the file leaves empty.
    pub empty_fields: Vec<EmptyField>,
}

/// Writes the rows; `beside` is the file to be, `out` its name afterwards.
pub(super) fn write(
    service: Service,
    beside: &Path,
    out: &Path,
    rows: &[ExportRow<'_>],
    decode: &mut Decode<'_>,
) -> Result<Written, String> {
    let labelled: Vec<&ExportRow<'_>> = rows.iter().filter(|row| row.state.is_labelled()).collect();
    let mut written = Written {
        candidates: labelled.len(),
        ..Written::default()
    };
    let words = |error: std::io::Error| error.to_string();
    match service {
        Service::Lasair => {
            let lines: Vec<Value> = labelled.iter().map(|row| annotation(row)).collect();
            let mut file = BufWriter::new(File::create(beside).map_err(words)?);
            for line in lines {
                writeln!(file, "{line}").map_err(words)?;
            }
            file.flush().map_err(words)?;
        }
        Service::SkyPortal => {
            let list = labelled.iter().map(|row| classification(row)).collect();
            put_json(beside, &Value::Array(list))?;
        }
        Service::LabelStudio => {
            let list = labelled.iter().map(|row| task(row)).collect();
            put_json(beside, &Value::Array(list))?;
        }
        Service::Tns => {
            let (reports, problems) = at_reports(&labelled, out);
            (written.candidates, written.problems) = (reports.len(), problems);
            written.empty_fields = empty_fields(&reports);
            put_json(beside, &json!({ "at_report": reports }))?;
        }
        Service::Zooniverse => {
            // What is to be classified: labelled or not.
            written.candidates = rows.len();
            manifest(beside, out, rows, decode, &mut written)?;
        }
    }
    Ok(written)
}

fn put_json(path: &Path, value: &Value) -> Result<(), String> {
    let text = serde_json::to_vec_pretty(value).map_err(|error| error.to_string())?;
    fs::write(path, text).map_err(|error| error.to_string())
}

fn classes(row: &ExportRow<'_>) -> String {
    row.state.classes.join(";")
}

fn time(row: &ExportRow<'_>) -> Value {
    row.event
        .map_or(Value::Null, |event| json!(event.at.to_string()))
}

/// The arguments of Lasair's `annotate`.
fn annotation(row: &ExportRow<'_>) -> Value {
    json!({
        "topic": "destello",
        "objectId": row.id,
        "classification": classes(row),
        "version": env!("CARGO_PKG_VERSION"),
        "explanation": row.note(),
        "classdict": {
            "annotator": row.annotator(),
            "vocabulary": row.event.map_or("", |event| &event.vocabulary),
            "label_time": time(row),
        },
        "url": "",
    })
}

/// The body of a classification in SkyPortal.
fn classification(row: &ExportRow<'_>) -> Value {
    let names: Vec<&str> = row
        .state
        .classes
        .iter()
        .map(|class| taxonomy_name(class))
        .collect();
    json!({
        "obj_id": row.id,
        "classification": names.join(";"),
        "probability": 1.0,
        "ml": false,
        "origin": format!("destello {}", env!("CARGO_PKG_VERSION")),
        "author_name": row.annotator(),
        "modified": time(row),
        // Numbers of the instance: which taxonomy, which groups may see it.
        "taxonomy_id": null,
        "group_ids": [],
    })
}

/// The name of a class in the time-domain taxonomy that SkyPortal's instances load; other classes keep theirs.
fn taxonomy_name(class: &str) -> &str {
    match class {
        "supernova" | "SN" => "Supernova",
        "rr_lyrae" => "RR Lyrae",
        "cepheid" => "Cepheid",
        "eclipsing_binary" => "Eclipsing",
        "VS" => "Stellar variable",
        "asteroid" => "Solar System Object",
        "real" => "Time-domain Source",
        other => other,
    }
}

/// A task of Label Studio with the label as its annotation.
fn task(row: &ExportRow<'_>) -> Value {
    let position = row.candidate.and_then(|candidate| candidate.position_deg);
    json!({
        "data": {
            "objectId": row.id,
            "candid": row.epoch.and_then(|epoch| epoch.candid.as_deref()),
            "ra": position.map(|[ra, _]| ra),
            "dec": position.map(|[_, dec]| dec),
            "note": row.note(),
        },
        "annotations": [{
            "completed_by": row.annotator(),
            "created_at": time(row),
            "was_cancelled": row.state.is_skipped,
            "result": [{
                "from_name": "label",
                "to_name": "object",
                "type": "choices",
                "value": { "choices": row.state.classes },
            }],
        }],
    })
}

/// The manifest, and a picture of each candidate in a folder beside it.
fn manifest(
    beside: &Path,
    out: &Path,
    rows: &[ExportRow<'_>],
    decode: &mut Decode<'_>,
    written: &mut Written,
) -> Result<(), String> {
    let stem = out
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let folder = out.with_file_name(format!("{stem}_pictures"));
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut table = csv::Writer::from_path(beside).map_err(|error| error.to_string())?;
    let mut put = |record: [&str; 8]| {
        table
            .write_record(record)
            .map_err(|error| error.to_string())
    };
    // Zooniverse hides from volunteers what begins with a hash.
    put([
        "image", "objectId", "#candid", "#ra", "#dec", "#mjd", "#band", "#label",
    ])?;
    for (number, row) in (1..).zip(rows) {
        let stamps = row.epoch.map_or(&[][..], |epoch| &epoch.stamps);
        let main = [Role::Science, Role::Reference, Role::Difference];
        let wanted: Vec<StampRef> = stamps
            .iter()
            .filter(|stamp| main.contains(&stamp.role))
            .cloned()
            .collect();
        let mut images = Vec::new();
        for (_, decoded) in decode(&wanted) {
            match decoded {
                Ok(stamp) => images.push(stamp),
                Err(problem) => written.problems.push(problem),
            }
        }
        let name = format!("{number:06}.png");
        if images.is_empty() {
            let why = "has no stamp that can be read, and is left out";
            written
                .problems
                .push(Problem::new(out.display().to_string(), row.id, why));
            written.candidates -= 1;
            continue;
        }
        let path = folder.join(&name);
        picture(&images)
            .save(&path)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        written.pictures += 1;
        let position = row.candidate.and_then(|candidate| candidate.position_deg);
        let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
        let epoch = row.epoch;
        put([
            &format!("{stem}_pictures/{name}"),
            row.id,
            epoch
                .and_then(|epoch| epoch.candid.as_deref())
                .unwrap_or_default(),
            &number(position.map(|[ra, _]| ra)),
            &number(position.map(|[_, dec]| dec)),
            &number(epoch.and_then(|epoch| epoch.mjd).map(Mjd::utc_days)),
            &epoch
                .and_then(|epoch| epoch.band.as_ref())
                .map(ToString::to_string)
                .unwrap_or_default(),
            &classes(row),
        ])?;
    }
    table.flush().map_err(|error| error.to_string())
}

/// Pixels of the picture for one of the stamp's, and between stamps.
const ZOOM: usize = 4;
const GAP: usize = 8;

/// The stamps side by side: limits by zscale, stretched by asinh, NaN grey, rows upwards but for ZTF's.
fn picture(stamps: &[Stamp]) -> image::GrayImage {
    let zscale = LimitRule::ZScale {
        contrast: 0.25,
        samples: 1_000,
    };
    let height = stamps.iter().map(|stamp| stamp.height).max().unwrap_or(1) * ZOOM;
    let width: usize =
        stamps.iter().map(|stamp| stamp.width * ZOOM).sum::<usize>() + GAP * (stamps.len() - 1);
    let mut picture = image::GrayImage::from_pixel(width as u32, height as u32, image::Luma([255]));
    let mut left = 0;
    for stamp in stamps {
        let limits = zscale.limits(stamp);
        let is_downwards = matches!(stamp.geometry, Geometry::ZtfRowZeroNorth { .. });
        for y in 0..stamp.height * ZOOM {
            let row = if is_downwards {
                y / ZOOM
            } else {
                stamp.height - 1 - y / ZOOM
            };
            for x in 0..stamp.width * ZOOM {
                let value = stamp.pixels[row * stamp.width + x / ZOOM];
                let gray = if value.is_nan() {
                    128
                } else {
                    let share = Stretch::Asinh.apply(limits.fraction(value).clamp(0.0, 1.0), 0.1);
                    (share * 255.0).round() as u8
                };
                picture.put_pixel((left + x) as u32, y as u32, image::Luma([gray]));
            }
        }
        left += stamp.width * ZOOM + GAP;
    }
    picture
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_get_the_names_of_the_taxonomy() {
        assert_eq!(taxonomy_name("supernova"), "Supernova");
        assert_eq!(taxonomy_name("my_class"), "my_class");
        assert_eq!(Service::of_name("SkyPortal"), Some(Service::SkyPortal));
        assert_eq!(Service::of_name("x"), None);
    }

    #[test]
    fn the_first_row_is_at_the_bottom_but_for_ztf() {
        let mut stamp = Stamp::new(2, 2, vec![0.0, 0.0, 9.0, 9.0]);
        let up = picture(std::slice::from_ref(&stamp));
        assert!(up.get_pixel(0, 0)[0] > up.get_pixel(0, 7)[0]);
        stamp.geometry = Geometry::ZtfRowZeroNorth { arcsec_per_px: 1.0 };
        let down = picture(&[stamp.clone(), stamp]);
        assert!(down.get_pixel(0, 0)[0] < down.get_pixel(0, 7)[0]);
        assert_eq!(down.dimensions(), (2 * 8 + 8, 8));
    }
}
