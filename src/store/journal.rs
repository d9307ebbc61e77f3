//! The journal of label events: only ever appended to.

use rusqlite::{Connection, TransactionBehavior, params};

use super::{
    event_row::{COLUMNS, IN_ORDER, PLACES, event_of, with_values},
    project::{Project, StoreError},
};
use crate::domain::{LabelEvent, StepIds};

impl Project {
    /// Appends all events in one transaction and returns the number of the last one.
    ///
    /// When this returns `Ok`, the events are on disk; otherwise none of them is. Without
    /// events it returns the number of the journal's last event (0 where there is none).
    pub fn append(&mut self, events: &[LabelEvent]) -> Result<i64, StoreError> {
        let failed = self.failed("writing labels");
        let last = self.try_append(events).map_err(failed)?;
        let Some(last) = last else {
            return Err(StoreError::Replaced {
                path: self.path.clone(),
                why: "an older copy that lacks some of these labels".into(),
            });
        };
        self.last_known.set(last);
        self.note_log();
        Ok(last)
    }

    /// None where the file holds fewer events than were seen in it: it was overwritten.
    fn try_append(&mut self, events: &[LabelEvent]) -> rusqlite::Result<Option<i64>> {
        if events.is_empty() {
            return last_seq(&self.connection).map(Some);
        }
        let writing = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        if last_seq(&writing)? < self.last_known.get() {
            return Ok(None);
        }
        {
            let sql = format!("INSERT INTO label_events ({COLUMNS}) VALUES ({PLACES})");
            let mut insert = writing.prepare(&sql)?;
            for event in events {
                with_values(event, |values| insert.execute(values))?;
            }
        }
        let last = writing.last_insert_rowid();
        writing.commit()?;
        Ok(Some(last))
    }

    /// Every event after number `seq` (0 for all), oldest first, each with its number: this is
    /// how one window sees what another one wrote. Numbers grow in the order of the commits.
    pub fn events_since(&self, seq: i64) -> Result<Vec<(i64, LabelEvent)>, StoreError> {
        let sql = format!("SELECT seq, {COLUMNS} FROM label_events WHERE seq > ? ORDER BY seq");
        let events = self.read_events(&sql, seq)?;
        if let Some((last, _)) = events.last() {
            self.last_known.set(self.last_known.get().max(*last));
        }
        Ok(events)
    }

    /// Every event in the order in which it counts, and the greatest number of one (0 where there is none). The order
    /// is that of the numbers; of a project on a server that of the server, then what is not sent yet; of merged projects that
    /// of the merge, then what came later.
    pub fn history(&self) -> Result<(Vec<LabelEvent>, i64), StoreError> {
        // Before the events: what is reordered in between is read once more.
        self.known_reorders.set(self.reorders()?);
        let sql = format!(
            "SELECT seq, {COLUMNS} FROM label_events JOIN event_ids USING (seq) WHERE seq > ? {IN_ORDER}"
        );
        let events = if self.server()?.is_some() || self.known_reorders.get() > 0 {
            self.read_events(&sql, 0)?
        } else {
            self.events_since(0)?
        };
        let last = events.iter().map(|(seq, _)| *seq).max().unwrap_or_default();
        self.last_known.set(self.last_known.get().max(last));
        Ok((events.into_iter().map(|(_, event)| event).collect(), last))
    }

    /// True where events have come to stand before others since [`Self::history`] was read.
    pub fn is_reordered(&self) -> Result<bool, StoreError> {
        Ok(self.reorders()? != self.known_reorders.get())
    }

    fn read_events(&self, sql: &str, after: i64) -> Result<Vec<(i64, LabelEvent)>, StoreError> {
        let reading = || {
            let mut select = self.connection.prepare(sql)?;
            let rows = select.query_map(params![after], event_of)?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        reading().map_err(|error| match error {
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..) => StoreError::Damaged {
                path: self.path.clone(),
                why: format!("a label event cannot be read: {error}"),
            },
            other => self.failed("reading labels")(other),
        })
    }

    /// A range of step numbers that no other window has or will get.
    ///
    /// # Errors
    /// Also where the project is on a server and has used up the ranges that it got there.
    pub fn step_ids(&mut self) -> Result<StepIds, StoreError> {
        let failed = self.failed("reserving step numbers");
        let none_left = StoreError::NoSteps {
            path: self.path.clone(),
        };
        let end = match self.server()? {
            Some(server) if server.steps_left == 0 => return Err(none_left),
            Some(server) => server.steps_end,
            None => i64::MAX,
        };
        let mut reserve = || {
            let writing = self
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            writing.execute("UPDATE about SET step_range = step_range + 1", [])?;
            let sql = "SELECT step_range FROM about";
            let range = writing.query_row(sql, [], |row| row.get::<_, u32>(0))?;
            if i64::from(range) >= end {
                return Ok(None);
            }
            writing.commit()?;
            Ok(Some(StepIds::of_range(range)))
        };
        reserve().map_err(failed)?.ok_or(none_left)
    }

    /// Looks through the whole file for damage.
    pub fn check_integrity(&self) -> Result<(), StoreError> {
        let answer: String = self
            .connection
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .map_err(self.failed("checking the project"))?;
        if answer == "ok" {
            return Ok(());
        }
        Err(StoreError::Damaged {
            path: self.path.clone(),
            why: answer,
        })
    }
}

fn last_seq(connection: &Connection) -> rusqlite::Result<i64> {
    let sql = "SELECT coalesce(max(seq), 0) FROM label_events";
    connection.query_row(sql, [], |row| row.get(0))
}
