//! Sets opened without a window, and what is in them.

use std::path::Path;

use destello::{
    domain::{Candidate, Problem, Role, Stamp},
    io::Decoder,
    workspace::open::{Opened, read_all},
};

use super::kept;

/// Opens one path. Whatever it is, the index that is kept of it gives the same once more.
pub fn open(path: &Path) -> Opened {
    kept::assert_kept_as_scanned(path);
    read_all(&[path.to_owned()])
}

/// The candidate of that identifier.
pub fn candidate<'a>(opened: &'a Opened, id: &str) -> &'a Candidate {
    let ix = opened.catalogue.find(id);
    let ids: Vec<_> = opened.catalogue.iter().map(|(_, c)| c.id.clone()).collect();
    let ix = ix.unwrap_or_else(|| panic!("no {id} among {ids:?}; {:?}", opened.problems));
    opened.catalogue.get(ix).unwrap()
}

/// The decoded stamp of an epoch.
pub fn stamp(candidate: &Candidate, epoch: usize, role: Role) -> Result<Stamp, Problem> {
    let wanted = candidate.epochs[epoch].stamp(role).unwrap().clone();
    let mut decoded = Decoder::default().decode(&[wanted]);
    decoded.pop().unwrap().1
}
