//! SAMP as the window has it: whether it is at a hub, who else is there, what is being sent.

use std::{path::PathBuf, sync::Arc};

use directories::ProjectDirs;

use super::{
    parcel::Parcel,
    task::{FindPeers, FromHub, ListenToHub, SendParcels},
};
use crate::{
    domain::{CandidateIx, Catalogue, position::separation_arcsec, words::counted},
    io::samp::{Hub, HubAddress, Incoming, Peer},
    tasks::{Running, TaskEvent, next_event},
    text,
    workspace::{command::Go, context::Context, screen::Screen, shared::Shared},
};

/// A position that somebody points at is that of a candidate within so many arcseconds.
pub const NEAR_ARCSEC: f64 = 5.0;

/// What the person asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampCommand {
    /// Go to the hub.
    Connect,
    /// Leave it.
    Disconnect,
    /// Look again who is there.
    Look,
    /// Send this, to all who take it.
    Send(What),
}

/// What can be sent of what is on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The position of the candidate, and its row where the table was sent.
    Position,
    /// The stamp of the candidate that the queue shows, with its geometry.
    Image,
    /// The table of all candidates.
    Table,
    /// The selected ones, as rows of that table.
    Selection,
}

#[derive(Debug, Default)]
pub struct SampPane {
    /// The hub to go to; none for the one of this user.
    pub address: Option<HubAddress>,
    /// Where files for other programs are written; none for this user's folder.
    pub folder: Option<PathBuf>,
    pub(crate) listening: Option<Running<ListenToHub>>,
    hub: Option<Arc<Hub>>,
    looking: Option<Running<FindPeers>>,
    peers: Vec<Peer>,
    sending: Option<Running<SendParcels>>,
    /// What is sent as soon as the hub has answered.
    waiting: Option<What>,
    /// The generation of the set whose table was taken, and how many of its candidates are in it.
    sent_table: Option<(u64, usize)>,
    /// The same of a table that is on its way.
    sending_table: Option<(u64, usize)>,
    fault: Option<String>,
}

impl SampPane {
    /// True while this program is registered.
    pub const fn is_connected(&self) -> bool {
        self.hub.is_some()
    }

    /// The other programs at the hub, as of the last look.
    pub fn peers(&self) -> &[Peer] {
        &self.peers
    }

    /// Why there is no hub.
    pub fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    /// True while something is awaited that ends by itself; listening does not.
    pub const fn is_busy(&self) -> bool {
        (self.listening.is_some() && self.hub.is_none())
            || self.looking.is_some()
            || self.sending.is_some()
    }

    /// Another set: its table was not sent.
    pub(crate) fn forget(&mut self) {
        (self.sent_table, self.sending_table, self.waiting) = (None, None, None);
    }

    pub(crate) fn apply_samp(&mut self, shared: &mut Shared, command: SampCommand, cx: &Context) {
        match command {
            SampCommand::Connect => self.connect(cx),
            SampCommand::Disconnect => {
                if let Some(running) = &self.listening {
                    running.cancel();
                }
            }
            SampCommand::Look => self.look(cx),
            SampCommand::Send(what) => self.send(shared, what, cx),
        }
    }

    fn connect(&mut self, cx: &Context) {
        if self.listening.is_none() {
            self.fault = None;
            let address = self.address.clone();
            self.listening = Some(cx.tasks.start(ListenToHub { address }));
        }
    }

    fn look(&mut self, cx: &Context) {
        if let (Some(hub), None) = (&self.hub, &self.looking) {
            self.looking = Some(cx.tasks.start(FindPeers { hub: hub.clone() }));
        }
    }

    /// Sends it, once there is a hub.
    pub(crate) fn send(&mut self, shared: &mut Shared, what: What, cx: &Context) {
        if self.sending.is_some() {
            shared.report(text!("what was sent before is still under way"), cx.now);
            return;
        }
        let Some(hub) = self.hub.clone() else {
            self.waiting = Some(what);
            self.connect(cx);
            return;
        };
        let folder = self.folder.clone().map_or_else(folder, Ok);
        match folder.and_then(|folder| Ok((folder, self.parcels(shared, what)?))) {
            Ok((folder, parcels)) => {
                self.sending = Some(cx.tasks.start(SendParcels {
                    hub,
                    parcels,
                    to: None,
                    folder,
                }));
            }
            Err(why) => shared.report(why, cx.now),
        }
    }

