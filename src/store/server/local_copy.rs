//! The project file as the local copy of a project on a server: what was not sent, and what comes in.

use std::collections::VecDeque;

use rusqlite::{OptionalExtension, Transaction, TransactionBehavior, params};

use crate::store::{
    event_row::{COLUMNS, EventRow, IN_ORDER, PLACES, event_of, rows_in_order},
    project::{Project, StoreError},
};

/// The server that a project is shared on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedOn {
    /// The address, without a password.
    pub address: String,
    /// The identity of the project there.
    pub project: String,
    /// Ranges of step numbers that are left.
    pub steps_left: i64,
    /// The first range that is not ours.
    pub(in crate::store) steps_end: i64,
}

impl Project {
    /// The server that this project is shared on; none for a project of one file.
    ///
    /// # Errors
    /// Where the project cannot be read.
    pub fn server(&self) -> Result<Option<SharedOn>, StoreError> {
        let sql = "SELECT address, project, path, steps_end, step_range FROM server, about";
        let here = self.full_path();
        let read = self.connection.query_row(sql, [], |row| {
            let (path, steps_end, range): (String, i64, i64) =
                (row.get(2)?, row.get(3)?, row.get(4)?);
            // A copy of the file would give the same steps again.
            let is_at_home = path == here;
            Ok(SharedOn {
                address: row.get(0)?,
                project: row.get(1)?,
                steps_left: if is_at_home {
                    (steps_end - 1 - range).max(0)
                } else {
                    0
                },
                steps_end,
            })
        });
        read.optional().map_err(self.failed("reading the project"))
    }

    /// Another number whenever events have come to stand before others that were here already: how often they did on the
    /// server; of a project of one file how many events the last merge has put in order. 0 where the numbers are the order.
    pub(in crate::store) fn reorders(&self) -> Result<i64, StoreError> {
        let sql = "SELECT coalesce((SELECT reorders FROM server),
                                   (SELECT max(server_seq) FROM event_ids), 0)";
        let read = self.connection.query_row(sql, [], |row| row.get(0));
        read.map_err(self.failed("reading the project"))
    }

    /// Events that the server is not known to have, after number `after` here.
    ///
    /// # Errors
    /// Where the project cannot be read.
    pub fn unsent_after(&self, after: i64) -> Result<usize, StoreError> {
        let sql = "SELECT count(*) FROM event_ids WHERE seq > ? AND server_seq IS NULL";
        let read = self
            .connection
            .query_row(sql, [after], |row| row.get::<_, i64>(0));
        Ok(read.map_err(self.failed("counting labels"))? as usize)
    }

    /// Makes this file the local copy of a project on a server, unless it is one.
    pub(super) fn share_on(&mut self, address: &str, project: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO server VALUES (1, ?, ?, ?, 0, 0) ON CONFLICT (one) DO NOTHING";
        self.connection
            .execute(sql, params![address, project, self.full_path()])
            .map_err(self.failed("writing the server of the project"))?;
        Ok(())
    }

    /// Step numbers of this file from now on: the ranges from `first` on, before `end`.
    pub(super) fn take_steps(&mut self, first: i64, end: i64) -> Result<(), StoreError> {
        let here = self.full_path();
        let failed = self.failed("writing step numbers");
        let mut write = || {
            let writing = self
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            writing.execute("UPDATE about SET step_range = ?", [first - 1])?;
            let sql = "UPDATE server SET steps_end = ?, path = ?";
            writing.execute(sql, params![end, here])?;
            writing.commit()
        };
        write().map_err(failed)
    }

    /// The last range of steps that was given out.
    pub(super) fn last_steps(&self) -> Result<i64, StoreError> {
        let sql = "SELECT step_range FROM about";
        let read = self.connection.query_row(sql, [], |row| row.get(0));
        read.map_err(self.failed("reading step numbers"))
    }

    /// The greatest number of an event here; 0 where there is none.
    pub(super) fn last_number(&self) -> Result<i64, StoreError> {
        let sql = "SELECT coalesce(max(seq), 0) FROM label_events";
        let read = self.connection.query_row(sql, [], |row| row.get(0));
        read.map_err(self.failed("reading labels"))
    }

    /// The last event that the server is known to have: its number there, and its identity.
    pub(super) fn last_sent(&self) -> Result<Option<(i64, Vec<u8>)>, StoreError> {
        let sql = "SELECT server_seq, id FROM event_ids ORDER BY server_seq DESC LIMIT 1";
        let read = self.connection.query_row(sql, [], |row| {
            Ok((row.get::<_, Option<i64>>(0)?, row.get(1)?))
        });
        let last = read.optional().map_err(self.failed("reading labels"))?;
        Ok(last.and_then(|(seq, id)| Some((seq?, id))))
    }

    /// The first events after number `after`, oldest first: all of them, or those that the server is not known to have.
    pub(super) fn rows_after(
        &self,
        after: i64,
        only_unsent: bool,
        most: usize,
    ) -> Result<Vec<EventRow>, StoreError> {
        let unsent = if only_unsent {
            "AND server_seq IS NULL"
        } else {
            ""
        };
        let sql = format!(
            "SELECT seq, id, {COLUMNS} FROM label_events JOIN event_ids USING (seq)
             WHERE seq > ? {unsent} ORDER BY seq LIMIT ?"
        );
        let reading = || {
            let mut select = self.connection.prepare(&sql)?;
            let rows = select.query_map(params![after, most as i64], EventRow::read)?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        reading().map_err(self.failed("reading labels"))
    }

    /// Takes in events of the server, in its order, all of them or none: those that are here get their number, the others are
    /// appended. `sent_to`: up to this number all that is here has one. Returns how many were appended.
    pub(super) fn take_rows(
        &mut self,
        rows: &[EventRow],
        sent_to: i64,
    ) -> Result<usize, StoreError> {
        let failed = self.failed("writing the labels of others");
        let path = self.path.clone();
        let mut write = || {
            let writing = self
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            let appended = take_rows(&writing, rows, sent_to)?;
            writing.commit()?;
            Ok(appended)
        };
        write().map_err(|error| match error {
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..) => StoreError::NotWritable {
                path,
                why: format!(
                    "the server has a label that this version cannot read: is it of a newer destello? ({error})"
                ),
            },
            other => failed(other),
        })
    }

    /// Forgets which events the server has: it has others than it had. All are looked for there again.
    pub(super) fn forget_sent(&mut self) -> Result<(), StoreError> {
        let failed = self.failed("writing the labels of others");
        let mut write = || {
            let writing = self
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            writing.execute("UPDATE event_ids SET server_seq = NULL", [])?;
            writing.execute("UPDATE server SET reorders = reorders + 1", [])?;
            writing.commit()
        };
        write().map_err(failed)
    }

    /// Makes of what was taken in a project of one file, whose steps come after range `last`.
    pub(super) fn leave_server(&mut self, last: i64) -> Result<(), StoreError> {
        let failed = self.failed("writing the project");
        let mut write = || {
            let writing = self
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            writing.execute("UPDATE event_ids SET server_seq = NULL", [])?;
            let sql = "UPDATE about SET step_range = max(step_range, ?)";
            writing.execute(sql, [last])?;
            writing.commit()
        };
        write().map_err(failed)
    }

    /// All events, in the order in which they count.
    pub(in crate::store) fn rows_in_order(&self) -> Result<Vec<EventRow>, StoreError> {
        rows_in_order(&self.connection).map_err(self.failed("reading labels"))
    }

    /// The identities of all events, in the order in which they count.
    pub(super) fn identities(&self) -> Result<Vec<Vec<u8>>, StoreError> {
        let reading = || {
            let sql = format!("SELECT id FROM event_ids {IN_ORDER}");
            let mut select = self.connection.prepare(&sql)?;
            let rows = select.query_map([], |row| row.get(0))?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        reading().map_err(self.failed("reading labels"))
    }

    fn full_path(&self) -> String {
        let path = std::path::absolute(&self.path).unwrap_or_else(|_| self.path.clone());
        path.display().to_string()
    }
}

