//! The rule book: one object or two.
//!
//! 1. Identifiers of the survey come first: what they name is one object, whatever else differs.
//! 2. Then positions: two cutouts further apart than the scatter of the set (that of objects with
//!    identifiers of the survey, and two pixels), or than 2 arcsec where nothing is known, are two objects,
//!    whatever their names or their `OBJECT` are.
//! 3. Then names. Cutouts of one `OBJECT` that show the same exposures are several objects: the name is that
//!    of the field.
//!
//! Parts that are told apart against their name are called by their files. What had to be chosen by a name
//! alone, or against a name, is a line in *Problems* with the first example.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    path::PathBuf,
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use crate::domain::{Candidate, Problem, position::separation_arcsec};

/// Where nothing is known of the scatter of positions.
const LEAST_ARCSEC: f64 = 2.0;
/// Parts that are looked at together; what comes later is compared with what was decided.
pub const TOGETHER: usize = 256;

/// What gave a part its identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum By {
    /// An identifier of the survey, or a table beside the stamps.
    Survey,
    /// The keyword OBJECT.
    Object,
    /// The name of its file or folder.
    Name,
}

/// Where a stamp lies on the sky.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Right ascension and declination, degrees.
    pub at_deg: [f64; 2],
    /// Arcseconds per pixel, where known.
    pub arcsec_per_px: Option<f64>,
    /// The longer side, pixels.
    pub side_px: usize,
}

/// One candidate as one file, or the files of one epoch, gave it.
#[derive(Debug)]
pub struct Part {
    pub candidate: Candidate,
    /// For the Problems list.
    pub path: PathBuf,
    pub by: By,
    pub place: Option<Place>,
    /// What it is called where it turns out to be an object of its own.
    pub own_name: String,
}

/// What was decided on names so far.
#[derive(Debug, Default)]
pub struct Identities {
    held: Vec<Part>,
    known: HashMap<Arc<str>, Known>,
    /// Names that are in use, so that parts of their own do not meet under one.
    used: HashSet<Arc<str>>,
    scatter_arcsec: f64,
    notes: BTreeMap<Note, (usize, PathBuf, String)>,
}

/// A name that was met before.
#[derive(Clone, Debug)]
struct Known {
    place: Option<Place>,
    is_split: bool,
}

/// Choices that are reported, each once with its number and first example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Note {
    SplitByPosition,
    SplitByTime,
    JoinedByObject,
}

impl Identities {
    /// Keeps a part; true where enough of them are there to be decided on.
    pub fn hold(&mut self, part: Part) -> bool {
        self.held.push(part);
        // The first few soon, so that the first stamp is on screen.
        let first = if self.known.is_empty() { 8 } else { TOGETHER };
        self.held.len() >= first
    }

    /// The candidates of the parts that are held, each under its name, in the order in which they came.
    pub fn decide(&mut self) -> Vec<Candidate> {
        let parts = std::mem::take(&mut self.held);
        let mut groups: HashMap<Arc<str>, Vec<usize>> = HashMap::new();
        for (at, part) in parts.iter().enumerate() {
            groups
                .entry(part.candidate.id.clone())
                .or_default()
                .push(at);
        }
        self.measure_scatter(&parts, &groups);
        let mut names: Vec<Arc<str>> = parts.iter().map(|part| part.candidate.id.clone()).collect();
        let mut order: Vec<_> = groups.into_iter().collect();
        order.sort_by_key(|(_, at)| at[0]);
        for (name, members) in order {
            self.name_group(&name, &members, &parts, &mut names);
        }
        let mut joined: Vec<Candidate> = Vec::with_capacity(parts.len());
        let mut at_of: HashMap<Arc<str>, usize> = HashMap::new();
        for (mut part, name) in parts.into_iter().zip(names) {
            part.candidate.id = name.clone();
            if let Some(at) = at_of.get(&name) {
                join(&mut joined[*at], part.candidate);
            } else {
                at_of.insert(name, joined.len());
                joined.push(part.candidate);
            }
        }
        joined
    }

