//! The team as the window has it: which address is asked for, what is exchanged and merged, who is to judge, how far they are.

use std::path::PathBuf;

use super::{
    counting::TeamCount,
    merge::MergeProjects,
    tally::TeamTally,
    task::{ShareLabels, TeamStatus},
};
use crate::{
    domain::{Assignment, words::counted},
    store::server::Address,
    tasks::{Running, TaskEvent, next_event, to_the_end::ToTheEnd},
    text,
    workspace::{
        command::QueueCommand, context::Context, request::Request, screen::Pane, shared::Shared,
        shared_project::is_local_copy,
    },
};

/// What the person asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TeamCommand {
    /// The address as far as it is typed.
    Address(String),
    /// Open the project at that address, with the stamps that are open.
    Open,
    /// The people as far as they are typed, with commas between.
    People(String),
    /// How many are to judge each candidate.
    Judges(usize),
    /// Assign candidates to these people.
    Assign,
    /// Assign no candidate to anybody.
    Unassign,
    /// Keep only what is assigned to whoever labels here, and not judged.
    ShowOwn,
}

/// How many are to judge a candidate, where no other number was chosen.
const USUAL_JUDGES: usize = 2;
/// The filter of what is assigned and not judged.
const OWN: &str = "assigned label:none not state:unsure";

/// The state of the pane, and of the exchange.
#[derive(Debug, Default)]
pub struct TeamPane {
    /// Local copies outside of the data folder that are exchanged too.
    pub copies_elsewhere: Vec<PathBuf>,
    address: String,
    fault: Option<String>,
    /// The opening whose project is exchanged.
    of: Option<u64>,
    sharing: Option<Running<ShareLabels>>,
    status: TeamStatus,
    merging: ToTheEnd<MergeProjects>,
    /// What is typed; none where that is what the project has.
    people: Option<String>,
    judges: Option<usize>,
    assign_fault: Option<String>,
    count: TeamCount,
}

impl TeamPane {
    /// The address as far as it is typed.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Why it cannot be opened.
    pub fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    /// How it stands with the server.
    pub const fn status(&self) -> &TeamStatus {
        &self.status
    }

    /// Another set: what was exchanged for this one ends. The address stays.
    pub(crate) fn forget(&mut self) {
        // A project that is being written is written to its end.
        self.merging.leave();
        *self = Self {
            copies_elsewhere: std::mem::take(&mut self.copies_elsewhere),
            address: std::mem::take(&mut self.address),
            merging: std::mem::take(&mut self.merging),
            ..Self::default()
        };
    }

    pub(crate) fn apply_team(&mut self, shared: &mut Shared, command: TeamCommand, cx: &Context) {
        match command {
            TeamCommand::Address(text) => self.address = text,
            TeamCommand::Open => self.open(shared),
            TeamCommand::People(text) => self.people = Some(text),
            TeamCommand::Judges(judges) => self.judges = Some(judges),
            TeamCommand::Assign => self.assign(shared, cx),
            TeamCommand::Unassign => {
                self.forget_typed();
                shared.assign(Assignment::default(), cx);
            }
            TeamCommand::ShowOwn => {
                shared.apply_queue(QueueCommand::Filter(OWN.into()), cx);
            }
        }
    }

    /// The people as they are typed, else as the project has them.
    pub fn people(&self, shared: &Shared) -> String {
        let known = || {
            let assignment = shared.book.assignment();
            assignment.map_or_else(
                || shared.annotator().to_string(),
                |known| known.people.join(", "),
            )
        };
        self.people.clone().unwrap_or_else(known)
    }

    /// How many are to judge each candidate.
    pub fn judges(&self, shared: &Shared) -> usize {
        let known = shared.book.assignment().map(|known| known.judges);
        self.judges.or(known).unwrap_or(USUAL_JUDGES)
    }

    /// Why candidates cannot be assigned so.
    pub fn assign_fault(&self) -> Option<&str> {
        self.assign_fault.as_deref()
    }

