//! Synthetic alert packets like ZTF's: its main fields, twenty earlier detections, three gzipped
//! cutouts of 63×63 pixels.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;
use apache_avro::{Codec, Schema, Writer, types::Value};
use serde_json::{Value as Json, json};

use super::fits_files::{Noise, gzip, image_hdu, star};

/// Fields of a detection: `d` double, `f` float, `?` nullable float, `i` int, `l` long, `s` text.
const FIELDS: &str = "jd:d fid:i pid:l diffmaglim:? candid:l isdiffpos:s field:? xpos:? ypos:? \
    ra:d dec:d magpsf:f sigmapsf:f chipsf:? magap:? sigmagap:? distnr:? magnr:? sigmagnr:? chinr:? \
    sharpnr:? sky:? magdiff:? fwhm:? classtar:? mindtoedge:? magfromlim:? seeratio:? aimage:? \
    bimage:? aimagerat:? bimagerat:? elong:? nneg:i nbad:i rb:? ssdistnr:? ssmagnr:? sumrat:? \
    magapbig:? sigmagapbig:? ranr:d decnr:d sgmag1:? srmag1:? simag1:? szmag1:? sgscore1:? \
    distpsnr1:? ndethist:i ncovhist:i jdstarthist:d jdendhist:d scorr:d tooflag:i objectidps1:l \
    rfid:l jdstartref:d jdendref:d nframesref:i magzpsci:? magzpsciunc:? zpclrcov:? clrcoeff:? drb:?";
/// Earlier detections in a packet.
const EARLIER: usize = 20;
/// Side of a cutout, pixels.
const SIDE: usize = 63;

fn fields() -> impl Iterator<Item = (&'static str, &'static str)> {
    FIELDS
        .split_whitespace()
        .filter_map(|field| field.split_once(':'))
}

fn detection_schema(name: &str) -> Json {
    let fields: Vec<Json> = fields()
        .map(|(name, kind)| {
            let kind = match kind {
                "d" => json!("double"),
                "f" => json!("float"),
                "i" => json!("int"),
                "l" => json!("long"),
                "s" => json!("string"),
                _ => json!(["float", "null"]),
            };
            json!({ "name": name, "type": kind })
        })
        .collect();
    json!({ "type": "record", "name": name, "fields": fields })
}

fn schema() -> Json {
    let cutout = json!({ "type": "record", "name": "ztf.alert.cutout", "fields": [
        { "name": "fileName", "type": "string" },
        { "name": "stampData", "type": "bytes" },
    ]});
    let again = json!(["ztf.alert.cutout", "null"]);
    let earlier = json!({ "type": "array", "items": detection_schema("ztf.alert.prv_candidate") });
    json!({ "type": "record", "name": "alert", "namespace": "ztf", "fields": [
        { "name": "schemavsn", "type": "string" },
        { "name": "publisher", "type": "string" },
        { "name": "objectId", "type": "string" },
        { "name": "candid", "type": "long" },
        { "name": "candidate", "type": detection_schema("ztf.alert.candidate") },
        { "name": "prv_candidates", "type": [earlier, "null"] },
        { "name": "cutoutScience", "type": [cutout, "null"] },
        { "name": "cutoutTemplate", "type": again },
        { "name": "cutoutDifference", "type": again },
    ]})
}

/// Writes `count` packets, one a file and without a codec, as the ZTF archive has them.
pub fn write_packets(folder: &Path, count: usize) -> anyhow::Result<Vec<PathBuf>> {
    fs::create_dir_all(folder)?;
    let schema = Schema::parse(&schema())?;
    let mut noise = Noise::new(3);
    let write = |number: usize| {
        let candid = 1_127_000_000_000_000_000 + number as i64;
        let mut writer = Writer::with_codec(&schema, Vec::new(), Codec::Null)?;
        writer.append_value(packet(number, candid, &mut noise)?)?;
        let path = folder.join(format!("{candid}.avro"));
        fs::write(&path, writer.into_inner()?).context("a packet")?;
        Ok(path)
    };
    (0..count).map(write).collect()
}

fn packet(number: usize, candid: i64, noise: &mut Noise) -> anyhow::Result<Value> {
    let jd = 2_459_000.5 + number as f64 * 1e-3;
    let earlier = (1..=EARLIER).map(|night| detection(jd - night as f64, candid - 1, noise));
    let earlier = Value::Array(earlier.collect());
    let mut fields: Vec<(String, Value)> = vec![
        ("schemavsn".into(), text("3.3")),
        ("publisher".into(), text("destello bench")),
        ("objectId".into(), text(&format!("ZTF20{number:07}"))),
        ("candid".into(), Value::Long(candid)),
        ("candidate".into(), detection(jd, candid, noise)),
        ("prv_candidates".into(), Value::Union(0, Box::new(earlier))),
    ];
    for (name, sky) in [("Science", 300.0), ("Template", 250.0), ("Difference", 0.0)] {
        let pixels = star(SIDE, 500.0, sky, noise);
        let file = gzip(&image_hdu(None, &[SIDE, SIDE], &pixels, &[]))?;
        let cutout = Value::Record(vec![
            ("fileName".into(), text(&format!("candid{candid}.fits.gz"))),
            ("stampData".into(), Value::Bytes(file)),
        ]);
        fields.push((format!("cutout{name}"), Value::Union(0, Box::new(cutout))));
    }
    Ok(Value::Record(fields))
}

fn detection(jd: f64, candid: i64, noise: &mut Noise) -> Value {
    let value = |(name, kind): (&str, &str)| {
        let value = match (name, kind) {
            ("jd", _) => Value::Double(jd),
            ("candid", _) => Value::Long(candid),
            ("isdiffpos", _) => text("t"),
            ("fid", _) => Value::Int(1),
            (_, "d") => Value::Double(f64::from(noise.even())),
            (_, "f") => Value::Float(18.0 + noise.even()),
            (_, "i") => Value::Int(7),
            (_, "l") => Value::Long(candid / 3),
            _ => Value::Union(0, Box::new(Value::Float(noise.even()))),
        };
        (name.to_owned(), value)
    };
    Value::Record(fields().map(value).collect())
}

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}
