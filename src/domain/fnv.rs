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

/// The finaliser of MurmurHash3. FNV-1a alone leaves many bits of similar identifiers alike: whoever
/// draws by a hash finishes it first.
pub const fn fmix64(mut hash: u64) -> u64 {
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

/// A number that bytes decide and that looks drawn by chance.
pub fn drawn(bytes: impl IntoIterator<Item = u8>) -> u64 {
    fmix64(fnv1a(FNV_START, bytes))
}

#[cfg(test)]
mod tests {
    use super::{FNV_START, drawn, fnv1a};

    #[test]
    fn numbers_of_near_identifiers_fall_apart() {
        for parts in [2, 3, 4, 6] {
            let mut counts = vec![0; parts as usize];
            for number in 0..1_200 {
                let id = format!("night-t7-b2bb-{number:06}");
                counts[(drawn(id.bytes()) % parts) as usize] += 1;
            }
            let even = 1_200 / parts as i32;
            let is_near = |count: &i32| (count - even).abs() < even / 4;
            assert!(counts.iter().all(is_near), "{counts:?}");
        }
    }

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
