//! A survey: how its telescope, site and schedule make images. Read from TOML.

use std::path::PathBuf;

use serde::Deserialize;

use super::{Distribution, SimulationError, survey_triplet::TripletModel};

/// Surveys that come with the program: name and text.
const BUILT_IN: [(&str, &str); 2] = [
    (
        "hits2015",
        include_str!("../../assets/surveys/hits2015.toml"),
    ),
    ("mixed", include_str!("../../assets/surveys/mixed.toml")),
];

/// A survey. The README explains every field.
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
    /// Nights with visits.
    pub nights: Distribution,
    /// Days from one such night to the next.
    pub nights_apart_days: Distribution,
    /// Visits a night.
    pub visits_a_night: Distribution,
    /// Days from one visit of a night to the next.
    pub visits_apart_days: Distribution,
    /// Most visits of a sequence.
    pub most_visits: usize,
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
    /// Where a target lies in its pixel: offsets are drawn to ± this, pixels.
    pub centroid_jitter_px: f64,
    /// Share of the epochs whose images were resampled to a common grid, which correlates the
    /// noise of neighbouring pixels.
    pub resampled_share: f64,
}

/// The magnitudes of stars.
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
}

impl Survey {
    /// Names of the surveys that come with the program.
    pub fn built_in_names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    /// A survey that comes with the program.
    ///
    /// # Errors
    /// Where there is none of that name.
    pub fn built_in(name: &str) -> Result<Self, SimulationError> {
        let mut known = BUILT_IN.iter();
        let Some((name, text)) = known.find(|(known, _)| known.eq_ignore_ascii_case(name)) else {
            return Err(SimulationError::UnknownSurvey {
                name: name.into(),
                known: Self::built_in_names().collect::<Vec<_>>().join(", "),
            });
        };
        Self::from_toml(name, text)
    }

    /// Reads a survey; `name` is its file or name, for errors.
    ///
    /// # Errors
    /// Where the text is no survey, or a value is impossible.
    pub fn from_toml(name: &str, text: &str) -> Result<Self, SimulationError> {
        let fault = |why: String| SimulationError::Survey {
            survey: name.into(),
            why,
        };
        let survey: Self = toml::from_str(text).map_err(|error| fault(error.to_string()))?;
        survey.check().map_err(fault)?;
        Ok(survey)
    }

    /// Why nothing can be simulated with it.
    ///
    /// # Errors
    /// A sentence naming the field and its value.
    pub fn check(&self) -> Result<(), String> {
        if self.stamp_side_px < 11 || self.stamp_side_px > 255 || self.stamp_side_px % 2 == 0 {
            return Err(format!(
                "stamp_side_px is {}: it must be odd, from 11 to 255",
                self.stamp_side_px
            ));
        }
        if self.bands.is_empty() {
            return Err("there is no band".into());
        }
        self.triplets.check()
    }
}
