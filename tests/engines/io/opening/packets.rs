//! Alert packets made by `apache-avro`, which has nothing to do with the reader.

use apache_avro::{
    Codec, DeflateSettings, Schema, Writer,
    types::{Record, Value},
};

use super::samples::{gzipped, quoted, small_image};

/// The codecs that alerts come in.
pub fn codecs() -> [Codec; 3] {
    [
        Codec::Null,
        Codec::Deflate(DeflateSettings::default()),
        Codec::Snappy,
    ]
}

const ZTF: &str = r#"{"type": "record", "name": "alert", "namespace": "ztf", "fields": [
  {"name": "schemavsn", "type": "string"},
  {"name": "objectId", "type": "string"},
  {"name": "candid", "type": "long"},
  {"name": "candidate", "type": {"type": "record", "name": "candidate", "fields": [
    {"name": "jd", "type": "double"},
    {"name": "fid", "type": "int"},
    {"name": "pid", "type": "long"},
    {"name": "diffmaglim", "type": ["float", "null"], "default": null},
    {"name": "candid", "type": "long"},
    {"name": "isdiffpos", "type": "string"},
    {"name": "ra", "type": "double"},
    {"name": "dec", "type": "double"},
    {"name": "magpsf", "type": "float"},
    {"name": "sigmapsf", "type": "float"},
    {"name": "fwhm", "type": ["null", "float"]},
    {"name": "rb", "type": ["null", "float"]},
    {"name": "objectidps1", "type": ["null", "long"]},
    {"name": "ssnamenr", "type": ["null", "string"]}]}},
  {"name": "prv_candidates", "type": ["null", {"type": "array", "items":
    {"type": "record", "name": "prv_candidate", "fields": [
      {"name": "jd", "type": "double"},
      {"name": "fid", "type": "int"},
      {"name": "candid", "type": ["null", "long"]},
      {"name": "diffmaglim", "type": ["null", "float"]},
      {"name": "magpsf", "type": ["null", "float"]},
      {"name": "sigmapsf", "type": ["null", "float"]}]}}], "default": null},
  {"name": "cutoutScience", "type": ["null", {"type": "record", "name": "cutout", "fields": [
    {"name": "fileName", "type": "string"}, {"name": "stampData", "type": "bytes"}]}]},
  {"name": "cutoutTemplate", "type": ["null", "cutout"]},
  {"name": "cutoutDifference", "type": ["null", "cutout"]}]}"#;

/// What varies between the packets of a test.
#[derive(Clone)]
pub struct Packet {
    pub object: &'static str,
    pub candid: i64,
    pub jd: f64,
    pub is_diff_pos: &'static str,
    pub has_history: bool,
    /// Science, template, difference.
    pub has_cutout: [bool; 3],
}

impl Packet {
    pub fn new(object: &'static str, candid: i64, jd: f64) -> Self {
        Self {
            object,
            candid,
            jd,
            is_diff_pos: "t",
            has_history: false,
            has_cutout: [true; 3],
        }
    }

