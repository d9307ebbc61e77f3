//! What a survey's file gives of whole frames: the field around a candidate, and errors of all of it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    Distribution,
    triplet_kind::{BogusKind, Kind},
};
use crate::domain::canonical::canonical_record;

/// Frames of triplets: cutouts that show a field, subtracted as a whole. Every field may be left out.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FramesModel {
    /// Stars in 63x63 pixels that are brighter than `faintest`, on average.
    pub stars: Distribution,
    /// S/N of the faintest stars in the difference, if they were new.
    pub faintest: Distribution,
    /// Slope of the counts of stars: N(>f) falls as f to minus this.
    pub slope: Distribution,
    /// Galaxies in 63x63 pixels, on average.
    pub galaxies: Distribution,
    /// Share of the frames, real and bogus alike, with an error of the whole frame.
    pub imperfect_share: f64,
    /// Relative error of the flux scale of such a frame, of either sign.
    pub flux_error: Distribution,
    /// Relative error of the width.
    pub width_error: Distribution,
    /// Error of registration, pixels.
    pub shift_px: Distribution,
    /// Share of the frames, real and bogus alike, with a hole of missing pixels.
    pub hole_share: f64,
    /// Share of the frames whose saturated pixels are masked.
    pub masked_share: f64,
    /// Share of the candidates, real and bogus alike, without a field or an error of the frame: as surveys
    /// without frames have them.
    pub plain_share: f64,
    /// Share of each kind of artefact of frames among the bogus; all other kinds share the rest.
    pub kinds: BTreeMap<String, f64>,
}

canonical_record!(FramesModel, "FramesModel" {
    "stars": stars,
    "faintest": faintest,
    "slope": slope,
    "galaxies": galaxies,
    "imperfect_share": imperfect_share,
    "flux_error": flux_error,
    "width_error": width_error,
    "shift_px": shift_px,
    "hole_share": hole_share,
    "masked_share": masked_share,
    "plain_share": plain_share,
    "kinds": kinds,
});

impl Default for FramesModel {
    fn default() -> Self {
        let of_kind = |(kind, share): (BogusKind, f64)| (kind.name().to_owned(), share);
        Self {
            stars: Distribution::log_uniform(0.5, 100.0),
            faintest: Distribution::log_uniform(0.7, 7.0),
            slope: Distribution::Constant(0.8),
            galaxies: Distribution::log_uniform(0.2, 2.0),
            imperfect_share: 0.25,
            flux_error: Distribution::log_uniform(0.02, 0.6),
            width_error: Distribution::log_uniform(0.02, 0.3),
            shift_px: Distribution::log_uniform(0.05, 1.5),
            hole_share: 0.12,
            masked_share: 0.4,
            plain_share: 0.0,
            kinds: BogusKind::OF_FRAMES.into_iter().map(of_kind).collect(),
        }
    }
}

impl FramesModel {
    /// Why nothing can be simulated with it.
    ///
    /// # Errors
    /// A sentence naming the field.
    pub fn check(&self) -> Result<(), String> {
        let distributions = [
            ("stars", &self.stars, [0.0, 5000.0]),
            ("faintest", &self.faintest, [0.01, 1e4]),
            ("slope", &self.slope, [0.1, 5.0]),
            ("galaxies", &self.galaxies, [0.0, 200.0]),
            ("flux_error", &self.flux_error, [0.0, 0.99]),
            ("width_error", &self.width_error, [0.0, 0.9]),
            ("shift_px", &self.shift_px, [0.0, 10.0]),
        ];
        for (name, distribution, [least, most]) in distributions {
            distribution
                .check()
                .map_err(|why| format!("triplets.frames.{name}: {why}"))?;
            let [low, high] = distribution.range();
            if low < least || high > most {
                return Err(format!(
                    "triplets.frames.{name} reaches from {low} to {high}: it must stay in {least} to {most}"
                ));
            }
        }
        let shares = [
            ("imperfect_share", self.imperfect_share),
            ("hole_share", self.hole_share),
            ("masked_share", self.masked_share),
            ("plain_share", self.plain_share),
        ];
        let kinds = self.kinds.iter().map(|(name, share)| (&**name, *share));
        for (name, share) in shares.into_iter().chain(kinds) {
            if !(0.0..=1.0).contains(&share) {
                return Err(format!(
                    "triplets.frames: {name} is {share}: a share lies in 0 to 1"
                ));
            }
        }
        for name in self.kinds.keys() {
            let known = BogusKind::OF_FRAMES.map(|(kind, _)| kind.name());
            if !known.contains(&&**name) {
                return Err(format!(
                    "triplets.frames.kinds names {name}; there are {}",
                    known.join(", ")
                ));
            }
        }
        let sum: f64 = self.kinds.values().sum();
        if sum > 1.0 {
            return Err(format!(
                "the shares of triplets.frames.kinds sum to {sum:.2}: more than all"
            ));
        }
        Ok(())
    }

    /// How often candidates of a kind have no frame, so that real and bogus are without it alike: kinds of frames
    /// never are.
    pub fn plain_chance(&self, kind: Kind) -> f64 {
        let Kind::Bogus(kind) = kind else {
            return self.plain_share;
        };
        if BogusKind::OF_FRAMES.iter().any(|(known, _)| *known == kind) {
            return 0.0;
        }
        let others = 1.0 - self.kinds.values().sum::<f64>();
        (self.plain_share / others.max(1e-6)).min(1.0)
    }

    /// The share of a kind among the bogus.
    pub fn share_of(&self, kind: BogusKind) -> f64 {
        self.kinds.get(kind.name()).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_frames_are_named() {
        for (text, word) in [
            ("stars = -1", "frames.stars"),
            ("flux_error = 1.5", "0.99"),
            ("hole_share = 3", "hole_share is 3"),
            ("kinds = { ufo = 0.1 }", "ufo"),
            ("kinds = { halo = 0.7, ringing = 0.6 }", "sum to 1.30"),
        ] {
            let model: FramesModel = toml::from_str(text).unwrap();
            let why = model.check().unwrap_err();
            assert!(why.contains(word), "{text}: {why}");
        }
        assert_eq!(FramesModel::default().check(), Ok(()));
        let model: FramesModel =
            toml::from_str("plain_share = 0.3\nkinds = { halo = 0.4 }").unwrap();
        let chances =
            [BogusKind::Halo, BogusKind::Dipole].map(|kind| model.plain_chance(Kind::Bogus(kind)));
        assert!(
            chances[0] < 1e-9 && (chances[1] - 0.5).abs() < 1e-9,
            "{chances:?}"
        );
        assert!(toml::from_str::<FramesModel>("star = 3").is_err());
    }
}
