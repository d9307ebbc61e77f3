//! Alerts as JSON: brokers' downloads and Rubin's archive. Stamps are texts in base64.
//!
//! A file holds one alert, a list of them, or one a line. An alert has the fields of a packet; a cutout is a
//! text, an object with `stampData`, or what MongoDB writes for bytes (`$binary`).

use std::sync::Arc;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE},
};
use serde_json::{Map, Value};

use super::{
    plan::{DETECTIONS, EXTRAS, FORCED, HISTORIES, meaning},
    record::{Cutout, Packet, Row},
    value::Scalar,
};
use crate::domain::Role;

/// How a FITS file begins. Cutouts are not decoded for the index: each is taken for one until it is.
const ASSUMED: &[u8] = b"SIMPLE  =";

/// True where a text may hold alerts with stamps.
pub fn may_hold_alerts(bytes: &[u8]) -> bool {
    let has = |word: &[u8]| memchr::memmem::find(bytes, word).is_some();
    let bytes = without_mark(bytes);
    let begin = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    matches!(begin, Some(b'{' | b'[')) && (has(b"\"cutout") || has(b"\"stampData"))
}

/// The bytes without the mark that Windows puts before UTF-8.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// The alerts of a file; a line that is no JSON is an error with its number.
pub fn alerts(bytes: &[u8]) -> Result<Vec<Map<String, Value>>, String> {
    let object = |value: Value| match value {
        Value::Object(fields) => Some(fields),
        _ => None,
    };
    let bytes = without_mark(bytes);
    match serde_json::from_slice::<Value>(bytes).map(unwrapped) {
        Ok(Value::Array(list)) => Ok(list.into_iter().filter_map(object).collect()),
        Ok(value) => Ok(object(value).into_iter().collect()),
        Err(whole) => {
            let lines = bytes
                .split(|byte| *byte == b'\n')
                .filter(|line| !line.trim_ascii().is_empty());
            let read = lines.enumerate().map(|(number, line)| {
                let value = serde_json::from_slice(line);
                value.map_err(|error| format!("is damaged JSON at line {}: {error}", number + 1))
            });
            let values: Result<Vec<Value>, String> = read.collect();
            // A single object that is damaged is reported as such.
            let values = values.map_err(|line| {
                if bytes.contains(&b'\n') {
                    line
                } else {
                    format!("is damaged JSON: {whole}")
                }
            })?;
            Ok(values.into_iter().filter_map(object).collect())
        }
    }
}

/// The alerts in the answer of a service: `{"status": "success", "data": […]}`.
fn unwrapped(value: Value) -> Value {
    let Value::Object(mut fields) = value else {
        return value;
    };
    if fields.keys().any(|name| is_cutout(name)) {
        return Value::Object(fields);
    }
    let inside = ["data", "alerts", "results", "default"]
        .iter()
        .find(|name| {
            fields
                .get(**name)
                .is_some_and(|inside| inside.is_array() || inside.is_object())
        });
    match inside.and_then(|name| fields.remove(*name)) {
        Some(inside) => unwrapped(inside),
        None => Value::Object(fields),
    }
}

fn is_cutout(name: &str) -> bool {
    name.to_ascii_lowercase().starts_with("cutout")
}

/// An alert as a packet, and the names of its numbers.
pub fn packet(alert: &Map<String, Value>) -> (Packet<'static>, Arc<[Arc<str>]>) {
    let mut packet = Packet::default();
    let mut names: Vec<Arc<str>> = Vec::new();
    for (name, value) in alert {
        match value {
            _ if is_cutout(name) => {
                if let Some(role) = Role::from_alias(name) {
                    packet.cutouts.push(Cutout {
                        role,
                        name: name.as_str().into(),
                        bytes: encoded(value).map(|_| ASSUMED),
                    });
                }
            }
            Value::Object(fields) if DETECTIONS.contains(&name.as_str()) => {
                for (name, value) in fields {
                    take(&mut packet, &mut names, name, value, true);
                }
            }
            Value::Object(fields) if EXTRAS.contains(&name.as_str()) => {
                for (inner, value) in fields {
                    take(
                        &mut packet,
                        &mut names,
                        &format!("{name}_{inner}"),
                        value,
                        false,
                    );
                }
            }
            Value::Array(list) if HISTORIES.contains(&name.as_str()) => {
                packet.history.extend(list.iter().filter_map(measurement));
            }
            Value::Array(list) if FORCED.contains(&name.as_str()) => {
                packet.forced.extend(list.iter().filter_map(measurement));
            }
            value => take(&mut packet, &mut names, name, value, true),
        }
    }
    (packet, names.into())
}

/// The bytes of the cutout of a role.
pub fn cutout(alert: &Map<String, Value>, role: Role) -> Result<Vec<u8>, String> {
    let is_wanted = |name: &str| is_cutout(name) && Role::from_alias(name) == Some(role);
    let value = alert
        .iter()
        .find(|(name, _)| is_wanted(name))
        .map(|(_, value)| value);
    let text = value.and_then(encoded).ok_or("the cutout is null")?;
    let packed: String = text.split_whitespace().collect();
    let form = if packed.contains(['-', '_']) {
        &URL_SAFE
    } else {
        &STANDARD
    };
    form.decode(packed)
        .map_err(|error| format!("the cutout is no base64: {error}"))
}

