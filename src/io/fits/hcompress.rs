//! H-compress: the inverse of a two-dimensional Haar transform of integers, coded by quadtrees of bit
//! planes (White 1992; FITS standard 4.0, section 10.4.4). Follows the published decoder of the STScI step by
//! step, with every length checked.

use super::rice::Bits;

/// The integers of `[rows, pixels a row]`; none where the bytes are damaged or of another size.
pub fn hdecompress(packed: &[u8], shape: [usize; 2], is_smooth: bool) -> Option<Vec<i64>> {
    let rest = packed.strip_prefix(&[0xdd, 0x99])?;
    let (head, rest) = rest.split_at_checked(23)?;
    let int = |at: usize| Some(i32::from_be_bytes(*head.get(at..)?.first_chunk()?));
    let sides = [int(0)?, int(4)?];
    if sides.map(|side| usize::try_from(side).ok()) != shape.map(Some) {
        return None;
    }
    let scale = i64::from(int(8)?);
    let sum = i64::from_be_bytes(*head.get(12..)?.first_chunk()?);
    let planes = [head[20], head[21], head[22]];
    if planes.iter().any(|planes| *planes > 62) {
        return None;
    }
    let mut image = coefficients(rest, shape, planes)?;
    *image.first_mut()? = sum;
    if scale > 1 {
        for value in &mut image {
            *value = value.wrapping_mul(scale);
        }
    }
    invert(&mut image, shape, is_smooth.then_some(scale));
    Some(image)
}

/// The coefficients of all four quadrants, with their signs.
fn coefficients(bytes: &[u8], [nx, ny]: [usize; 2], planes: [u8; 3]) -> Option<Vec<i64>> {
    let mut image = vec![0_i64; nx.checked_mul(ny)?];
    let (nx2, ny2) = (nx.div_ceil(2), ny.div_ceil(2));
    let mut bits = Bits::new(bytes);
    for (at, size, planes) in [
        (0, [nx2, ny2], planes[0]),
        (ny2, [nx2, ny / 2], planes[1]),
        (ny * nx2, [nx / 2, ny2], planes[1]),
        (ny * nx2 + ny2, [nx / 2, ny / 2], planes[2]),
    ] {
        quadrant(
            &mut bits,
            image.get_mut(at..).unwrap_or_default(),
            ny,
            size,
            planes,
        )?;
    }
    // A code ends the coefficients; the signs begin with a new byte.
    if bits.take(4)? != 0 {
        return None;
    }
    bits.align();
    for value in image.iter_mut().filter(|value| **value != 0) {
        if bits.take(1)? == 1 {
            *value = -*value;
        }
    }
    Some(image)
}

/// The bit planes of one quadrant; rows of the image are `stride` apart.
fn quadrant(
    bits: &mut Bits<'_>,
    image: &mut [i64],
    stride: usize,
    [nx, ny]: [usize; 2],
    planes: u8,
) -> Option<()> {
    let steps = nx.max(ny).next_power_of_two().trailing_zeros();
    let (nx2, ny2) = (nx.div_ceil(2), ny.div_ceil(2));
    for plane in (0..planes).rev() {
        let codes = match bits.take(4)? {
            0 => (0..nx2 * ny2)
                .map(|_| Some(bits.take(4)? as u8))
                .collect::<Option<Vec<_>>>()?,
            0xf => {
                let mut codes = vec![huffman(bits)?];
                let mut size = [1, 1];
                // The sizes on the way halve the last one again and again, rounded up.
                for step in (1..steps).rev() {
                    let next = [nx, ny].map(|len| len.div_ceil(1 << step));
                    codes = expand(bits, &codes, size, next)?;
                    size = next;
                }
                codes
            }
            _ => return None,
        };
        for i in 0..nx {
            for j in 0..ny {
                let code = codes.get(i / 2 * ny2 + j / 2)?;
                if code >> shift(i, j) & 1 == 1 {
                    *image.get_mut(i * stride + j)? |= 1 << plane;
                }
            }
        }
    }
    Some(())
}

/// The bit of a code of 2x2 places that belongs to row `i` and column `j`.
const fn shift(i: usize, j: usize) -> u32 {
    3 - 2 * (i % 2) as u32 - (j % 2) as u32
}

