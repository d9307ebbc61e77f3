//! What others have on disk: masks, odd extensions and headers, large images; and that nothing wrong is made of it.

use destello::domain::{Geometry, Role, TimeScale};

use super::samples::*;
use crate::common::opened::open;

fn roles(bytes: &[u8]) -> Vec<Role> {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(&put(folder.path(), "x.fits", bytes));
    opened
        .catalogue
        .iter()
        .flat_map(|(_, candidate)| candidate.roles())
        .collect()
}

#[test]
fn masks_and_weights_are_never_stamps() {
    for (names, expected) in [
        (
            &["MASK", "DIFF", "TEMPLATE"][..],
            &[Role::Reference, Role::Difference][..],
        ),
        (&["WEIGHT", "DIFF"], &[Role::Difference]),
        (&["DQ", "ERR", "SCI"], &[Role::Science]),
        (
            &["IMAGE", "MASK", "VARIANCE"],
            &[Role::Science, Role::Variance],
        ),
        (
            &["SCI", "REF", "FULLFRAME"],
            &[Role::Science, Role::Reference],
        ),
        (&["SEGMAP", "INVVAR"], &[]),
    ] {
        assert_eq!(roles(&extensions(names, &[])), expected, "{names:?}");
    }
}

#[test]
fn stamps_are_known_by_their_type_where_extensions_have_no_name() {
    // The keyword has ten characters and stands with HIERARCH; it takes the place of another card.
    let typed = |mut bytes: Vec<u8>, place: &[u8; 8], name: &str| {
        let at = bytes.windows(8).position(|word| word == place).unwrap();
        let card = format!("{:<80}", format!("HIERARCH STAMP_TYPE = '{name}'"));
        bytes[at..at + 80].copy_from_slice(card.as_bytes());
        bytes
    };
    let first = image("", &[2, 2], &[0.0; 4], &[("GAIN", "1".into())]);
    let mut bytes = typed(first, b"GAIN    ", "science");
    for name in ["template", "difference"] {
        bytes.extend(typed(
            image("X", &[2, 2], &[1.0; 4], &[]),
            b"EXTNAME ",
            name,
        ));
    }
    assert_eq!(
        roles(&bytes),
        [Role::Science, Role::Reference, Role::Difference]
    );
}

#[test]
fn padding_that_is_not_whole_is_no_fault() {
    let whole = image("", &[2, 2], &[1.0, 2.0, 3.0, 4.0], &[]);
    for end in [2880 + 16, 2880 + 17, 2880 + 512] {
        assert_eq!(roles(&whole[..end]), [Role::Science], "{end}");
    }
}

#[test]
fn of_a_file_that_is_cut_the_whole_images_open_and_the_rest_is_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    let whole = extensions(&["SCI", "REF", "DIFF"], &[]);
    let opened = open(&put(folder.path(), "a.fits", &whole[..whole.len() - 2880]));
    assert_eq!(
        candidate(&opened, "a").roles(),
        [Role::Science, Role::Reference]
    );
    assert!(
        opened.problems[0].why.contains("cut short"),
        "{:?}",
        opened.problems
    );
    let cube = image("", &[2, 2, 10], &[5.0; 40], &[]);
    let opened = open(&put(folder.path(), "cube.fits", &cube[..2880 + 16 * 7 + 3]));
    let cube = candidate(&opened, "cube");
    assert_eq!(cube.epochs.len(), 7);
    assert!(stamp(cube, 6, Role::Science).is_ok());
    assert_eq!(opened.problems.len(), 1);
    assert!(
        opened.problems[0].why.contains("of the 10 planes"),
        "{:?}",
        opened.problems
    );
}

#[test]
fn one_odd_extension_spoils_only_itself() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = extensions(&["SCI", "REF"], &[]);
    let mut odd = image("DIFF", &[2, 2], &[1.0; 4], &[]);
    let at = odd.windows(8).position(|word| word == b"BITPIX  ").unwrap();
    odd[at..at + 80]
        .copy_from_slice(format!("{:<80}", "BITPIX  =                  -33").as_bytes());
    bytes.extend(odd);
    let opened = open(&put(folder.path(), "a.fits", &bytes));
    assert_eq!(
        candidate(&opened, "a").roles(),
        [Role::Science, Role::Reference]
    );
    assert_eq!(opened.problems.len(), 1);
}

