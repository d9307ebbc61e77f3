//! Header cards and packet fields on request.

use std::sync::Arc;

use crate::{
    app::{event::JobEvent, reporter::Reporter},
    domain::{Problem, StampRef},
    io::{decode::Decoder, header::header},
    tasks::thread::{self, Broken},
};

/// Names and values of a header or packet, or why they could not be read.
pub type Cards = Result<Arc<[(String, String)]>, Arc<Problem>>;

/// Reads them on a thread of its own; the answer comes as news.
///
/// # Errors
/// Where the system gives no thread.
pub fn read(stamp: StampRef, decoder: Arc<Decoder>, reporter: Reporter) -> std::io::Result<()> {
    let (id, path) = (stamp.id, stamp.source.path.display().to_string());
    let work = move || header(&stamp, &decoder).map(Arc::from).map_err(Arc::new);
    thread::start("header", work, move |cards| {
        let cards = cards.unwrap_or_else(|_| {
            let why = Broken::sentence("reading it");
            Err(Arc::new(Problem::new(path, "header", why)))
        });
        reporter.send(JobEvent::Header { stamp: id, cards });
    })?;
    Ok(())
}
