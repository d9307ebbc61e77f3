//! A connection to the project on a server.

use std::{fmt::Write as _, time::Duration};

use postgres::{Client, fallible_iterator::FallibleIterator, types::ToSql};
use rusqlite::types::Value;

use super::{Address, ServerError, password::password_of, values::Carried};
use crate::store::event_row::{CELLS, COLUMNS, Cells, EventRow};

/// The layout of the tables on the server that this program writes.
const LAYOUT: i64 = 1;
const SCHEMA: &str = include_str!("schema.sql");
/// Events in a statement: PostgreSQL takes 65,535 values.
const ROWS: usize = 500;
/// Ranges of step numbers that a local copy gets at a time.
const STEPS: i64 = 1024;

/// A connection to the project on a server.
pub(super) struct Connection {
    client: Client,
    address: String,
    schema: String,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl Connection {
    /// Connects, and makes the tables where the database has none.
    pub fn open(address: &Address) -> Result<Self, ServerError> {
        let mut config = address.config.clone();
        if let Some(password) = password_of(address) {
            config.password(password);
        }
        let tls = address.tls.connector();
        let tls = tls.map_err(|why| ServerError::Address {
            address: address.text().into(),
            why,
        })?;
        let connecting = "connecting";
        let client = config
            .connect(tls)
            .map_err(|error| ServerError::of(address.text(), connecting, &error))?;
        let mut connection = Self {
            client,
            address: address.text().into(),
            schema: address.schema(),
        };
        connection.check_encoding()?;
        connection.make_ready()?;
        let (address, schema) = (connection.address.clone(), &connection.schema);
        // A commit that is acknowledged is on the server's disk, whatever the server is set to.
        let settings = format!(
            "SET search_path TO \"{schema}\"; SET synchronous_commit TO on; LISTEN \"{schema}\""
        );
        connection
            .client
            .batch_execute(&settings)
            .map_err(|error| ServerError::of(&address, connecting, &error))?;
        Ok(connection)
    }

    fn failed(&self, doing: &'static str) -> impl Fn(postgres::Error) -> ServerError + use<> {
        let address = self.address.clone();
        move |error| ServerError::of(&address, doing, &error)
    }

    fn differs(&self, why: String) -> ServerError {
        ServerError::Differs {
            address: self.address.clone(),
            why,
        }
    }

    fn check_encoding(&mut self) -> Result<(), ServerError> {
        let failed = self.failed("connecting");
        let row = self.client.query_one("SHOW server_encoding", &[]);
        let encoding: String = row.map_err(failed)?.get(0);
        if encoding == "UTF8" {
            return Ok(());
        }
        Err(self.differs(format!(
            "the database is encoded as {encoding}, which does not hold every text: make it with ENCODING 'UTF8'"
        )))
    }

    fn make_ready(&mut self) -> Result<(), ServerError> {
        let failed = self.failed("making the tables of the project");
        let table = format!("\"{}\".about", self.schema);
        let is_there = "SELECT to_regclass($1::text) IS NOT NULL";
        let found = self.client.query_one(is_there, &[&table]);
        if !found.map_err(&failed)?.get::<_, bool>(0) {
            let mut making = self.client.transaction().map_err(&failed)?;
            // Of several that come at once, one makes them.
            let alone = "SELECT pg_advisory_xact_lock(hashtext($1::text))";
            making.execute(alone, &[&table]).map_err(&failed)?;
            let found = making.query_one(is_there, &[&table]).map_err(&failed)?;
            if !found.get::<_, bool>(0) {
                let script = SCHEMA
                    .replace("{schema}", &self.schema)
                    .replace("{layout}", &LAYOUT.to_string())
                    .replace("{program}", env!("CARGO_PKG_VERSION"));
                making.batch_execute(&script).map_err(&failed)?;
            }
            making.commit().map_err(&failed)?;
        }
        let sql = format!("SELECT layout FROM \"{}\".about", self.schema);
        let layout: i64 = self.client.query_one(&sql, &[]).map_err(&failed)?.get(0);
        if layout > LAYOUT {
            return Err(self.differs(format!(
                "the project was made by a newer destello (layout {layout}; this one knows {LAYOUT})"
            )));
        }
        Ok(())
    }

    /// The identity of the project.
    pub fn project(&mut self) -> Result<String, ServerError> {
        let failed = self.failed("reading the project");
        let sql = "SELECT project FROM about";
        Ok(self.client.query_one(sql, &[]).map_err(failed)?.get(0))
    }

    /// Step numbers for a local copy: the first range, and the first that is not its own.
    pub fn reserve_steps(&mut self) -> Result<(i64, i64), ServerError> {
        let failed = self.failed("reserving step numbers");
        let sql = "UPDATE about SET next_steps = next_steps + $1 RETURNING next_steps";
        let row = self.client.query_one(sql, &[&STEPS]).map_err(failed)?;
        let end: i64 = row.get(0);
        Ok((end - STEPS, end))
    }

    /// Sees to it that ranges up to this one are not given out, and returns the last that was given.
    pub fn pass_steps(&mut self, last: i64) -> Result<i64, ServerError> {
        let failed = self.failed("reserving step numbers");
        let sql = "UPDATE about SET next_steps = greatest(next_steps, $1) RETURNING next_steps";
        let row = self.client.query_one(sql, &[&(last + 1)]).map_err(failed)?;
        Ok(row.get::<_, i64>(0) - 1)
    }

    /// Adds events in this order, in one transaction. Those that are there already are left as they are.
    pub fn put(&mut self, rows: &[EventRow]) -> Result<(), ServerError> {
        let failed = self.failed("sending labels");
        let schema = self.schema.clone();
        let mut sending = self.client.transaction().map_err(&failed)?;
        // From here to the commit no other client adds any: numbers grow in the order of the commits.
        let sql = "UPDATE about SET last_seq = last_seq + $1 RETURNING last_seq";
        let count = rows.len() as i64;
        let last = sending.query_one(sql, &[&count]).map_err(&failed)?;
        let mut number = last.get::<_, i64>(0) - count;
        for rows in rows.chunks(ROWS) {
            let values: Vec<Carried> = rows
                .iter()
                .flat_map(|row| {
                    number += 1;
                    let known = [Value::Integer(number), Value::Blob(row.id.clone())];
                    known.into_iter().chain(row.cells.iter().cloned())
                })
                .map(Carried)
                .collect();
            let parameters: Vec<&(dyn ToSql + Sync)> = values
                .iter()
                .map(|value| value as &(dyn ToSql + Sync))
                .collect();
            sending
                .execute(&insertion(rows.len()), &parameters)
                .map_err(&failed)?;
        }
        let notify = "SELECT pg_notify($1, '')";
        sending.execute(notify, &[&schema]).map_err(&failed)?;
        sending.commit().map_err(&failed)
    }

    /// The first events after number `seq`, in order.
    pub fn events_after(&mut self, seq: i64, most: i64) -> Result<Vec<EventRow>, ServerError> {
        let failed = self.failed("reading the labels of others");
        let sql = format!(
            "SELECT seq, id, {COLUMNS} FROM label_events WHERE seq > $1 ORDER BY seq LIMIT $2"
        );
        let rows = self.client.query(&sql, &[&seq, &most]).map_err(&failed)?;
        let event = |row: &postgres::Row| -> Result<EventRow, postgres::Error> {
            let cells = (0..CELLS).map(|at| row.try_get(at + 2).map(|Carried(value)| value));
            Ok(EventRow {
                seq: row.try_get(0)?,
                id: row.try_get(1)?,
                cells: cells.collect::<Result<Cells, postgres::Error>>()?,
            })
        };
        let events = rows.iter().map(event);
        events.collect::<Result<_, _>>().map_err(failed)
    }

    /// The identity of the event of this number; none where there is no such event.
    pub fn identity_of(&mut self, seq: i64) -> Result<Option<Vec<u8>>, ServerError> {
        let failed = self.failed("reading the project");
        let sql = "SELECT id FROM label_events WHERE seq = $1";
        let row = self.client.query_opt(sql, &[&seq]).map_err(failed)?;
        Ok(row.map(|row| row.get(0)))
    }

    /// The identities of all events, in order.
    pub fn identities(&mut self) -> Result<Vec<Vec<u8>>, ServerError> {
        let failed = self.failed("reading the project");
        let sql = "SELECT id FROM label_events ORDER BY seq";
        let rows = self.client.query(sql, &[]).map_err(failed)?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    /// Waits until somebody has sent events, at most that long. True where somebody has.
    pub fn wait(&mut self, at_most: Duration) -> Result<bool, ServerError> {
        let failed = self.failed("waiting for the labels of others");
        let mut notifications = self.client.notifications();
        let first = notifications.timeout_iter(at_most).next();
        let has_news = first.map_err(&failed)?.is_some();
        // What has come in since is answered by the same look.
        let mut rest = notifications.iter();
        while rest.next().map_err(&failed)?.is_some() {}
        drop(rest);
        drop(notifications);
        if self.client.is_closed() {
            return Err(ServerError::Unreachable {
                address: self.address.clone(),
                why: "the connection was closed".into(),
            });
        }
        Ok(has_news)
    }
}

/// The statement that adds so many events.
fn insertion(rows: usize) -> String {
    let mut sql = format!("INSERT INTO label_events (seq, id, {COLUMNS}) VALUES ");
    let mut parameter = 0;
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for cell in 0..CELLS + 2 {
            parameter += 1;
            let comma = if cell == 0 { "" } else { ", " };
            // Writing to a text does not fail.
            write!(sql, "{comma}${parameter}").unwrap_or_default();
        }
        sql.push(')');
    }
    sql.push_str(" ON CONFLICT (id) DO NOTHING");
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_a_value_and_no_statement_has_too_many() {
        assert_eq!(COLUMNS.split(", ").count(), CELLS);
        let two = insertion(2);
        assert!(two.contains("$24), ($25, ") && two.ends_with("$48) ON CONFLICT (id) DO NOTHING"));
        assert!(ROWS * (CELLS + 2) < usize::from(u16::MAX));
        for column in COLUMNS.split(", ") {
            assert!(SCHEMA.contains(&format!("\n    {column} ")), "{column}");
        }
    }
}
