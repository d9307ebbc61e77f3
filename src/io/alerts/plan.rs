//! What the fields of an alert schema mean, worked out once per schema.
//!
//! Surveys name the same things differently (`objectId`, `objectid`; `candidate`, `diaSource`;
//! `cutoutScience`, `cutout_science`). Records arrive in the order of the schema, so a plan is a
//! list by position: no name is compared while packets are read.

use std::sync::{Arc, Mutex, PoisonError};

use serde_avro_fast::{
    Schema,
    schema::{Record, RegularType, SchemaKey, SchemaMut},
};

use crate::domain::Role;

/// What a field of the packet itself is.
#[derive(Debug)]
pub enum PacketField {
    /// The record of the detection (`candidate`, `diaSource`).
    Candidate(RecordPlan),
    /// The list of earlier measurements.
    History(RecordPlan),
    /// The list of fluxes measured at the place in every exposure, detected or not.
    Forced(RecordPlan),
    /// A record of its own whose values are kept: the object, the solar-system object.
    Extra(RecordPlan),
    /// A stamp.
    Cutout(Role, Arc<str>),
    /// A value of its own.
    Value(ValueField),
    /// Nothing of use.
    Ignored,
}

/// The fields of a record by position.
#[derive(Debug, Default)]
pub struct RecordPlan {
    pub fields: Vec<ValueField>,
}

/// What a value means and where it is kept.
#[derive(Debug, Default)]
pub struct ValueField {
    pub meaning: Option<Meaning>,
    /// Where it is kept beside that.
    pub keep: Keep,
}

/// Where a value is kept among the fields of an epoch.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Keep {
    #[default]
    Nowhere,
    /// Among the numbers, at that position; an integer too long for a double as text.
    Number(usize, Arc<str>),
    /// Among the texts.
    Text(Arc<str>),
}

/// Values that every survey has under some name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Identifier of the object.
    ObjectId,
    /// Identifier of the detection.
    Candid,
    /// Julian date.
    Jd,
    /// Modified Julian date.
    Mjd,
    /// The same in International Atomic Time.
    MjdTai,
    /// Name of the scale of the time.
    TimeScale,
    /// Filter number of the survey.
    FilterId,
    /// Filter name.
    Band,
    /// Magnitude.
    Mag,
    /// Its error.
    MagErr,
    /// Limiting magnitude.
    LimitingMag,
    /// Flux in nJy.
    FluxNjy,
    /// Its error.
    FluxErrNjy,
    /// Sign of the difference.
    IsDiffPos,
    /// Full width at half maximum, pixels.
    FwhmPx,
    /// Right ascension, degrees.
    Ra,
    /// Declination, degrees.
    Dec,
}

impl Meaning {
    /// True for what names an object or a detection.
    pub const fn is_identifier(self) -> bool {
        matches!(self, Self::ObjectId | Self::Candid)
    }
}

/// Whose alerts these are, where it changes what a field means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Survey {
    /// ZTF: cutouts have row 0 north; fid 1 g, 2 r, 3 i; fwhm in pixels of 1.01".
    Ztf,
    /// WINTER: fid 0 Y, 1 J, 2 H, 3 K.
    Winter,
    Other,
}

/// The plan of one schema.
#[derive(Debug)]
pub struct Plan {
    text: Box<str>,
    /// The schema, for the deserialiser.
    pub schema: Schema,
    /// Whose alerts.
    pub survey: Survey,
    /// The packet's fields by position.
    pub fields: Vec<PacketField>,
    /// Names of the numbers that are kept.
    pub names: Arc<[Arc<str>]>,
}

