//! The records of an Avro file of alerts, or of messages of a stream, one after the other.

use std::io::BufRead as _;

use serde::de::{DeserializeSeed as _, IgnoredAny};
use serde_avro_fast::de::{DeserializerConfig, DeserializerState, read::SliceRead};

use super::{
    alert_container::{Block, Container, ContainerError},
    alert_frames::frame_at,
    alert_plan::{Plan, Plans},
    alert_record::{Packet, PacketSeed, Wanted},
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
    if bytes.first() == Some(&0) {
        return read_frames(bytes, plans, wanted, is_wanted, each);
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

/// Messages of a stream, one after the other.
fn read_frames(
    bytes: &[u8],
    plans: &Plans,
    wanted: Wanted,
    is_wanted: &dyn Fn(u32) -> bool,
    each: &mut dyn FnMut(u32, &Plan, Packet<'_>),
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
        if is_wanted(record) {
            let packet = PacketSeed {
                plan: &plan,
                wanted,
            };
            let packet = packet.deserialize(input).map_err(ContainerError::Record)?;
            each(record, &plan, packet);
        } else {
            serde::Deserialize::deserialize(input)
                .map(|IgnoredAny| ())
                .map_err(ContainerError::Record)?;
        }
        let left = state.into_reader().fill_buf().map_or(0, <[u8]>::len);
        at = bytes.len() - left;
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
