//! The task: labels are exchanged with the server until it is asked to stop.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::bail;
use crossbeam_channel::{RecvTimeoutError, Sender, bounded};

use crate::{
    store::server::Exchange,
    tasks::{
        Task, TaskContext,
        cancel::CancelToken,
        thread::{self, Broken},
    },
};

/// How often it is looked for labels that were given here.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How often it is seen whether to stop.
const CHECK_EVERY: Duration = Duration::from_millis(50);
/// How long the end waits for an exchange under way: a server that does not answer holds up no one.
const END_WITHIN: Duration = Duration::from_secs(3);
/// The first and the longest pause before the server is tried again.
const PAUSES: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(10)];
/// How often labels are counted while the server does not answer.
const COUNT_EVERY: Duration = Duration::from_secs(1);
/// Reports that may wait to be read.
const REPORTS: usize = 64;

/// Keeps the local copy of a project and the server alike.
pub struct ShareLabels {
    /// The local copy.
    pub file: PathBuf,
}

/// How it stands with the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TeamStatus {
    /// Whether there is a connection.
    pub is_connected: bool,
    /// Label events that are here and not on the server.
    pub unsent: usize,
    /// Why there is no connection; none where none was tried yet.
    pub fault: Option<String>,
}

impl Task for ShareLabels {
    const NAME: &'static str = "exchange of labels";
    type Update = TeamStatus;
    type Output = ();

    fn run(self, cx: &TaskContext<TeamStatus>) -> anyhow::Result<()> {
        let Some(exchange) = Exchange::of(&self.file)? else {
            bail!("{}: this project is on no server", self.file.display());
        };
        let stop = CancelToken::default();
        let (reports, news) = bounded(REPORTS);
        let (done, end) = bounded::<()>(1);
        let sharing = Sharing {
            exchange,
            stop: stop.clone(),
            reports,
            reported: None,
        };
        // On a thread of its own, because a network may let it wait for long.
        let ended = move |_: Result<(), Broken>| done.send(()).unwrap_or_default();
        thread::start(Self::NAME, move || sharing.run(), ended)?;
        loop {
            match news.recv_timeout(CHECK_EVERY) {
                Ok(status) => cx.update(status),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => bail!(Broken::sentence(Self::NAME)),
            }
            if let Err(cancelled) = cx.check() {
                stop.cancel();
                if end.recv_timeout(END_WITHIN).is_err() {
                    log::warn!("the server does not answer: labels are sent the next time");
                }
                return Err(cancelled.into());
            }
        }
    }
}

/// The thread that exchanges.
struct Sharing {
    exchange: Exchange,
    stop: CancelToken,
    reports: Sender<TeamStatus>,
    reported: Option<TeamStatus>,
}

impl Sharing {
    fn run(mut self) {
        let [first, longest] = PAUSES;
        let mut pause = first;
        loop {
            let is_last = self.stop.is_cancelled();
            if is_last && !self.exchange.is_connected() {
                return;
            }
            let fault = self.exchange();
            self.report(fault.as_deref());
            if is_last {
                return;
            }
            if fault.is_none() {
                pause = first;
                // Why it broke off is reported where it cannot be made again.
                self.exchange.wait(LOOK_EVERY).unwrap_or_default();
            } else {
                self.rest(pause, fault.as_deref());
                pause = (pause * 2).min(longest);
            }
        }
    }

    /// Why it failed; none where it did not.
    fn exchange(&mut self) -> Option<String> {
        match thread::caught(ShareLabels::NAME, || self.exchange.exchange()) {
            Ok(Ok(_)) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some(Broken::sentence("the exchange of labels")),
        }
    }

    /// Waits before the next try, and counts labels that are given meanwhile.
    fn rest(&mut self, pause: Duration, fault: Option<&str>) {
        let until = Instant::now() + pause;
        let mut counted = Instant::now();
        while Instant::now() < until && !self.stop.is_cancelled() {
            std::thread::sleep(LOOK_EVERY.min(pause));
            if counted.elapsed() >= COUNT_EVERY {
                counted = Instant::now();
                self.report(fault);
            }
        }
    }

    /// What is as it was is not reported again.
    fn report(&mut self, fault: Option<&str>) {
        let status = TeamStatus {
            is_connected: self.exchange.is_connected(),
            unsent: self.exchange.unsent().unwrap_or_default(),
            fault: fault.map(str::to_owned),
        };
        if self.reported.as_ref() == Some(&status) {
            return;
        }
        let before = self
            .reported
            .as_ref()
            .and_then(|known| known.fault.as_deref());
        match fault {
            Some(why) if before != fault => log::warn!("{why}"),
            None if before.is_some() => log::info!("connected to the server again"),
            _ => {}
        }
        // Where the channel is full it is tried again.
        if self.reports.try_send(status.clone()).is_ok() {
            self.reported = Some(status);
        }
    }
}
