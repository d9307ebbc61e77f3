//! How epochs are measured, and what comes of it.

use serde::{Deserialize, Serialize};

use crate::{
    domain::{Problem, Role},
    imaging::photometry::{Brightness, Measured, Method},
};

/// How epochs are measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhotometryOrder {
    pub method: Method,
    pub on: Role,
    /// Radius of mask or aperture; none for the usual one of the method.
    pub radius_arcsec: Option<f64>,
    /// True measures bright sources at the centroid of their light where the data give none.
    pub recenters: bool,
}

impl Default for PhotometryOrder {
    fn default() -> Self {
        Self {
            method: Method::Optimal,
            on: Role::Science,
            radius_arcsec: None,
            recenters: true,
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct CandidatePhotometry {
    /// The epochs that could be measured, in the order of the candidate.
    pub epochs: Vec<EpochPhotometry>,
    /// Why others could not.
    pub problems: Vec<Problem>,
}

impl CandidatePhotometry {
    /// Epochs without a magnitude for want of a zero point.
    pub fn uncalibrated(&self) -> usize {
        let epochs = self.epochs.iter();
        epochs.filter(|epoch| epoch.brightness.is_none()).count()
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct EpochPhotometry {
    /// The epoch, from 0.
    pub epoch: usize,
    /// Its flux; a brightening is positive where the sign of a difference is known.
    pub measured: Measured,
    /// Its magnitude; none without a zero point.
    pub brightness: Option<Brightness>,
    /// Unit of the flux as the file has it.
    pub unit: Option<std::sync::Arc<str>>,
}
