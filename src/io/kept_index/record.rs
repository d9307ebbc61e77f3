//! What came of reading a file, as it is kept: candidates before the rules of objects, problems, counts.
//!
//! Paths are kept as numbers of the unit's files, numbers of stamps as distances from the unit's first one, names of
//! fields as numbers of one table for all: a set that goes by another path, or after another set, is the same.

use std::{
    cell::RefCell,
    ffi::OsString,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use super::names::Names;
use crate::{
    domain::{
        self, Band, Candidate, DifferenceSign, Epoch, Fields, Mjd, Photometry, Problem, Role,
        Source, SourceKind, StampId, StampRef, TimeScale,
    },
    io::scan::{
        identity::{By, Part, Place},
        rules::Rule,
    },
};

/// One thing that came of reading a unit, in the order in which it came.
#[derive(Debug, Serialize, Deserialize)]
pub enum Record<'a> {
    /// A candidate that no rule is asked about.
    Candidate(#[serde(borrow)] CandidateRecord<'a>),
    /// A part of an object, for the rules.
    Part(#[serde(borrow)] PartRecord<'a>),
    /// A line of *Problems*.
    Problem(#[serde(borrow)] ProblemRecord<'a>),
    /// A rule was applied so often.
    Count(Rule, u64),
    /// The rules are asked about all parts so far.
    Decide,
    /// The file of that number holds arrays, which are looked at with those beside it.
    Arrays(u32),
}

/// A path or text that begins with the path of a file of the unit.
#[derive(Debug, Serialize, Deserialize)]
pub struct Within<'a> {
    /// The number of the file; none where the text does not begin with one.
    file: Option<u32>,
    /// What follows.
    rest: &'a str,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct PartRecord<'a> {
    #[serde(borrow)]
    candidate: CandidateRecord<'a>,
    #[serde(borrow)]
    path: Within<'a>,
    by: By,
    place: Option<Place>,
    own_name: &'a str,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct ProblemRecord<'a> {
    #[serde(borrow)]
    path: Within<'a>,
    what: &'a str,
    why: &'a str,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct CandidateRecord<'a> {
    id: &'a str,
    #[serde(borrow)]
    epochs: Vec<EpochRecord<'a>>,
    history: Vec<PhotometryRecord>,
    position_deg: Option<[f64; 2]>,
    #[serde(borrow)]
    truth: Option<&'a str>,
    #[serde(borrow)]
    fields: FieldsRecord<'a>,
}

#[derive(Debug, Serialize, Deserialize)]
struct EpochRecord<'a> {
    #[serde(borrow)]
    candid: Option<&'a str>,
    mjd: Option<Time>,
    band: Option<Band>,
    /// Magnitude, its error, limiting magnitude, seeing in arcseconds.
    numbers: [Option<f32>; 4],
    difference_sign: DifferenceSign,
    stamps: Vec<StampRecord>,
    #[serde(borrow)]
    fields: FieldsRecord<'a>,
}

/// Days and their scale.
type Time = (f64, TimeScale);

#[derive(Debug, Serialize, Deserialize)]
struct PhotometryRecord {
    mjd: Time,
    band: Option<Band>,
    mag: f32,
    mag_err: Option<f32>,
    is_upper_limit: bool,
    is_fading: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct StampRecord {
    /// Its number, from the unit's first one on.
    id: u32,
    role: Role,
    file: u32,
    kind: SourceKind,
    part: domain::Part,
}

#[derive(Debug, Serialize, Deserialize)]
struct FieldsRecord<'a> {
    /// Which list of names.
    list: u32,
    /// Little-endian doubles.
    #[serde(borrow, with = "serde_bytes")]
    numbers: std::borrow::Cow<'a, [u8]>,
    /// Name and text.
    #[serde(borrow)]
    texts: Vec<(u32, &'a str)>,
}

/// A unit that is being recorded, or given again.
#[derive(Debug)]
pub struct UnitPlace {
    /// Its files, as they were given.
    files: Vec<PathBuf>,
    /// The first number of its stamps.
    first_id: u32,
    /// Where its stamps lie.
    sources: RefCell<Vec<(Arc<Source>, u32)>>,
}

impl UnitPlace {
    pub fn new(files: Vec<PathBuf>, first_id: StampId) -> Self {
        Self {
            files,
            first_id: first_id.0,
            sources: RefCell::default(),
        }
    }

    pub const fn first_id(&self) -> u32 {
        self.first_id
    }

    pub fn file(&self, number: u32) -> Option<&Path> {
        self.files.get(number as usize).map(PathBuf::as_path)
    }

    pub fn number_of(&self, path: &Path) -> Option<u32> {
        let at = self.files.iter().position(|file| file == path)?;
        u32::try_from(at).ok()
    }

    fn number_of_source(&self, source: &Arc<Source>) -> Option<u32> {
        let mut known = self.sources.borrow_mut();
        if let Some((_, number)) = known.iter().find(|(known, _)| Arc::ptr_eq(known, source)) {
            return Some(*number);
        }
        let number = self.number_of(&source.path)?;
        known.push((source.clone(), number));
        Some(number)
    }

    fn source(&self, number: u32, kind: SourceKind) -> Option<Arc<Source>> {
        let mut known = self.sources.borrow_mut();
        let is_it = |(source, at): &&(Arc<Source>, u32)| *at == number && source.kind == kind;
        if let Some((source, _)) = known.iter().find(is_it) {
            return Some(source.clone());
        }
        let path = self.file(number)?.into();
        let source = Arc::new(Source { path, kind });
        known.push((source.clone(), number));
        Some(source)
    }

    /// None where a path is no text.
    fn path_within<'p>(&self, path: &'p Path) -> Option<Within<'p>> {
        let bytes = path.as_os_str().as_encoded_bytes();
        let rest_of = |file: &PathBuf| bytes.strip_prefix(file.as_os_str().as_encoded_bytes());
        let (number, rest) = self
            .files
            .iter()
            .enumerate()
            .find_map(|(at, file)| Some((at, rest_of(file)?)))?;
        Some(Within {
            file: u32::try_from(number).ok(),
            rest: std::str::from_utf8(rest).ok()?,
        })
    }

    fn path_of(&self, within: &Within<'_>) -> Option<PathBuf> {
        let mut path: OsString = self.file(within.file?)?.into();
        path.push(within.rest);
        Some(path.into())
    }

    fn text_within<'t>(&self, text: &'t str) -> Within<'t> {
        let rest_of = |file: &PathBuf| text.strip_prefix(&file.display().to_string());
        let mut files = (0..).zip(&self.files);
        let found = files.find_map(|(at, file)| Some((at, rest_of(file)?)));
        match found {
            Some((number, rest)) => Within {
                file: Some(number),
                rest,
            },
            None => Within {
                file: None,
                rest: text,
            },
        }
    }

    fn text_of(&self, within: &Within<'_>) -> Option<String> {
        let begin = match within.file {
            Some(number) => self.file(number)?.display().to_string(),
            None => String::new(),
        };
        Some(begin + within.rest)
    }

    /// True where a sentence names a file of the unit: it would be another sentence under another path.
    fn is_named_in(&self, text: &str) -> bool {
        let mut names = self.files.iter().map(|file| file.display().to_string());
        names.any(|name| text.contains(&name))
    }
}

/// A candidate as it is kept; none where it is not what the unit's files alone can give.
pub fn of_candidate<'c>(
    candidate: &'c Candidate,
    names: &mut Names,
    unit: &UnitPlace,
) -> Option<CandidateRecord<'c>> {
    let mut epochs = Vec::with_capacity(candidate.epochs.len());
    for epoch in &candidate.epochs {
        epochs.push(EpochRecord {
            candid: epoch.candid.as_deref(),
            mjd: epoch.mjd.map(time),
            band: epoch.band.clone(),
            numbers: [
                epoch.mag,
                epoch.mag_err,
                epoch.limiting_mag,
                epoch.seeing_arcsec,
            ],
            difference_sign: epoch.difference_sign,
            stamps: stamps(&epoch.stamps, unit)?,
            fields: of_fields(&epoch.fields, names),
        });
    }
    let history = candidate.history.iter().map(|point| PhotometryRecord {
        mjd: time(point.mjd),
        band: point.band.clone(),
        mag: point.mag,
        mag_err: point.mag_err,
        is_upper_limit: point.is_upper_limit,
        is_fading: point.is_fading,
    });
    Some(CandidateRecord {
        id: &candidate.id,
        epochs,
        history: history.collect(),
        position_deg: candidate.position_deg,
        truth: candidate.truth.as_deref(),
        fields: of_fields(&candidate.fields, names),
    })
}

