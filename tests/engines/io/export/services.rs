//! Labels as services take them: each object by its exact identifier, what is missing said so.

use std::sync::Arc;

use destello::{
    domain::{
        Band, Candidate, Catalogue, Epoch, LabelBook, Mjd, Part, Photometry, Role, Source,
        SourceKind, Stamp, StampId, StampRef, TimeScale,
    },
    io::export::{Selection, Service, rows, write_for},
};
use serde_json::{Value, json};

use crate::common::events::set;

/// A supernova, an artefact, and a real one without a position.
fn catalogue() -> Catalogue {
    let mut catalogue = Catalogue::default();
    for (number, (id, position_deg)) in [
        ("ZTF18aaaaaaa", Some([150.5, -30.25])),
        ("b\"1", Some([1.0, 2.0])),
        ("c", None),
    ]
    .into_iter()
    .enumerate()
    {
        let stamp = |at: u32, role| StampRef {
            id: StampId(number as u32 * 10 + at),
            role,
            source: Arc::new(Source {
                path: std::path::Path::new("x.fits").into(),
                kind: SourceKind::Fits,
            }),
            part: Part::Hdu {
                hdu: 0,
                plane: None,
            },
        };
        let epoch = Epoch {
            candid: Some("1127174604415015005".into()),
            // TAI is 37 s ahead.
            mjd: Mjd::new(61_366.5).map(|mjd| mjd.counted_in(TimeScale::Tai)),
            band: Some(Band::R),
            mag: Some(19.25),
            stamps: vec![stamp(0, Role::Science), stamp(1, Role::Difference)],
            ..Epoch::default()
        };
        catalogue.absorb(Candidate {
            id: id.into(),
            position_deg,
            epochs: vec![epoch],
            history: vec![Photometry {
                mjd: Mjd::new(61_360.0).unwrap(),
                band: Some(Band::G),
                mag: 20.5,
                mag_err: None,
                is_upper_limit: true,
                is_fading: false,
            }],
            ..Candidate::default()
        });
    }
    catalogue
}

fn written(service: Service) -> (String, usize, usize, tempfile::TempDir) {
    let events = [
        set(1, "ZTF18aaaaaaa", "real"),
        set(2, "b\"1", "bogus"),
        set(3, "c", "real"),
    ];
    let book = LabelBook::of(events.into_iter().map(Arc::new));
    let catalogue = catalogue();
    let rows = rows(&book, &catalogue, Selection::Labelled);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("labels.out");
    let mut decode = |wanted: &[StampRef]| {
        let stamps = wanted.iter();
        stamps
            .map(|stamp| (stamp.id, Ok(Stamp::new(3, 3, vec![1.0; 9]))))
            .collect()
    };
    let report = write_for(service, &path, &rows, &mut decode).unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    (text, report.candidates, report.problems.len(), folder)
}

#[test]
fn annotations_and_classifications_name_each_object() {
    let (text, candidates, ..) = written(Service::Lasair);
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!((candidates, lines.len()), (3, 3));
    assert_eq!(lines[0]["objectId"], "ZTF18aaaaaaa");
    assert_eq!(lines[1]["classification"], "bogus");
    assert_eq!(lines[1]["classdict"]["annotator"], "ana");

    let (text, ..) = written(Service::SkyPortal);
    let list: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(list[1]["obj_id"], "b\"1");
    assert_eq!(list[0]["classification"], "Time-domain Source");

    let (text, ..) = written(Service::LabelStudio);
    let tasks: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(tasks[0]["data"]["candid"], "1127174604415015005");
    let choices = &tasks[0]["annotations"][0]["result"][0]["value"]["choices"];
    assert_eq!(*choices, json!(["real"]));
}

#[test]
fn a_bulk_report_has_what_was_called_real_and_can_be_reported() {
    let (text, candidates, problems, _) = written(Service::Tns);
    assert_eq!(
        (candidates, problems),
        (1, 1),
        "the one without a position is a problem"
    );
    let report: Value = serde_json::from_str(&text).unwrap();
    let first = &report["at_report"]["0"];
    assert_eq!(report["at_report"].as_object().unwrap().len(), 1);
    assert_eq!(first["internal_name"], "ZTF18aaaaaaa");
    assert_eq!(first["ra"]["value"], 150.5);
    assert_eq!(
        first["discovery_datetime"], "2026-11-22 11:59:23.000",
        "UTC"
    );
    let photometry = &first["photometry"]["photometry_group"]["0"];
    assert_eq!(
        (&photometry["flux"], &photometry["filter_value"]),
        (&json!(19.25), &json!("111"))
    );
    assert_eq!(first["non_detection"]["limiting_flux"], 20.5);
    assert_eq!(first["reporter"], "ana");
}

#[test]
fn a_manifest_has_a_picture_for_each_row() {
    let (text, candidates, problems, folder) = written(Service::Zooniverse);
    assert_eq!((candidates, problems), (3, 0));
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows[1].get(1), Some("b\"1"));
    for row in &rows {
        let picture = image::open(folder.path().join(row.get(0).unwrap())).unwrap();
        // Two stamps of three pixels, each four times as large, and the gap.
        assert_eq!((picture.width(), picture.height()), (32, 12));
    }
}
