//! A candidate: one object of the sky with its epochs in time order.

use std::{cmp::Ordering, collections::HashMap, path::Path, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{Band, Fields, Mjd, Part, Role, Source, StampId, fnv};

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
    pub role: Role,
    /// The file it lies in.
    pub source: Arc<Source>,
    /// Which part of that file.
    pub part: Part,
}

/// Rubin's field for a source that is fainter than in the reference: 1, or 0.
pub const IS_NEGATIVE: &str = "isNegative";

/// One visit of one candidate.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Epoch {
    /// The survey's identifier of this detection (ZTF `candid`, Rubin `diaSourceId`), exact.
    pub candid: Option<Arc<str>>,
    /// Time of the exposure.
    pub mjd: Option<Mjd>,
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
    pub fn stamp(&self, role: Role) -> Option<&StampRef> {
        self.stamps.iter().find(|stamp| stamp.role == role)
    }

    /// True where the source has become fainter than in the reference (Rubin's `isNegative`): the data turn the difference for it, or
    /// its flux is negative. None where neither is known.
    pub fn is_negative(&self) -> Option<bool> {
        let flux = ["psfFlux", "psFlux"]
            .into_iter()
            .find_map(|name| self.fields.number(name));
        let given = self.fields.number(IS_NEGATIVE).map(|is| is != 0.0);
        let of_flux = given.or_else(|| flux.map(|flux| flux < 0.0));
        let is_turned = self.difference_sign == DifferenceSign::ReferenceMinusScience;
        let is_known = of_flux.is_some() || self.difference_sign != DifferenceSign::Unknown;
        is_known.then(|| is_turned || of_flux == Some(true))
    }

    /// True where its magnitude is that of what is left in the difference, as ZTF's `magpsf` and Rubin's `psfFlux` are: of a variable source it
    /// is not how bright that is.
    pub fn is_mag_of_difference(&self) -> bool {
        let names = ["magpsf", "psfFlux", "psFlux"];
        names.iter().any(|name| self.fields.number(name).is_some())
    }

    /// True where it is known to have become fainter.
    pub fn is_fading(&self) -> bool {
        self.is_negative() == Some(true)
    }

    /// A text that names this epoch among those of its candidate, the same whenever and from
    /// wherever the data are opened: scores are kept under it.
    ///
    /// It is the survey's identifier where there is one. Otherwise it is made of the time, to the
    /// last digit, and of the place of the first stamp: its file with the folder that it lies in,
    /// and the part of that file; `mjd 59000.25 S01/science.fits 0.3` is the fourth plane of the
    /// primary HDU. Folders above do not count, so that a set may be moved.
    pub fn key(&self) -> String {
        if let Some(candid) = &self.candid {
            return candid.to_string();
        }
        let mjd = self.mjd.map(|mjd| format!("mjd {}", mjd.days()));
        let place = self.stamps.first().map(|stamp| {
            let path = &stamp.source.path;
            let folder = path.parent().and_then(Path::file_name);
            let names = folder.into_iter().chain(path.file_name());
            let names: Vec<_> = names.map(|name| name.to_string_lossy()).collect();
            format!("{} {}", names.join("/"), stamp.part)
        });
        let parts: Vec<String> = mjd.into_iter().chain(place).collect();
        if parts.is_empty() {
            "?".into()
        } else {
            parts.join(" ")
        }
    }
}

/// A measurement without images: an earlier detection or an upper limit.
#[derive(Clone, Debug, PartialEq)]
pub struct Photometry {
    pub mjd: Mjd,
    pub band: Option<Band>,
    /// Magnitude; for an upper limit the limiting magnitude.
    pub mag: f32,
    /// Standard deviation; none for an upper limit.
    pub mag_err: Option<f32>,
    /// True where nothing was detected down to `mag`.
    pub is_upper_limit: bool,
    /// True where the source was fainter than in the reference: `mag` is that of the flux that was missing.
    pub is_fading: bool,
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
    /// What tables say of it that were joined to the set, under `table.column`.
    pub joined: Fields,
}

impl Candidate {
    /// [`Epoch::key`] of every epoch. Epochs that nothing tells apart are numbered from the second on.
    pub fn epoch_keys(&self) -> Vec<Arc<str>> {
        let mut seen: HashMap<String, usize> = HashMap::new();
        let key = |epoch: &Epoch| -> Arc<str> {
            let key = epoch.key();
            let count = seen.entry(key.clone()).or_default();
            *count += 1;
            match *count {
                1 => key.into(),
                count => format!("{key} ({count})").into(),
            }
        };
        self.epochs.iter().map(key).collect()
    }

    /// The same for models that look back: each but the first names the epochs before it too, so that
    /// what a model said after some epochs is not taken for what it would say after others.
    pub fn history_keys(&self) -> Vec<Arc<str>> {
        let mut before = fnv::FNV_START;
        let keys = self.epoch_keys().into_iter().enumerate();
        keys.map(|(at, key)| {
            let own: Arc<str> = match at {
                0 => key.clone(),
                _ => format!("{key} after {before:016x}").into(),
            };
            before = fnv::fnv1a(before, key.bytes().chain([0]));
            own
        })
        .collect()
    }

