//! What scores are computed from: the files of an epoch, by which a change is noticed without reading them, and
//! its pixels, which decide where a file was written anew.

use std::hash::Hasher;

use twox_hash::XxHash64;

use crate::{
    domain::{Catalogue, Epoch, KeptScores, Mjd, ModelInput, Role, Stamp},
    io::Decoder,
    tasks::cancel::{CancelToken, Cancelled},
};

/// Kept scores of files that have changed since are not taken for those of the present ones.
///
/// # Errors
/// [`Cancelled`].
pub(crate) fn check_files(
    kept: &mut KeptScores,
    input: &ModelInput,
    catalogue: &Catalogue,
    decoder: &Decoder,
    cancel: &CancelToken,
) -> Result<(), Cancelled> {
    if kept.is_empty() {
        return Ok(());
    }
    for (_, candidate) in catalogue.iter() {
        cancel.check()?;
        kept.check(candidate, input, |epoch| files_of(epoch, decoder));
    }
    Ok(())
}

/// Sizes and times of change of the files that an epoch's stamps lie in, and what is known of the epoch, as one
/// number. It is the same wherever the files lie. None where one of them is gone.
pub(crate) fn files_of(epoch: &Epoch, decoder: &Decoder) -> Option<u64> {
    let mut hash = XxHash64::with_seed(0);
    let mut before = None;
    for stamp in &epoch.stamps {
        let path = &stamp.source.path;
        if before != Some(path) {
            hash.write(&decoder.version(path)?.to_le_bytes());
            before = Some(path);
        }
    }
    let mjd = epoch.mjd.map_or(f64::NAN, Mjd::days);
    hash.write(&mjd.to_le_bytes());
    let numbers = [
        epoch.mag,
        epoch.mag_err,
        epoch.limiting_mag,
        epoch.seeing_arcsec,
    ];
    for number in numbers {
        hash.write(&number.unwrap_or(f32::NAN).to_le_bytes());
    }
    hash.write(
        epoch
            .band
            .as_ref()
            .map_or("", |band| band.name())
            .as_bytes(),
    );
    hash.write(&[epoch.difference_sign as u8]);
    Some(hash.finish())
}

/// A hash of decoded stamps and of all that is known of how they are to be taken: the same for the same pixels,
/// however they are packed.
#[derive(Default)]
pub(crate) struct PixelHash(XxHash64);

impl PixelHash {
    pub fn add(&mut self, role: Role, stamp: &Stamp) {
        self.0.write(role.name().as_bytes());
        for size in [stamp.width, stamp.height] {
            self.0.write(&(size as u64).to_le_bytes());
        }
        self.0.write(bytemuck::cast_slice(&stamp.pixels));
        let scale = stamp.geometry.arcsec_per_px().unwrap_or(f64::NAN);
        self.0.write(&scale.to_le_bytes());
        let saturation = stamp.saturation.unwrap_or(f32::NAN);
        self.0.write(&saturation.to_le_bytes());
    }

    /// Adds other numbers that a model takes.
    pub fn add_numbers(&mut self, numbers: &[f32]) {
        self.0.write(bytemuck::cast_slice(numbers));
    }

    /// The number.
    pub fn get(&self) -> u64 {
        self.0.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_decide_the_hash_and_so_does_what_they_are() {
        let of = |role, pixels: [f32; 4]| {
            let mut hash = PixelHash::default();
            hash.add(role, &Stamp::new(2, 2, pixels));
            hash.get()
        };
        let pixels = [1.0, 2.0, f32::NAN, 4.0];
        assert_eq!(of(Role::Science, pixels), of(Role::Science, pixels));
        assert_ne!(of(Role::Science, pixels), of(Role::Reference, pixels));
        let other = [1.0, 2.0, f32::NAN, 4.000_001];
        assert_ne!(of(Role::Science, pixels), of(Role::Science, other));
        // Projects hold such numbers: they must stay what they are.
        assert_eq!(of(Role::Science, [0.0; 4]), 16_130_008_005_451_314_428);
    }

    #[test]
    fn what_is_known_of_an_epoch_counts_too() {
        let epoch = Epoch {
            mjd: Mjd::new(59_000.0),
            ..Epoch::default()
        };
        let brighter = Epoch {
            mag: Some(18.0),
            ..epoch.clone()
        };
        let decoder = Decoder::default();
        let of = |epoch: &Epoch| files_of(epoch, &decoder).unwrap();
        assert_eq!(of(&epoch), of(&epoch.clone()));
        assert_ne!(of(&epoch), of(&brighter));
    }
}