    fn assign(&mut self, shared: &mut Shared, cx: &Context) {
        match Assignment::parse(&self.people(shared), self.judges(shared)) {
            Ok(assignment) => {
                self.forget_typed();
                shared.assign(assignment, cx);
            }
            Err(why) => self.assign_fault = Some(why),
        }
    }

    fn forget_typed(&mut self) {
        (self.people, self.judges, self.assign_fault) = (None, None, None);
    }

    /// How far everybody is.
    pub const fn tally(&self) -> &TeamTally {
        self.count.tally()
    }

    /// True where labels came in since everybody was counted: they are counted within a second, or where that takes long, later.
    pub fn is_tally_behind(&self, shared: &Shared) -> bool {
        self.count.is_behind(shared)
    }

    /// True while everybody is being counted.
    pub const fn is_counting(&self) -> bool {
        self.count.is_counting()
    }

    /// Merges these projects into the one that is open.
    pub(crate) fn merge(&mut self, shared: &mut Shared, projects: Vec<PathBuf>, cx: &Context) {
        let there = shared.project.path.clone().filter(|file| file.exists());
        // What cannot be written now, or lies elsewhere by now, would come to be another project.
        let Some(into) = there.filter(|_| shared.project.fault.is_none()) else {
            let why = why_no_merge(shared);
            shared.warn(why, cx.now);
            return;
        };
        let task = MergeProjects { projects, into };
        self.merging.add(cx.tasks.start(task));
    }

    /// True while projects are merged.
    pub const fn is_merging(&self) -> bool {
        self.merging.is_any_running()
    }

    fn open(&mut self, shared: &mut Shared) {
        match Address::parse(self.address.trim()) {
            Ok(address) => {
                self.fault = None;
                shared.panes.remove(&Pane::Server);
                shared.ask(Request::Open {
                    paths: shared.project.paths.clone(),
                    project: Some(address.text().into()),
                });
            }
            Err(error) => self.fault = Some(error.to_string()),
        }
    }

    /// Exchanges labels while a project on a server is open.
    pub(crate) fn want(&mut self, shared: &Shared, cx: &Context) {
        self.count.want(shared, cx);
        let (Some(file), Some(address)) = (&shared.project.path, &shared.project.server) else {
            return;
        };
        if self.of == Some(shared.generation) {
            return;
        }
        self.of = Some(shared.generation);
        self.status = TeamStatus::default();
        if !is_local_copy(file, address) && !self.copies_elsewhere.contains(file) {
            let why = text!(
                "this file is a copy of the project at {address}: open it by that",
                address
            );
            self.status.fault = Some(why);
            return;
        }
        self.sharing = Some(cx.tasks.start(ShareLabels { file: file.clone() }));
    }

    /// Takes in how it stands, and what merges came to.
    pub(crate) fn poll(&mut self, shared: &mut Shared, cx: &Context) {
        self.count.poll(cx);
        while let Some(event) = self.merging.next_event() {
            match event {
                TaskEvent::Finished(labels) => shared.report(labels.in_words(), cx.now),
                TaskEvent::Failed(why) => shared.warn(why, cx.now),
                TaskEvent::Update(()) | TaskEvent::Cancelled => {}
            }
        }
        while let Some(event) = next_event(&mut self.sharing) {
            match event {
                TaskEvent::Update(status) => self.take(shared, status, cx),
                TaskEvent::Finished(()) | TaskEvent::Cancelled => {}
                TaskEvent::Failed(why) => {
                    let status = TeamStatus {
                        is_connected: false,
                        unsent: self.status.unsent,
                        fault: Some(why),
                    };
                    self.take(shared, status, cx);
                }
            }
        }
    }

    fn take(&mut self, shared: &mut Shared, status: TeamStatus, cx: &Context) {
        let was_connected = self.status.is_connected;
        match &status.fault {
            Some(why) if was_connected || self.status.fault.is_none() => {
                shared.warn(
                    text!("labels are kept here and sent later: {why}", why),
                    cx.now,
                );
            }
            None if self.status.fault.is_some() => {
                shared.report(text!("connected to the server again"), cx.now);
            }
            _ => {}
        }
        self.status = status;
    }
}