/// The text in which a cutout's bytes are written.
fn encoded(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text.as_str()).filter(|text| !text.is_empty()),
        Value::Object(fields) => ["stampData", "stamp_data", "$binary", "base64"]
            .iter()
            .find_map(|name| encoded(fields.get(*name)?)),
        _ => None,
    }
}

fn measurement(value: &Value) -> Option<Row> {
    let mut row = Row::default();
    for (name, value) in value.as_object()? {
        if let Some(meaning) = meaning(name) {
            row.set(meaning, &scalar(value));
        }
    }
    Some(row)
}

fn take(
    packet: &mut Packet<'_>,
    names: &mut Vec<Arc<str>>,
    name: &str,
    value: &Value,
    has_meaning: bool,
) {
    let value = scalar(value);
    if let Some(number) = packet.take(name, &value, has_meaning)
        && !names.iter().any(|known| **known == *name)
    {
        names.push(name.into());
        packet.numbers.push(number);
    }
}

fn scalar(value: &Value) -> Scalar<'static> {
    match value {
        Value::Bool(is) => Scalar::Bool(*is),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => Scalar::Int(integer),
            (None, _) if number.is_u64() => Scalar::Text(number.to_string().into()),
            (None, Some(float)) => Scalar::Float(float),
            _ => Scalar::Nothing,
        },
        Value::String(text) => Scalar::Text(text.clone().into()),
        // MongoDB's way of writing a long.
        Value::Object(fields) => match fields.get("$numberLong") {
            Some(Value::String(text)) => text.parse().map_or(Scalar::Nothing, Scalar::Int),
            _ => Scalar::Nothing,
        },
        Value::Null | Value::Array(_) => Scalar::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALERT: &str = r#"{"objectId": "ZTF18a", "candid": 1127174604415015005, "candidate": {"jd": 2458881.5, "fid": 2,
        "magpsf": 19.25, "pid": 1127174604415}, "prv_candidates": [{"jd": 2458880.5, "fid": 1, "candid": null,
        "diffmaglim": 20.5}], "cutoutScience": {"stampData": {"$binary": "U0lNUExF"}}, "cutoutTemplate": null,
        "cutoutDifference": "U0lN\nUExF"}"#;

    #[test]
    fn an_alert_is_a_packet_with_exact_identifiers() {
        let list = format!("[{ALERT},{ALERT}]");
        let lines = format!("{0}\n{0}\n", ALERT.replace('\n', " "));
        let answer = format!(
            "\u{feff}{{\"status\": \"success\", \"data\": {{\"default\": [{ALERT},{ALERT}]}}}}"
        );
        for text in [&*list, &*lines, &*answer] {
            assert!(may_hold_alerts(text.as_bytes()));
            let found = alerts(text.as_bytes()).unwrap();
            assert_eq!(found.len(), 2);
            let (packet, names) = packet(&found[1]);
            assert_eq!(packet.row.candid.as_deref(), Some("1127174604415015005"));
            assert_eq!(
                (packet.row.jd, packet.row.filter_id),
                (Some(2_458_881.5), Some(2))
            );
            assert_eq!(packet.history.len(), 1);
            assert_eq!(names.len(), packet.numbers.len());
            let has: Vec<_> = packet
                .cutouts
                .iter()
                .map(|cutout| (cutout.role, cutout.bytes.is_some()))
                .collect();
            assert!(
                has.contains(&(Role::Reference, false)) && has.contains(&(Role::Science, true))
            );
            assert_eq!(cutout(&found[0], Role::Science).unwrap(), b"SIMPLE");
            assert!(cutout(&found[0], Role::Reference).is_err());
        }
    }

    #[test]
    fn fluxes_at_the_place_in_every_exposure_are_read() {
        let text = r#"{"diaSourceId": 7, "diaSource": {"midpointMjdTai": 61000.5}, "cutoutScience": "U0lNUExF",
            "prvDiaForcedSources": [{"midpointMjdTai": 60999.25, "psfFlux": -750.0, "psfFluxErr": 50.0, "band": "i"},
            {"midpointMjdTai": 60998.5, "psfFlux": 12.5, "psfFluxErr": null, "band": "z"}]}"#;
        let (packet, _) = packet(&alerts(text.as_bytes()).unwrap()[0]);
        let read: Vec<_> = packet
            .forced
            .iter()
            .map(|row| {
                let band = row.band.as_deref();
                (row.mjd_tai, row.flux_njy, row.flux_err_njy, band)
            })
            .collect();
        let first = (Some(60_999.25), Some(-750.0), Some(50.0), Some("i"));
        let second = (Some(60_998.5), Some(12.5), None, Some("z"));
        assert_eq!(read, [first, second]);
        assert!(packet.history.is_empty());
    }

    #[test]
    fn the_damaged_line_is_named() {
        let error = alerts(b"{\"cutoutScience\": \"\"}\n{\"cut\n").unwrap_err();
        assert!(error.contains("line 2"), "{error}");
        assert!(!may_hold_alerts(b"id,label"));
    }
}
