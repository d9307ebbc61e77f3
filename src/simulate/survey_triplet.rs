//! What a survey says of triplets alone; every field may be left out.

use serde::Deserialize;

use super::{Distribution, survey_frames::FramesModel};
use crate::domain::canonical::{Canonical, record};

/// Lowest S/N of a detection that is kept, of either class and of any kind (our choice): a limit
/// that differed between them would tell one from the other.
pub const THRESHOLD: f64 = 4.0;

/// Detections in difference images.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TripletModel {
    /// Full width at half maximum of point sources in the science image, pixels, in place of the
    /// site's seeing: for training networks that serve many telescopes.
    pub fwhm_px: Option<Distribution>,
    /// Width in the reference over that in the science image, in place of the reference's seeing
    /// factor.
    pub reference_fwhm_factor: Option<Distribution>,
    /// S/N in the difference that real sources are made for.
    pub snr: Distribution,
    /// Share of the real sources that are faint: S/N log-uniform from 4 to 12.
    pub faint_share: f64,
    /// Share of the triplets, real and bogus, with a strip of missing pixels.
    pub missing_share: f64,
    /// Share of the differences whose sign makes the detection positive; all others are science
    /// minus reference.
    pub polarity_share: f64,
    /// Share of the small artefacts that lie on or beside a star or galaxy.
    pub on_source_share: f64,
    /// The field around the candidates and errors of whole frames; without, stamps show the candidate and
    /// its nearest neighbours.
    pub frames: Option<FramesModel>,
}

impl Canonical for TripletModel {
    /// Frames are written only where there are any, so that surveys without are called as before.
    fn write(&self, text: &mut String) {
        let mut fields: Vec<(&str, &dyn Canonical)> = vec![
            ("fwhm_px", &self.fwhm_px),
            ("reference_fwhm_factor", &self.reference_fwhm_factor),
            ("snr", &self.snr),
            ("faint_share", &self.faint_share),
            ("missing_share", &self.missing_share),
            ("polarity_share", &self.polarity_share),
            ("on_source_share", &self.on_source_share),
        ];
        if let Some(frames) = &self.frames {
            fields.push(("frames", frames));
        }
        record(text, "TripletModel", &fields);
    }
}

impl Default for TripletModel {
    fn default() -> Self {
        Self {
            fwhm_px: None,
            reference_fwhm_factor: None,
            snr: Distribution::log_uniform(THRESHOLD, 120.0),
            faint_share: 0.2,
            missing_share: 0.04,
            polarity_share: 0.85,
            on_source_share: 1.0 / 3.0,
            frames: None,
        }
    }
}

impl TripletModel {
    /// Why nothing can be simulated with it.
    ///
    /// # Errors
    /// A sentence naming the field.
    pub fn check(&self) -> Result<(), String> {
        let distributions = [
            ("fwhm_px", self.fwhm_px.as_ref()),
            ("reference_fwhm_factor", self.reference_fwhm_factor.as_ref()),
            ("snr", Some(&self.snr)),
        ];
        for (name, distribution) in distributions {
            let Some(distribution) = distribution else {
                continue;
            };
            distribution
                .check()
                .map_err(|why| format!("triplets.{name}: {why}"))?;
            if distribution.range()[0] <= 0.0 {
                return Err(format!("triplets.{name} reaches down to 0 or below"));
            }
        }
        let shares = [
            ("faint_share", self.faint_share),
            ("missing_share", self.missing_share),
            ("polarity_share", self.polarity_share),
            ("on_source_share", self.on_source_share),
        ];
        for (name, share) in shares {
            if !(0.0..=1.0).contains(&share) {
                return Err(format!(
                    "triplets.{name} is {share}: a share lies in 0 to 1"
                ));
            }
        }
        self.frames.as_ref().map_or(Ok(()), FramesModel::check)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_values_are_named() {
        for (text, word) in [
            ("snr = -3", "triplets.snr"),
            ("fwhm_px = { uniform = [0, 3] }", "triplets.fwhm_px"),
            ("missing_share = 1.5", "1.5"),
            ("reference_fwhm_factor = { uniform = [3, 1] }", "ascending"),
        ] {
            let model: TripletModel = toml::from_str(text).unwrap();
            let why = model.check().unwrap_err();
            assert!(why.contains(word), "{text}: {why}");
        }
        assert_eq!(TripletModel::default().check(), Ok(()));
        assert!(toml::from_str::<TripletModel>("snrr = 3").is_err());
    }
}
