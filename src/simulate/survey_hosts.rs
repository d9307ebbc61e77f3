//! What a survey says about the galaxies of its supernovae.

use serde::Deserialize;

use super::Distribution;
use crate::domain::canonical::canonical_record;

/// How often supernovae lie in galaxies, and how bright they are against them. Galaxies that are drawn for
/// themselves leave few supernovae faint against their host, and these are what networks call galaxies.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupernovaHosts {
    /// Share of the supernovae that lie in a galaxy.
    pub share: f64,
    /// Share of these whose galaxy follows from `contrast`; the others are drawn from `magnitudes.host`.
    pub contrast_share: f64,
    /// Light of the supernova at its maximum over that of its galaxy, both within a circle about the supernova as
    /// wide as the seeing.
    pub contrast: Distribution,
    /// Share of the candidates of class galaxy that are drawn as these hosts are, with no supernova in them. Without
    /// them a network learns that bright galaxies are hosts, and calls a supernova what has none.
    #[serde(default)]
    pub galaxies_alike: f64,
}

canonical_record!(SupernovaHosts, "SupernovaHosts" {
    "share": share,
    "contrast_share": contrast_share,
    "contrast": contrast,
    "galaxies_alike": galaxies_alike,
});
