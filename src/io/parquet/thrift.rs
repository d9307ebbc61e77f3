//! Structures of Thrift's compact protocol, looked over before the crate of Parquet reads them.
//!
//! The crate passes over fields that it does not know element by element, and takes elements that are truths for nothing:
//! 24 damaged bytes with a list of two billion of them keep it busy for seconds, each such list more. Here every
//! collection must fit into the bytes that are left: an element has a byte at least.

/// Structures within each other; the format has fewer than ten.
const DEEPEST: u32 = 64;

/// The number that alternates between the signs: 0, -1, 1, -2, …
const fn zigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -((number & 1).cast_signed())
}

/// Bytes that are still to be read; every function gives none where they end too early, or a collection cannot fit into them.
pub struct Compact<'a>(pub &'a [u8]);

impl Compact<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn pass(&mut self, count: u64) -> Option<()> {
        self.0 = self.0.get(usize::try_from(count).ok()?..)?;
        Some(())
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// A structure, to its end.
    pub fn structure(&mut self) -> Option<()> {
        self.structure_within(0, &mut |_, _| ())
    }

    /// The same; `each` is given the number of every field that is a whole number, and that.
    pub fn fields(&mut self, each: &mut dyn FnMut(u64, i64)) -> Option<()> {
        self.structure_within(0, each)
    }

    fn structure_within(&mut self, depth: u32, each: &mut dyn FnMut(u64, i64)) -> Option<()> {
        let mut field = 0_u64;
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Some(());
            }
            field = match head >> 4 {
                0 => zigzag(self.number()?).cast_unsigned(),
                step => field.wrapping_add(u64::from(step)),
            };
            match head & 0x0f {
                // A truth is its kind, without a byte of its own.
                1 | 2 => {}
                4..=6 => each(field, zigzag(self.number()?)),
                kind => self.value(kind, depth)?,
            }
        }
    }

    fn value(&mut self, kind: u8, depth: u32) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        match kind {
            1..=3 => self.pass(1),
            4..=6 => self.number().map(drop),
            7 => self.pass(8),
            8 => {
                let length = self.number()?;
                self.pass(length)
            }
            9 | 10 => {
                let head = self.byte()?;
                let count = match head >> 4 {
                    15 => self.number()?,
                    count => u64::from(count),
                };
                self.elements(count, &[head & 0x0f], depth)
            }
            11 => {
                let count = self.number()?;
                let kinds = if count > 0 { self.byte()? } else { 0 };
                self.elements(count, &[kinds >> 4, kinds & 0x0f], depth)
            }
            12 => self.structure_within(depth + 1, &mut |_, _| ()),
            13 => self.pass(16),
            _ => None,
        }
    }

    fn elements(&mut self, count: u64, kinds: &[u8], depth: u32) -> Option<()> {
        if count > self.0.len() as u64 {
            return None;
        }
        for _ in 0..count {
            for kind in kinds {
                self.value(*kind, depth + 1)?;
            }
        }
        Some(())
    }
}