    fn parcels(&mut self, shared: &Shared, what: What) -> Result<Vec<Parcel>, &'static str> {
        let table = table_of(shared);
        let whole_table = || Parcel::Table {
            table: table.clone(),
            name: name_of(shared),
            book: shared.book.clone(),
            catalogue: shared.catalogue.clone(),
        };
        let of_now = (shared.generation, shared.catalogue.len());
        let is_sent = self.sent_table == Some(of_now);
        match what {
            What::Position => {
                let candidate = shared.candidate().ok_or(text!("go to a candidate first"))?;
                let position = candidate.position_deg;
                let position = position.ok_or(text!("this candidate has no position"))?;
                let mut parcels = vec![Parcel::Position(position)];
                let row = shared.place.candidate.filter(|_| is_sent);
                parcels.extend(row.map(|CandidateIx(row)| Parcel::Row {
                    table,
                    row: row as usize,
                }));
                Ok(parcels)
            }
            What::Image => {
                let (ix, candidate) = shared
                    .place
                    .candidate
                    .zip(shared.candidate())
                    .ok_or(text!("go to a candidate first"))?;
                let shown = shared.thumbnail(ix).map(|(_, role)| role);
                let stamp = shown.and_then(|role| {
                    let epoch = shared.epoch()?;
                    Some((role, epoch.stamp(role)?.clone()))
                });
                let (role, stamp) = stamp.ok_or(text!("this epoch has no such stamp"))?;
                Ok(vec![Parcel::Image {
                    name: format!("{} {}", candidate.id, role.name()),
                    id: candidate.id.clone(),
                    stamp,
                    decoder: shared.stamps.decoder().clone(),
                }])
            }
            What::Table if shared.catalogue.is_empty() => Err(text!("open a set first")),
            What::Table => {
                self.sending_table = Some(of_now);
                Ok(vec![whole_table()])
            }
            What::Selection => {
                if shared.selection.is_empty() {
                    return Err(text!(
                        "select some candidates first, in the mosaic or the latent space"
                    ));
                }
                let mut parcels = Vec::new();
                if !is_sent {
                    parcels.push(whole_table());
                    self.sending_table = Some(of_now);
                }
                let rows = shared.selection.iter().map(|CandidateIx(row)| row as usize);
                parcels.push(Parcel::Rows {
                    table,
                    rows: rows.collect(),
                });
                Ok(parcels)
            }
        }
    }

    /// Takes in what the hub and the tasks report.
    pub(crate) fn poll_samp(&mut self, shared: &mut Shared, cx: &Context) {
        while let Some(event) = next_event(&mut self.listening) {
            match event {
                TaskEvent::Update(FromHub::Registered(hub)) => {
                    self.hub = Some(hub);
                    self.look(cx);
                    match self.waiting.take() {
                        Some(what) => self.send(shared, what, cx),
                        None => shared.report(text!("SAMP: connected"), cx.now),
                    }
                }
                TaskEvent::Update(FromHub::Message { from, incoming }) => {
                    take(shared, &from, incoming, cx);
                    self.look(cx);
                }
                TaskEvent::Finished(()) => self.leave(shared, text!("SAMP: the hub has ended"), cx),
                TaskEvent::Cancelled => self.leave(shared, text!("SAMP: disconnected"), cx),
                TaskEvent::Failed(why) => {
                    self.leave(shared, &format!("SAMP: {why}"), cx);
                    self.fault = Some(why);
                }
            }
        }
        while let Some(event) = next_event(&mut self.looking) {
            match event {
                TaskEvent::Finished(mut peers) => {
                    peers.sort_by(|a, b| a.name.cmp(&b.name));
                    self.peers = peers;
                }
                TaskEvent::Failed(why) => shared.warn(format!("SAMP: {why}"), cx.now),
                TaskEvent::Update(()) | TaskEvent::Cancelled => {}
            }
        }
        while let Some(event) = next_event(&mut self.sending) {
            match event {
                TaskEvent::Finished(sent) => {
                    let table = self.sending_table.take().filter(|_| sent.has_table);
                    self.sent_table = table.or(self.sent_table);
                    shared.report(format!("SAMP: {}", sent.sentence), cx.now);
                }
                TaskEvent::Failed(why) => {
                    self.sending_table = None;
                    shared.warn(format!("SAMP: {why}"), cx.now);
                }
                TaskEvent::Update(()) | TaskEvent::Cancelled => {}
            }
        }
    }

    fn leave(&mut self, shared: &mut Shared, sentence: &str, cx: &Context) {
        self.hub = None;
        self.looking = None;
        self.waiting = None;
        (self.sent_table, self.sending_table) = (None, None);
        self.peers.clear();
        shared.report(sentence, cx.now);
    }
}

