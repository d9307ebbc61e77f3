//! Projects on servers, for all commands: they work on the local copy, and labels are exchanged before, while and after they do.

use std::{
    ffi::{OsStr, OsString},
    path::PathBuf,
    process::ExitCode,
};

use crossbeam_channel::{Receiver, bounded};

use crate::{
    domain::words::counted,
    features::team::task::ShareLabels,
    store::server::{Address, Exchange, ServerError},
    tasks::{Task as _, cancel::CancelToken, run_here, thread},
    workspace::shared_project,
};

/// True where an argument is an address, alone or as in `--project=postgresql://…`.
pub(super) fn names_address(arguments: &[OsString]) -> bool {
    arguments.iter().any(|argument| parts(argument).is_some())
}

/// Runs a command with the local copies in place of addresses. Labels that cannot be sent are kept there, and counted on
/// standard error.
///
/// # Errors
/// Those of the command; where an address cannot be used, or its project was never opened here and the server does not answer.
pub(super) fn with_copies(
    arguments: Vec<OsString>,
    command: impl FnOnce(Vec<OsString>) -> anyhow::Result<ExitCode>,
) -> anyhow::Result<ExitCode> {
    let mut copies: Vec<LocalCopy> = Vec::new();
    let mut named = Vec::new();
    for argument in arguments {
        let Some((option, address)) = parts(&argument) else {
            named.push(argument);
            continue;
        };
        let address = Address::parse(address)?;
        let file = shared_project::copy_of(&address)?;
        if copies.iter().all(|copy| copy.file != file) {
            copies.push(LocalCopy::start(&address, file.clone())?);
        }
        let mut argument = OsString::from(option);
        argument.push(file);
        named.push(argument);
    }
    let done = command(named);
    for copy in copies {
        if let Err(error) = copy.finish() {
            eprintln!("{error}");
        }
    }
    done
}

/// What stands before an address in an argument, such as `--project=`, and the address.
fn parts(argument: &OsStr) -> Option<(&str, &str)> {
    let text = argument.to_str()?;
    let start = match text.split_once('=') {
        Some((option, _)) if option.starts_with("--") => option.len() + 1,
        _ => 0,
    };
    let (option, value) = text.split_at(start);
    Address::is_meant(OsStr::new(value)).then_some((option, value))
}

/// The local copy of a project, while a command works on it.
struct LocalCopy {
    file: PathBuf,
    stop: CancelToken,
    ended: Receiver<()>,
}

impl LocalCopy {
    fn start(address: &Address, file: PathBuf) -> anyhow::Result<Self> {
        let mut exchange = Exchange::with_copy(address, &file)?;
        match exchange.exchange() {
            Ok(_) => {}
            Err(error) if is_passing(&error) && exchange.has_steps()? => {
                eprintln!(
                    "{error}; labels are taken from the copy here, and sent from there later"
                );
            }
            Err(error) => return Err(error.into()),
        }
        drop(exchange);
        let stop = CancelToken::default();
        let (asked, task) = (stop.clone(), ShareLabels { file: file.clone() });
        let work = move || {
            if let Err(error) = run_here(task, asked.clone(), |_| ())
                && !asked.is_cancelled()
            {
                log::warn!("{error:#}");
            }
        };
        let (end, ended) = bounded(1);
        thread::start(ShareLabels::NAME, work, move |_| {
            end.send(()).unwrap_or_default();
        })?;
        Ok(Self { file, stop, ended })
    }

    /// Sends what the command left.
    fn finish(self) -> Result<(), ServerError> {
        self.stop.cancel();
        // Where its end is not reported it has ended all the same.
        self.ended.recv().unwrap_or_default();
        let Some(mut exchange) = Exchange::of(&self.file)? else {
            return Ok(());
        };
        if exchange.unsent()? == 0 {
            return Ok(());
        }
        let done = exchange.exchange();
        let unsent = exchange.unsent()?;
        if unsent > 0 {
            eprintln!(
                "{} not sent: kept in {}, and sent by the next command or window on this address",
                counted(unsent as u64, "label event"),
                self.file.display()
            );
        }
        done.map(|_| ())
    }
}

/// True where the server may answer another time.
const fn is_passing(error: &ServerError) -> bool {
    matches!(
        error,
        ServerError::Unreachable { .. } | ServerError::Refused { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_behind_options_and_alone() {
        let found = |text: &str| {
            let parts = parts(OsStr::new(text));
            parts.map(|(option, address)| (option.to_owned(), address.to_owned()))
        };
        let address = "postgresql:///night?host=/tmp";
        let both = |option: &str| Some((option.to_owned(), address.to_owned()));
        assert_eq!(found(address), both(""));
        assert_eq!(found(&format!("--project={address}")), both("--project="));
        assert_eq!(found("--project=night.destello"), None);
        assert_eq!(found("note=postgresql://db/night"), None);
        assert!(!names_address(&["destello".into(), "night".into()]));
    }
}
