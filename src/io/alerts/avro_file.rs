//! The records of an Avro file of alerts, or of messages of a stream, one after the other.

use std::{io::BufRead as _, ops::Range};

use serde::de::{DeserializeSeed as _, IgnoredAny};
use serde_avro_fast::de::{DeserializerConfig, DeserializerState, read::SliceRead};

use super::{
    avro_container::{Block, Container, ContainerError},
    messages::frame_at,
    plan::{Plan, Plans},
    record::{Packet, PacketSeed, Wanted},
};

/// Reads the records that `is_wanted` (by zero-based number) and hands each to `each`.
///
/// Blocks without a wanted record are stepped over. A fault ends the file: what came before it
/// has been handed over.
pub fn read_records(
    bytes: &[u8],
    plans: &Plans,
    wanted: Wanted,
    is_wanted: &dyn Fn(u32) -> bool,
    each: &mut dyn FnMut(u32, &Plan, Packet<'_>),
) -> Result<(), ContainerError> {
    if are_messages(bytes) {
        return read_frames(
            bytes,
            plans,
            wanted,
            is_wanted,
            &mut |_, record, plan, packet| {
                each(record, plan, packet);
            },
        );
    }
    let mut container = Container::open(bytes)?;
    let plan = plans
        .plan(container.schema())
        .map_err(ContainerError::Schema)?;
    let mut first = 0_u32;
    while let Some(block) = container.next_block()? {
        let after = first.saturating_add(u32::try_from(block.records).unwrap_or(u32::MAX));
        if (first..after).any(is_wanted) {
            read_block(&block, first, &plan, wanted, is_wanted, each)?;
        }
        first = after;
        if let Some(fault) = block.fault {
            return Err(fault);
        }
    }
    if first == 0 {
        return Err(ContainerError::NoRecord);
    }
    Ok(())
}

/// Reads all messages of a stream and hands each to `each`, with its bytes in the file.
pub fn read_messages(
    bytes: &[u8],
    plans: &Plans,
    each: &mut dyn FnMut(Range<usize>, &Plan, Packet<'_>),
) -> Result<(), ContainerError> {
    read_frames(
        bytes,
        plans,
        Wanted::All,
        &|_| true,
        &mut |range, _, plan, packet| {
            each(range, plan, packet);
        },
    )
}

/// True for messages of a stream.
pub fn are_messages(bytes: &[u8]) -> bool {
    bytes.first() == Some(&0)
}

/// Takes in a message: its bytes, its number, its plan, and what it holds.
type EachMessage<'e> = dyn FnMut(Range<usize>, u32, &Plan, Packet<'_>) + 'e;

/// Messages of a stream, one after the other.
fn read_frames(
    bytes: &[u8],
    plans: &Plans,
    wanted: Wanted,
    is_wanted: &dyn Fn(u32) -> bool,
    each: &mut EachMessage<'_>,
) -> Result<(), ContainerError> {
    let mut at = 0;
    for record in 0.. {
        let (schema, start) = frame_at(bytes, at)?;
        let plan = plans.plan(schema).map_err(ContainerError::Schema)?;
        let datum = &bytes[start..];
        let mut config = DeserializerConfig::new(&plan.schema);
        config.max_seq_size = datum.len();
        let mut state = DeserializerState::with_config(SliceRead::new(datum), config);
        let input = state.deserializer();
        let packet = if is_wanted(record) {
            let seed = PacketSeed {
                plan: &plan,
                wanted,
            };
            Some(seed.deserialize(input).map_err(ContainerError::Record)?)
        } else {
            serde::Deserialize::deserialize(input)
                .map(|IgnoredAny| ())
                .map_err(ContainerError::Record)?;
            None
        };
        let left = state.into_reader().fill_buf().map_or(0, <[u8]>::len);
        let end = bytes.len() - left;
        if let Some(packet) = packet {
            each(at..end, record, &plan, packet);
        }
        at = end;
        if left == 0 {
            break;
        }
    }
    Ok(())
}

fn read_block(
    block: &Block<'_>,
    first: u32,
    plan: &Plan,
    wanted: Wanted,
    is_wanted: &dyn Fn(u32) -> bool,
    each: &mut dyn FnMut(u32, &Plan, Packet<'_>),
) -> Result<(), ContainerError> {
    let unpacked = block.unpack()?;
    let mut config = DeserializerConfig::new(&plan.schema);
    // Elements of a list take a byte each at least, or a damaged length would count for ever.
    config.max_seq_size = unpacked.len();
    let mut state = DeserializerState::with_config(SliceRead::new(&unpacked), config);
    for record in (first..).take(block.records) {
        let input = state.deserializer();
        if is_wanted(record) {
            let packet = PacketSeed { plan, wanted }.deserialize(input);
            each(record, plan, packet.map_err(ContainerError::Record)?);
        } else {
            serde::Deserialize::deserialize(input)
                .map(|IgnoredAny| ())
                .map_err(ContainerError::Record)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use apache_avro::{Schema, types::Value};

    use super::*;

    /// A value of that type: nothing where it may be null, but for the cutouts.
    fn value(schema: &Schema, name: &str, id: i64) -> Value {
        match schema {
            Schema::Record(record) => {
                let field = |field: &apache_avro::schema::RecordField| {
                    (field.name.clone(), value(&field.schema, &field.name, id))
                };
                Value::Record(record.fields.iter().map(field).collect())
            }
            Schema::Union(_) if name.starts_with("cutout") => {
                Value::Union(1, Box::new(Value::Bytes(b"SIMPLE  =".to_vec())))
            }
            Schema::Union(_) => Value::Union(0, Box::new(Value::Null)),
            Schema::Long if name == "diaSourceId" => Value::Long(id),
            Schema::Long => Value::Long(1),
            Schema::Int => Value::Int(1),
            Schema::Float => Value::Float(1.0),
            Schema::Double if name == "midpointMjdTai" => Value::Double(61_000.123_456_789),
            Schema::Double => Value::Double(1.0),
            Schema::Boolean => Value::Boolean(false),
            Schema::Bytes => Value::Bytes(b"SIMPLE  =".to_vec()),
            Schema::String => Value::String("r".into()),
            Schema::Array(_) => Value::Array(Vec::new()),
            other => panic!("{other:?}"),
        }
    }

    fn message(number: u32, id: i64) -> Vec<u8> {
        let head = [&[0_u8][..], &number.to_be_bytes()].concat();
        let (text, _) = frame_at(&head, 0).unwrap();
        let schema = Schema::parse_str(text).unwrap();
        let writer = apache_avro::writer::datum::GenericDatumWriter::builder(&schema)
            .build()
            .unwrap();
        let datum = writer.write_value_to_vec(value(&schema, "", id)).unwrap();
        [head, datum].concat()
    }

    fn read(bytes: &[u8]) -> (Vec<(String, f64, usize)>, Option<String>) {
        let mut found = Vec::new();
        let done = read_records(
            bytes,
            &Plans::default(),
            Wanted::All,
            &|_| true,
            &mut |_, _, packet| {
                let id = packet.row.candid.as_deref().unwrap_or_default().to_owned();
                found.push((id, packet.row.mjd_tai.unwrap_or(0.0), packet.cutouts.len()));
            },
        );
        (found, done.err().map(|error| error.to_string()))
    }

    #[test]
    fn messages_of_every_version_are_read_one_after_the_other() {
        for number in [701, 704, 800, 900, 1000, 1100] {
            let long = 9_007_199_254_740_995;
            let bytes = [message(number, 5), message(number, long)].concat();
            let (found, error) = read(&bytes);
            assert_eq!(error, None, "{number}");
            let ids: Vec<_> = found
                .iter()
                .map(|(id, _, cutouts)| (&**id, *cutouts))
                .collect();
            assert_eq!(ids, [("5", 3), ("9007199254740995", 3)], "{number}");
            assert!((found[0].1 - 61_000.123_456_789).abs() < 1e-12);
        }
    }

    #[test]
    fn a_message_that_is_cut_is_an_error_and_those_before_it_are_read() {
        let bytes = [message(900, 5), message(900, 6)].concat();
        let (found, error) = read(&bytes[..bytes.len() - 3]);
        assert_eq!(found.len(), 1);
        assert!(error.is_some());
        let (_, error) = read(&[message(900, 5), vec![1, 2, 3]].concat());
        assert!(error.unwrap().contains("no message begins"));
    }

    #[test]
    fn damaged_messages_never_panic() {
        let whole = [message(900, 5), message(1100, 6)].concat();
        let mut state = 2_026_u64;
        let mut next = |below: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        let mut whole_ones = 0;
        for _ in 0..2_000 {
            let mut bytes = whole.clone();
            for _ in 0..=next(4) {
                let at = next(bytes.len());
                match next(3) {
                    0 => bytes.truncate(at + 1),
                    1 => bytes[at] ^= 1 << next(8),
                    _ => bytes[at] = bytes[at].wrapping_add(0x7f),
                }
            }
            // A damaged first byte makes it another kind of file.
            bytes[0] = 0;
            whole_ones += read(&bytes).0.len();
        }
        assert!(
            (200..4_000).contains(&whole_ones),
            "{whole_ones} of 4000 messages were read"
        );
    }
}