    /// What had to be chosen, as lines for the Problems list.
    pub fn problems(&mut self) -> Vec<Problem> {
        let notes = std::mem::take(&mut self.notes);
        let problem = |(note, (count, path, example)): (Note, (usize, PathBuf, String))| {
            let why = match note {
                Note::SplitByPosition => format!(
                    "{count} files have the name of another object but lie elsewhere on the sky; they are objects \
                     of their own, named by their files; the first: {example}"
                ),
                Note::SplitByTime => format!(
                    "{count} files of one OBJECT show the same exposure and have no positions; OBJECT is taken for the \
                     field, and they are objects of their own, named by their files; the first: {example}"
                ),
                Note::JoinedByObject => format!(
                    "{count} files are taken for one object with others by OBJECT alone, without positions; the \
                     first: {example}"
                ),
            };
            Problem::new(path.display().to_string(), "object", why)
        };
        notes.into_iter().map(problem).collect()
    }

    /// Arcseconds within which parts of objects with an identifier of the survey lie.
    fn measure_scatter(&mut self, parts: &[Part], groups: &HashMap<Arc<str>, Vec<usize>>) {
        let mut widths: Vec<f64> = groups
            .values()
            .filter(|members| members.len() > 1 && parts[members[0]].by == By::Survey)
            .filter_map(|members| {
                let places = members.iter().filter_map(|at| parts[*at].place);
                let first = places.clone().next()?;
                places
                    .map(|place| separation_arcsec(first.at_deg, place.at_deg))
                    .reduce(f64::max)
            })
            .collect();
        widths.sort_by(f64::total_cmp);
        if let Some(middle) = widths.get(widths.len() / 2) {
            self.scatter_arcsec = self.scatter_arcsec.max(3.0 * middle);
        }
    }

    fn name_group(
        &mut self,
        name: &Arc<str>,
        members: &[usize],
        parts: &[Part],
        names: &mut [Arc<str>],
    ) {
        let known = self.known.get(name).cloned();
        let is_first = known.is_none();
        let mut known = known.unwrap_or(Known {
            place: None,
            is_split: false,
        });
        self.used.insert(name.clone());
        if parts[members[0]].by == By::Survey {
            known.place = known.place.or(parts[members[0]].place);
            self.known.insert(name.clone(), known);
            return;
        }
        let clusters = self.clusters(members, parts, known.place);
        let is_alone = is_first && members.len() == 1;
        let same_exposure = !is_alone && known.place.is_none() && is_one_exposure(members, parts);
        if same_exposure || known.is_split || clusters.len() > 1 {
            // A cluster of more than half of the parts keeps the name: it is an object with a stray.
            // Otherwise the name is that of the field.
            let largest = clusters.iter().map(Vec::len).max().unwrap_or(0);
            let can_keep = !known.is_split && !same_exposure;
            let had_place = known.place.is_some();
            let keeps = |at: usize, cluster: &[usize]| {
                let is_most = cluster.len() == largest && 2 * largest > members.len();
                can_keep && if had_place { at == 0 } else { is_most }
            };
            let keeping = (0..clusters.len()).find(|at| keeps(*at, &clusters[*at]));
            let note = if same_exposure {
                Note::SplitByTime
            } else {
                Note::SplitByPosition
            };
            let single: Vec<Vec<usize>> = members.iter().map(|at| vec![*at]).collect();
            let clusters = if same_exposure { single } else { clusters };
            for (number, cluster) in clusters.iter().enumerate() {
                if Some(number) == keeping || cluster.is_empty() {
                    continue;
                }
                let own = self.own_name(&parts[cluster[0]], name);
                for at in cluster {
                    names[*at] = own.clone();
                    self.note(
                        note,
                        &parts[*at],
                        &format!("{} with the name {name}", parts[*at].path.display()),
                    );
                }
                let place = parts[cluster[0]].place;
                self.known.entry(own).or_insert(Known {
                    place,
                    is_split: false,
                });
            }
            known.is_split |= keeping.is_none();
            let kept = keeping.and_then(|at| clusters[at].first());
            known.place = known.place.or_else(|| parts[*kept?].place);
        } else {
            let place = members.iter().find_map(|at| parts[*at].place);
            let is_by_name_alone = known.place.or(place).is_none();
            known.place = known.place.or(place);
            let joins = if is_first { &members[1..] } else { members };
            for at in joins.iter().filter(|_| is_by_name_alone) {
                let part = &parts[*at];
                if part.by == By::Object && part.own_name != **name {
                    self.note(
                        Note::JoinedByObject,
                        part,
                        &format!("{} with the OBJECT {name}", part.path.display()),
                    );
                }
            }
        }
        self.known.insert(name.clone(), known);
    }

