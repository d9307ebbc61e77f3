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

use serde_json::{Map, Value, json};

use super::row::ExportRow;
use crate::{
    domain::{
        Band, Candidate, Epoch, Geometry, Mjd, Problem, Role, Stamp, StampId, StampRef, Timestamp,
    },
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

    /// The service of that name.
    pub fn of_name(name: &str) -> Option<Self> {
        let found = Self::ALL
            .iter()
            .find(|(_, known)| known.eq_ignore_ascii_case(name));
        found.map(|(service, _)| *service)
    }
}

/// What was written.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Candidates in the file.
    pub candidates: usize,
    /// Pictures.
    pub pictures: usize,
    /// What is missing, and why.
    pub problems: Vec<Problem>,
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
            let reports = at_reports(&labelled, &mut written, out);
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

fn annotator<'a>(row: &ExportRow<'a>) -> &'a str {
    row.event.map_or("", |event| &event.annotator)
}

fn time(row: &ExportRow<'_>) -> Value {
    row.event
        .map_or(Value::Null, |event| json!(event.at.to_string()))
}

fn note<'a>(row: &ExportRow<'a>) -> &'a str {
    row.state.note.as_deref().unwrap_or_default()
}

/// The arguments of Lasair's `annotate`.
fn annotation(row: &ExportRow<'_>) -> Value {
    json!({
        "topic": "destello",
        "objectId": row.id,
        "classification": classes(row),
        "version": env!("CARGO_PKG_VERSION"),
        "explanation": note(row),
        "classdict": {
            "annotator": annotator(row),
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
        "author_name": annotator(row),
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
            "note": note(row),
        },
        "annotations": [{
            "completed_by": annotator(row),
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

/// Classes that are no discoveries.
const NO_DISCOVERY: [&str; 9] = [
    "bogus",
    "asteroid",
    "VS",
    "rr_lyrae",
    "cepheid",
    "eclipsing_binary",
    "non_variable",
    "galaxy",
    "AGN",
];

/// The reports of what was called a transient, by their numbers.
fn at_reports(rows: &[&ExportRow<'_>], written: &mut Written, out: &Path) -> Value {
    let mut reports = Map::new();
    for row in rows {
        if row
            .state
            .classes
            .iter()
            .all(|class| NO_DISCOVERY.contains(&&**class))
        {
            continue;
        }
        match at_report(row) {
            Ok(report) => {
                reports.insert(reports.len().to_string(), report);
            }
            Err(why) => {
                let problem = Problem::new(out.display().to_string(), row.id, why);
                written.problems.push(problem);
            }
        }
    }
    written.candidates = reports.len();
    Value::Object(reports)
}

fn at_report(row: &ExportRow<'_>) -> Result<Value, &'static str> {
    let candidate = row
        .candidate
        .ok_or("its files are not open, so that its position is not known")?;
    let [ra, dec] = candidate
        .position_deg
        .ok_or("has no position, without which TNS takes no report")?;
    if candidate.epochs.iter().any(is_of_solar_system) {
        return Err("is a known object of the Solar System, which TNS takes no report of");
    }
    let detections = detections(candidate);
    let rising = detections.iter().filter(|one| !one.is_fading);
    let first = rising.min_by(|a, b| a.mjd.utc_days().total_cmp(&b.mjd.utc_days()));
    let first = match (first, detections.is_empty()) {
        (Some(first), _) => first,
        (None, false) => return Err("only fades: TNS takes what has brightened"),
        (None, true) => return Err("has no epoch with a time and a magnitude"),
    };
    let last_limit = candidate
        .history
        .iter()
        .rfind(|point| point.is_upper_limit && point.mjd.utc_days() < first.mjd.utc_days());
    let limit = last_limit.map_or_else(
        || json!({ "archiveid": "0", "archival_remarks": "none known to destello" }),
        |limit| {
            json!({
                "obsdate": day(Some(limit.mjd.utc_days())),
                "limiting_flux": limit.mag,
                "flux_units": "1",
                "filter_value": filter(row.id, limit.band.as_ref()),
            })
        },
    );
    Ok(json!({
        "ra": { "value": ra, "error": "", "units": "deg" },
        "dec": { "value": dec, "error": "", "units": "deg" },
        // The numbers of groups, and who reports, are those of the account on TNS.
        "reporting_group_id": "",
        "discovery_data_source_id": "",
        "reporter": annotator(row),
        "discovery_datetime": day(Some(first.mjd.utc_days())),
        "at_type": "1",
        "internal_name": row.id,
        "remarks": note(row),
        "non_detection": limit,
        "photometry": { "photometry_group": { "0": photometry(row.id, first) } },
    }))
}

/// The error of a magnitude that was detected at five standard deviations: forced photometry among a hundred visits is
/// beyond three of them by chance.
const FIVE_SIGMA_MAG: f32 = 0.217;

/// A measured brightness of a candidate, with images or without.
struct Detection<'a> {
    mjd: Mjd,
    mag: f32,
    mag_err: Option<f32>,
    limiting_mag: Option<f32>,
    band: Option<&'a Band>,
    is_fading: bool,
}

/// What was detected: with its images, and earlier as the data report it.
fn detections(candidate: &Candidate) -> Vec<Detection<'_>> {
    let with_images = candidate.epochs.iter().filter_map(|epoch| {
        Some(Detection {
            mjd: epoch.mjd?,
            mag: epoch.mag?,
            mag_err: epoch.mag_err,
            limiting_mag: epoch.limiting_mag,
            band: epoch.band.as_ref(),
            is_fading: epoch.is_fading(),
        })
    });
    let earlier = candidate.history.iter();
    let earlier = earlier.filter(|point| {
        let is_sure = point.mag_err.is_some_and(|error| error <= FIVE_SIGMA_MAG);
        !point.is_upper_limit && is_sure
    });
    let earlier = earlier.map(|point| Detection {
        mjd: point.mjd,
        mag: point.mag,
        mag_err: point.mag_err,
        limiting_mag: None,
        band: point.band.as_ref(),
        is_fading: point.is_fading,
    });
    with_images.chain(earlier).collect()
}

/// True where the survey has matched a detection with a known object of the Solar System: Rubin names it, ZTF gives
/// the nearest one (`ssdistnr`, arcseconds; below 0 there is none).
fn is_of_solar_system(epoch: &Epoch) -> bool {
    /// The radius that brokers take.
    const NEAR_ARCSEC: f64 = 5.0;
    // Identifiers of so many digits are kept as text.
    let number = |name: &str| epoch.fields.get(name)?.number();
    let is_near = |arcsec: f64| (0.0..NEAR_ARCSEC).contains(&arcsec);
    number("ssObjectId").is_some_and(|id| id > 0.0) || number("ssdistnr").is_some_and(is_near)
}

fn photometry(id: &str, one: &Detection<'_>) -> Value {
    json!({
        "obsdate": day(Some(one.mjd.utc_days())),
        "flux": one.mag,
        "flux_error": one.mag_err,
        "limiting_flux": one.limiting_mag,
        // AB magnitudes.
        "flux_units": "1",
        "filter_value": filter(id, one.band),
        "instrument_value": "",
        "observer": "Robot",
    })
}

/// `2026-11-29 12:00:00.000`, UTC.
fn day(mjd_utc: Option<f64>) -> Value {
    let time = mjd_utc.and_then(Mjd::new).map(Timestamp::from_mjd_utc);
    let text = time.map(|time| time.to_string().replace('T', " ").replace('Z', ""));
    // Thousandths of a second.
    text.map_or(Value::Null, |text| json!(text.get(..23).unwrap_or(&text)))
}

/// The number of a filter on TNS; ZTF's own for its objects, else those of Sloan.
fn filter(id: &str, band: Option<&Band>) -> Value {
    let is_ztf = id.starts_with("ZTF");
    let number = match (band, is_ztf) {
        (Some(Band::U), _) => "20",
        (Some(Band::G), true) => "110",
        (Some(Band::R), true) => "111",
        (Some(Band::I), true) => "112",
        (Some(Band::G), false) => "21",
        (Some(Band::R), false) => "22",
        (Some(Band::I), false) => "23",
        (Some(Band::Z), _) => "24",
        (Some(Band::Y), _) => "81",
        _ => "0",
    };
    json!(number)
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
    use std::sync::Arc;

    use super::*;
    use crate::domain::{DifferenceSign, Fields, LabelState, Photometry};

    #[test]
    fn classes_get_the_names_of_the_taxonomy() {
        assert_eq!(taxonomy_name("supernova"), "Supernova");
        assert_eq!(taxonomy_name("my_class"), "my_class");
        assert_eq!(Service::of_name("SkyPortal"), Some(Service::SkyPortal));
        assert_eq!(Service::of_name("x"), None);
    }

    fn report(epochs: Vec<Epoch>, history: Vec<Photometry>) -> Result<Value, &'static str> {
        let candidate = Candidate {
            id: "a".into(),
            position_deg: Some([10.0, 20.0]),
            epochs,
            history,
            ..Candidate::default()
        };
        at_report(&ExportRow {
            id: "a",
            candidate: Some(&candidate),
            state: &LabelState::default(),
            event: None,
            epoch: None,
        })
    }

    #[test]
    fn the_first_detection_is_the_discovery_whether_or_not_it_has_images() {
        let epoch = Epoch {
            mjd: Mjd::new(61_366.5),
            mag: Some(19.0),
            ..Epoch::default()
        };
        let earlier = |mjd, is_upper_limit, is_fading| Photometry {
            mjd: Mjd::new(mjd).unwrap(),
            band: Some(Band::R),
            mag: 20.0,
            mag_err: Some(0.1),
            is_upper_limit,
            is_fading,
        };
        let history = vec![
            earlier(61_360.5, false, true),
            earlier(61_361.5, true, false),
            earlier(61_362.5, false, false),
            earlier(61_363.5, true, false),
        ];
        let found = report(vec![epoch.clone()], history).unwrap();
        assert_eq!(
            found["discovery_datetime"],
            json!("2026-11-18 12:00:00.000")
        );
        assert_eq!(
            found["non_detection"]["obsdate"],
            json!("2026-11-17 12:00:00.000")
        );
        let of_a_body = |fields| Epoch {
            fields,
            ..epoch.clone()
        };
        let number =
            |name: &str, value: f64| Fields::new([Arc::from(name)].into(), vec![value], Vec::new());
        let long = Fields::new(
            [].into(),
            Vec::new(),
            vec![(Arc::from("ssObjectId"), Arc::from("22164000000000001"))],
        );
        for (fields, is_body) in [
            (long, true),
            (number("ssObjectId", 0.0), false),
            (number("ssdistnr", 1.5), true),
            (number("ssdistnr", -999.0), false),
        ] {
            let refused = report(vec![of_a_body(fields.clone())], Vec::new()).is_err();
            assert_eq!(refused, is_body, "{fields:?}");
        }
    }

    #[test]
    fn what_only_fades_is_no_discovery() {
        let epoch = |mjd: f64, difference_sign| Epoch {
            mjd: Mjd::new(mjd),
            mag: Some(19.0),
            difference_sign,
            ..Epoch::default()
        };
        let [rises, fades] = [
            DifferenceSign::ScienceMinusReference,
            DifferenceSign::ReferenceMinusScience,
        ];
        let report = |epochs| report(epochs, Vec::new());
        assert!(
            report(vec![epoch(61_366.5, fades)])
                .unwrap_err()
                .contains("only fades")
        );
        let found = report(vec![epoch(61_360.5, fades), epoch(61_366.5, rises)]).unwrap();
        assert_eq!(
            found["discovery_datetime"],
            json!("2026-11-22 12:00:00.000")
        );
    }

    #[test]
    fn times_are_utc_with_thousandths() {
        assert_eq!(day(Some(61_366.5)), json!("2026-11-22 12:00:00.000"));
        assert_eq!(day(None), Value::Null);
        assert_eq!(filter("ZTF18a", Some(&Band::G)), json!("110"));
        assert_eq!(filter("x", Some(&Band::G)), json!("21"));
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
