//! One alert record read along its plan: measurements, fields, and where the cutouts lie.

use std::{fmt, sync::Arc};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{
    plan::{Keep, Meaning, PacketField, Plan, RecordPlan, ValueField, meaning},
    value::{CutoutBytes, Scalar},
};
use crate::domain::Role;

/// What is wanted of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Everything, to index it.
    All,
    /// Only the cutouts, to decode them.
    Cutouts,
}

/// One cutout of a packet; its bytes are borrowed from the file.
#[derive(Clone, Debug)]
pub struct Cutout<'a> {
    pub role: Role,
    /// The field's name.
    pub name: Arc<str>,
    /// The FITS file, usually gzipped; none where the packet has null or nothing.
    pub bytes: Option<&'a [u8]>,
}

#[derive(Debug, Default)]
pub struct Packet<'a> {
    /// Values of the detection and of the packet itself.
    pub row: Row,
    /// Numbers by the positions of the plan's names; NaN where there is none.
    pub numbers: Vec<f64>,
    /// Texts, and integers too long for a double.
    pub texts: Vec<(Arc<str>, Arc<str>)>,
    /// Earlier measurements.
    pub history: Vec<Row>,
    /// Fluxes measured at the place in every exposure.
    pub forced: Vec<Row>,
    /// Cutouts in file order.
    pub cutouts: Vec<Cutout<'a>>,
}

impl Packet<'_> {
    /// Takes in a field by its name, where `has_meaning` as what a packet's field of that name is; gives the number
    /// that a column of that name holds.
    pub fn take(&mut self, name: &str, value: &Scalar<'_>, has_meaning: bool) -> Option<f64> {
        if let Some(meaning) = meaning(name).filter(|_| has_meaning) {
            self.row.set(meaning, value);
            if meaning.is_identifier() {
                return None;
            }
        }
        match value {
            // Longer than a double holds: an identifier.
            Scalar::Int(long) if long.unsigned_abs() > 1 << 53 => {
                self.texts.push((name.into(), long.to_string().into()));
                None
            }
            Scalar::Text(text) => {
                self.texts.push((name.into(), (&**text).into()));
                None
            }
            value => value.number(),
        }
    }
}

/// Values that have a meaning, as the file has them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Identifier of the object.
    pub object_id: Option<Arc<str>>,
    /// Identifier of the detection; none for a non-detection.
    pub candid: Option<Arc<str>>,
    /// Julian date.
    pub jd: Option<f64>,
    /// Modified Julian date.
    pub mjd: Option<f64>,
    /// Modified Julian date in International Atomic Time.
    pub mjd_tai: Option<f64>,
    /// Name of the scale of the time.
    pub time_scale: Option<Arc<str>>,
    /// Filter number.
    pub filter_id: Option<i64>,
    /// Filter name.
    pub band: Option<Arc<str>>,
    /// Magnitude.
    pub mag: Option<f64>,
    /// Its error.
    pub mag_err: Option<f64>,
    /// Limiting magnitude.
    pub limiting_mag: Option<f64>,
    /// Flux, nJy.
    pub flux_njy: Option<f64>,
    /// Its error, nJy.
    pub flux_err_njy: Option<f64>,
    /// Sign of the difference as written: `t`, `1`, `true` …
    pub is_diff_pos: Option<Arc<str>>,
    /// Full width at half maximum, pixels.
    pub fwhm_px: Option<f64>,
    /// Right ascension, degrees.
    pub ra: Option<f64>,
    /// Declination, degrees.
    pub dec: Option<f64>,
    /// True where an identifier was written as a floating-point number that holds no longer all integers.
    pub is_id_rounded: bool,
}

/// Above this not every integer is a 64-bit float: 2^53.
const LAST_EXACT: f64 = 9_007_199_254_740_992.0;

impl Row {
    /// Puts a value into its place.
    pub fn set(&mut self, meaning: Meaning, value: &Scalar<'_>) {
        if matches!(meaning, Meaning::ObjectId | Meaning::Candid)
            && matches!(value, Scalar::Float(number) if number.abs() > LAST_EXACT)
        {
            self.is_id_rounded = true;
        }
        match meaning {
            // A survey without an object yet writes 0 or null.
            Meaning::ObjectId => self.object_id = self.object_id.take().or_else(|| value.id()),
            Meaning::Candid => self.candid = self.candid.take().or_else(|| value.id()),
            Meaning::Jd => self.jd = value.number(),
            Meaning::Mjd => self.mjd = value.number(),
            Meaning::TimeScale => self.time_scale = value.text(),
            Meaning::MjdTai => self.mjd_tai = value.number(),
            Meaning::FilterId => self.filter_id = value.number().map(|number| number as i64),
            Meaning::Band => self.band = value.text(),
            Meaning::Mag => self.mag = value.number(),
            Meaning::MagErr => self.mag_err = value.number(),
            Meaning::LimitingMag => self.limiting_mag = value.number(),
            Meaning::FluxNjy => self.flux_njy = value.number(),
            Meaning::FluxErrNjy => self.flux_err_njy = value.number(),
            Meaning::IsDiffPos => self.is_diff_pos = value.text(),
            Meaning::FwhmPx => self.fwhm_px = value.number(),
            Meaning::Ra => self.ra = value.number(),
            Meaning::Dec => self.dec = value.number(),
        }
    }
}

