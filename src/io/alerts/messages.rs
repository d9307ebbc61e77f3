//! Messages of a stream as files: Rubin's alerts as Kafka delivers them, one after the other.
//!
//! A message is a zero byte, the number of its schema as four bytes (big-endian), and one Avro datum
//! without any schema (Confluent's wire format). Rubin's numbers are 100 x major + minor version; the
//! structures of the versions are in `assets/surveys/rubin_packets.txt`.

use std::{collections::BTreeMap, fmt::Write as _, sync::LazyLock};

/// Bytes before the datum.
const HEAD_BYTES: usize = 5;

/// Avro schemas by number, as JSON.
static SCHEMAS: LazyLock<BTreeMap<u32, String>> =
    LazyLock::new(|| schemas(include_str!("../../../assets/surveys/rubin_packets.txt")));

/// Why a message is not read: a clause for the Problems list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// A schema of which nothing is known.
    #[error(
        "is a message of a stream with schema number {number}, which is not known (Rubin's {known}); save the \
         alerts as Avro object container files, which carry the schema"
    )]
    Unknown { number: u32, known: String },
    /// No message begins there.
    #[error("is damaged: no message begins at byte {0}")]
    NoMessage(usize),
}

/// The schema of the message that begins at that byte, and where its datum begins.
pub fn frame_at(bytes: &[u8], at: usize) -> Result<(&'static str, usize), FrameError> {
    let head = bytes.get(at..at + HEAD_BYTES);
    let Some([0, a, b, c, d]) = head else {
        return Err(FrameError::NoMessage(at));
    };
    let number = u32::from_be_bytes([*a, *b, *c, *d]);
    match SCHEMAS.get(&number) {
        Some(schema) => Ok((schema, at + HEAD_BYTES)),
        None => Err(FrameError::Unknown {
            number,
            known: SCHEMAS
                .keys()
                .map(u32::to_string)
                .collect::<Vec<_>>()
                .join(", "),
        }),
    }
}

/// The schemas of a listing: records of fields, some of them as in an earlier version.
fn schemas(listing: &'static str) -> BTreeMap<u32, String> {
    let mut versions: BTreeMap<u32, BTreeMap<&str, &str>> = BTreeMap::new();
    let mut current = 0;
    for line in listing.lines().filter(|line| !line.starts_with('#')) {
        if let Some(version) = line.strip_prefix("version ") {
            current = number_of(version);
        } else if let Some((name, fields)) = line.split_once(": ") {
            versions.entry(current).or_default().insert(name, fields);
        } else if let Some((name, version)) = line.split_once(" as ") {
            let known = versions
                .get(&number_of(version))
                .and_then(|records| records.get(name));
            let fields = known.copied().unwrap_or_default();
            versions.entry(current).or_default().insert(name, fields);
        }
    }
    versions
        .into_iter()
        .map(|(number, records)| {
            let mut text = String::new();
            record(&mut text, "alert", &records, &mut Vec::new());
            (number, text)
        })
        .collect()
}

fn number_of(version: &str) -> u32 {
    let (major, minor) = version.split_once('.').unwrap_or((version, "0"));
    let part = |text: &str| text.trim().parse::<u32>().unwrap_or(0);
    100 * part(major) + part(minor)
}

/// A record's schema; one that stands before is only named.
fn record<'l>(
    text: &mut String,
    name: &str,
    records: &BTreeMap<&'l str, &'l str>,
    done: &mut Vec<String>,
) {
    if done.iter().any(|known| known == name) {
        write!(text, "\"{name}\"").unwrap_or_default();
        return;
    }
    done.push(name.to_owned());
    write!(text, r#"{{"type":"record","name":"{name}","fields":["#).unwrap_or_default();
    let fields = records.get(name).copied().unwrap_or_default();
    for (at, field) in fields.split(", ").enumerate() {
        let (field, kind) = field.split_once(' ').unwrap_or((field, "n"));
        let comma = if at == 0 { "" } else { "," };
        write!(text, r#"{comma}{{"name":"{field}","type":"#).unwrap_or_default();
        type_of(text, kind, records, done);
        text.push('}');
    }
    text.push_str("]}");
}

fn type_of<'l>(
    text: &mut String,
    kind: &str,
    records: &BTreeMap<&'l str, &'l str>,
    done: &mut Vec<String>,
) {
    if let Some(inner) = kind.strip_prefix('?') {
        text.push_str(r#"["null","#);
        type_of(text, inner, records, done);
        text.push(']');
    } else if let Some(inner) = kind.strip_prefix('*') {
        text.push_str(r#"{"type":"array","items":"#);
        type_of(text, inner, records, done);
        text.push('}');
    } else {
        let simple = match kind {
            "l" => "long",
            "i" => "int",
            "f" => "float",
            "d" => "double",
            "s" => "string",
            "y" => "bytes",
            "b" => "boolean",
            "n" => "null",
            name => return record(text, name, records, done),
        };
        write!(text, "\"{simple}\"").unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::alerts::plan::Plan;

    #[test]
    fn every_version_is_a_schema_of_alerts() {
        let numbers: Vec<u32> = SCHEMAS.keys().copied().collect();
        assert_eq!(numbers, [701, 704, 800, 900, 1000, 1100]);
        for (number, schema) in SCHEMAS.iter() {
            let plan = Plan::new(schema).unwrap_or_else(|why| panic!("{number}: {why}"));
            let cutouts = plan
                .fields
                .iter()
                .filter(|field| matches!(field, crate::io::alerts::plan::PacketField::Cutout(..)));
            assert_eq!(cutouts.count(), 3, "{number}");
        }
    }

    #[test]
    fn unknown_numbers_are_named() {
        let error = frame_at(&[0, 0, 0, 0x27, 0x10, 1], 0).unwrap_err();
        assert!(error.to_string().contains("schema number 10000"), "{error}");
        assert_eq!(frame_at(b"Obj\x01", 0), Err(FrameError::NoMessage(0)));
    }
}