fn why_no_merge(shared: &Shared) -> String {
    match (&shared.project.path, &shared.project.fault) {
        (Some(file), None) => text!(
            "{file}: the project is not there any more, and no other is merged into it: bring the file back first",
            file = file.display()
        ),
        _ => shared.why_no_labels(),
    }
}

impl TeamStatus {
    /// For the bar: "shared", "sending 3…", "offline: 3 label events not sent".
    pub fn in_words(&self) -> String {
        match (self.is_connected, self.unsent, &self.fault) {
            (true, 0, _) => text!("shared").into(),
            (true, unsent, _) => text!("sending {count}…", count = unsent),
            (false, _, None) => text!("connecting…").into(),
            (false, 0, Some(_)) => text!("offline").into(),
            (false, unsent, Some(_)) => {
                text!(
                    "offline: {events} not sent",
                    events = counted(unsent as u64, "label event")
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::Timestamp, workspace::settings::Settings};

    #[test]
    fn the_words_count_what_is_not_sent() {
        let words = |is_connected, unsent, fault: Option<&str>| {
            let fault = fault.map(str::to_owned);
            let status = TeamStatus {
                is_connected,
                unsent,
                fault,
            };
            status.in_words()
        };
        assert_eq!(words(false, 0, None), "connecting…");
        assert_eq!(words(true, 0, None), "shared");
        assert_eq!(words(true, 2, None), "sending 2…");
        assert_eq!(words(false, 0, Some("no")), "offline");
        assert_eq!(
            words(false, 1, Some("no")),
            "offline: 1 label event not sent"
        );
    }

    #[test]
    fn an_address_with_a_password_opens_nothing_and_is_not_shown_again() {
        let mut shared = Shared::new(Settings::default(), "ana");
        let mut pane = TeamPane::default();
        let cx = Context::inline(Timestamp(0));
        let typed = |text: &str| TeamCommand::Address(text.to_owned());
        pane.apply_team(&mut shared, typed("postgresql://ana:s3cret@db/night"), &cx);
        pane.apply_team(&mut shared, TeamCommand::Open, &cx);
        let why = pane.fault().unwrap();
        assert!(why.contains(".pgpass") && !why.contains("s3cret"), "{why}");
        assert_eq!(shared.requests, []);
        pane.apply_team(&mut shared, typed(" postgresql://ana@db/night "), &cx);
        pane.apply_team(&mut shared, TeamCommand::Open, &cx);
        assert_eq!(pane.fault(), None);
        let project = Some("postgresql://ana@db/night".into());
        let open = Request::Open {
            paths: Vec::new(),
            project,
        };
        assert_eq!(shared.requests, [open]);
    }

    #[test]
    fn a_file_from_elsewhere_that_names_a_server_sends_nothing() {
        let mut shared = Shared::new(Settings::default(), "ana");
        shared.project.path = Some("/downloads/night.destello".into());
        shared.project.server = Some("postgresql://db.example/night".into());
        let mut pane = TeamPane::default();
        pane.want(&shared, &Context::inline(Timestamp(0)));
        assert!(pane.sharing.is_none());
        let why = pane.status().fault.as_deref().unwrap();
        assert!(why.contains("open it by that"), "{why}");
    }

    #[test]
    fn losing_the_server_is_reported_once() {
        let mut shared = Shared::new(Settings::default(), "ana");
        let cx = Context::inline(Timestamp(0));
        let mut pane = TeamPane::default();
        let lost = |unsent| TeamStatus {
            is_connected: false,
            unsent,
            fault: Some("db: the server does not answer".into()),
        };
        pane.take(&mut shared, lost(0), &cx);
        let toast = shared.toast.take().unwrap();
        assert!(toast.text.contains("sent later"), "{}", toast.text);
        pane.take(&mut shared, lost(1), &cx);
        assert!(shared.toast.is_none());
        let found = TeamStatus {
            is_connected: true,
            ..TeamStatus::default()
        };
        pane.take(&mut shared, found, &cx);
        assert!(shared.toast.unwrap().text.contains("again"));
    }
}