    /// Parts that lie together; the first cluster is that of the place known before, and may be empty. Parts
    /// without a position belong to the first.
    fn clusters(&self, members: &[usize], parts: &[Part], known: Option<Place>) -> Vec<Vec<usize>> {
        let mut clusters: Vec<(Option<Place>, Vec<usize>)> = Vec::new();
        if known.is_some() {
            clusters.push((known, Vec::new()));
        }
        for &at in members {
            let place = parts[at].place;
            let is_here = |cluster: &&mut (Option<Place>, Vec<usize>)| match (cluster.0, place) {
                (Some(a), Some(b)) => {
                    separation_arcsec(a.at_deg, b.at_deg) <= self.tolerance_arcsec(a, b)
                }
                _ => true,
            };
            match clusters.iter_mut().find(is_here) {
                Some(cluster) => {
                    cluster.0 = cluster.0.or(place);
                    cluster.1.push(at);
                }
                None => clusters.push((place, vec![at])),
            }
        }
        clusters.into_iter().map(|(_, members)| members).collect()
    }

    fn tolerance_arcsec(&self, a: Place, b: Place) -> f64 {
        let scale = a
            .arcsec_per_px
            .into_iter()
            .chain(b.arcsec_per_px)
            .fold(0.0, f64::max);
        // A stamp at the edge of a detector is cut, which moves its middle.
        let cut_px = a.side_px.abs_diff(b.side_px) as f64 / 2.0;
        LEAST_ARCSEC
            .max((2.0 + cut_px) * scale)
            .max(self.scatter_arcsec)
    }

    /// The name of the file, with its folder where the file's alone is taken.
    fn own_name(&mut self, part: &Part, group: &str) -> Arc<str> {
        let folder = part.path.parent().and_then(|folder| folder.file_name());
        let folder = folder.unwrap_or_default().to_string_lossy();
        let longer = format!("{folder}/{}", part.own_name);
        let numbered = (2..).map(|number| format!("{longer} ({number})"));
        let mut names = [part.own_name.clone(), longer.clone()]
            .into_iter()
            .chain(numbered);
        let free = names.find(|name| name != group && !self.used.contains(&**name));
        let name: Arc<str> = free.unwrap_or(longer).into();
        self.used.insert(name.clone());
        name
    }

    fn note(&mut self, note: Note, part: &Part, example: &str) {
        let entry = self.notes.entry(note);
        entry
            .or_insert_with(|| (0, part.path.clone(), example.to_owned()))
            .0 += 1;
    }
}

/// True where several parts without positions have one OBJECT, times, and all the same ones.
fn is_one_exposure(members: &[usize], parts: &[Part]) -> bool {
    let times = |at: usize| {
        let part = &parts[at];
        let is_candidate = part.by == By::Object && part.place.is_none();
        let epochs = part.candidate.epochs.iter();
        let times: Option<Vec<_>> = epochs
            .map(|epoch| Some((epoch.mjd?.days().to_bits(), epoch.band.clone())))
            .collect();
        times.filter(|times| is_candidate && !times.is_empty())
    };
    let Some(first) = times(members[0]) else {
        return false;
    };
    members.len() > 1
        && members[1..]
            .iter()
            .all(|at| times(*at).as_ref() == Some(&first))
}

fn join(known: &mut Candidate, more: Candidate) {
    known.epochs.extend(more.epochs);
    known.history.extend(more.history);
    known.position_deg = known.position_deg.or(more.position_deg);
    known.truth = known.truth.take().or(more.truth);
    if known.fields.is_empty() {
        known.fields = more.fields;
    }
}

#[cfg(test)]
#[path = "identity_tests.rs"]
mod tests;
