//! The project on a server as the window has it: which address is asked for, what runs, how it stands.

use std::path::PathBuf;

use super::task::{ShareLabels, TeamStatus};
use crate::{
    domain::words::counted,
    store::server::Address,
    tasks::{Running, TaskEvent, next_event},
    workspace::{
        context::Context, request::Request, screen::Pane, shared::Shared,
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
}

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
        *self = Self {
            copies_elsewhere: std::mem::take(&mut self.copies_elsewhere),
            address: std::mem::take(&mut self.address),
            ..Self::default()
        };
    }

    pub(crate) fn apply_team(&mut self, shared: &mut Shared, command: TeamCommand) {
        match command {
            TeamCommand::Address(text) => self.address = text,
            TeamCommand::Open => self.open(shared),
        }
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
        let (Some(file), Some(address)) = (&shared.project.path, &shared.project.server) else {
            return;
        };
        if self.of == Some(shared.generation) {
            return;
        }
        self.of = Some(shared.generation);
        self.status = TeamStatus::default();
        if !is_local_copy(file, address) && !self.copies_elsewhere.contains(file) {
            let why = format!("this file is a copy of the project at {address}: open it by that");
            self.status.fault = Some(why);
            return;
        }
        self.sharing = Some(cx.tasks.start(ShareLabels { file: file.clone() }));
    }

    /// Takes in how it stands.
    pub(crate) fn poll(&mut self, shared: &mut Shared, cx: &Context) {
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
                    format!("labels are kept here and sent later: {why}"),
                    cx.now,
                );
            }
            None if self.status.fault.is_some() => {
                shared.report("connected to the server again", cx.now);
            }
            _ => {}
        }
        self.status = status;
    }
}

impl TeamStatus {
    /// For the bar: "shared", "sending 3…", "offline: 3 label events not sent".
    pub fn in_words(&self) -> String {
        match (self.is_connected, self.unsent, &self.fault) {
            (true, 0, _) => "shared".into(),
            (true, unsent, _) => format!("sending {unsent}…"),
            (false, _, None) => "connecting…".into(),
            (false, 0, Some(_)) => "offline".into(),
            (false, unsent, Some(_)) => {
                format!(
                    "offline: {} not sent",
                    counted(unsent as u64, "label event")
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
        let typed = |text: &str| TeamCommand::Address(text.to_owned());
        pane.apply_team(&mut shared, typed("postgresql://ana:s3cret@db/night"));
        pane.apply_team(&mut shared, TeamCommand::Open);
        let why = pane.fault().unwrap();
        assert!(why.contains(".pgpass") && !why.contains("s3cret"), "{why}");
        assert_eq!(shared.requests, []);
        pane.apply_team(&mut shared, typed(" postgresql://ana@db/night "));
        pane.apply_team(&mut shared, TeamCommand::Open);
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
