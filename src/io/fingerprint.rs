//! A number that tells contents apart: the same on every machine and in every version.

/// The hash of Fowler, Noll and Vo (FNV-1a, 64 bits) of everything added so far.
#[derive(Clone, Copy, Debug)]
pub struct Fingerprint(u64);

impl Default for Fingerprint {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fingerprint {
    /// Adds bytes and their number, so that it counts where one piece ends.
    pub fn add(&mut self, bytes: &[u8]) {
        let len = (bytes.len() as u64).to_le_bytes();
        for byte in bytes.iter().chain(&len) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Fingerprint;

    #[test]
    fn contents_and_their_borders_count() {
        let of = |pieces: &[&str]| {
            let mut fingerprint = Fingerprint::default();
            for piece in pieces {
                fingerprint.add(piece.as_bytes());
            }
            fingerprint.get()
        };
        assert_eq!(of(&["ab", "c"]), of(&["ab", "c"]));
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_ne!(of(&["ab"]), of(&["ab", ""]));
    }
}
