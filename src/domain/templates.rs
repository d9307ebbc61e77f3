//! Templates from outside: point-spread functions, light curves and observing conditions.

use std::sync::Arc;

use super::{Band, FieldVisits};

/// Everything that a folder of templates holds; each list may be empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Templates {
    /// Point-spread functions.
    pub psfs: Vec<PsfTemplate>,
    pub supernovae: Vec<SupernovaTemplate>,
    /// Eclipsing binaries: magnitude above the one out of eclipse, against phase.
    pub eclipsing_binaries: Vec<PhaseCurve>,
    /// RR Lyrae stars: 0 at maximum and 1 at minimum light, against phase.
    pub rr_lyrae: Vec<PhaseCurve>,
    /// Times and conditions of real fields.
    pub fields: Vec<FieldVisits>,
}

/// An empirical point-spread function.
#[derive(Clone, Debug, PartialEq)]
pub struct PsfTemplate {
    /// Width and height, pixels.
    pub side: usize,
    /// Pixels (y, x) of unit sum.
    pub pixels: Arc<[f32]>,
    /// Full width at half maximum, arcseconds.
    pub seeing_arcsec: f32,
    /// Centre, pixels from the centre of the first one: (x, y).
    pub center_px: [f32; 2],
}

/// A periodic light curve.
#[derive(Clone, Debug, PartialEq)]
pub struct PhaseCurve {
    /// Kind: `RRab`, `contact`, …
    pub kind: String,
    /// Period, days, where the template has one of its own.
    pub period_days: Option<f64>,
    /// Phases, ascending, covering one cycle with both ends.
    pub phases: Arc<[f64]>,
    pub values: Vec<f32>,
}

/// A supernova's flux against time in some bands.
#[derive(Clone, Debug, PartialEq)]
pub struct SupernovaTemplate {
    /// Name; type Ia starts with `Ia`.
    pub model: String,
    pub redshift: f64,
    /// Days in the observer's frame from the maximum in r, ascending.
    pub phases_days: Arc<[f64]>,
    /// Bands and flux relative to the maximum in r, one value for each phase.
    pub flux: Vec<(Band, Vec<f32>)>,
}
