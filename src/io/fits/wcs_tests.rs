//! Golden values of astropy 7 (wcslib) for headers of all kinds: the sky at the middle of the stamp, and
//! how far a pixel along x and along y goes to the east and to the north there.

use super::*;

const GOLDEN: &str = include_str!("wcs_golden.txt");

fn numbers(line: &str) -> Vec<f64> {
    line.split(' ').map(|word| word.parse().unwrap()).collect()
}

#[test]
fn every_kind_of_header_agrees_with_astropy() {
    let cases: Vec<&str> = GOLDEN
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect();
    let cases = cases.split(|line| line.is_empty()).skip(1);
    assert_eq!(cases.clone().count(), 23);
    for case in cases {
        let [name, cards, sky, cd] = case else {
            panic!("four lines a case: {case:?}")
        };
        let cards = cards.split(' ').map(|card| card.split_once('=').unwrap());
        let cards: Vec<(&str, &str)> = cards.collect();
        let (sky, cd) = (numbers(sky), numbers(cd));
        let wcs = local(&Header::of(&cards), [21, 31]).expect(name);
        let near = |a: f64, b: f64, most: f64| (a - b).abs() < most;
        // The poles of the galactic system are defined to five digits by Hipparcos, to more by others.
        let most_deg = if *name == "galactic" { 1e-5 } else { 2e-8 };
        let east = (wcs.crval_deg[0] - sky[0]) * sky[1].to_radians().cos();
        assert!(
            near(east, 0.0, most_deg) && near(wcs.crval_deg[1], sky[1], most_deg),
            "{name}: {:?} {sky:?}",
            wcs.crval_deg
        );
        for i in 0..2 {
            for j in 0..2 {
                assert!(
                    near(wcs.cd_deg[i][j], cd[2 * i + j], 2e-9),
                    "{name}: {:?} {cd:?}",
                    wcs.cd_deg
                );
            }
        }
    }
}

#[test]
fn old_names_of_the_matrix_are_understood() {
    let cards = [
        ("CTYPE1", "'RA---TAN'"),
        ("CTYPE2", "'DEC--TAN'"),
        ("CRPIX1", "11."),
        ("CRPIX2", "11."),
        ("CRVAL1", "59.4"),
        ("CRVAL2", "-48.1"),
        ("CDELT1", "-1e-4"),
        ("CDELT2", "1e-4"),
        ("PC001001", "-1."),
        ("PC001002", "0."),
        ("PC002001", "0."),
        ("PC002002", "-1."),
    ];
    let [[a, _], [_, d]] = local(&Header::of(&cards), [21, 21]).unwrap().cd_deg;
    assert!(a > 0.0 && d < 0.0);
}

#[test]
fn what_is_no_sky_has_no_coordinates() {
    for (ctype, crval) in [
        ("'LINEAR'", "1"),
        ("'        PIXEL'", "1"),
        ("'RA---XYZ'", "1"),
        ("'RA---SIN'", "nan"),
        ("'WAVE'", "1"),
    ] {
        let cards = [
            ("CTYPE1", ctype),
            ("CRPIX1", "1"),
            ("CRPIX2", "1"),
            ("CRVAL1", crval),
            ("CRVAL2", "1"),
            ("CDELT1", "1"),
            ("CDELT2", "1"),
        ];
        assert_eq!(local(&Header::of(&cards), [5, 5]), None, "{ctype}");
    }
}
