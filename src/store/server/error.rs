//! Why a project on a server could not be opened, read or written.

use std::error::Error;

use crate::store::StoreError;

/// How the crate names a password that the server asks for and that is missing.
const NO_PASSWORD: &str = "password missing";

/// Why a project on a server could not be opened, read or written. Each text names the address, without a password.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The address cannot be used.
    #[error("{address}: {why}")]
    Address {
        /// The address.
        address: String,
        /// Why not, and what is meant.
        why: String,
    },
    /// No connection came about, or it broke off.
    #[error("{address}: the server does not answer: {why}")]
    Unreachable {
        /// The address.
        address: String,
        /// The cause.
        why: String,
    },
    /// The server answered that it cannot do something.
    #[error("{address}: {doing}: {why}")]
    Refused {
        /// The address.
        address: String,
        /// What was tried.
        doing: &'static str,
        /// The server's reason.
        why: String,
    },
    /// What the server has does not fit what is here.
    #[error("{address}: {why}")]
    Differs {
        /// The address.
        address: String,
        /// What differs, and what to do.
        why: String,
    },
    /// The local copy failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ServerError {
    /// What `doing` ended with.
    pub(super) fn of(address: &str, doing: &'static str, error: &postgres::Error) -> Self {
        let address = address.to_owned();
        match error.as_db_error() {
            Some(refusal) => {
                let hint = refusal.hint().map(|hint| format!(" ({hint})"));
                let why = format!("{}{}", refusal.message(), hint.unwrap_or_default());
                Self::Refused {
                    address,
                    doing,
                    why,
                }
            }
            None if in_words(error).contains(NO_PASSWORD) => Self::Refused {
                address,
                doing,
                why: "the server asks for a password: set PGPASSWORD, or write it into ~/.pgpass"
                    .into(),
            },
            None => Self::Unreachable {
                address,
                why: in_words(error),
            },
        }
    }
}

/// An error with its causes: those of the crate name a kind and leave the cause to the next.
pub(super) fn in_words(error: &postgres::Error) -> String {
    let mut words = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !words.iter().any(|known| known.contains(&text)) {
            words.push(text);
        }
        cause = error.source();
    }
    words.join(": ")
}