fn take_rows(
    writing: &Transaction<'_>,
    rows: &[EventRow],
    sent_to: i64,
) -> rusqlite::Result<usize> {
    let unsent =
        "SELECT seq FROM event_ids WHERE seq > ? AND server_seq IS NULL ORDER BY seq LIMIT ?";
    let mut select = writing.prepare(unsent)?;
    let found = select.query_map(params![sent_to, rows.len() as i64 + 1], |row| row.get(0))?;
    let mut waiting = found.collect::<rusqlite::Result<VecDeque<i64>>>()?;
    let mut find = writing.prepare("SELECT seq, server_seq FROM event_ids WHERE id = ?")?;
    let mut append = writing.prepare(&format!(
        "INSERT INTO label_events ({COLUMNS}) VALUES ({PLACES})"
    ))?;
    let mut number =
        writing.prepare("UPDATE event_ids SET id = ?, server_seq = ? WHERE seq = ?")?;
    let mut read = writing.prepare(&format!(
        "SELECT seq, {COLUMNS} FROM label_events WHERE seq = ?"
    ))?;
    let (mut appended, mut is_reordered) = (0, false);
    for row in rows {
        let known = find
            .query_row([&row.id], |found| {
                Ok((found.get::<_, i64>(0)?, found.get::<_, Option<i64>>(1)?))
            })
            .optional()?;
        let seq = match known {
            Some((_, Some(number))) if number == row.seq => continue,
            Some((seq, _)) => {
                // What waits before it will stand behind it.
                is_reordered |= waiting.front() != Some(&seq);
                waiting.retain(|waits| *waits != seq);
                seq
            }
            None => {
                append.execute(rusqlite::params_from_iter(&row.cells))?;
                let seq = writing.last_insert_rowid();
                read.query_row([seq], event_of)?;
                is_reordered |= !waiting.is_empty();
                appended += 1;
                seq
            }
        };
        number.execute(params![row.id, row.seq, seq])?;
    }
    if is_reordered {
        writing.execute("UPDATE server SET reorders = reorders + 1", [])?;
    }
    Ok(appended)
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use rusqlite::types::Value;

    use super::*;
    use crate::domain::{LabelAction, LabelEvent};

    fn decided(step: i64, candidate: &str) -> LabelEvent {
        let class = "real".into();
        (*LabelEvent::made(step, candidate, LabelAction::Set { class })).clone()
    }

    /// A local copy with steps of its own.
    fn copy(path: &Path, first: i64) -> Project {
        let mut project = Project::open_or_create(path).unwrap();
        let address = "postgresql://db/night";
        project.share_on(address, "the project").unwrap();
        project.take_steps(first, first + 2).unwrap();
        project
    }

    /// What the server has of an event that is here.
    fn on_server(project: &Project, at: usize, seq: i64) -> EventRow {
        let rows = project.rows_after(0, false, 100).unwrap();
        EventRow {
            seq,
            ..rows[at].clone()
        }
    }

    fn candidates(project: &Project) -> Vec<String> {
        let events = project.history().unwrap().0;
        events
            .iter()
            .map(|event| event.candidate.to_string())
            .collect()
    }

    #[test]
    fn the_order_of_the_server_counts_and_what_is_not_sent_comes_last() {
        let folder = tempfile::tempdir().unwrap();
        let mut ana = copy(&folder.path().join("ana.destello"), 1);
        let mut ben = copy(&folder.path().join("ben.destello"), 3);
        ben.append(&[decided(1, "b1"), decided(2, "b2")]).unwrap();
        let (b1, b2) = (on_server(&ben, 0, 5), on_server(&ben, 1, 9));
        // Nothing waits: what comes in is the end.
        assert_eq!(candidates(&ana), [""; 0]);
        assert_eq!(ana.take_rows(std::slice::from_ref(&b1), 0).unwrap(), 1);
        assert!(!ana.is_reordered().unwrap());
        assert_eq!(ana.last_sent().unwrap(), Some((5, b1.id.clone())));
        // Ana's waits, and Ben's comes before it.
        ana.append(&[decided(3, "a1")]).unwrap();
        assert_eq!(candidates(&ana), ["b1", "a1"]);
        assert_eq!(ana.take_rows(std::slice::from_ref(&b2), 0).unwrap(), 1);
        assert!(ana.is_reordered().unwrap());
        assert_eq!(candidates(&ana), ["b1", "b2", "a1"]);
        assert_eq!(ana.unsent_after(0).unwrap(), 1);
        // The server has it; all of it again changes nothing.
        let a1 = on_server(&ana, 1, 10);
        for _ in 0..2 {
            let all = [b1.clone(), b2.clone(), a1.clone()];
            assert_eq!(ana.take_rows(&all, 0).unwrap(), 0);
            assert!(!ana.is_reordered().unwrap());
            assert_eq!(ana.unsent_after(0).unwrap(), 0);
        }
        assert_eq!(ben.take_rows(&[b1, b2, a1], 0).unwrap(), 1);
        assert_eq!(candidates(&ben), candidates(&ana));
        // Another order, of a server that lost all and got it again from Ben.
        ana.forget_sent().unwrap();
        assert!(ana.is_reordered().unwrap());
        let other = [
            on_server(&ben, 2, 1),
            on_server(&ben, 0, 2),
            on_server(&ben, 1, 3),
        ];
        assert_eq!(ana.take_rows(&other, 0).unwrap(), 0);
        assert_eq!(candidates(&ana), ["a1", "b1", "b2"]);
        ana.check_integrity().unwrap();
    }

    #[test]
    fn a_label_that_cannot_be_read_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let mut ana = copy(&folder.path().join("ana.destello"), 1);
        let mut ben = copy(&folder.path().join("ben.destello"), 3);
        ben.append(&[decided(1, "b1"), decided(2, "b2")]).unwrap();
        let mut newer = on_server(&ben, 1, 2);
        newer.cells[2] = Value::Text("a word of later".into());
        let rows = [on_server(&ben, 0, 1), newer];
        let why = ana.take_rows(&rows, 0).unwrap_err().to_string();
        assert!(why.contains("newer destello"), "{why}");
        assert_eq!(candidates(&ana), [""; 0], "none of them");
    }

    #[test]
    fn steps_end_where_those_of_the_copy_end_and_a_copy_of_the_file_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ana.destello");
        let mut ana = copy(&path, 7);
        let first = ana.step_ids().unwrap().next_step();
        assert_eq!(first.0 >> 32, 7);
        assert_eq!(ana.step_ids().unwrap().next_step().0 >> 32, 8);
        let none = ana.step_ids().unwrap_err();
        assert!(matches!(none, StoreError::NoSteps { .. }), "{none}");
        ana.take_steps(20, 22).unwrap();
        drop(ana);
        let other = folder.path().join("taken.destello");
        fs::copy(&path, &other).unwrap();
        let mut taken = Project::open_existing(&other).unwrap();
        let none = taken.step_ids().unwrap_err();
        assert!(none.to_string().contains("by its address"), "{none}");
        let mut ana = Project::open_existing(&path).unwrap();
        assert_eq!(ana.step_ids().unwrap().next_step().0 >> 32, 20);
    }
}
