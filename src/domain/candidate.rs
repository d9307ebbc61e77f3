//! A candidate: one object of the sky with its epochs in time order.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Band, Fields, Mjd, Part, Role, Source, StampId};

/// Which image was subtracted from which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum DifferenceSign {
    /// Science minus reference: a brightening is positive.
    ScienceMinusReference,
    /// Reference minus science, as ZTF does for `isdiffpos = f`: a fading is positive.
    ReferenceMinusScience,
    /// The data do not say.
    #[default]
    Unknown,
}

impl DifferenceSign {
    /// True where the pixels of a role have the opposite sign of science minus reference.
    pub fn is_turned_in(self, role: Role) -> bool {
        role.is_signed() && self == Self::ReferenceMinusScience
    }
}

/// Where the pixels of one stamp lie. Decoded on demand by `io`.
#[derive(Clone, Debug, PartialEq)]
pub struct StampRef {
    /// The stamp's name within the opened set.
    pub id: StampId,
    /// What it shows.
    pub role: Role,
    /// The file it lies in.
    pub source: Arc<Source>,
    /// Which part of that file.
    pub part: Part,
}

/// One visit of one candidate.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Epoch {
    /// The survey's identifier of this detection (ZTF `candid`, Rubin `diaSourceId`), exact.
    pub candid: Option<Arc<str>>,
    /// Time of the exposure.
    pub mjd: Option<Mjd>,
    /// Filter.
    pub band: Option<Band>,
    /// Magnitude, in the system of the data.
    pub mag: Option<f32>,
    /// Its standard deviation.
    pub mag_err: Option<f32>,
    /// Limiting magnitude of the exposure (5 sigma).
    pub limiting_mag: Option<f32>,
    /// Full width at half maximum of the point-spread function, arcseconds.
    pub seeing_arcsec: Option<f32>,
    /// Which image was subtracted from which.
    pub difference_sign: DifferenceSign,
    /// The stamps, one per role at most, in role order.
    pub stamps: Vec<StampRef>,
    /// Everything else the file says of this epoch.
    pub fields: Fields,
}

impl Epoch {
    /// The stamp of that role.
    pub fn stamp(&self, role: Role) -> Option<&StampRef> {
        self.stamps.iter().find(|stamp| stamp.role == role)
    }
}

/// A measurement without images: an earlier detection or an upper limit.
#[derive(Clone, Debug, PartialEq)]
pub struct Photometry {
    /// Time.
    pub mjd: Mjd,
    /// Filter.
    pub band: Option<Band>,
    /// Magnitude; for an upper limit the limiting magnitude.
    pub mag: f32,
    /// Standard deviation; none for an upper limit.
    pub mag_err: Option<f32>,
    /// True where nothing was detected down to `mag`.
    pub is_upper_limit: bool,
}

/// One object with all its epochs, in time order (epochs without time last).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Candidate {
    /// The identifier the data give it (`objectId`, `OBJECT`, a file's stem), exact.
    pub id: Arc<str>,
    /// Its visits.
    pub epochs: Vec<Epoch>,
    /// Detections and upper limits without images, in time order.
    pub history: Vec<Photometry>,
    /// Right ascension and declination in degrees (J2000).
    pub position_deg: Option<[f64; 2]>,
    /// A class written in the data (`CLASS` header): offered as truth, never taken as a label.
    pub truth: Option<Arc<str>>,
    /// Everything else the files say of the object.
    pub fields: Fields,
}

impl Candidate {
    /// The roles any of its epochs has, in role order.
    pub fn roles(&self) -> Vec<Role> {
        Role::ALL
            .into_iter()
            .filter(|role| self.epochs.iter().any(|epoch| epoch.stamp(*role).is_some()))
            .collect()
    }

    /// The epoch to look at first, from 0: the brightest with stamps, else the first.
    pub fn first_look(&self) -> usize {
        let magnitude = |epoch: &Epoch| epoch.mag.filter(|mag| mag.is_finite());
        let epochs = self.epochs.iter().enumerate();
        let brightest = epochs
            .filter(|(_, epoch)| !epoch.stamps.is_empty())
            .filter_map(|(at, epoch)| Some((at, magnitude(epoch)?)))
            .min_by(|a, b| a.1.total_cmp(&b.1));
        brightest.map_or(0, |(at, _)| at)
    }

    /// Brings epochs and history into time order; the sort is stable.
    pub fn sort_by_time(&mut self) {
        self.epochs.sort_by(|a, b| match (a.mjd, b.mjd) {
            (Some(a), Some(b)) => a.days().total_cmp(&b.days()),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (None, None) => std::cmp::Ordering::Equal,
        });
        self.history
            .sort_by(|a, b| a.mjd.days().total_cmp(&b.mjd.days()));
    }
}
