//! The icon of the program, a small flash of light: its shapes, drawn as pixels and written as SVG out of the same numbers.
//!
//! The window takes the pixels; packages take `assets/icon/`, which tests compare with both.

use std::fmt::Write as _;

use super::polygon::Polygon;

/// Side of the square in which the shapes below are given.
const SIDE: f32 = 64.0;
const MIDDLE: f32 = SIDE / 2.0;
/// The night: a square with round corners, its distance from the border, its radius, its two colours.
const BORDER: f32 = 2.0;
const CORNER: f32 = 15.0;
const NIGHT: [[u8; 3]; 2] = [[42, 62, 110], [9, 13, 28]];
/// Stars that stay as they are: place and radius; their colour and opacity.
const STARS: [[f32; 3]; 4] = [
    [14.5, 18.0, 1.1],
    [49.5, 50.5, 1.3],
    [48.0, 13.0, 0.8],
    [15.5, 47.0, 0.9],
];
const STAR: ([u8; 3], f32) = ([188, 205, 255], 0.75);
/// The light around the flash: radius, colour, opacity in the middle.
const GLOW: (f32, [u8; 3], f32) = (24.0, [255, 170, 66], 0.62);
/// Rays: half length, how far from the middle a side bends towards the next tip, whether they are turned by 45
/// degrees, colour.
const RAYS: [(f32, f32, bool, [u8; 3]); 2] = [
    (16.0, 2.2, true, [255, 190, 92]),
    (28.0, 2.6, false, [255, 236, 196]),
];
/// The source itself: radius and colour.
const SOURCE: (f32, [u8; 3]) = (4.6, [255, 255, 255]);
/// Straight pieces of a curved side of a ray.
const PIECES: usize = 24;
/// Samples along each side of a pixel.
const SAMPLES: usize = 4;

/// The icon as RGBA, not premultiplied, row by row from the top.
pub fn pixels(side: usize) -> Vec<u8> {
    let rays: Vec<(Polygon, [u8; 3])> = RAYS.iter().map(ray).collect();
    let step = SIDE / (side * SAMPLES) as f32;
    let mut out = Vec::with_capacity(side * side * 4);
    for y in 0..side {
        for x in 0..side {
            let mut sum = [0.0_f32; 4];
            for sample in 0..SAMPLES * SAMPLES {
                let [at_x, at_y] = [
                    x * SAMPLES + sample % SAMPLES,
                    y * SAMPLES + sample / SAMPLES,
                ]
                .map(|at| (at as f32 + 0.5) * step);
                if let Some(color) = color_at([at_x, at_y], &rays) {
                    for (sum, part) in sum.iter_mut().zip(color) {
                        *sum += part;
                    }
                    sum[3] += 1.0;
                }
            }
            let covered = sum[3].max(1.0);
            out.extend(sum[..3].iter().map(|part| byte(part / covered)));
            out.push(byte(255.0 * sum[3] / (SAMPLES * SAMPLES) as f32));
        }
    }
    out
}

fn byte(value: f32) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

/// The colour of a point, 0 to 255; none outside of the square.
fn color_at(at: [f32; 2], rays: &[(Polygon, [u8; 3])]) -> Option<[f32; 3]> {
    if !is_in_square(at) {
        return None;
    }
    let from_middle = distance(at, [MIDDLE; 2]);
    let share = (from_middle / MIDDLE).min(1.0);
    let mut color = NIGHT[0].map(f32::from);
    mix(&mut color, NIGHT[1], share);
    if STARS
        .iter()
        .any(|[x, y, radius]| distance(at, [*x, *y]) < *radius)
    {
        mix(&mut color, STAR.0, STAR.1);
    }
    let (radius, glow, opacity) = GLOW;
    mix(
        &mut color,
        glow,
        opacity * (1.0 - from_middle / radius).max(0.0),
    );
    for (ray, of) in rays {
        if ray.contains(at) {
            color = of.map(f32::from);
        }
    }
    if from_middle < SOURCE.0 {
        color = SOURCE.1.map(f32::from);
    }
    Some(color)
}

fn distance([x, y]: [f32; 2], [to_x, to_y]: [f32; 2]) -> f32 {
    (x - to_x).hypot(y - to_y)
}

fn mix(color: &mut [f32; 3], with: [u8; 3], opacity: f32) {
    for (part, with) in color.iter_mut().zip(with) {
        *part += (f32::from(with) - *part) * opacity;
    }
}

fn is_in_square(at: [f32; 2]) -> bool {
    let inner = MIDDLE - BORDER - CORNER;
    let [x, y] = at.map(|at| ((at - MIDDLE).abs() - inner).max(0.0));
    x.hypot(y) < CORNER
}

