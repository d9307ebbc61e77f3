//! Header cards and packet fields on request.

use std::{sync::Arc, thread::Builder};

use super::{event::JobEvent, reporter::Reporter};
use crate::{
    domain::StampRef,
    io::{decode::Decoder, header::header},
};

/// Reads them on a thread of its own; the answer comes as news.
///
/// # Errors
/// Where the system gives no thread.
pub fn read(stamp: StampRef, decoder: Arc<Decoder>, reporter: Reporter) -> std::io::Result<()> {
    Builder::new().name("header".into()).spawn(move || {
        let cards = header(&stamp, &decoder).map(Arc::from).map_err(Arc::new);
        reporter.send(JobEvent::Header {
            stamp: stamp.id,
            cards,
        });
    })?;
    Ok(())
}
