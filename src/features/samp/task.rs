//! Being at the hub, and sending: the tasks of the window and of the command line.

use std::{path::PathBuf, sync::Arc, thread::sleep, time::Duration};

use anyhow::{anyhow, bail};

use super::parcel::Parcel;
use crate::{
    io::samp::{Hub, HubAddress, Incoming, Listener, Peer},
    tasks::{Task, TaskContext},
    text,
};

/// How often one that listens looks for messages, and whether it is to stop.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Registers with the hub and listens until it is cancelled or the hub ends.
#[derive(Clone, Debug)]
pub struct ListenToHub {
    /// The hub; none for the one of this user.
    pub address: Option<HubAddress>,
}

#[derive(Debug)]
pub enum FromHub {
    /// This program is registered.
    Registered(Arc<Hub>),
    /// Another program sent something.
    Message { from: String, incoming: Incoming },
}

impl Task for ListenToHub {
    const NAME: &'static str = "SAMP";
    type Update = FromHub;
    type Output = ();

    fn run(self, cx: &TaskContext<FromHub>) -> anyhow::Result<()> {
        let (hub, listener) = cx
            .abandonable("asking the SAMP hub", move || {
                let address = self.address.map_or_else(HubAddress::find, Ok)?;
                let hub = Arc::new(Hub::register(&address)?);
                let listener = Listener::open(hub.clone())?;
                Ok::<_, String>((hub, listener))
            })?
            .map_err(|why| anyhow!(why))?;
        cx.update(FromHub::Registered(hub.clone()));
        let listened = listen(&hub, &listener, cx);
        // Where the hub has ended it has forgotten us already.
        if let Err(why) = hub.unregister() {
            log::info!("SAMP: {why}");
        }
        listened
    }
}

fn listen(hub: &Hub, listener: &Listener, cx: &TaskContext<FromHub>) -> anyhow::Result<()> {
    loop {
        cx.check()?;
        match listener.next().map_err(|why| anyhow!(why))? {
            None => sleep(LOOK_EVERY),
            Some((sender, Incoming::HubEnds)) if hub.is_hub(&sender) => return Ok(()),
            Some((_, Incoming::Ping | Incoming::HubEnds)) => {}
            Some((sender, incoming)) => {
                let from = hub.peer(sender).name;
                cx.update(FromHub::Message { from, incoming });
            }
        }
    }
}

/// The other programs at the hub.
#[derive(Clone, Debug)]
pub struct FindPeers {
    pub hub: Arc<Hub>,
}

impl Task for FindPeers {
    const NAME: &'static str = "programs at the hub";
    type Update = ();
    type Output = Vec<Peer>;

    fn run(self, cx: &TaskContext<()>) -> anyhow::Result<Vec<Peer>> {
        let found = cx.abandonable("asking the SAMP hub", move || self.hub.peers())?;
        found.map_err(|why| anyhow!(why))
    }
}

/// Sends parcels in order to all who take them, or to one of these.
#[derive(Clone)]
pub struct SendParcels {
    pub hub: Arc<Hub>,
    /// What is sent.
    pub parcels: Vec<Parcel>,
    /// The name of the only program that is to have it; none for all.
    pub to: Option<String>,
    /// Where files are written that the others read.
    pub folder: PathBuf,
}

/// What became of parcels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Who has taken what, and why others have not.
    pub sentence: String,
    /// True where a table was among it, and was taken.
    pub has_table: bool,
}

impl Task for SendParcels {
    const NAME: &'static str = "sending by SAMP";
    type Update = ();
    type Output = Sent;

    fn run(self, cx: &TaskContext<()>) -> anyhow::Result<Sent> {
        cx.abandonable("sending by SAMP", move || self.send())?
    }
}

impl SendParcels {
    fn send(self) -> anyhow::Result<Sent> {
        let (mut done, mut faults, mut has_table) = (Vec::new(), Vec::new(), false);
        for parcel in &self.parcels {
            let is_table = matches!(parcel, Parcel::Table { .. });
            match self.send_one(parcel) {
                Ok((takers, refused)) => {
                    done.push(text!(
                        "{what} went to {programs}",
                        what = parcel.in_words(),
                        programs = takers.join(", ")
                    ));
                    faults.extend(refused);
                    has_table |= is_table;
                }
                Err(why) => {
                    faults.push(why);
                    // Rows of a table that is not there mean nothing.
                    if is_table {
                        break;
                    }
                }
            }
        }
        if done.is_empty() {
            bail!("{}", faults.join("; "));
        }
        // That a row is not wanted where the position went through is no news.
        if self.parcels.len() > 1 {
            faults.retain(|why| !why.starts_with(NO_PROGRAM));
        }
        done.append(&mut faults);
        Ok(Sent {
            sentence: done.join("; "),
            has_table,
        })
    }

    /// The programs that took it, and the reasons of those that did not.
    fn send_one(&self, parcel: &Parcel) -> Result<(Vec<String>, Vec<String>), String> {
        let message = parcel.message(&self.folder)?;
        let mut peers = self.hub.peers_for(message.mtype)?;
        if let Some(name) = &self.to {
            peers.retain(|peer| peer.name.eq_ignore_ascii_case(name) || peer.id == *name);
        }
        if peers.is_empty() {
            let of_name = self.to.as_ref().map(|name| format!(" called {name}"));
            return Err(format!(
                "{NO_PROGRAM}{} takes {} ({})",
                of_name.unwrap_or_default(),
                parcel.taken_by(),
                message.mtype
            ));
        }
        let (mut takers, mut refused) = (Vec::new(), Vec::new());
        for peer in peers {
            match self.hub.have_done(&peer, &message) {
                Ok(()) => takers.push(peer.name),
                Err(why) => refused.push(why),
            }
        }
        if takers.is_empty() {
            return Err(refused.join("; "));
        }
        Ok((takers, refused))
    }
}

const NO_PROGRAM: &str = "no program at the SAMP hub";