/// Reads a packet along its plan.
pub struct PacketSeed<'p> {
    /// The plan of the schema.
    pub plan: &'p Plan,
    pub wanted: Wanted,
}

impl<'de> DeserializeSeed<'de> for PacketSeed<'_> {
    type Value = Packet<'de>;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Packet<'de>, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for PacketSeed<'_> {
    type Value = Packet<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an alert record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Packet<'de>, A::Error> {
        let mut packet = Packet::default();
        if self.wanted == Wanted::All {
            packet.numbers = vec![f64::NAN; self.plan.names.len()];
        }
        for field in &self.plan.fields {
            if map.next_key::<IgnoredAny>()?.is_none() {
                break;
            }
            match (field, self.wanted) {
                (PacketField::Cutout(role, name), _) => {
                    let CutoutBytes(bytes) = map.next_value()?;
                    let (role, name) = (*role, name.clone());
                    packet.cutouts.push(Cutout { role, name, bytes });
                }
                (PacketField::Candidate(plan), Wanted::All) => {
                    map.next_value_seed(RecordSeed {
                        plan,
                        row: &mut packet.row,
                        kept: Some((&mut packet.numbers, &mut packet.texts)),
                    })?;
                }
                (PacketField::History(plan), Wanted::All) => {
                    map.next_value_seed(HistorySeed(plan, &mut packet.history))?;
                }
                (PacketField::Forced(plan), Wanted::All) => {
                    map.next_value_seed(HistorySeed(plan, &mut packet.forced))?;
                }
                (PacketField::Extra(plan), Wanted::All) => {
                    map.next_value_seed(RecordSeed {
                        plan,
                        row: &mut Row::default(),
                        kept: Some((&mut packet.numbers, &mut packet.texts)),
                    })?;
                }
                (PacketField::Value(field), Wanted::All) => {
                    let value: Scalar<'_> = map.next_value()?;
                    if let Some(meaning) = field.meaning {
                        packet.row.set(meaning, &value);
                    }
                    keep(field, &value, &mut packet.numbers, &mut packet.texts);
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(packet)
    }
}

type Kept<'r> = (&'r mut Vec<f64>, &'r mut Vec<(Arc<str>, Arc<str>)>);

/// Reads a record of values into a row, and those that are kept into lists.
struct RecordSeed<'p, 'r> {
    plan: &'p RecordPlan,
    row: &'r mut Row,
    kept: Option<Kept<'r>>,
}

impl<'de> DeserializeSeed<'de> for RecordSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for RecordSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record of measurements or null")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        for field in &self.plan.fields {
            if map.next_key::<IgnoredAny>()?.is_none() {
                break;
            }
            if field.meaning.is_none() && field.keep == Keep::Nowhere {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let value: Scalar<'_> = map.next_value()?;
            if let Some(meaning) = field.meaning {
                self.row.set(meaning, &value);
            }
            if let Some((numbers, texts)) = &mut self.kept {
                keep(field, &value, numbers, texts);
            }
        }
        Ok(())
    }
}

/// Reads a list of earlier measurements, which may be null.
struct HistorySeed<'p, 'r>(&'p RecordPlan, &'r mut Vec<Row>);

impl<'de> DeserializeSeed<'de> for HistorySeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for HistorySeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of measurements or null")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        loop {
            let mut row = Row::default();
            let seed = RecordSeed {
                plan: self.0,
                row: &mut row,
                kept: None,
            };
            if list.next_element_seed(seed)?.is_none() {
                return Ok(());
            }
            self.1.push(row);
        }
    }
}

fn keep(
    field: &ValueField,
    value: &Scalar<'_>,
    numbers: &mut [f64],
    texts: &mut Vec<(Arc<str>, Arc<str>)>,
) {
    match (&field.keep, value) {
        (Keep::Number(_, name), Scalar::Int(long)) if long.unsigned_abs() > 1 << 53 => {
            texts.push((name.clone(), long.to_string().into()));
        }
        (Keep::Number(at, _), _) => {
            if let (Some(place), Some(number)) = (numbers.get_mut(*at), value.number()) {
                *place = number;
            }
        }
        (Keep::Text(name), _) => {
            texts.extend(value.text().map(|text| (name.clone(), text)));
        }
        (Keep::Nowhere, _) => {}
    }
}
