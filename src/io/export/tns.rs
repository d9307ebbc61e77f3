//! What was called real, as a bulk AT report of the Transient Name Server: the first detection of each, and what was
//! not seen before it. What fades, and known objects of the Solar System, are none of it.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::row::ExportRow;
use crate::domain::{Band, Candidate, Epoch, Mjd, Problem, Timestamp};

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

/// A field that TNS asks for and that a file leaves empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmptyField {
    /// As the file has it.
    pub name: &'static str,
    /// In how many reports, and what sets it: a sentence without its end.
    pub why: String,
}

/// The reports of what was called a transient, by their numbers, and why some have none.
pub(super) fn at_reports(
    rows: &[&ExportRow<'_>],
    out: &Path,
) -> (Map<String, Value>, Vec<Problem>) {
    let (mut reports, mut problems) = (Map::new(), Vec::new());
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
                problems.push(problem);
            }
        }
    }
    (reports, problems)
}

/// What TNS asks for and the reports lack, with what sets it.
pub(super) fn empty_fields(reports: &Map<String, Value>) -> Vec<EmptyField> {
    const UNKNOWN: &str = "unknown";
    let photometry = |report: &Value| report["photometry"]["photometry_group"]["0"].clone();
    let is_empty = |value: &Value| value.as_str().is_none_or(|text| text.trim().is_empty());
    let lacks = |name: &str| {
        let lacks = |report: &&Value| match name {
            "instrument_value" => is_empty(&photometry(report)[name]),
            "filter_value" => photometry(report)[name] == "0",
            "reporter" => is_empty(&report[name]) || report[name] == UNKNOWN,
            _ => is_empty(&report[name]),
        };
        reports.values().filter(lacks).count()
    };
    let fields = [
        (
            "reporting_group_id",
            "write the number of your group on TNS",
        ),
        (
            "discovery_data_source_id",
            "write TNS's number of the survey",
        ),
        (
            "instrument_value",
            "write TNS's number of the instrument, for each magnitude",
        ),
        (
            "reporter",
            "it is the annotator of the label: give your name in the settings before you label, or write it in the file",
        ),
        (
            "filter_value",
            "it is 0, for another filter: the band is not one of TNS's that destello knows",
        ),
    ];
    let counted = fields
        .into_iter()
        .map(|(name, how)| (name, how, lacks(name)));
    counted
        .filter(|(_, _, count)| *count > 0)
        .map(|(name, how, count)| EmptyField {
            name,
            why: format!(
                "{name} is not set in {count} of {} reports: {how}",
                reports.len()
            ),
        })
        .collect()
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
        "reporter": row.annotator(),
        "discovery_datetime": day(Some(first.mjd.utc_days())),
        "at_type": "1",
        "internal_name": row.id,
        "remarks": row.note(),
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::{DifferenceSign, Fields, LabelState, Photometry};

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
    fn fields_that_are_left_empty_are_named() {
        let epoch = |band| Epoch {
            mjd: Mjd::new(61_366.5),
            mag: Some(19.0),
            band,
            ..Epoch::default()
        };
        let reports =
            [Some(Band::R), None].map(|band| report(vec![epoch(band)], Vec::new()).unwrap());
        let mut map = Map::new();
        for (at, mut report) in reports.into_iter().enumerate() {
            report["reporter"] = json!(if at == 0 { "ana" } else { "unknown" });
            map.insert(at.to_string(), report);
        }
        let empty = empty_fields(&map);
        let names: Vec<_> = empty.iter().map(|field| field.name).collect();
        assert_eq!(
            names,
            [
                "reporting_group_id",
                "discovery_data_source_id",
                "instrument_value",
                "reporter",
                "filter_value"
            ]
        );
        assert!(
            empty[0]
                .why
                .starts_with("reporting_group_id is not set in 2 of 2 reports: ")
        );
        for field in &empty[3..] {
            assert!(field.why.contains(" in 1 of 2 reports"), "{}", field.why);
        }
        assert_eq!(empty_fields(&Map::new()), []);
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
}
