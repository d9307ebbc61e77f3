//! IRAF's pixel lists, as FITS has them for masks (FITS standard 4.0, section 10.4.3).

use super::error::values;

/// The integers of a line list; none where it is damaged.
pub fn plio(packed: &[u8], count: usize) -> Option<Vec<i64>> {
    let words: Vec<i32> = values::<2>(packed)
        .map(|b| i16::from_be_bytes(b).into())
        .collect();
    // Two forms of the head: length in the third word, or in the fourth and fifth.
    let third = *words.get(2)?;
    let (first, len) = if third > 0 {
        (3, third)
    } else {
        (*words.get(1)?, (words.get(4)? << 15) + words.get(3)?)
    };
    let mut pixels = Vec::with_capacity(count);
    let (Ok(first), Ok(len)) = (usize::try_from(first), usize::try_from(len)) else {
        return None;
    };
    if len == 0 {
        return Some(vec![0; count]);
    }
    let mut list = words.get(first..len)?.iter();
    let mut high = 1_i64;
    while let Some(word) = list.next() {
        let (code, value) = (word / 4096, i64::from(word & 4095));
        let left = count.saturating_sub(pixels.len());
        match code {
            0 | 4 | 5 => {
                let run = value as usize;
                let filler = if code == 4 { high } else { 0 };
                pixels.extend(std::iter::repeat_n(filler, run.min(left)));
                if code == 5
                    && run <= left
                    && run > 0
                    && let Some(last) = pixels.last_mut()
                {
                    *last = high;
                }
            }
            1 => high = (i64::from(*list.next()?) << 12) + value,
            2 => high += value,
            3 => high -= value,
            6 | 7 if left > 0 => {
                high += if code == 6 { value } else { -value };
                pixels.push(high);
            }
            _ => {}
        }
        if pixels.len() >= count {
            break;
        }
    }
    pixels.resize(count, 0);
    Some(pixels)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(words: &[i16]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_be_bytes()).collect()
    }

    #[test]
    fn runs_and_steps_are_expanded() {
        // Two zeros, three of 1, then up by 4 for one pixel, and zeros to the end.
        let list = packed(&[0, 7, -100, 10, 0, 0, 0, 2, 4 << 12 | 3, 6 << 12 | 4]);
        assert_eq!(plio(&list, 8), Some(vec![0, 0, 1, 1, 1, 5, 0, 0]));
    }

    #[test]
    fn lists_that_point_outside_are_refused() {
        assert_eq!(plio(&packed(&[0, 7, -100, 100, 0, 0, 0]), 4), None);
        assert_eq!(plio(&[0, 1], 4), None);
        assert_eq!(plio(&packed(&[0, -7, -100, 1, 0, 0, 0]), 4), None);
    }
}