    fn value(&self) -> Value {
        let some = |value| Value::Union(1, Box::new(value));
        let null = || Value::Union(0, Box::new(Value::Null));
        let candidate = vec![
            ("jd", Value::Double(self.jd)),
            ("fid", Value::Int(2)),
            ("pid", Value::Long(1_127_174_604_415)),
            ("diffmaglim", Value::Union(0, Box::new(Value::Float(20.5)))),
            ("candid", Value::Long(self.candid)),
            ("isdiffpos", Value::String(self.is_diff_pos.into())),
            ("ra", Value::Double(185.728_848_4)),
            ("dec", Value::Double(15.823_616_8)),
            ("magpsf", Value::Float(18.25)),
            ("sigmapsf", Value::Float(0.125)),
            ("fwhm", some(Value::Float(2.0))),
            ("rb", some(Value::Float(0.5))),
            ("objectidps1", some(Value::Long(126_981_857_287_178_773))),
            ("ssnamenr", null()),
        ];
        let earlier = |jd: f64, candid: Option<i64>| {
            let float = |value: f32| some(Value::Float(value));
            record(vec![
                ("jd", Value::Double(jd)),
                ("fid", Value::Int(1)),
                (
                    "candid",
                    candid.map_or_else(null, |candid| some(Value::Long(candid))),
                ),
                ("diffmaglim", float(19.5)),
                (
                    "magpsf",
                    if candid.is_some() {
                        float(18.5)
                    } else {
                        null()
                    },
                ),
                (
                    "sigmapsf",
                    if candid.is_some() {
                        float(0.25)
                    } else {
                        null()
                    },
                ),
            ])
        };
        let history = if self.has_history {
            some(Value::Array(vec![
                earlier(self.jd - 2.0, None),
                earlier(self.jd - 1.0, Some(self.candid - 1)),
            ]))
        } else {
            null()
        };
        let cutout = |at: usize| {
            if !self.has_cutout[at] {
                return null();
            }
            let bytes = small_image(at as f32 + 1.0, &[("BUNIT", quoted("DN"))]);
            some(record(vec![
                ("fileName", Value::String("x.fits.gz".into())),
                ("stampData", Value::Bytes(gzipped(&bytes))),
            ]))
        };
        record(vec![
            ("schemavsn", Value::String("4.02".into())),
            ("objectId", Value::String(self.object.into())),
            ("candid", Value::Long(self.candid)),
            ("candidate", record(candidate)),
            ("prv_candidates", history),
            ("cutoutScience", cutout(0)),
            ("cutoutTemplate", cutout(1)),
            ("cutoutDifference", cutout(2)),
        ])
    }
}

fn record(fields: Vec<(&str, Value)>) -> Value {
    let named = fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    Value::Record(named.collect())
}

/// An Avro file of ZTF packets.
pub fn ztf_file(packets: &[Packet], codec: Codec) -> Vec<u8> {
    let schema = Schema::parse_str(ZTF).unwrap();
    let mut writer = Writer::with_codec(&schema, Vec::new(), codec).unwrap();
    for packet in packets {
        writer.append_value(packet.value()).unwrap();
    }
    writer.flush().unwrap();
    writer.into_inner().unwrap()
}

/// An Avro file of another survey: names in snake case, cutouts as bytes.
pub fn snake_case_file() -> Vec<u8> {
    let schema = Schema::parse_str(
        r#"{"type": "record", "name": "winter.alert", "fields": [
          {"name": "objectid", "type": "string"},
          {"name": "candid", "type": "long"},
          {"name": "candidate", "type": {"type": "record", "name": "c", "fields": [
            {"name": "jd", "type": "double"},
            {"name": "fid", "type": "int"},
            {"name": "isdiffpos", "type": "boolean"},
            {"name": "magpsf", "type": "float"}]}},
          {"name": "cutout_science", "type": ["null", "bytes"]},
          {"name": "cutout_template", "type": ["null", "bytes"]},
          {"name": "cutout_difference", "type": ["null", "bytes"]}]}"#,
    )
    .unwrap();
    let mut writer = Writer::new(&schema, Vec::new()).unwrap();
    let mut record = Record::new(&schema).unwrap();
    record.put("objectid", "WNTR24a");
    record.put("candid", 3_608_694_i64);
    record.put(
        "candidate",
        self::record(vec![
            ("jd", Value::Double(2_460_381.5)),
            ("fid", Value::Int(1)),
            ("isdiffpos", Value::Boolean(false)),
            ("magpsf", Value::Float(13.5)),
        ]),
    );
    let bytes = Value::Bytes(gzipped(&small_image(3.0, &[])));
    record.put("cutout_science", Value::Union(1, Box::new(bytes)));
    for name in ["cutout_template", "cutout_difference"] {
        record.put(name, Value::Union(0, Box::new(Value::Null)));
    }
    writer.append_value(record).unwrap();
    writer.flush().unwrap();
    writer.into_inner().unwrap()
}
