//! North, east and the sky, for each rule of geometry.

use super::{Orientation, north_clockwise_of_up_deg, sky_at};
use crate::domain::{Geometry, Wcs};

const ZTF: Geometry = Geometry::ZtfRowZeroNorth {
    arcsec_per_px: 1.01,
};

fn wcs(cd_deg: [[f64; 2]; 2]) -> Geometry {
    Geometry::Wcs(Wcs {
        crpix: [15.0, 16.0],
        crval_deg: [150.0, 2.0],
        cd_deg,
        is_ctype_assumed: false,
    })
}

fn angle(deg: f64) -> Geometry {
    Geometry::HeaderAngle {
        north_clockwise_of_up_deg: deg,
        arcsec_per_px: Some(0.2),
    }
}

fn assert_near(found: [f64; 2], expected: [f64; 2]) {
    let distance = (found[0] - expected[0]).hypot(found[1] - expected[1]);
    assert!(distance < 1e-9, "{found:?} is not {expected:?}");
}

#[test]
fn ztf_rows_run_down_and_need_no_turn() {
    assert_eq!(Orientation::as_stored(&ZTF), Orientation::ROW_ZERO_TOP);
    assert_eq!(Orientation::north_up(&ZTF), Some(Orientation::ROW_ZERO_TOP));
    let compass = Orientation::ROW_ZERO_TOP.compass(&ZTF).unwrap();
    assert_near(compass.north, [0.0, -1.0]);
    assert_near(compass.east, [-1.0, 0.0]);
}

#[test]
fn a_plain_fits_image_has_row_zero_at_the_bottom() {
    let plain = wcs([[-1e-4, 0.0], [0.0, 1e-4]]);
    assert_eq!(Orientation::as_stored(&plain), Orientation::ROW_ZERO_BOTTOM);
    assert_eq!(
        Orientation::north_up(&plain),
        Some(Orientation::ROW_ZERO_BOTTOM)
    );
    assert_eq!(
        Orientation::as_stored(&Geometry::Unknown),
        Orientation::ROW_ZERO_BOTTOM
    );
}

#[test]
fn north_up_puts_north_up_and_east_left_whatever_the_rule() {
    let skewed = wcs([[-3.48e-5, 4.31e-5], [4.32e-5, 3.49e-5]]);
    let mirrored = wcs([[1e-4, 2e-5], [-2e-5, 1e-4]]);
    for geometry in [
        ZTF,
        angle(0.0),
        angle(41.58),
        angle(-170.0),
        skewed,
        mirrored,
    ] {
        let turned = Orientation::north_up(&geometry).unwrap();
        let compass = turned.compass(&geometry).unwrap();
        assert_near(compass.north, [0.0, -1.0]);
        assert_near(compass.east, [-1.0, 0.0]);
        let [[a, b], [c, d]] = turned.screen_from_pixel;
        assert!(((a * d - b * c).abs() - 1.0).abs() < 1e-12);
    }
}

#[test]
fn a_header_angle_is_clockwise_of_up() {
    // North a quarter clockwise of up is to the right, east then points up.
    let geometry = angle(90.0);
    let compass = Orientation::as_stored(&geometry)
        .compass(&geometry)
        .unwrap();
    assert_near(compass.north, [1.0, 0.0]);
    assert_near(compass.east, [0.0, -1.0]);
    assert!((north_clockwise_of_up_deg(&angle(41.58)).unwrap() - 41.58).abs() < 1e-9);
}

#[test]
fn unknown_north_stays_unknown() {
    let scale = Geometry::Scale {
        arcsec_per_px: 0.27,
    };
    let degenerate = wcs([[1e-4, 1e-4], [1e-4, 1e-4]]);
    let poisoned = wcs([[f64::NAN, 0.0], [0.0, 1.0]]);
    for geometry in [
        Geometry::Unknown,
        scale,
        degenerate,
        poisoned,
        angle(f64::NAN),
    ] {
        assert_eq!(Orientation::north_up(&geometry), None, "{geometry:?}");
        assert_eq!(Orientation::ROW_ZERO_TOP.compass(&geometry), None);
        assert_eq!(sky_at(&geometry, 1.0, 1.0), None);
        assert_eq!(
            Orientation::of(&geometry, true),
            Orientation::as_stored(&geometry)
        );
    }
}

#[test]
fn quarter_turns_are_exact_and_clockwise() {
    let start = Orientation::ROW_ZERO_TOP;
    // What pointed right points down after one turn (screen y runs down).
    assert_eq!(start.turned(1).screen_from_pixel, [[0.0, -1.0], [1.0, 0.0]]);
    assert_eq!(start.turned(1).turned(1), start.turned(2));
    assert_eq!(start.turned(3), start.turned(-1));
    assert_eq!(start.turned(4), start);
    assert_eq!(start.mirrored().mirrored(), start);
    assert_eq!(
        start.turned(1).pixel_from_screen(),
        start.turned(-1).screen_from_pixel
    );
}

#[test]
fn the_sky_is_astropys() {
    let geometry = wcs([[-3.48e-5, 4.31e-5], [4.32e-5, 3.49e-5]]);
    let (ra, dec) = sky_at(&geometry, 14.0, 15.0).unwrap();
    assert!((ra - 150.0).abs() < 1e-12 && (dec - 2.0).abs() < 1e-12);
    // astropy 8.0: WCS(...).all_pix2world(x, y, 0), see tests/golden/sky.py.
    for (x, y, ra_expected, dec_expected) in GOLDEN_SKY {
        let (ra, dec) = sky_at(&geometry, x, y).unwrap();
        assert!((ra - ra_expected).abs() < 1e-9, "{ra}");
        assert!((dec - dec_expected).abs() < 1e-9, "{dec}");
    }
}

/// Pixel position from 0, and the sky there in degrees.
const GOLDEN_SKY: [(f64, f64, f64, f64); 3] = [
    (0.0, 0.0, 149.999_840_603_009, 1.998_871_699_992),
    (29.5, -3.0, 149.998_683_998_294, 2.000_041_399_473),
    (2000.0, 1500.0, 149.994_887_156_814, 2.137_621_426_834),
];

#[test]
fn right_ascension_stays_within_a_turn() {
    let mut near_zero = Wcs {
        crpix: [1.0, 1.0],
        crval_deg: [0.0, 60.0],
        cd_deg: [[-1e-3, 0.0], [0.0, 1e-3]],
        is_ctype_assumed: true,
    };
    let (ra, _) = sky_at(&Geometry::Wcs(near_zero), 1.0, 0.0).unwrap();
    assert!((ra - 359.998).abs() < 1e-6, "{ra}");
    near_zero.crval_deg = [10.0, 90.0];
    let (_, dec) = sky_at(&Geometry::Wcs(near_zero), 0.0, 5.0).unwrap();
    assert!((dec - 89.995).abs() < 1e-6, "{dec}");
}