impl Plan {
    /// Works the schema out; refused where it has no field for an object or a detection.
    pub fn new(text: &str) -> Result<Self, String> {
        let schema: SchemaMut = text.parse().map_err(|error| format!("{error}"))?;
        let RegularType::Record(packet) = &schema.root().type_ else {
            return Err("its root is no record".into());
        };
        let survey = survey(&packet.name.fully_qualified_name().to_ascii_lowercase());
        let mut planner = Planner {
            schema: &schema,
            names: Vec::new(),
        };
        let fields: Vec<_> = packet
            .fields
            .iter()
            .map(|field| planner.packet_field(&field.name, field.type_))
            .collect();
        if !has_object(&fields) {
            return Err("it has neither an object identifier nor a candidate record".into());
        }
        let names = planner.names.into();
        Ok(Self {
            text: text.into(),
            survey,
            fields,
            names,
            schema: schema.freeze().map_err(|error| format!("{error}"))?,
        })
    }
}

fn has_object(fields: &[PacketField]) -> bool {
    fields.iter().any(|field| match field {
        PacketField::Candidate(_) => true,
        PacketField::Value(value) => value.meaning == Some(Meaning::ObjectId),
        _ => false,
    })
}

pub fn survey(schema_name: &str) -> Survey {
    if schema_name.contains("winter") {
        Survey::Winter
    } else if schema_name.contains("ztf") {
        Survey::Ztf
    } else {
        Survey::Other
    }
}

/// Records with the detection itself.
pub const DETECTIONS: [&str; 2] = ["candidate", "diaSource"];
/// Lists of earlier detections and limits.
pub const HISTORIES: [&str; 2] = ["prv_candidates", "prvDiaSources"];
/// Lists of forced photometry.
pub const FORCED: [&str; 2] = ["prvDiaForcedSources", "fp_hists_njy"];
/// Records about the object.
pub const EXTRAS: [&str; 3] = ["diaObject", "ssSource", "ssObject"];

struct Planner<'a> {
    schema: &'a SchemaMut,
    names: Vec<Arc<str>>,
}

impl<'a> Planner<'a> {
    fn packet_field(&mut self, name: &str, key: SchemaKey) -> PacketField {
        match name {
            name if DETECTIONS.contains(&name) => {
                if let Some(record) = self.record(key) {
                    return PacketField::Candidate(self.record_plan(record, ""));
                }
            }
            name if HISTORIES.contains(&name) => {
                if let Some(record) = self.list_of_records(key) {
                    return PacketField::History(self.bare_plan(record));
                }
            }
            name if FORCED.contains(&name) => {
                if let Some(record) = self.list_of_records(key) {
                    return PacketField::Forced(self.bare_plan(record));
                }
            }
            name if EXTRAS.contains(&name) => {
                if let Some(record) = self.record(key) {
                    let mut plan = self.record_plan(record, &format!("{name}_"));
                    for field in &mut plan.fields {
                        // They say it of the object, not of the detection.
                        field.meaning = None;
                    }
                    return PacketField::Extra(plan);
                }
            }
            _ if name.to_ascii_lowercase().starts_with("cutout") => {
                if let Some(role) = Role::from_alias(name) {
                    return PacketField::Cutout(role, name.into());
                }
            }
            _ => {}
        }
        let value = self.value_field(name, key, Some(""));
        if value.meaning.is_none() && value.keep == Keep::Nowhere {
            return PacketField::Ignored;
        }
        PacketField::Value(value)
    }

    /// Values with a meaning; the others are kept under their names behind `prefix`.
    fn record_plan(&mut self, record: &Record, prefix: &str) -> RecordPlan {
        let fields = record.fields.iter();
        RecordPlan {
            fields: fields
                .map(|field| self.value_field(&field.name, field.type_, Some(prefix)))
                .collect(),
        }
    }

    /// Values with a meaning; no others.
    fn bare_plan(&mut self, record: &Record) -> RecordPlan {
        let fields = record.fields.iter();
        RecordPlan {
            fields: fields
                .map(|field| self.value_field(&field.name, field.type_, None))
                .collect(),
        }
    }

    fn value_field(&mut self, name: &str, key: SchemaKey, prefix: Option<&str>) -> ValueField {
        let meaning = meaning(name);
        // Identifiers have their place in the candidate; they are not kept twice.
        let is_id = matches!(meaning, Some(Meaning::ObjectId | Meaning::Candid));
        let keep = match prefix {
            Some("") if !is_id => self.keep(name, key),
            Some(prefix) if !is_id => self.keep(&format!("{prefix}{name}"), key),
            _ => Keep::Nowhere,
        };
        ValueField { meaning, keep }
    }

