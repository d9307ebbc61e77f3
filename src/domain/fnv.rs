//! The hash of Fowler, Noll and Vo (FNV-1a, 64 bits): the same on every machine and in every
//! version of the program, so that files may hold it.

/// The hash of no bytes.
pub const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// The hash of the bytes that gave `hash` and these after them.
pub fn fnv1a(hash: u64, bytes: impl IntoIterator<Item = u8>) -> u64 {
    let add = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME);
    bytes.into_iter().fold(hash, add)
}

#[cfg(test)]
mod tests {
    use super::{FNV_START, fnv1a};

    #[test]
    fn hashes_are_those_of_its_authors() {
        for (text, expected) in [
            ("", 0xcbf2_9ce4_8422_2325),
            ("a", 0xaf63_dc4c_8601_ec8c),
            ("foobar", 0x8594_4171_f739_67e8),
        ] {
            assert_eq!(fnv1a(FNV_START, text.bytes()), expected, "{text}");
        }
        let in_two = fnv1a(fnv1a(FNV_START, *b"foo"), *b"bar");
        assert_eq!(in_two, fnv1a(FNV_START, *b"foobar"));
    }
}