/// What another program points at becomes current here.
fn take(shared: &mut Shared, from: &str, incoming: Incoming, cx: &Context) {
    let ours = table_of(shared);
    let of_row = |row: usize| {
        let ix = CandidateIx(u32::try_from(row).ok()?);
        shared.catalogue.get(ix).map(|_| ix)
    };
    match incoming {
        Incoming::PointAt(position) => {
            if let Some(candidate) = nearest(&shared.catalogue, position) {
                open(shared, candidate, cx);
                return;
            }
            let [ra, dec] = position;
            let text = text!(
                "{from} points at {position}: no candidate lies within {distance} arcsec",
                from,
                position = format_args!("{ra:.5} {dec:+.5}"),
                distance = NEAR_ARCSEC
            );
            shared.report(text, cx.now);
        }
        Incoming::HighlightRow { table, row } if table == ours => {
            if let Some(candidate) = of_row(row) {
                open(shared, candidate, cx);
            }
        }
        Incoming::SelectRows { table, rows } if table == ours => {
            let selected: Vec<_> = rows.into_iter().filter_map(of_row).collect();
            let all = selected.len();
            shared.selection.set(selected);
            shared.selection.keep_shown(&shared.queue);
            let kept = shared.selection.len();
            let candidates = counted(kept as u64, "candidate");
            let text = match all - kept {
                0 => text!("{from} selected {candidates}", from, candidates),
                count => text!(
                    "{from} selected {candidates}; {count} more are not in the queue",
                    from,
                    candidates,
                    count
                ),
            };
            if shared.screen == Screen::Inspect {
                shared.screen = Screen::Mosaic;
            }
            shared.report(text, cx.now);
        }
        // Tables of others and of a set that is closed; what the task has seen to.
        Incoming::HighlightRow { .. }
        | Incoming::SelectRows { .. }
        | Incoming::HubEnds
        | Incoming::Ping => {}
    }
}

fn open(shared: &mut Shared, candidate: CandidateIx, cx: &Context) {
    if shared.place.candidate == Some(candidate) {
        return;
    }
    shared.apply_go(
        Go::To {
            candidate,
            open: false,
        },
        cx,
    );
}

/// The candidate nearest to a position, where one is near.
fn nearest(catalogue: &Catalogue, position: [f64; 2]) -> Option<CandidateIx> {
    let distance = |(ix, found): (CandidateIx, [f64; 2])| {
        // Most are ruled out by their declination.
        let is_far = (found[1] - position[1]).abs() > NEAR_ARCSEC / 3600.0;
        (!is_far).then(|| (separation_arcsec(found, position), ix))
    };
    let placed = catalogue.iter();
    placed
        .filter_map(|(ix, candidate)| Some((ix, candidate.position_deg?)))
        .filter_map(distance)
        .filter(|(arcsec, _)| *arcsec <= NEAR_ARCSEC)
        .min_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, ix)| ix)
}

/// The identifier of the table of this set: another set, and another window, has another.
fn table_of(shared: &Shared) -> String {
    format!("destello-{}-{}", std::process::id(), shared.generation)
}

/// What people read in TOPCAT's list of tables.
fn name_of(shared: &Shared) -> String {
    let project = shared
        .project
        .path
        .as_deref()
        .and_then(std::path::Path::file_stem);
    let name = project.map(|stem| stem.to_string_lossy().into_owned());
    name.unwrap_or_else(|| "destello".into())
}

/// Where files for other programs are: in this user's folder of what can be made anew.
pub fn folder() -> Result<PathBuf, &'static str> {
    let folders = ProjectDirs::from("", "", "destello");
    folders
        .map(|folders| folders.cache_dir().join("samp"))
        .ok_or(text!(
            "no home folder is known, in which files for other programs could lie"
        ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Candidate;

    #[test]
    fn the_nearest_within_reach_is_found_also_across_right_ascension_zero() {
        let mut catalogue = Catalogue::default();
        for (id, position) in [
            ("far", [10.0, 5.0]),
            ("near", [359.999_9, 0.0]),
            ("nearer", [0.000_2, 0.000_1]),
        ] {
            catalogue.absorb(Candidate {
                id: id.into(),
                position_deg: Some(position),
                ..Candidate::default()
            });
        }
        assert_eq!(nearest(&catalogue, [0.0, 0.0]), Some(CandidateIx(1)));
        assert_eq!(nearest(&catalogue, [0.000_2, 0.0]), Some(CandidateIx(2)));
        assert_eq!(nearest(&catalogue, [10.0, 5.1]), None);
    }
}
