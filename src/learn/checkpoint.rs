//! A training in a file: a header in JSON and any number of blobs.

use serde::{Serialize, de::DeserializeOwned};

use super::LearnError;

/// First bytes of every checkpoint.
const MAGIC: &[u8; 8] = b"dstl-ck1";

/// The bytes of a checkpoint.
///
/// # Errors
/// Where the header cannot be put down.
pub fn to_bytes<H: Serialize>(header: &H, blobs: &[Vec<u8>]) -> Result<Vec<u8>, LearnError> {
    let header = serde_json::to_vec(header).map_err(|error| broken(&error.to_string()))?;
    let mut bytes = MAGIC.to_vec();
    for part in std::iter::once(&header).chain(blobs) {
        bytes.extend((part.len() as u64).to_le_bytes());
        bytes.extend(part);
    }
    Ok(bytes)
}

/// Header and blobs of a checkpoint.
///
/// # Errors
/// Where the bytes are none, or truncated.
pub fn from_bytes<H: DeserializeOwned>(bytes: &[u8]) -> Result<(H, Vec<Vec<u8>>), LearnError> {
    let mut rest = bytes
        .strip_prefix(MAGIC)
        .ok_or_else(|| broken("it is none"))?;
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let (length, after) = rest
            .split_first_chunk::<8>()
            .ok_or_else(|| broken("it is truncated"))?;
        let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
        if after.len() < length {
            return Err(broken("it is truncated"));
        }
        let (part, after) = after.split_at(length);
        parts.push(part.to_vec());
        rest = after;
    }
    if parts.is_empty() {
        return Err(broken("it is truncated"));
    }
    let header = parts.remove(0);
    let header = serde_json::from_slice(&header).map_err(|error| broken(&error.to_string()))?;
    Ok((header, parts))
}

fn broken(why: &str) -> LearnError {
    LearnError::Training(format!("the checkpoint cannot be used: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checkpoints_come_back_and_truncated_ones_are_refused() {
        let blobs = vec![vec![1, 2, 3], Vec::new(), vec![9; 1000]];
        let bytes = to_bytes(&7_u32, &blobs).unwrap();
        assert_eq!(from_bytes::<u32>(&bytes).unwrap(), (7, blobs));
        for length in [0, 5, 12, bytes.len() - 1] {
            assert!(from_bytes::<u32>(&bytes[..length]).is_err(), "{length}");
        }
    }
}