    fn keep(&mut self, name: &str, key: SchemaKey) -> Keep {
        let is_long_id = |long: bool| long && name.to_ascii_lowercase().contains("id");
        match self.scalar(key) {
            Some(RegularType::Long) if is_long_id(true) => Keep::Text(name.into()),
            Some(
                RegularType::Int
                | RegularType::Long
                | RegularType::Float
                | RegularType::Double
                | RegularType::Boolean,
            ) => {
                let name: Arc<str> = name.into();
                let known = self.names.iter().position(|known| *known == name);
                let at = known.unwrap_or_else(|| {
                    self.names.push(name.clone());
                    self.names.len() - 1
                });
                Keep::Number(at, name)
            }
            Some(RegularType::String | RegularType::Enum(_)) => Keep::Text(name.into()),
            _ => Keep::Nowhere,
        }
    }

    /// The type without null; none for a union of several.
    fn scalar(&self, key: SchemaKey) -> Option<&'a RegularType> {
        let node = &self.schema.get(key)?.type_;
        let RegularType::Union(union) = node else {
            return Some(node);
        };
        let mut others = union
            .variants
            .iter()
            .filter_map(|key| Some(&self.schema.get(*key)?.type_))
            .filter(|node| !matches!(node, RegularType::Null));
        let only = others.next();
        only.filter(|_| others.next().is_none())
    }

    fn record(&self, key: SchemaKey) -> Option<&'a Record> {
        match self.scalar(key)? {
            RegularType::Record(record) => Some(record),
            _ => None,
        }
    }

    fn list_of_records(&self, key: SchemaKey) -> Option<&'a Record> {
        match self.scalar(key)? {
            RegularType::Array(array) => self.record(array.items),
            _ => None,
        }
    }
}

pub fn meaning(name: &str) -> Option<Meaning> {
    Some(match name {
        "objectId" | "objectid" | "object_id" | "oid" | "diaObjectId" => Meaning::ObjectId,
        "candid" | "diaSourceId" => Meaning::Candid,
        "jd" => Meaning::Jd,
        "mjd" => Meaning::Mjd,
        "midpointMjdTai" | "midPointTai" => Meaning::MjdTai,
        "timesys" => Meaning::TimeScale,
        "fid" => Meaning::FilterId,
        "band" | "filter" | "filterName" => Meaning::Band,
        "magpsf" | "forcediffimmag" => Meaning::Mag,
        "sigmapsf" | "forcediffimmagunc" => Meaning::MagErr,
        "diffmaglim" => Meaning::LimitingMag,
        "psfFlux" | "psFlux" => Meaning::FluxNjy,
        "psfFluxErr" | "psFluxErr" => Meaning::FluxErrNjy,
        "isdiffpos" => Meaning::IsDiffPos,
        "fwhm" => Meaning::FwhmPx,
        "ra" => Meaning::Ra,
        "dec" | "decl" => Meaning::Dec,
        _ => return None,
    })
}

/// Plans of the schemas met so far.
#[derive(Debug, Default)]
pub struct Plans(Mutex<Vec<Arc<Plan>>>);

/// Schemas that are remembered: a survey changes its schema a few times a year.
const MAX_PLANS: usize = 16;

impl Plans {
    /// The plan of a schema, made at its first use.
    pub fn plan(&self, text: &str) -> Result<Arc<Plan>, String> {
        let find = |plans: &[Arc<Plan>]| plans.iter().find(|plan| *plan.text == *text).cloned();
        if let Some(plan) = find(&self.0.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(plan);
        }
        let plan = Arc::new(Plan::new(text)?);
        let mut plans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        plans.truncate(MAX_PLANS - 1);
        plans.insert(0, plan.clone());
        Ok(plan)
    }
}
