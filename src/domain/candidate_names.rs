//! Candidates by what tables of others call them: the object, a detection, or a file.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use super::Catalogue;

/// What a file stands for that holds several objects.
static UNNAMED: LazyLock<Arc<str>> = LazyLock::new(|| "".into());

pub struct CandidateNames<'a> {
    catalogue: &'a Catalogue,
    others: HashMap<String, &'a Arc<str>>,
}

impl<'a> CandidateNames<'a> {
    pub fn of(catalogue: &'a Catalogue) -> Self {
        let mut others = HashMap::new();
        for (_, candidate) in catalogue.iter() {
            for epoch in &candidate.epochs {
                if let Some(candid) = &epoch.candid {
                    others.insert(candid.to_string(), &candidate.id);
                }
                // A file of several objects names none of them.
                for stamp in &epoch.stamps {
                    let name = stamp.source.path.file_name().unwrap_or_default();
                    let known = others.entry(name.to_string_lossy().into_owned());
                    let known = known.or_insert(&candidate.id);
                    if *known != &candidate.id {
                        *known = &UNNAMED;
                    }
                }
            }
        }
        Self { catalogue, others }
    }

    /// The identifier of the candidate that goes by that name.
    pub fn find(&self, name: &str) -> Option<Arc<str>> {
        if name.is_empty() {
            return None;
        }
        let candidate = self
            .catalogue
            .find(name)
            .and_then(|ix| self.catalogue.get(ix));
        let other = || self.others.get(name).copied().filter(|id| !id.is_empty());
        // A path, or the data of a subject of Zooniverse, whose values name the object.
        let within = || {
            if name.starts_with('{') {
                let quoted = name
                    .split('"')
                    .filter(|text| text.len() > 3 && !text.starts_with('{'));
                return quoted.into_iter().find_map(|text| self.find(text));
            }
            let (_, file) = name.rsplit_once('/')?;
            self.others
                .get(file)
                .map(|id| (*id).clone())
                .filter(|id| !id.is_empty())
        };
        candidate
            .map(|c| &c.id)
            .or_else(other)
            .cloned()
            .or_else(within)
    }
}
