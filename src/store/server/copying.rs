//! A project of one file put on a server, and back, with the same events in the same order under the same identities.

use std::{fs, path::Path};

use super::{Address, ServerError, connection::Connection};
use crate::store::{Project, StoreError};

/// Events that are copied at a time.
const ROWS: usize = 2_000;

/// Puts the events of a project file on a server, where the project is empty or was begun to be filled from the same file.
/// Returns their number.
///
/// # Errors
/// Where the project on the server has other events; where the file is the copy of a project on a server itself.
pub fn copy_to_server(file: &Path, address: &Address) -> Result<usize, ServerError> {
    let differs = |why: String| ServerError::Differs {
        address: address.text().into(),
        why,
    };
    let project = Project::open_existing(file)?;
    if let Some(server) = project.server()? {
        return Err(differs(format!(
            "{} is the copy of {}: copy that to a file first",
            file.display(),
            server.address
        )));
    }
    let here = project.identities()?;
    let mut connection = Connection::open(address)?;
    let there = connection.identities()?;
    if !here.starts_with(&there) {
        return Err(differs(format!(
            "the project there has labels that are not in {}: copy into an empty one, as with \
             ?project=NAME behind the address",
            file.display()
        )));
    }
    connection.pass_steps(project.last_steps()?)?;
    let rows = project.rows_in_order()?;
    for rows in rows.get(there.len()..).unwrap_or_default().chunks(ROWS) {
        connection.put(rows)?;
    }
    // What was added meanwhile, here or there, is no fault of the copy.
    if !connection.identities()?.starts_with(&here) {
        return Err(differs(
            "somebody else labelled while the project was copied: copy into an empty one".into(),
        ));
    }
    Ok(here.len())
}

/// Writes the events of a project on a server to a new project file. Returns their number.
///
/// # Errors
/// Where the file is there, or cannot be written; then no file is left.
pub fn copy_to_file(address: &Address, file: &Path) -> Result<usize, ServerError> {
    let unwritable = |why: String| StoreError::NotWritable {
        path: file.into(),
        why,
    };
    if file.exists() {
        return Err(unwritable("a file is there: name another one".into()).into());
    }
    let mut beside = file.as_os_str().to_owned();
    beside.push(format!(".{}.partial", std::process::id()));
    let beside = Path::new(&beside);
    let copied = fill(address, beside).and_then(|count| {
        fs::rename(beside, file).map_err(|error| unwritable(error.to_string()))?;
        Ok(count)
    });
    if copied.is_err() {
        fs::remove_file(beside).ok();
    }
    copied
}

fn fill(address: &Address, file: &Path) -> Result<usize, ServerError> {
    let mut connection = Connection::open(address)?;
    let mut project = Project::open_or_create(file)?;
    let mut last = 0;
    loop {
        let rows = connection.events_after(last, ROWS as i64)?;
        let Some(row) = rows.last() else { break };
        last = row.seq;
        project.take_rows(&rows, i64::MAX)?;
    }
    let steps = connection.pass_steps(0)?;
    project.leave_server(steps)?;
    Ok(project.identities()?.len())
}
