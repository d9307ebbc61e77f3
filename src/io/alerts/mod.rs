//! Alert packets of brokers and surveys: Avro as files and as messages of a stream, and JSON.

mod avro_container;
pub(super) mod avro_file;
pub(super) mod json;
mod messages;
pub(super) mod plan;
pub(super) mod record;
pub(super) mod value;
