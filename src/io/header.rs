//! Everything that a file says of one stamp, read when it is asked for.

use std::sync::Arc;

use super::{
    alerts::{
        self,
        avro_file::read_records,
        plan::Plan,
        record::{Packet, Wanted},
    },
    decode::{Decoder, Messages, cutout_bytes, problem},
    fits::stamp::FitsStamps,
    gunzip::{read_file, unpacked},
    parquet::cutouts::ParquetCutouts,
};
use crate::domain::{Part, Problem, SourceKind, StampRef};

/// Names and values: the cards of the stamp's FITS header, before them a packet's own fields.
pub fn header(stamp: &StampRef, decoder: &Decoder) -> Result<Vec<(String, String)>, Problem> {
    let read = || match stamp.part {
        Part::Hdu { hdu, .. } => FitsStamps::open_file(&stamp.source.path, false)
            .and_then(|mut file| file.cards(hdu))
            .map_err(|error| error.to_string()),
        Part::Member { hdu, .. } => {
            let bytes = alert_bytes(stamp, decoder)?;
            FitsStamps::open(bytes.into(), false)
                .and_then(|mut file| file.cards(hdu))
                .map_err(|error| error.to_string())
        }
        Part::Cutout { record, .. } if stamp.source.kind == SourceKind::Parquet => {
            row_header(stamp, record)
        }
        // Arrays have no header; what is known of a row stands among the fields of its epoch.
        Part::Cutout { .. } if stamp.source.kind == SourceKind::Arrays => Ok(Vec::new()),
        Part::Cutout { .. } if stamp.source.kind == SourceKind::FitsTable => {
            FitsStamps::open_file(&stamp.source.path, false)
                .and_then(|mut file| file.cards(0))
                .map_err(|error| error.to_string())
        }
        Part::Cutout { record, .. } if stamp.source.kind == SourceKind::Json => {
            json_header(stamp, record)
        }
        Part::Cutout { record, .. } => {
            let bytes = alert_bytes(stamp, decoder)?;
            packet_header(&bytes, stamp, record, decoder)
        }
    };
    read().map_err(|why| Problem {
        what: "header".into(),
        ..problem(stamp, &why)
    })
}

/// The cards of a cutout of an alert in JSON.
fn json_header(stamp: &StampRef, record: u32) -> Result<Vec<(String, String)>, String> {
    let bytes = read_file(&stamp.source.path).map_err(|error| error.to_string())?;
    let alerts = alerts::json::alerts(&bytes)?;
    let alert = alerts
        .get(record as usize)
        .ok_or("the alert is not there any more")?;
    let bytes =
        unpacked(alerts::json::cutout(alert, stamp.role)?).map_err(|error| error.to_string())?;
    let mut file = FitsStamps::open(bytes.into(), false).map_err(|error| error.to_string())?;
    file.cards(0).map_err(|error| error.to_string())
}

/// The cards of a cutout in a Parquet file.
fn row_header(stamp: &StampRef, row: u32) -> Result<Vec<(String, String)>, String> {
    let file = ParquetCutouts::open(&stamp.source.path).map_err(|error| error.to_string())?;
    let mut lines = Err("the row is not there any more".to_owned());
    let done = file.cutouts(stamp.role, &[row], &mut |_, bytes| {
        let bytes = bytes.map_or_else(Vec::new, <[u8]>::to_vec);
        let file = unpacked(bytes).map_err(|error| error.to_string());
        lines = file.and_then(|bytes| {
            let mut file =
                FitsStamps::open(bytes.into(), false).map_err(|error| error.to_string())?;
            file.cards(0).map_err(|error| error.to_string())
        });
    });
    done.map_err(|error| error.to_string())?;
    lines
}

/// The alert file, or the member of the archive, in which the stamp lies.
fn alert_bytes(stamp: &StampRef, decoder: &Decoder) -> Result<Vec<u8>, String> {
    let path = &stamp.source.path;
    let kind = stamp.source.kind;
    let (
        SourceKind::Tar | SourceKind::TarGz | SourceKind::TarPacked | SourceKind::Zip,
        Part::Cutout { at_byte, len, .. } | Part::Member { at_byte, len, .. },
    ) = (kind, stamp.part)
    else {
        if let Part::Cutout { at_byte, len, .. } = stamp.part
            && len > 0
        {
            let message = Messages::open(path).and_then(|mut file| file.at((at_byte, len)));
            return message.map_err(|error| error.to_string());
        }
        return read_file(path).map_err(|error| error.to_string());
    };
    let mut member = Err("it is not there any more".to_owned());
    decoder
        .archives
        .read_members_at(path, kind, &[(at_byte, len)], &mut |_, bytes| {
            member = bytes.map_err(|error| error.to_string());
        });
    unpacked(member?).map_err(|error| error.to_string())
}

fn packet_header(
    bytes: &[u8],
    stamp: &StampRef,
    record: u32,
    decoder: &Decoder,
) -> Result<Vec<(String, String)>, String> {
    let mut lines = Err("the record is not there any more".to_owned());
    let done = read_records(
        bytes,
        &decoder.plans,
        Wanted::All,
        &|number| number == record,
        &mut |_, plan, packet| lines = Ok(packet_lines(plan, &packet, stamp)),
    );
    match (lines, done) {
        (Err(_), Err(error)) => Err(error.to_string()),
        (lines, _) => lines,
    }
}

fn packet_lines(plan: &Plan, packet: &Packet<'_>, stamp: &StampRef) -> Vec<(String, String)> {
    let id = |name: &str, id: &Option<Arc<str>>| Some((name.to_owned(), id.as_ref()?.to_string()));
    let row = &packet.row;
    let ids = [id("objectId", &row.object_id), id("candid", &row.candid)];
    let numbers = plan.names.iter().zip(&packet.numbers);
    let numbers = numbers.filter(|(_, value)| !value.is_nan());
    let texts = packet.texts.iter();
    let mut lines: Vec<(String, String)> = ids
        .into_iter()
        .flatten()
        .chain(numbers.map(|(name, value)| (name.to_string(), value.to_string())))
        .chain(texts.map(|(name, text)| (name.to_string(), text.to_string())))
        .collect();
    // A damaged cutout leaves the packet's own fields readable.
    if let Ok(bytes) = cutout_bytes(packet, stamp) {
        let cards = FitsStamps::open(bytes, false).and_then(|mut file| file.cards(0));
        lines.extend(cards.unwrap_or_default());
    }
    lines
}