/// The four sides of a ray star, clockwise from the tip at the top or at the upper right: each a cubic curve from tip to
/// tip, by its four points.
fn sides(&(length, bend, is_turned, _): &(f32, f32, bool, [u8; 3])) -> [[[f32; 2]; 4]; 4] {
    let on_ray = |ray: usize, from_middle: f32| {
        let turn = if is_turned { 0.5 } else { 0.0 };
        let angle = (ray as f32 + turn) * std::f32::consts::FRAC_PI_2;
        [
            MIDDLE + from_middle * angle.sin(),
            MIDDLE - from_middle * angle.cos(),
        ]
    };
    std::array::from_fn(|ray| {
        [
            on_ray(ray, length),
            on_ray(ray, bend),
            on_ray(ray + 1, bend),
            on_ray(ray + 1, length),
        ]
    })
}

/// A ray star as a polygon, with its colour.
fn ray(of: &(f32, f32, bool, [u8; 3])) -> (Polygon, [u8; 3]) {
    let points = sides(of).into_iter().flat_map(|side| {
        (0..PIECES).map(move |piece| {
            let t = piece as f32 / PIECES as f32;
            let weights = [
                (1.0 - t).powi(3),
                3.0 * t * (1.0 - t).powi(2),
                3.0 * t * t * (1.0 - t),
                t.powi(3),
            ];
            let part = |axis: usize| {
                let points = side.iter().zip(weights);
                points.map(|(point, weight)| point[axis] * weight).sum()
            };
            [part(0), part(1)]
        })
    });
    (Polygon::new(points), of.3)
}

/// The icon as SVG.
pub fn svg() -> String {
    let hex = |[r, g, b]: [u8; 3]| format!("#{r:02x}{g:02x}{b:02x}");
    let night = NIGHT.map(hex);
    let (glow, light, opacity) = GLOW;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{SIDE}\" height=\"{SIDE}\" viewBox=\"0 0 {SIDE} {SIDE}\">\n\
         <title>destello</title>\n\
         <defs>\n\
         <radialGradient id=\"night\" gradientUnits=\"userSpaceOnUse\" cx=\"{MIDDLE}\" cy=\"{MIDDLE}\" r=\"{MIDDLE}\">\
         <stop offset=\"0\" stop-color=\"{}\"/><stop offset=\"1\" stop-color=\"{}\"/></radialGradient>\n\
         <radialGradient id=\"glow\" gradientUnits=\"userSpaceOnUse\" cx=\"{MIDDLE}\" cy=\"{MIDDLE}\" r=\"{glow}\">\
         <stop offset=\"0\" stop-color=\"{2}\" stop-opacity=\"{opacity}\"/>\
         <stop offset=\"1\" stop-color=\"{2}\" stop-opacity=\"0\"/></radialGradient>\n\
         </defs>\n",
        night[0],
        night[1],
        hex(light)
    );
    let side = SIDE - 2.0 * BORDER;
    writeln!(
        text,
        "<rect x=\"{BORDER}\" y=\"{BORDER}\" width=\"{side}\" height=\"{side}\" rx=\"{CORNER}\" fill=\"url(#night)\"/>"
    ).unwrap_or_default();
    for [x, y, radius] in STARS {
        let (color, opacity) = (hex(STAR.0), STAR.1);
        writeln!(
            text,
            "<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" fill=\"{color}\" fill-opacity=\"{opacity}\"/>"
        ).unwrap_or_default();
    }
    writeln!(
        text,
        "<circle cx=\"{MIDDLE}\" cy=\"{MIDDLE}\" r=\"{glow}\" fill=\"url(#glow)\"/>"
    )
    .unwrap_or_default();
    for of in &RAYS {
        let sides = sides(of);
        let [[from_x, from_y], ..] = sides[0];
        let mut path = format!("M{from_x:.3} {from_y:.3}");
        for [_, first, second, to] in sides {
            let [[ax, ay], [bx, by], [x, y]] = [first, second, to];
            write!(path, "C{ax:.3} {ay:.3} {bx:.3} {by:.3} {x:.3} {y:.3}").unwrap_or_default();
        }
        writeln!(text, "<path d=\"{path}Z\" fill=\"{}\"/>", hex(of.3)).unwrap_or_default();
    }
    let (radius, color) = (SOURCE.0, hex(SOURCE.1));
    writeln!(
        text,
        "<circle cx=\"{MIDDLE}\" cy=\"{MIDDLE}\" r=\"{radius}\" fill=\"{color}\"/>\n</svg>"
    )
    .unwrap_or_default();
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flash_is_bright_in_the_middle_and_the_corners_are_clear() {
        for side in [16, 48, 256] {
            let icon = pixels(side);
            assert_eq!(icon.len(), side * side * 4);
            let at = |x: usize, y: usize| &icon[(y * side + x) * 4..][..4];
            // At the smallest size the corners of that pixel lie beside the source.
            let middle = at(side / 2, side / 2);
            assert!(middle.iter().all(|part| *part > 245), "{side}: {middle:?}");
            assert_eq!(at(0, 0)[3], 0);
            let night = at(side / 4, side - side / 8);
            assert!(night[0] < 60 && night[3] == 255, "{side}: {night:?}");
        }
    }
}