    /// The roles any of its epochs has, in role order.
    pub fn roles(&self) -> Vec<Role> {
        Role::ALL
            .into_iter()
            .filter(|role| self.epochs.iter().any(|epoch| epoch.stamp(*role).is_some()))
            .collect()
    }

    /// The epoch that goes by that name, from 0: its `candid`, else its number from 1.
    pub fn epoch_named(&self, name: &str) -> Option<usize> {
        let mut epochs = self.epochs.iter();
        let found = epochs.position(|epoch| epoch.candid.as_deref() == Some(name));
        let number = || name.parse::<usize>().ok()?.checked_sub(1);
        found.or_else(number).filter(|at| *at < self.epochs.len())
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
        self.epochs.sort_by(by_time);
        self.history
            .sort_by(|a, b| a.mjd.utc_days().total_cmp(&b.mjd.utc_days()));
    }
}

/// The order of epochs: by time, those without time last.
pub(super) fn by_time(a: &Epoch, b: &Epoch) -> Ordering {
    match (a.mjd, b.mjd) {
        (Some(a), Some(b)) => a.utc_days().total_cmp(&b.utc_days()),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_negative_by_its_flux_or_by_a_turned_difference() {
        use DifferenceSign::{ReferenceMinusScience, ScienceMinusReference, Unknown};
        for (difference_sign, field, expected) in [
            (Unknown, None, None),
            (ScienceMinusReference, None, Some(false)),
            (ReferenceMinusScience, None, Some(true)),
            (ScienceMinusReference, Some(("psfFlux", -3.0)), Some(true)),
            (Unknown, Some(("psfFlux", 3.0)), Some(false)),
            (ScienceMinusReference, Some((IS_NEGATIVE, 1.0)), Some(true)),
        ] {
            let names: Vec<Arc<str>> = field.iter().map(|(name, _)| (*name).into()).collect();
            let numbers = field.iter().map(|(_, number)| *number).collect();
            let epoch = Epoch {
                difference_sign,
                fields: Fields::new(names.into(), numbers, Vec::new()),
                ..Epoch::default()
            };
            assert_eq!(
                epoch.is_negative(),
                expected,
                "{difference_sign:?} {field:?}"
            );
        }
    }
    use crate::domain::SourceKind;

    fn stamp(path: &str, part: Part) -> StampRef {
        StampRef {
            id: StampId(1),
            role: Role::Science,
            source: Arc::new(Source {
                path: Path::new(path).into(),
                kind: SourceKind::Fits,
            }),
            part,
        }
    }

    // Projects hold such texts: they must stay what they are.
    #[test]
    fn an_epoch_is_named_by_candid_else_by_time_and_place() {
        let plane = Part::Hdu {
            hdu: 0,
            plane: Some(3),
        };
        let mut epoch = Epoch {
            candid: Some("472263571115115000".into()),
            mjd: Mjd::new(59_000.123_456_789_01),
            stamps: vec![stamp("/data/night/S01/science.fits", plane)],
            ..Epoch::default()
        };
        assert_eq!(epoch.key(), "472263571115115000");
        epoch.candid = None;
        let key = "mjd 59000.12345678901 S01/science.fits 0.3";
        assert_eq!(epoch.key(), key);
        epoch.stamps = vec![stamp("/moved/S01/science.fits", plane)];
        assert_eq!(epoch.key(), key);
        epoch.mjd = None;
        let packet = Part::Cutout {
            at_byte: 512,
            len: 40,
            record: 2,
        };
        epoch.stamps = vec![stamp("night.tar", packet)];
        assert_eq!(epoch.key(), "night.tar 512.2");
        assert_eq!(Epoch::default().key(), "?");
    }

    #[test]
    fn keys_of_models_that_look_back_change_with_what_came_before() {
        let of = |days: &[f64]| {
            let epoch = |mjd: &f64| Epoch {
                mjd: Mjd::new(*mjd),
                ..Epoch::default()
            };
            let candidate = Candidate {
                epochs: days.iter().map(epoch).collect(),
                ..Candidate::default()
            };
            candidate.history_keys()
        };
        let all = of(&[1.0, 2.0, 3.0]);
        assert_eq!(of(&[1.0, 2.0]), all[..2]);
        let kept = [
            "mjd 1",
            "mjd 2 after b669aa61087167eb",
            "mjd 3 after c9733378fe168d4e",
        ];
        // Projects hold such texts: they must stay what they are.
        assert!(all.iter().map(|key| &**key).eq(kept));
        let without_the_second = of(&[1.0, 3.0]);
        assert_eq!(without_the_second[0], all[0]);
        assert!(!all.contains(&without_the_second[1]));
    }

    #[test]
    fn epochs_that_nothing_tells_apart_are_numbered() {
        let epoch = |mjd: f64| Epoch {
            mjd: Mjd::new(mjd),
            ..Epoch::default()
        };
        let candidate = Candidate {
            epochs: vec![epoch(1.0), epoch(1.0), epoch(2.0)],
            ..Candidate::default()
        };
        let keys = candidate.epoch_keys();
        let keys: Vec<&str> = keys.iter().map(|key| &**key).collect();
        assert_eq!(keys, ["mjd 1", "mjd 1 (2)", "mjd 2"]);
    }
}
