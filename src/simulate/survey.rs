//! A survey: how its telescope, site and schedule make images. Read from TOML.

use std::path::PathBuf;

use serde::Deserialize;

use super::{
    Distribution, Random, survey_check, survey_hosts::SupernovaHosts, survey_triplet::TripletModel,
};
use crate::domain::{
    Band, Detector,
    canonical::{Canonical, canonical_record, record},
};

/// A survey. The guide's page about simulation explains every field.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Survey {
    /// What people call it.
    pub title: String,
    /// Where its numbers come from.
    pub source: String,
    /// Side of a stamp, pixels; odd.
    pub stamp_side_px: usize,
    /// Camera.
    pub detector: DetectorModel,
    /// Filters, with the conditions that depend on them.
    pub bands: Vec<BandModel>,
    /// When it looks.
    pub cadence: Cadence,
    /// Seeing and airmass.
    pub site: Site,
    /// Shape of a point source.
    pub psf: PsfModel,
    /// Magnitudes of the targets, first band.
    pub magnitudes: Magnitudes,
    /// Other stars in the image.
    #[serde(default)]
    pub neighbours: Neighbours,
    /// The deep stack that is subtracted.
    pub reference: ReferenceModel,
    /// How well it is subtracted.
    pub subtraction: SubtractionModel,
    /// What concerns triplets of real and bogus detections alone.
    #[serde(default)]
    pub triplets: TripletModel,
    /// A CSV of real visits in the layout of `observing_conditions_*.csv`, used in place of
    /// cadence, site, sky and zero points. Relative to the survey's file.
    pub visits_table: Option<PathBuf>,
}

/// The camera. Each candidate lies on a CCD of its own.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DetectorModel {
    /// Side of a pixel, arcseconds.
    pub pixel_scale_arcsec: f64,
    /// Electrons for one ADU.
    pub gain_e_per_adu: Distribution,
    /// Noise of reading, electrons.
    pub read_noise_e: Distribution,
    /// Counts at which a pixel saturates, ADU.
    pub saturation_adu: Distribution,
    /// True where pixels are whole ADU.
    pub is_quantised: bool,
}

/// One filter.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BandModel {
    /// Name: u, g, r, i, z or y.
    pub name: String,
    /// Share of the visits; the shares of all bands need not sum to 1.
    pub share: f64,
    /// Exposure time, seconds.
    pub exposure_s: f64,
    /// Magnitude of a source of one ADU a second, extinction included.
    pub zero_point: Distribution,
    /// Sky background, ADU a pixel in one exposure.
    pub sky_adu: Distribution,
}

/// The schedule of a field.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cadence {
    /// MJD of the first night.
    pub first_mjd: Distribution,
    /// Visits of a field in all, before any is lost.
    pub visits: Distribution,
    /// Visits a night.
    pub visits_a_night: Distribution,
    /// Days from one night with visits to the next.
    pub nights_apart_days: Distribution,
    /// Days from one visit of a night to the next.
    pub visits_apart_days: Distribution,
    /// Most visits of a sequence.
    pub most_visits: usize,
    /// Where losses would leave fewer visits than this, none is lost.
    #[serde(default = "one_visit")]
    pub least_visits: usize,
    /// Share of the visits that are lost, drawn for each sequence.
    #[serde(default = "no_loss")]
    pub dropout: Distribution,
    /// Share of the sequences that begin up to seven visits late.
    #[serde(default)]
    pub late_start_share: f64,
    /// Share of the sequences of real fields whose conditions, not whose times, come visit by visit
    /// from another field, so that a field cannot be told by them.
    #[serde(default = "usual_borrowed_share")]
    pub borrowed_share: f64,
}

const fn usual_borrowed_share() -> f64 {
    0.3
}

const fn one_visit() -> usize {
    1
}

const fn no_loss() -> Distribution {
    Distribution::Constant(0.0)
}

/// The site.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// Full width at half maximum of point sources, arcseconds.
    pub seeing_arcsec: Distribution,
    /// Airmass.
    pub airmass: Distribution,
    /// How alike the seeing and the sky of one night's visits are, 0 to 1.
    pub night_correlation: f64,
}

/// The point-spread function without templates: a Moffat profile.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PsfModel {
    /// Moffat's exponent; large is Gaussian.
    pub moffat_beta: Distribution,
    /// 1 − minor / major axis.
    pub ellipticity: Distribution,
    /// Full width at half maximum in the image for what the survey reports as its seeing: 1
    /// where they are the same.
    #[serde(default = "as_reported")]
    pub width_factor: f64,
    /// Where a target lies in its pixel: offsets are drawn to ± this, pixels.
    pub centroid_jitter_px: f64,
    /// Share of the supernovae, galaxies and asteroids whose images were resampled to a common
    /// grid, which keeps the target in its place and correlates the noise of near pixels.
    pub resampled_share: f64,
    /// The same for stars: pipelines cut them out in other ways. As above where it is missing.
    pub resampled_share_of_stars: Option<f64>,
}

const fn as_reported() -> f64 {
    1.0
}

/// Magnitudes of the targets in the survey's first band.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Magnitudes {
    /// Mean magnitude of non-variable and variable stars alike.
    pub star: Distribution,
    /// Peak magnitude of supernovae.
    pub supernova_peak: Distribution,
    /// Galaxies.
    pub galaxy: Distribution,
    /// Hosts of supernovae.
    pub host: Distribution,
    /// Asteroids.
    pub asteroid: Distribution,
    /// How often supernovae lie in galaxies, and how bright they are against them.
    pub supernova_hosts: Option<SupernovaHosts>,
}

/// Stars beside the target, of constant light.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Neighbours {
    /// Share of the sequences with any.
    pub share: f64,
    /// How many there are then.
    pub number: Distribution,
    /// Their magnitudes in the first band.
    pub magnitude: Distribution,
}

