//! One disc in front of another: how much light is hidden.

use std::f64::consts::PI;

/// Area that two discs of radii `a` and `b`, with centres `distance` apart, have in common.
pub fn common_area(a: f64, b: f64, distance: f64) -> f64 {
    if distance >= a + b {
        return 0.0;
    }
    if distance <= (a - b).abs() {
        return PI * a.min(b).powi(2);
    }
    // Two circular segments on the common chord, which lies `to_chord` from the centre of a.
    let to_chord = (distance * distance + a * a - b * b) / (2.0 * distance);
    let half_chord = (a * a - to_chord * to_chord).max(0.0).sqrt();
    let half_angle_a = half_chord.atan2(to_chord);
    let half_angle_b = half_chord.atan2(distance - to_chord);
    a * a * half_angle_a + b * b * half_angle_b - distance * half_chord
}

/// Share of a star's light that a disc of radius `front` hides, with its centre `distance` from
/// the star's.
///
/// The star of radius `radius` is darkened towards its limb by the linear law 1 − u (1 − μ). Such
/// a disc is a uniform one of brightness 1 − u and, for every μ from 0 to 1, a uniform one of
/// radius `radius` √(1 − μ²) and brightness u dμ on top; the integral over μ is taken at the four
/// points of Gauss and Legendre.
pub fn hidden_share(radius: f64, darkening: f64, front: f64, distance: f64) -> f64 {
    // √(1 − μ²) and weights of the four points between 0 and 1.
    const RADII: [f64; 4] = [
        0.997_586_697_5,
        0.943_977_618_5,
        0.742_369_652_3,
        0.366_118_706_7,
    ];
    const WEIGHTS: [f64; 4] = [
        0.173_927_422_6,
        0.326_072_577_4,
        0.326_072_577_4,
        0.173_927_422_6,
    ];
    if distance >= radius + front {
        return 0.0;
    }
    let uniform = common_area(radius, front, distance);
    let layers = RADII.iter().zip(WEIGHTS);
    let domed: f64 = layers
        .map(|(share, weight)| weight * common_area(radius * share, front, distance))
        .sum();
    let hidden = (1.0 - darkening) * uniform + darkening * domed;
    hidden / (PI * radius * radius * (1.0 - darkening / 3.0))
}

#[cfg(test)]
#[expect(
    clippy::float_cmp,
    reason = "discs apart or inside one another are exact"
)]
mod tests {
    use super::*;

    #[test]
    fn common_areas_are_those_of_geometry() {
        assert_eq!(common_area(1.0, 1.0, 2.0), 0.0);
        assert_eq!(common_area(1.0, 0.5, 0.3), PI * 0.25);
        // Two unit circles one apart: 2 pi / 3 - sqrt(3) / 2.
        let lens = 2.0 * PI / 3.0 - 3f64.sqrt() / 2.0;
        assert!((common_area(1.0, 1.0, 1.0) - lens).abs() < 1e-12);
        // The centre of the small disc on the edge of a very large one: half of it.
        assert!((common_area(1.0, 1e4, 1e4) - PI / 2.0).abs() < 1e-3);
        assert!((common_area(1e4, 1.0, 1e4) - PI / 2.0).abs() < 1e-3);
    }

    /// The same by adding up pixels.
    fn by_pixels(radius: f64, darkening: f64, front: f64, distance: f64) -> f64 {
        let steps = 800;
        let at = |k: i32| radius * (f64::from(2 * k + 1) / f64::from(steps) - 1.0);
        let (mut hidden, mut all) = (0.0, 0.0);
        for y in (0..steps).map(at) {
            for x in (0..steps).map(at) {
                let squared = (x * x + y * y) / (radius * radius);
                if squared < 1.0 {
                    let light = 1.0 - darkening * (1.0 - (1.0 - squared).sqrt());
                    all += light;
                    hidden += if (x - distance).hypot(y) < front {
                        light
                    } else {
                        0.0
                    };
                }
            }
        }
        hidden / all
    }

    #[test]
    fn hidden_light_agrees_with_adding_up_pixels() {
        for (radius, front, distance) in [
            (0.3, 0.2, 0.25),
            (0.3, 0.2, 0.05),
            (0.2, 0.3, 0.35),
            (0.3, 0.3, 0.1),
            (0.25, 0.24, 0.0),
        ] {
            for darkening in [0.0, 0.6] {
                let expected = by_pixels(radius, darkening, front, distance);
                let found = hidden_share(radius, darkening, front, distance);
                // Four points are good to a few millimagnitudes.
                assert!(
                    (found - expected).abs() < 4e-3,
                    "{radius} {front} {distance}: {found} {expected}"
                );
            }
        }
        for darkening in [0.0, 0.5, 1.0] {
            assert!((hidden_share(0.2, darkening, 0.3, 0.1) - 1.0).abs() < 1e-9);
            assert_eq!(hidden_share(0.2, darkening, 0.3, 0.5), 0.0);
        }
    }
}