/// Each code becomes four places; those that are set get codes of their own, from the last to the first.
fn expand(
    bits: &mut Bits<'_>,
    codes: &[u8],
    [_, old_ny]: [usize; 2],
    [nx, ny]: [usize; 2],
) -> Option<Vec<u8>> {
    let mut out = vec![0_u8; nx * ny];
    for at in (0..nx * ny).rev() {
        let (i, j) = (at / ny, at % ny);
        let code = codes.get(i / 2 * old_ny + j / 2)?;
        if code >> shift(i, j) & 1 == 1 {
            out[at] = huffman(bits)?;
        }
    }
    Some(out)
}

fn huffman(bits: &mut Bits<'_>) -> Option<u8> {
    let mut code = bits.take(3)?;
    if code < 4 {
        return Some(1 << code);
    }
    for known in [
        &[(8, 3), (9, 5), (10, 10), (11, 12), (12, 15)][..],
        &[(26, 6), (27, 7), (28, 9), (29, 11), (30, 13)],
    ] {
        code = code << 1 | bits.take(1)?;
        if let Some((_, value)) = known.iter().find(|(known, _)| *known == code) {
            return Some(*value);
        }
    }
    code = code << 1 | bits.take(1)?;
    Some(if code == 62 { 0 } else { 14 })
}

/// The inverse transform, in place.
fn invert(a: &mut [i64], [nx, ny]: [usize; 2], smooth: Option<i64>) {
    let steps = nx.max(ny).next_power_of_two().trailing_zeros();
    if steps == 0 {
        return;
    }
    let mut bit = [0, 1, 2].map(|more| 1_i64 << (steps - 1 + more));
    a[0] = rounded(a[0], bit[2]);
    for step in (0..steps).rev() {
        let (xs, ys) = (nx.div_ceil(1 << step), ny.div_ceil(1 << step));
        let by = if step == 0 { 2 } else { 1 };
        for i in 0..xs {
            interleave(a, i * ny, ys, 1);
        }
        for j in 0..ys {
            interleave(a, j, xs, ny);
        }
        if let Some(scale) = smooth {
            smoothed(a, [xs, ys], ny, scale);
        }
        for i in (0..xs).step_by(2) {
            for j in (0..ys).step_by(2) {
                let s00 = i * ny + j;
                let below = (i + 1 < xs).then_some(s00 + ny);
                let right = (j + 1 < ys).then_some(s00 + 1);
                match (below, right) {
                    (Some(s10), Some(s01)) => four(a, [s00, s10, s01], bit, by),
                    (Some(other), None) | (None, Some(other)) => two(a, [s00, other], bit[1], by),
                    (None, None) => a[s00] >>= by,
                }
            }
        }
        bit = bit.map(|bit| bit >> 1);
    }
}

/// To a multiple of `bit`, halves away from zero but for the last bit.
const fn rounded(value: i64, bit: i64) -> i64 {
    let up = bit >> 1;
    let down = if up == 0 { 0 } else { up - 1 };
    value.wrapping_add(if value >= 0 { up } else { down }) & -bit
}

/// Four pixels of their sum and three differences; `s11` follows `s10`.
fn four(a: &mut [i64], [s00, s10, s01]: [usize; 3], [bit0, bit1, _]: [i64; 3], by: u32) {
    let hx = rounded(a[s10], bit1);
    let hy = rounded(a[s01], bit1);
    let hc = rounded(a[s10 + 1], bit0);
    // The lowest bits of the differences belong to the sums above them.
    let low0 = hc & bit0;
    let less = |h: i64| if h >= 0 { h - low0 } else { h + low0 };
    let (hx, hy) = (less(hx), less(hy));
    let low1 = (hc ^ hx ^ hy) & bit1;
    let more = if a[s00] < 0 && low0 == 0 {
        low1
    } else {
        low0 - low1
    };
    let h0 = a[s00].wrapping_add(more);
    let sum = |x: i64, y: i64, c: i64| h0.wrapping_add(x).wrapping_add(y).wrapping_add(c) >> by;
    a[s10 + 1] = sum(hx, hy, hc);
    a[s10] = sum(hx, -hy, -hc);
    a[s01] = sum(-hx, hy, -hc);
    a[s00] = sum(-hx, -hy, hc);
}

