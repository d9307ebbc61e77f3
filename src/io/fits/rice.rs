//! Rice's coding of integers, as FITS has it (FITS standard 4.0, section 10.4.1).

/// The integers; none where the bytes are damaged. `bytes`: 1, 2 or 4 for a pixel.
pub fn rice(packed: &[u8], count: usize, block: usize, bytes: usize) -> Option<Vec<i64>> {
    let (split_bits, raw_split): (u32, i32) = match bytes {
        1 => (3, 6),
        2 => (4, 14),
        _ => (5, 25),
    };
    let pixel_bits = 8 * bytes as u32;
    let mask = u32::MAX >> (32 - pixel_bits);
    let (head, rest) = packed.split_at_checked(bytes)?;
    let mut last = head
        .iter()
        .fold(0_u32, |value, byte| value << 8 | u32::from(*byte));
    let mut bits = Bits::new(rest);
    // A block of equal pixels takes a few bits: more than that cannot come of these bytes.
    if count > (rest.len().saturating_mul(8) / split_bits as usize + 1).saturating_mul(block) {
        return None;
    }
    let mut pixels = Vec::with_capacity(count);
    while pixels.len() < count {
        let split = bits.take(split_bits)? as i32 - 1;
        for _ in 0..block.min(count - pixels.len()) {
            let folded = if split < 0 {
                0
            } else if split == raw_split {
                bits.take(pixel_bits)?
            } else {
                let high = bits.zeros()?;
                high.checked_shl(split as u32)? | bits.take(split as u32)?
            };
            let difference = if folded & 1 == 1 {
                !(folded >> 1)
            } else {
                folded >> 1
            };
            last = last.wrapping_add(difference) & mask;
            pixels.push(match bytes {
                1 => i64::from(last),
                2 => i64::from(last as u16 as i16),
                _ => i64::from(last as i32),
            });
        }
    }
    Some(pixels)
}

/// Bits of bytes, the highest first.
pub struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Bits<'a> {
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Up to 32 bits.
    pub fn take(&mut self, count: u32) -> Option<u32> {
        let mut value = 0_u64;
        let mut wanted = count;
        while wanted > 0 {
            let byte = u64::from(*self.bytes.get(self.at / 8)?);
            let left = 8 - (self.at % 8) as u32;
            let taken = left.min(wanted);
            let piece = byte >> (left - taken) & ((1 << taken) - 1);
            value = value << taken | piece;
            self.at += taken as usize;
            wanted -= taken;
        }
        Some(value as u32)
    }

    /// Zeros before the next one, which is taken too.
    fn zeros(&mut self) -> Option<u32> {
        let mut count = 0;
        loop {
            let byte = *self.bytes.get(self.at / 8)?;
            let used = (self.at % 8) as u32;
            let rest = byte << used;
            if rest != 0 {
                let zeros = rest.leading_zeros();
                self.at += zeros as usize + 1;
                return Some(count + zeros);
            }
            count += 8 - used;
            self.at += 8 - used as usize;
        }
    }

    /// Goes on with the next whole byte.
    pub const fn align(&mut self) {
        self.at = self.at.next_multiple_of(8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_taken_across_bytes() {
        let mut bits = Bits::new(&[0b1010_0000, 0b0000_0001, 0xff]);
        assert_eq!(bits.take(3), Some(0b101));
        assert_eq!(bits.zeros(), Some(12));
        assert_eq!(bits.take(4), Some(0xf));
        bits.align();
        assert_eq!(bits.take(1), None);
    }

    #[test]
    fn equal_pixels_and_cut_bytes() {
        // First pixel 5 in two bytes, then a block whose differences are all zero.
        assert_eq!(rice(&[0, 5, 0], 4, 32, 2), Some(vec![5; 4]));
        assert_eq!(rice(&[0, 5], 4, 32, 2), None);
        assert_eq!(rice(&[0, 5, 0], 1_000_000, 32, 2), None);
    }
}
