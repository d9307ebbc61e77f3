//! Tests of the rule book.

use super::*;
use crate::domain::{Epoch, Mjd};

fn part(id: &str, own: &str, by: By, at_deg: Option<[f64; 2]>, mjd: f64) -> Part {
    Part {
        candidate: Candidate {
            id: id.into(),
            epochs: vec![Epoch {
                mjd: Mjd::new(mjd),
                ..Epoch::default()
            }],
            ..Candidate::default()
        },
        path: format!("set/{own}.fits").into(),
        by,
        place: at_deg.map(|at_deg| Place {
            at_deg,
            arcsec_per_px: Some(0.2),
            side_px: 31,
        }),
        own_name: own.into(),
    }
}

fn decided(parts: Vec<Part>) -> (Vec<(String, usize)>, Vec<Problem>) {
    let mut identities = Identities::default();
    for part in parts {
        identities.hold(part);
    }
    let named = |candidate: Candidate| (candidate.id.to_string(), candidate.epochs.len());
    let candidates = identities.decide().into_iter().map(named).collect();
    (candidates, identities.problems())
}

#[test]
fn the_name_of_a_field_is_no_object() {
    let parts = (0..5).map(|at| {
        part(
            "field 42",
            &format!("cand{at}"),
            By::Object,
            Some([150.0 + f64::from(at), -30.0]),
            59_000.25,
        )
    });
    let (candidates, problems) = decided(parts.collect());
    let expected: Vec<_> = (0..5).map(|at| (format!("cand{at}"), 1)).collect();
    assert_eq!(candidates, expected);
    assert_eq!(problems.len(), 1);
    assert!(
        problems[0]
            .why
            .contains("cand0.fits with the name field 42"),
        "{}",
        problems[0].why
    );
}

#[test]
fn epochs_within_two_arcsec_are_one_object_and_a_stray_is_its_own() {
    let near = |at: u8| [150.0, -30.0 + f64::from(at) * 0.4 / 3600.0];
    let mut parts: Vec<_> = (0..4)
        .map(|at| {
            part(
                "SN1",
                &format!("e{at}"),
                By::Object,
                Some(near(at)),
                f64::from(at),
            )
        })
        .collect();
    parts.push(part("SN1", "stray", By::Object, Some([151.0, -30.0]), 9.0));
    let (candidates, problems) = decided(parts);
    assert_eq!(candidates, [("SN1".to_owned(), 4), ("stray".to_owned(), 1)]);
    assert_eq!(problems.len(), 1);
}

#[test]
fn without_positions_the_same_exposure_is_never_one_object() {
    let same = (0..3).map(|at| part("field", &format!("c{at}"), By::Object, None, 59_000.25));
    let (candidates, problems) = decided(same.collect());
    assert_eq!(candidates.len(), 3);
    assert!(
        problems[0].why.contains("same exposure"),
        "{}",
        problems[0].why
    );
    let nights = (0..3).map(|at| {
        part(
            "SN1",
            &format!("c{at}"),
            By::Object,
            None,
            59_000.25 + f64::from(at),
        )
    });
    let (candidates, problems) = decided(nights.collect());
    assert_eq!(candidates, [("SN1".to_owned(), 3)]);
    assert!(
        problems[0].why.contains("by OBJECT alone"),
        "{}",
        problems[0].why
    );
}

#[test]
fn identifiers_of_the_survey_hold_whatever_the_positions_are() {
    let parts = (0..2).map(|at| {
        part(
            "ZTF18aaaaaaa",
            "x",
            By::Survey,
            Some([150.0 + f64::from(at), 0.0]),
            1.0,
        )
    });
    assert_eq!(
        decided(parts.collect()),
        (vec![("ZTF18aaaaaaa".to_owned(), 2)], Vec::new())
    );
}

#[test]
fn what_comes_later_is_compared_with_what_was_decided() {
    let mut identities = Identities::default();
    identities.hold(part("field", "c0", By::Object, Some([10.0, 0.0]), 1.0));
    assert_eq!(&*identities.decide()[0].id, "field");
    identities.hold(part("field", "c1", By::Object, Some([20.0, 0.0]), 1.0));
    identities.hold(part("field", "c2", By::Object, Some([10.0, 0.0]), 2.0));
    let names: Vec<_> = identities
        .decide()
        .into_iter()
        .map(|candidate| candidate.id)
        .collect();
    assert_eq!(names, ["c1".into(), Arc::<str>::from("field")]);
}

#[test]
fn files_of_one_name_in_two_folders_keep_apart() {
    let mut second = part("cand1", "cand1", By::Name, Some([20.0, 0.0]), 1.0);
    second.path = "b/cand1.fits".into();
    let (candidates, _) = decided(vec![
        part("cand1", "cand1", By::Name, Some([10.0, 0.0]), 1.0),
        second,
    ]);
    assert_eq!(candidates.len(), 2);
    assert!(
        candidates.iter().any(|(name, _)| name == "b/cand1"),
        "{candidates:?}"
    );
}

#[test]
fn angles_are_right() {
    assert!((separation_arcsec([10.0, 60.0], [10.0 + 2.0 / 3600.0, 60.0]) - 1.0).abs() < 1e-6);
    assert!((separation_arcsec([359.999_9, 0.0], [0.000_1, 0.0]) - 0.72).abs() < 1e-6);
}
