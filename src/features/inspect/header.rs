//! Header cards and packet fields of the epoch on screen, read where their pane is open.

use std::sync::Arc;

use crate::{
    domain::{Problem, StampId, StampRef},
    io::{decode::Decoder, header::header},
    tasks::{Running, Task, TaskContext, TaskEvent, next_event},
    workspace::{context::Context, screen::Pane, shared::Shared},
};

/// Names and values of a header or packet, or why they could not be read.
pub type Cards = Result<Arc<[(String, String)]>, Arc<Problem>>;

pub struct ReadHeader {
    pub stamp: StampRef,
    /// Knows the schemas of alerts.
    pub decoder: Arc<Decoder>,
}

impl Task for ReadHeader {
    const NAME: &'static str = "header";
    type Update = ();
    type Output = Cards;

    fn run(self, cx: &TaskContext<()>) -> anyhow::Result<Cards> {
        cx.abandonable("reading it", move || {
            let cards = header(&self.stamp, &self.decoder);
            cards.map(Arc::from).map_err(Arc::new)
        })
    }
}

/// Header cards of a stamp: asked for, there, or failed.
#[derive(Debug)]
pub struct HeaderCards {
    pub stamp: StampId,
    /// None while they are being read.
    pub cards: Option<Cards>,
    /// Its file.
    path: String,
    reading: Option<Running<ReadHeader>>,
}

/// The state of the header's window.
#[derive(Debug, Default)]
pub struct HeaderPane {
    /// Header cards on request.
    pub header: Option<HeaderCards>,
}

impl HeaderPane {
    /// Has the header of the epoch on screen read where its pane is open.
    pub(crate) fn want_header(&mut self, shared: &mut Shared, cx: &Context) {
        if !shared.panes.contains(&Pane::Header) {
            self.header = None;
            return;
        }
        let stamp = shared.epoch().and_then(|epoch| epoch.stamps.first());
        let shown = self.header.as_ref().map(|header| header.stamp);
        if shown == stamp.map(|stamp| stamp.id) {
            return;
        }
        self.header = stamp.cloned().map(|stamp| HeaderCards {
            stamp: stamp.id,
            cards: None,
            path: stamp.source.path.display().to_string(),
            reading: Some(cx.tasks.start(ReadHeader {
                stamp,
                decoder: shared.stamps.decoder().clone(),
            })),
        });
    }

    pub(crate) fn poll_header(&mut self) {
        let Some(header) = &mut self.header else {
            return;
        };
        while let Some(event) = next_event(&mut header.reading) {
            match event {
                TaskEvent::Finished(cards) => header.cards = Some(cards),
                TaskEvent::Failed(why) => {
                    let problem = Problem::new(header.path.clone(), "header", why);
                    header.cards = Some(Err(Arc::new(problem)));
                }
                TaskEvent::Update(()) | TaskEvent::Cancelled => {}
            }
        }
    }
}