/// The same of a part of an object.
pub fn of_part<'c>(part: &'c Part, names: &mut Names, unit: &UnitPlace) -> Option<PartRecord<'c>> {
    Some(PartRecord {
        candidate: of_candidate(&part.candidate, names, unit)?,
        path: unit.path_within(&part.path)?,
        by: part.by,
        place: part.place,
        own_name: &part.own_name,
    })
}

/// The same of a line of *Problems*.
pub fn of_problem<'p>(problem: &'p Problem, unit: &UnitPlace) -> Option<ProblemRecord<'p>> {
    let names_a_file = unit.is_named_in(&problem.what) || unit.is_named_in(&problem.why);
    (!names_a_file).then(|| ProblemRecord {
        path: unit.text_within(&problem.path),
        what: &problem.what,
        why: &problem.why,
    })
}

fn time(mjd: Mjd) -> Time {
    (mjd.days(), mjd.scale())
}

fn mjd((days, scale): Time) -> Mjd {
    Mjd::from(days).counted_in(scale)
}

fn stamps(stamps: &[StampRef], unit: &UnitPlace) -> Option<Vec<StampRecord>> {
    let record = |stamp: &StampRef| {
        Some(StampRecord {
            id: stamp.id.0.checked_sub(unit.first_id)?,
            role: stamp.role,
            file: unit.number_of_source(&stamp.source)?,
            kind: stamp.source.kind,
            part: stamp.part,
        })
    };
    stamps.iter().map(record).collect()
}

