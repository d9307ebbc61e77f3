//! The journal of label events: only ever appended to.

use rusqlite::{Connection, TransactionBehavior, params};

use super::{
    event_row::{COLUMNS, PLACES, event_of, with_values},
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
        let reading = || {
            let mut select = self.connection.prepare(&sql)?;
            let rows = select.query_map(params![seq], event_of)?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        let events = reading().map_err(|error| match error {
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..) => StoreError::Damaged {
                path: self.path.clone(),
                why: format!("a label event cannot be read: {error}"),
            },
            other => self.failed("reading labels")(other),
        })?;
        if let Some((last, _)) = events.last() {
            self.last_known.set(self.last_known.get().max(*last));
        }
        Ok(events)
    }

    /// A range of step numbers that no other window has or will get.
    pub fn step_ids(&mut self) -> Result<StepIds, StoreError> {
        let failed = self.failed("reserving step numbers");
        let mut reserve = || {
            let writing = self
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            writing.execute("UPDATE about SET step_range = step_range + 1", [])?;
            let sql = "SELECT step_range FROM about";
            let range = writing.query_row(sql, [], |row| row.get::<_, u32>(0))?;
            writing.commit()?;
            Ok(StepIds::of_range(range))
        };
        reserve().map_err(failed)
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
