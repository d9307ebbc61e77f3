//! Colours of heat maps that lie over stamps.
//!
//! What speaks for a class is green and filled, what speaks against it purple and hatched: ends of a
//! diverging map that colour-blind eyes tell apart (after ColorBrewer's PRGn, lightened to be seen on
//! black), and no colours of the maps below. The hatching tells the sign without any colour. What does
//! not matter is transparent.

/// Speaks for the class: red, green, blue.
pub const FOR: [u8; 3] = [0x1f, 0xc8, 0x5a];
/// Speaks against it.
pub const AGAINST: [u8; 3] = [0xb4, 0x5c, 0xff];
/// A pixel of a heat map is drawn as so many by so many, to have room for the hatching.
pub const CELLS: usize = 4;

/// The colour at a place of a heat map, straight alpha last. `place` is counted in pixels of the map
/// from the corner of the first; `largest` is the value that is opaque.
///
/// Opacity is the root of the value's size, so that what matters a quarter as much is half as opaque.
pub fn color_at(map: &[f32], side: usize, place: [f64; 2], largest: f32) -> [u8; 4] {
    let [across, down] = place.map(|along| along.max(0.0));
    let (column, row) = (across as usize, down as usize);
    let value = match map.get(row * side + column) {
        Some(value) if column < side && value.is_finite() => *value,
        _ => 0.0,
    };
    if largest <= 0.0 || value == 0.0 {
        return [0; 4];
    }
    let [red, green, blue] = if value > 0.0 { FOR } else { AGAINST };
    let mut opacity = (value.abs() / largest).min(1.0).sqrt();
    if value < 0.0 && is_between_lines(across, down) {
        opacity *= 0.25;
    }
    [red, green, blue, (opacity * 255.0).round() as u8]
}

/// Lines from lower left to upper right, half as wide as a pixel, that go on from pixel to pixel.
fn is_between_lines(across: f64, down: f64) -> bool {
    let cell = |along: f64| (along * CELLS as f64) as usize;
    (cell(across) + cell(down)) % CELLS >= CELLS / 2
}

/// The whole map as a picture of `CELLS * side` pixels a side, row by row, straight alpha.
pub fn picture(map: &[f32], side: usize, largest: f32) -> Vec<u8> {
    let cells = side * CELLS;
    let place = |cell: usize| (cell as f64 + 0.5) / CELLS as f64;
    let rows = (0..cells).flat_map(|y| (0..cells).map(move |x| [place(x), place(y)]));
    rows.flat_map(|place| color_at(map, side, place, largest))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_transparent_and_the_largest_is_opaque() {
        let map = [0.0, 4.0, 1.0, -4.0];
        let middle = |column: f64, row: f64| color_at(&map, 2, [column + 0.1, row + 0.1], 4.0);
        assert_eq!(middle(0.0, 0.0), [0; 4]);
        assert_eq!(middle(1.0, 0.0), [FOR[0], FOR[1], FOR[2], 255]);
        assert_eq!(middle(0.0, 1.0)[3], 128);
        assert_eq!(middle(1.0, 1.0), [AGAINST[0], AGAINST[1], AGAINST[2], 255]);
        assert_eq!(color_at(&map, 2, [2.5, 0.5], 4.0), [0; 4]);
        assert_eq!(color_at(&[f32::NAN; 4], 2, [0.5, 0.5], 4.0), [0; 4]);
        assert_eq!(color_at(&map, 2, [1.5, 0.5], 0.0), [0; 4]);
    }

    #[test]
    fn only_what_speaks_against_is_hatched() {
        let alphas = |value: f32| -> Vec<u8> {
            let picture = picture(&[value], 1, 1.0);
            assert_eq!(picture.len(), 4 * CELLS * CELLS);
            picture.chunks_exact(4).map(|pixel| pixel[3]).collect()
        };
        assert!(alphas(1.0).iter().all(|alpha| *alpha == 255));
        let hatched = alphas(-1.0);
        let how_many = |wanted: u8| hatched.iter().filter(|alpha| alpha.eq(&&wanted)).count();
        assert_eq!(how_many(255), 8);
        assert_eq!(how_many(64), 8);
    }
}