impl Default for Neighbours {
    /// None.
    fn default() -> Self {
        Self {
            share: 0.0,
            number: Distribution::Constant(1.0),
            magnitude: Distribution::Constant(21.0),
        }
    }
}

/// The deep stack.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReferenceModel {
    /// Exposures in the stack.
    pub exposures: Distribution,
    /// Its seeing in units of the median seeing.
    pub seeing_factor: Distribution,
}

/// Errors of registration and of matching the point-spread functions; mean 0.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubtractionModel {
    /// Standard deviation of the shift along each axis, pixels.
    pub shift_px: f64,
    /// Relative standard deviation of the matched width.
    pub width: f64,
    /// Standard deviation of the matched ellipticity.
    pub ellipticity: f64,
    /// Relative standard deviation of the matched flux.
    pub flux: f64,
    /// Share of the differences with a background gradient.
    pub gradient_share: f64,
    /// Share of the differences of triplets that went worse than usual, of real and bogus alike.
    #[serde(default)]
    pub poor_share: f64,
    /// How much worse at most: their errors are log-uniformly up to so many times as large.
    #[serde(default = "no_worse")]
    pub poor_factor: f64,
}

const fn no_worse() -> f64 {
    1.0
}

// How surveys are written for their fingerprint: manifests hold it, and candidates are called by it.

canonical_record!(Survey, "Survey" {
    "title": title,
    "source": source,
    "stamp_side_px": stamp_side_px,
    "detector": detector,
    "bands": bands,
    "cadence": cadence,
    "site": site,
    "psf": psf,
    "magnitudes": magnitudes,
    "neighbours": neighbours,
    "reference": reference,
    "subtraction": subtraction,
    "triplets": triplets,
    "visits_table": visits_table,
});

canonical_record!(DetectorModel, "DetectorModel" {
    "pixel_scale_arcsec": pixel_scale_arcsec,
    "gain_e_per_adu": gain_e_per_adu,
    "read_noise_e": read_noise_e,
    "saturation_adu": saturation_adu,
    "is_quantised": is_quantised,
});

canonical_record!(BandModel, "BandModel" {
    "name": name,
    "share": share,
    "exposure_s": exposure_s,
    "zero_point": zero_point,
    "sky_adu": sky_adu,
});

canonical_record!(Cadence, "Cadence" {
    "first_mjd": first_mjd,
    "visits": visits,
    "visits_a_night": visits_a_night,
    "nights_apart_days": nights_apart_days,
    "visits_apart_days": visits_apart_days,
    "most_visits": most_visits,
    "least_visits": least_visits,
    "dropout": dropout,
    "late_start_share": late_start_share,
    "borrowed_share": borrowed_share,
});

canonical_record!(Site, "Site" {
    "seeing_arcsec": seeing_arcsec,
    "airmass": airmass,
    "night_correlation": night_correlation,
});

canonical_record!(PsfModel, "PsfModel" {
    "moffat_beta": moffat_beta,
    "ellipticity": ellipticity,
    "width_factor": width_factor,
    "centroid_jitter_px": centroid_jitter_px,
    "resampled_share": resampled_share,
    "resampled_share_of_stars": resampled_share_of_stars,
});

impl Canonical for Magnitudes {
    /// Hosts by contrast are written only where there are any, so that surveys without are called as before.
    fn write(&self, text: &mut String) {
        let mut fields: Vec<(&str, &dyn Canonical)> = vec![
            ("star", &self.star),
            ("supernova_peak", &self.supernova_peak),
            ("galaxy", &self.galaxy),
            ("host", &self.host),
            ("asteroid", &self.asteroid),
        ];
        if let Some(hosts) = &self.supernova_hosts {
            fields.push(("supernova_hosts", hosts));
        }
        record(text, "Magnitudes", &fields);
    }
}

canonical_record!(Neighbours, "Neighbours" {
    "share": share,
    "number": number,
    "magnitude": magnitude,
});

canonical_record!(ReferenceModel, "ReferenceModel" {
    "exposures": exposures,
    "seeing_factor": seeing_factor,
});

canonical_record!(SubtractionModel, "SubtractionModel" {
    "shift_px": shift_px,
    "width": width,
    "ellipticity": ellipticity,
    "flux": flux,
    "gradient_share": gradient_share,
    "poor_share": poor_share,
    "poor_factor": poor_factor,
});

impl Survey {
    /// Why nothing can be simulated with it.
    ///
    /// # Errors
    /// A sentence naming the field, its value and what is allowed.
    pub fn check(&self) -> Result<(), String> {
        survey_check::check(self)?;
        self.triplets.check()
    }

    /// The filter in which magnitudes are drawn: the first.
    pub fn first_band(&self) -> Band {
        self.bands.first().map_or(Band::R, BandModel::band)
    }
}

impl BandModel {
    /// The filter.
    pub fn band(&self) -> Band {
        Band::from_name(&self.name).unwrap_or_else(|| Band::Other(self.name.as_str().into()))
    }
}

impl DetectorModel {
    /// A CCD of the camera.
    pub fn draw(&self, random: &mut Random) -> Detector {
        let mut detector = Detector {
            pixel_scale_arcsec: self.pixel_scale_arcsec as f32,
            gain_e_per_adu: self.gain_e_per_adu.draw(random) as f32,
            read_noise_e: self.read_noise_e.draw(random) as f32,
            saturation_adu: self.saturation_adu.draw(random) as f32,
        };
        if self.is_quantised {
            // A pixel of whole counts cannot hold a part of one.
            detector.saturation_adu = detector.saturation_adu.floor();
        }
        detector
    }
}