fn of_fields<'f>(fields: &'f Fields, names: &mut Names) -> FieldsRecord<'f> {
    let (list, numbers, texts) = fields.parts();
    FieldsRecord {
        list: names.number_of_list(list),
        numbers: numbers
            .iter()
            .flat_map(|number| number.to_le_bytes())
            .collect(),
        texts: texts
            .iter()
            .map(|(name, text)| (names.number_of(name), &**text))
            .collect(),
    }
}

impl CandidateRecord<'_> {
    /// What was recorded; none where it is damaged.
    pub fn candidate(self, names: &Names, unit: &UnitPlace) -> Option<Candidate> {
        let mut epochs = Vec::with_capacity(self.epochs.len());
        for epoch in self.epochs {
            let mut stamps = Vec::with_capacity(epoch.stamps.len());
            for stamp in epoch.stamps {
                stamps.push(StampRef {
                    id: StampId(unit.first_id.checked_add(stamp.id)?),
                    role: stamp.role,
                    source: unit.source(stamp.file, stamp.kind)?,
                    part: stamp.part,
                });
            }
            let [mag, mag_err, limiting_mag, seeing_arcsec] = epoch.numbers;
            epochs.push(Epoch {
                candid: epoch.candid.map(Arc::from),
                mjd: epoch.mjd.map(mjd),
                band: epoch.band,
                mag,
                mag_err,
                limiting_mag,
                seeing_arcsec,
                difference_sign: epoch.difference_sign,
                stamps,
                fields: epoch.fields.fields(names)?,
            });
        }
        let history = self.history.into_iter().map(|point| Photometry {
            mjd: mjd(point.mjd),
            band: point.band,
            mag: point.mag,
            mag_err: point.mag_err,
            is_upper_limit: point.is_upper_limit,
            is_fading: point.is_fading,
        });
        Some(Candidate {
            id: self.id.into(),
            epochs,
            history: history.collect(),
            position_deg: self.position_deg,
            truth: self.truth.map(Arc::from),
            fields: self.fields.fields(names)?,
            joined: Fields::default(),
        })
    }
}

impl PartRecord<'_> {
    /// What was recorded; none where it is damaged.
    pub fn part(self, names: &Names, unit: &UnitPlace) -> Option<Part> {
        Some(Part {
            path: unit.path_of(&self.path)?,
            candidate: self.candidate.candidate(names, unit)?,
            by: self.by,
            place: self.place,
            own_name: self.own_name.into(),
        })
    }
}

impl ProblemRecord<'_> {
    /// What was recorded; none where it is damaged.
    pub fn problem(&self, unit: &UnitPlace) -> Option<Problem> {
        Some(Problem::new(unit.text_of(&self.path)?, self.what, self.why))
    }
}

impl FieldsRecord<'_> {
    fn fields(self, names: &Names) -> Option<Fields> {
        let (numbers, rest) = self.numbers.as_chunks::<8>();
        if !rest.is_empty() {
            return None;
        }
        let numbers = numbers.iter().map(|bytes| f64::from_le_bytes(*bytes));
        let text = |(name, text): (u32, &str)| Some((names.name(name)?, Arc::from(text)));
        let texts: Option<Vec<_>> = self.texts.into_iter().map(text).collect();
        Some(Fields::new(
            names.list(self.list)?,
            numbers.collect(),
            texts?,
        ))
    }
}
