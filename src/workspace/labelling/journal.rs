//! News of the project file: what is written, and what other windows wrote.

use std::sync::Arc;

use crate::{
    domain::{LabelBook, LabelEvent, Problem},
    language::in_english,
    text,
    workspace::{context::Context, journal_writer::JournalNews, shared::Shared},
};

/// What came of a request to write everything.
#[derive(Debug)]
pub struct Flushed {
    /// Labels that are not on disk.
    pub unwritten: usize,
    /// Why not, naming the file; empty where all are.
    pub why: String,
}

impl Shared {
    /// The oldest news of the journal.
    pub fn next_journal_news(&self) -> Option<JournalNews> {
        self.journal.as_ref()?.next_news()
    }

    /// Takes in one of them; gives what came of a request to write everything.
    pub fn take_journal_news(&mut self, news: JournalNews, cx: &Context) -> Option<Flushed> {
        match news {
            JournalNews::Saved { events } => {
                self.project.unsaved = self.project.unsaved.saturating_sub(events);
                self.project.fault = None;
            }
            JournalNews::NotSaved { why } => {
                let is_known = self.project.fault.as_ref() == Some(&why);
                if !is_known {
                    self.warn(text!("labels are not on disk: {why}", why), cx.now);
                }
                self.project.fault = Some(why);
            }
            JournalNews::Restored(restored) => {
                self.warn(restored.in_words(), cx.now);
                let news = in_english(|| restored.in_words());
                let what = news.strip_prefix(&restored.file).unwrap_or(&news).trim();
                self.problems
                    .push(Problem::new(&*restored.file, "project", what));
            }
            JournalNews::Flushed { unwritten, why } => {
                return Some(Flushed { unwritten, why });
            }
            JournalNews::Arrived(events) => self.take_events_of_others(events),
            JournalNews::Reordered(events) => self.take_journal(events),
        }
        None
    }

    /// Events of another window. They stand in the file before those of ours that are not
    /// written yet, and so they do here.
    fn take_events_of_others(&mut self, events: Vec<LabelEvent>) {
        if self.project.unsaved == 0 {
            let book = Arc::make_mut(&mut self.book);
            for event in events {
                book.push(Arc::new(event));
            }
            return;
        }
        let (written, unsaved) = self.written_and_unsaved();
        let others = events.into_iter().map(Arc::new);
        let all = written
            .iter()
            .cloned()
            .chain(others)
            .chain(unsaved.iter().cloned());
        self.take_book(LabelBook::of(all));
    }

    /// The whole journal as the file has it; what is not written yet follows.
    fn take_journal(&mut self, events: Vec<LabelEvent>) {
        let (_, unsaved) = self.written_and_unsaved();
        let all = events
            .into_iter()
            .map(Arc::new)
            .chain(unsaved.iter().cloned());
        self.take_book(LabelBook::of(all));
    }

    /// The book's events: those that the disk has acknowledged, and the rest.
    fn written_and_unsaved(&self) -> (&[Arc<LabelEvent>], &[Arc<LabelEvent>]) {
        let events = self.book.events();
        events.split_at(events.len().saturating_sub(self.project.unsaved))
    }
}
