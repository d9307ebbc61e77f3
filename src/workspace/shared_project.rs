//! A project on a server, where its file is wanted: the local copy of it.

use std::path::{Path, PathBuf};

use super::default_project::local_copy;
use crate::store::server::{Address, Exchange, ServerError};

/// The address that is meant by the name of a project; none where the name is that of a file.
///
/// # Errors
/// Where it is meant as an address and is none.
pub fn address_of(named: &Path) -> Result<Option<Address>, ServerError> {
    if !Address::is_meant(named.as_os_str()) {
        return Ok(None);
    }
    Address::parse(&named.to_string_lossy()).map(Some)
}

/// The file of a project that is named by its path or by an address.
///
/// # Errors
/// Where an address is none; where there is no home folder to keep the local copy in.
pub fn file_of(named: &Path) -> Result<PathBuf, ServerError> {
    match address_of(named)? {
        Some(address) => copy_of(&address),
        None => Ok(named.to_owned()),
    }
}

/// The local copy of the project at an address, with step numbers. It is made where there is none, with all labels that the
/// server has; one that is there needs no server.
///
/// # Errors
/// Where the server is needed and does not answer; where the copy cannot be written.
pub fn open_copy(address: &Address) -> Result<PathBuf, ServerError> {
    let file = copy_of(address)?;
    let mut exchange = Exchange::with_copy(address, &file)?;
    if !exchange.has_steps()? {
        exchange.exchange()?;
    }
    Ok(file)
}

/// Gets step numbers for a local copy that has none left.
///
/// # Errors
/// Where the server does not answer.
pub fn renew_steps(file: &Path) -> Result<(), ServerError> {
    if let Some(mut exchange) = Exchange::of(file)? {
        exchange.exchange()?;
    }
    Ok(())
}

/// True where a file is the local copy of the project at that address. A file from elsewhere that names a server is not: nothing is
/// sent because of it.
pub fn is_local_copy(file: &Path, address: &str) -> bool {
    let copy = Address::parse(address)
        .ok()
        .and_then(|address| local_copy(&address));
    copy.is_some_and(|copy| copy == file)
}

/// Where the local copy of the project at an address lies.
///
/// # Errors
/// Where there is no home folder.
pub fn copy_of(address: &Address) -> Result<PathBuf, ServerError> {
    local_copy(address).ok_or_else(|| ServerError::Address {
        address: address.text().into(),
        why: "there is no home folder to keep the local copy in".into(),
    })
}
