//! A number that tells contents apart: the same on every machine and in every version.

use crate::domain::fnv::{FNV_START, fnv1a};

/// The hash ([`fnv1a`]) of everything added so far.
#[derive(Clone, Copy, Debug)]
pub struct Fingerprint(u64);

impl Default for Fingerprint {
    fn default() -> Self {
        Self(FNV_START)
    }
}

impl Fingerprint {
    /// Adds bytes and their number, so that it counts where one piece ends.
    pub fn add(&mut self, bytes: &[u8]) {
        let len = (bytes.len() as u64).to_le_bytes();
        self.0 = fnv1a(self.0, bytes.iter().chain(&len).copied());
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
        // Projects hold such numbers: they must stay what they are.
        assert_eq!(of(&["ab", "c"]), 0x5091_916f_8cee_b7b0);
    }
}