#[test]
fn the_scale_of_a_time_and_its_day_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let time = |name: &str, more: &[(&str, String)]| {
        let opened = open(&put(
            folder.path(),
            &format!("{name}.fits"),
            &small_image(1.0, more),
        ));
        candidate(&opened, name).epochs[0].mjd
    };
    let date = ("DATE-OBS", quoted("2015-02-17"));
    assert_eq!(time("day", std::slice::from_ref(&date)), None);
    let mjd = time("both", &[date, ("UT", quoted("03:39:53.5"))]).unwrap();
    assert!((mjd.days() - 57_070.152_702_546_3).abs() < 1e-9);
    let tai = time(
        "tai",
        &[("MJD-OBS", "60000.5".into()), ("TIMESYS", quoted("TAI"))],
    )
    .unwrap();
    assert_eq!((tai.days(), tai.scale()), (60_000.5, TimeScale::Tai));
}

#[test]
fn north_is_that_of_old_matrices_too() {
    let folder = tempfile::tempdir().unwrap();
    let more = [
        ("CTYPE1", quoted("RA---TAN")),
        ("CTYPE2", quoted("DEC--TAN")),
        ("CRPIX1", "1.0".into()),
        ("CRPIX2", "1.0".into()),
        ("CRVAL1", "59.4".into()),
        ("CRVAL2", "-48.1".into()),
        ("CDELT1", "-1E-4".into()),
        ("CDELT2", "1E-4".into()),
        ("PC001001", "-1.0".into()),
        ("PC002002", "-1.0".into()),
    ];
    let opened = open(&put(folder.path(), "a.fits", &small_image(1.0, &more)));
    let a = candidate(&opened, "a");
    let Geometry::Wcs(wcs) = stamp(a, 0, Role::Science).unwrap().geometry else {
        panic!("no coordinates");
    };
    assert!(wcs.cd_deg[1][1] < 0.0 && wcs.cd_deg[0][0] > 0.0);
    // The stamp's own middle is where the object lies.
    let [ra, dec] = a.position_deg.unwrap();
    assert!((ra - wcs.crval_deg[0]).abs() < 1e-12 && (dec - wcs.crval_deg[1]).abs() < 1e-12);
}

#[test]
fn a_large_image_is_cut_to_the_candidate() {
    let folder = tempfile::tempdir().unwrap();
    let side = 1_100;
    let pixels: Vec<f32> = (0..side * side).map(|at| at as f32).collect();
    let more = |ra: &str| {
        vec![
            ("RA", ra.to_owned()),
            ("DEC", "0.0".into()),
            ("CTYPE1", quoted("RA---TAN")),
            ("CTYPE2", quoted("DEC--TAN")),
            ("CRPIX1", "550.5".into()),
            ("CRPIX2", "550.5".into()),
            ("CRVAL1", "10.0".into()),
            ("CRVAL2", "0.0".into()),
            ("CD1_1", "-0.0001".into()),
            ("CD1_2", "0.0".into()),
            ("CD2_1", "0.0".into()),
            ("CD2_2", "0.0001".into()),
        ]
    };
    // 300 pixels west of the middle: to the right.
    for (name, ra, x) in [("a", "9.97", 850), ("b", "10.0", 550), ("c", "50.0", 550)] {
        let bytes = image("", &[side, side], &pixels, &more(ra));
        let opened = open(&put(folder.path(), &format!("{name}.fits"), &bytes));
        let stamp = stamp(candidate(&opened, name), 0, Role::Science).unwrap();
        assert_eq!((stamp.width, stamp.height), (255, 255), "{name}");
        // The middle of the stamp shows the candidate, to a pixel.
        let middle = stamp.at(127, 127).unwrap() as usize;
        let off = [(middle % side).abs_diff(x), (middle / side).abs_diff(550)];
        assert!(off.iter().all(|off| *off <= 1), "{name}: {off:?}");
        let Geometry::Wcs(wcs) = stamp.geometry else {
            panic!("{:?}", stamp.geometry)
        };
        let at = [middle % side, middle / side].map(|px| px as f64 + 1.0 - 550.5);
        let here = [128.0 - wcs.crpix[0], 128.0 - wcs.crpix[1]];
        assert!((at[0] - here[0]).abs() < 1e-6 && (at[1] - here[1]).abs() < 1e-6);
    }
}
