//! What the files say that photometry needs: centroid, zero point, gain, pixel scale.

use crate::{
    domain::{Candidate, Epoch, Role, Stamp},
    imaging::photometry::{Background, Calibration},
};

/// AB magnitude of one nanojansky (Rubin Data Products Definition Document, LSE-163).
const NJY_ZERO_POINT: f64 = 31.4;

/// A gain that the sky itself tells is believed within this range, electrons per ADU: our choice.
const BELIEVED_GAIN: std::ops::RangeInclusive<f64> = 0.3..=30.0;

/// An epoch within its candidate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts<'a> {
    pub candidate: &'a Candidate,
    pub epoch: &'a Epoch,
}

impl Facts<'_> {
    /// The first of these fields that is a number, of the epoch or else of the candidate.
    fn number(&self, names: &[&str]) -> Option<f64> {
        let fields = [&self.epoch.fields, &self.candidate.fields];
        let mut values = fields.into_iter().flat_map(|fields| {
            let number = |name: &&str| fields.get(name)?.number();
            names.iter().filter_map(number)
        });
        values.find(|value| value.is_finite())
    }

    /// The centroid of the source, pixels from the centre of the first one.
    ///
    /// CX and CY count from 0. That was found out on 3,000 real HiTS stamps: the centroid of the
    /// light deviates from them by -0.06 and -0.01 pixels in the median, so they do not count
    /// from 1 as FITS does, and CX runs along a row.
    pub fn centroid_px(&self) -> Option<[f64; 2]> {
        Some([self.number(&["CX"])?, self.number(&["CY"])?])
    }

    /// What the fluxes mean: a zero point with its exposure (ZP, EXPTIME), that of a ZTF image
    /// (`magzpsci`, of the whole exposure), or nanojansky.
    pub fn calibration(&self, stamp: &Stamp) -> Option<Calibration> {
        if stamp
            .unit
            .as_deref()
            .is_some_and(|unit| unit.eq_ignore_ascii_case("nJy"))
        {
            return Calibration::new(NJY_ZERO_POINT, 1.0);
        }
        let of_second = self.number(&["ZP"]).zip(self.number(&["EXPTIME"]));
        let of_second = of_second.and_then(|(zero, exposure)| Calibration::new(zero, exposure));
        let of_image = || Calibration::new(self.number(&["magzpsci", "MAGZP"])?, 1.0);
        of_second.or_else(of_image)
    }

    /// Electrons per unit: as the header says, else as the sky tells where it is still in the
    /// image. Photons of the sky scatter by the root of their number, so level over variance is
    /// the gain, too small by the share of the read noise.
    pub fn gain(&self, stamp: &Stamp, role: Role, sky: Option<Background>) -> Option<f64> {
        let known = self.number(&["GAIN", "EGAIN"]).filter(|gain| *gain > 0.0);
        let is_counts = |unit: &str| ["ADU", "DN", "COUNTS", "COUNT"].contains(&unit);
        let unit = stamp.unit.as_deref().unwrap_or_default();
        let is_countable = role == Role::Science && is_counts(&unit.trim().to_ascii_uppercase());
        let measured = sky.filter(|sky| is_countable && sky.level > 5.0 * sky.scatter);
        let measured = measured.map(|sky| sky.level / (sky.scatter * sky.scatter));
        known.or(measured.filter(|gain| BELIEVED_GAIN.contains(gain)))
    }

    /// Arcseconds per pixel.
    pub fn pixel_scale(&self, stamp: &Stamp) -> Option<f64> {
        let of_header = || self.number(&["PIXSCALE"]);
        let scale = stamp.geometry.arcsec_per_px().or_else(of_header);
        scale.filter(|scale| *scale > 0.0 && scale.is_finite())
    }
}
