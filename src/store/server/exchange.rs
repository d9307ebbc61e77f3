//! The exchange between a local copy and the server.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use super::{Address, ServerError, connection::Connection};
use crate::store::{Place, Project, StoreError};

/// Events that are sent in one transaction.
const SEND: usize = 2_000;
/// Events that are taken in at a time.
const TAKE: i64 = 2_000;
/// Ranges of step numbers below which more are reserved: each opening takes one.
const FEW_STEPS: i64 = 64;
/// The server is asked at least that often: a connection that is no longer one is noticed by that.
const ASK_EVERY: Duration = Duration::from_secs(5);

/// What went to and fro.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exchanged {
    /// Events that the server has now.
    pub sent: usize,
    /// Events of others that are here now.
    pub received: usize,
}

/// The exchange between a local copy and the server. It has a connection to the file of its own, like another window.
#[derive(Debug)]
pub struct Exchange {
    project: Project,
    address: Address,
    connection: Option<Connection>,
    /// Up to this number here, the server has all events.
    sent_to: i64,
    asked_at: Instant,
    has_news: bool,
}

impl Exchange {
    /// For the local copy at `path`; none where that project is on no server.
    ///
    /// # Errors
    /// Where the file cannot be opened, or holds an address that is none.
    pub fn of(path: &Path) -> Result<Option<Self>, ServerError> {
        let project = Project::open_existing(path)?;
        let Some(server) = project.server()? else {
            return Ok(None);
        };
        let address = Address::parse(&server.address)?;
        Ok(Some(Self::new(project, address)))
    }

    /// For an address, with the local copy at `path`. Where there is none it is made, with all labels that the server has.
    ///
    /// # Errors
    /// Where it is to be made and the server does not answer; where another project lies there.
    pub fn with_copy(address: &Address, path: &Path) -> Result<Self, ServerError> {
        if path.exists()
            && let Some(exchange) = Self::of(path)?
        {
            let known = exchange.address.text();
            if known != address.text() {
                return Err(ServerError::Differs {
                    address: address.text().into(),
                    why: format!("{} is the copy of {known}: move it away", path.display()),
                });
            }
            return Ok(exchange);
        }
        let there = Connection::open(address)?.project()?;
        let unwritable = |error: std::io::Error| StoreError::NotWritable {
            path: path.into(),
            why: error.to_string(),
        };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(unwritable)?;
        }
        let mut project = Project::open_or_create(path)?;
        if project.last_number()? > 0 {
            return Err(ServerError::Differs {
                address: address.text().into(),
                why: format!("{} is a project of its own: move it away", path.display()),
            });
        }
        project.share_on(address.text(), &there)?;
        let mut exchange = Self::new(project, address.clone());
        exchange.exchange()?;
        Ok(exchange)
    }

    fn new(project: Project, address: Address) -> Self {
        Self {
            project,
            address,
            connection: None,
            sent_to: 0,
            asked_at: Instant::now(),
            has_news: true,
        }
    }

    /// True while there is a connection.
    pub const fn is_connected(&self) -> bool {
        self.connection.is_some()
    }

    /// Events that are here and not on the server, as far as is known here.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn unsent(&self) -> Result<usize, StoreError> {
        self.project.unsent_after(self.sent_to)
    }

    /// True where this copy has step numbers: labels can be given without the server.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn has_steps(&self) -> Result<bool, StoreError> {
        let server = self.project.server()?;
        Ok(server.is_some_and(|server| server.steps_left > 0))
    }

    /// Connects where there is no connection, sends what the server does not have, and takes what others sent.
    ///
    /// # Errors
    /// Where the server does not answer, or file and server do not fit. What was sent is there, and the rest is sent the next
    /// time.
    pub fn exchange(&mut self) -> Result<Exchanged, ServerError> {
        let done = self.try_exchange();
        if done.is_err() {
            self.connection = None;
        }
        done
    }

    fn try_exchange(&mut self) -> Result<Exchanged, ServerError> {
        if self.project.place() != Place::Same {
            // The file was written anew, or is another one.
            self.project = Project::open_existing(self.project.path())?;
            self.sent_to = 0;
        }
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.connect()?,
        };
        let mut done = Exchanged::default();
        let is_time = self.has_news || self.asked_at.elapsed() >= ASK_EVERY;
        if is_time {
            done.received += self.take(&mut connection)?;
        }
        done.sent = self.send(&mut connection, &mut done.received)?;
        self.connection = Some(connection);
        Ok(done)
    }

    /// Waits until somebody has sent events, at most that long; without a connection it returns at once.
    ///
    /// # Errors
    /// Where the connection broke off.
    pub fn wait(&mut self, at_most: Duration) -> Result<(), ServerError> {
        let Some(connection) = &mut self.connection else {
            return Ok(());
        };
        match connection.wait(at_most) {
            Ok(has_news) => {
                self.has_news |= has_news;
                Ok(())
            }
            Err(error) => {
                self.connection = None;
                Err(error)
            }
        }
    }

    /// Connects, and sees to it that file and server belong together.
    fn connect(&mut self) -> Result<Connection, ServerError> {
        let mut connection = Connection::open(&self.address)?;
        let there = connection.project()?;
        let here = self.project.server()?;
        if here.as_ref().is_none_or(|here| here.project != there) {
            return Err(ServerError::Differs {
                address: self.address.text().into(),
                why: format!(
                    "the database has another project than the copy in {}: move that file away to open the one on the \
                     server",
                    self.project.path().display()
                ),
            });
        }
        if let Some((seq, id)) = self.project.last_sent()?
            && connection.identity_of(seq)? != Some(id)
        {
            log::warn!(
                "{}: the server lacks labels that it had; they are sent again",
                self.address.text()
            );
            self.project.forget_sent()?;
            self.sent_to = 0;
        }
        if here.is_some_and(|here| here.steps_left < FEW_STEPS) {
            let (first, end) = connection.reserve_steps()?;
            self.project.take_steps(first, end)?;
        }
        self.has_news = true;
        Ok(connection)
    }

    /// Takes in all events that are not known here, and the numbers of those that are. Returns how many came in.
    fn take(&mut self, connection: &mut Connection) -> Result<usize, ServerError> {
        (self.has_news, self.asked_at) = (false, Instant::now());
        let mut received = 0;
        loop {
            let last = self.project.last_sent()?.map_or(0, |(seq, _)| seq);
            let rows = connection.events_after(last, TAKE)?;
            if rows.is_empty() {
                return Ok(received);
            }
            received += self.project.take_rows(&rows, self.sent_to)?;
        }
    }

    /// Sends what the server does not have; an event is known to be there when it was read there.
    fn send(
        &mut self,
        connection: &mut Connection,
        received: &mut usize,
    ) -> Result<usize, ServerError> {
        let mut sent = 0;
        loop {
            let last = self.project.last_number()?;
            let rows = self.project.rows_after(self.sent_to, true, SEND)?;
            let Some(first) = rows.first() else {
                self.sent_to = last;
                return Ok(sent);
            };
            self.sent_to = first.seq - 1;
            connection.put(&rows)?;
            *received += self.take(connection)?;
            let left = self.project.rows_after(self.sent_to, true, 1)?;
            if left.first().is_some_and(|left| left.seq == first.seq) {
                return Err(ServerError::Differs {
                    address: self.address.text().into(),
                    why: "the server took labels and does not have them".into(),
                });
            }
            sent += rows.len();
        }
    }
}