/// Two pixels at an edge of odd length.
fn two(a: &mut [i64], [s00, other]: [usize; 2], bit: i64, by: u32) {
    let h = rounded(a[other], bit);
    let low = h & bit;
    let h0 = a[s00].wrapping_add(if a[s00] >= 0 { -low } else { low });
    a[other] = h0.wrapping_add(h) >> by;
    a[s00] = h0.wrapping_sub(h) >> by;
}

/// The first half of `count` values goes to the even places, the second to the odd ones.
fn interleave(a: &mut [i64], start: usize, count: usize, stride: usize) {
    let half = count.div_ceil(2);
    let values: Vec<i64> = (0..count).map(|at| a[start + at * stride]).collect();
    for (at, value) in values.into_iter().enumerate() {
        let to = if at < half {
            2 * at
        } else {
            2 * (at - half) + 1
        };
        a[start + to * stride] = value;
    }
}

/// Smooths the steps between blocks, as far as the truncation of the coefficients allows.
fn smoothed(a: &mut [i64], [xs, ys]: [usize; 2], ny: usize, scale: i64) {
    let most = scale >> 1;
    if most <= 0 {
        return;
    }
    let change = |wanted: i64, now: i64, shift: u32| {
        let s = wanted - (now << shift);
        let s = if s >= 0 {
            s >> shift
        } else {
            (s + (1 << shift) - 1) >> shift
        };
        s.clamp(-most, most)
    };
    let slope = |below: i64, here: i64, above: i64| {
        let (up, down) = (above - here, here - below);
        let highest = up.min(down).max(0) << 2;
        let lowest = up.max(down).min(0) << 2;
        (lowest < highest).then(|| (above - below).min(highest).max(lowest))
    };
    for i in (2..xs.saturating_sub(2)).step_by(2) {
        for j in (0..ys).step_by(2) {
            let at = i * ny + j;
            if let Some(wanted) = slope(a[at - 2 * ny], a[at], a[at + 2 * ny]) {
                a[at + ny] += change(wanted, a[at + ny], 3);
            }
        }
    }
    for i in (0..xs).step_by(2) {
        for j in (2..ys.saturating_sub(2)).step_by(2) {
            let at = i * ny + j;
            if let Some(wanted) = slope(a[at - 2], a[at], a[at + 2]) {
                a[at + 1] += change(wanted, a[at + 1], 3);
            }
        }
    }
    for i in (2..xs.saturating_sub(2)).step_by(2) {
        for j in (2..ys.saturating_sub(2)).step_by(2) {
            let at = i * ny + j;
            let (mm, pm) = (a[at - 2 * ny - 2], a[at + 2 * ny - 2]);
            let (mp, pp) = (a[at - 2 * ny + 2], a[at + 2 * ny + 2]);
            let h0 = a[at];
            let (hx, hy) = (a[at + ny] << 1, a[at + 1] << 1);
            let bound = |most: fn(i64, i64) -> i64, least: fn(i64, i64) -> i64| {
                let first = least(most(pp - h0, 0) - hx - hy, most(h0 - pm, 0) + hx - hy);
                let second = least(most(h0 - mp, 0) - hx + hy, most(mm - h0, 0) + hx + hy);
                least(first, second) << 4
            };
            let highest = bound(i64::max, i64::min);
            let lowest = bound(i64::min, i64::max);
            if lowest < highest {
                let wanted = (pp + mm - mp - pm).min(highest).max(lowest);
                a[at + ny + 1] += change(wanted, a[at + ny + 1], 6);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_heads_are_refused() {
        assert_eq!(hdecompress(&[0xdd, 0x99], [4, 4], false), None);
        let mut head = vec![0xdd, 0x99];
        head.extend([4_i32, 4, 0].iter().flat_map(|value| value.to_be_bytes()));
        head.extend(80_i64.to_be_bytes());
        head.extend([0, 0, 0, 0]);
        // Sixteen pixels of the same value: the coefficient is half of their sum; no bit planes.
        let image = hdecompress(&head, [4, 4], false).unwrap();
        assert!(image.iter().all(|value| *value == 10), "{image:?}");
        assert_eq!(hdecompress(&head, [4000, 4000], false), None);
        head[22] = 200;
        assert_eq!(hdecompress(&head, [4, 4], false), None);
    }
}
