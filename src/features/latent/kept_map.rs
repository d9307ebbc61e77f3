//! The t-SNE map of a set as a project keeps it: it takes long to make. It is kept with a hash of the places that it was made
//! from, beside what models remember.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    domain::{Embedding, NewScores, Remembered},
    features::scoring::origin::PixelHash,
    store::{Project, StoreError},
};

/// Under which name a project keeps it.
const NAME: &str = "t-SNE map";

/// Where a map is looked for and kept; nowhere without a project.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeptMap(Option<PathBuf>);

impl KeptMap {
    pub const fn of(project: Option<PathBuf>) -> Self {
        Self(project)
    }

    /// The places of these points on the map that was made of them with these numbers.
    pub fn find(
        &self,
        embedding: &Embedding,
        chosen: &[usize],
        made_with: &[f32],
    ) -> Option<Vec<[f32; 2]>> {
        let path = self.0.as_deref()?;
        let found = Project::open_existing(path)
            .and_then(|project| project.memory_of(&embedding.space.model, &NAME.into()));
        let kept = found.unwrap_or_else(|error| {
            log::warn!("{error}; the map is made anew");
            None
        })?;
        let is_of_these = kept.epoch == hash_of(embedding, chosen, made_with);
        let places = places_of(&kept.memory)?;
        (is_of_these && places.len() == chosen.len()).then_some(places)
    }

    /// Keeps the places of these points, in the place of an earlier map.
    pub fn keep(
        &self,
        embedding: &Embedding,
        chosen: &[usize],
        made_with: &[f32],
        places: &[[f32; 2]],
    ) {
        let Some(path) = self.0.as_deref() else {
            return;
        };
        let map = Remembered {
            candidate: NAME.into(),
            epoch: hash_of(embedding, chosen, made_with),
            memory: places
                .as_flattened()
                .iter()
                .flat_map(|number| number.to_le_bytes())
                .collect(),
        };
        if let Err(error) = put(path, embedding, map) {
            log::warn!("{error}; the map is not kept");
        }
    }
}

fn put(path: &Path, embedding: &Embedding, map: Remembered) -> Result<(), StoreError> {
    let new = NewScores {
        rows: Vec::new(),
        memories: vec![map],
    };
    Project::open_existing(path)?.put_scores(&embedding.space.model, &new)
}

fn hash_of(embedding: &Embedding, chosen: &[usize], made_with: &[f32]) -> Arc<str> {
    let mut hash = PixelHash::default();
    hash.add_numbers(made_with);
    for point in chosen {
        hash.add_numbers(embedding.mean(*point));
    }
    format!("{:016x}", hash.get()).into()
}

/// None of bytes that are no places.
fn places_of(bytes: &[u8]) -> Option<Vec<[f32; 2]>> {
    let (places, rest) = bytes.as_chunks::<8>();
    let number = |bytes: &[u8]| bytes.try_into().ok().map(f32::from_le_bytes);
    let place = |bytes: &[u8; 8]| Some([number(&bytes[..4])?, number(&bytes[4..])?]);
    rest.is_empty().then_some(())?;
    places.iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CandidateIx, LatentPoint, LatentSpace, ModelId};

    fn embedding() -> Embedding {
        let mut all = Embedding::new(Arc::new(LatentSpace {
            model: ModelId::new("vade", 7),
            dimensions: 2,
            side_px: 21,
            components: Arc::new([]),
        }));
        for at in 0..4 {
            all.points.push(LatentPoint {
                candidate: CandidateIx(at),
                epoch: 0,
            });
            all.means.extend([at as f32, 0.5]);
            all.errors.push(0.0);
        }
        all
    }

    #[test]
    fn a_map_is_found_again_by_the_same_places_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("night.destello");
        drop(Project::open_or_create(&path).unwrap());
        let (mut all, chosen, numbers) = (embedding(), [0, 2, 3], [30.0, 750.0]);
        let kept = KeptMap::of(Some(path));
        assert_eq!(kept.find(&all, &chosen, &numbers), None);
        let places = vec![[1.5, -2.0], [0.0, 3.25], [-7.0, 1e-9]];
        kept.keep(&all, &chosen, &numbers, &places);
        assert_eq!(kept.find(&all, &chosen, &numbers), Some(places.clone()));
        assert_eq!(kept.find(&all, &[0, 1, 3], &numbers), None);
        assert_eq!(kept.find(&all, &chosen, &[30.0, 500.0]), None);
        assert_eq!(KeptMap::default().find(&all, &chosen, &numbers), None);
        // Of a stamp that was not on the map nothing depends.
        all.means[2] = 9.0;
        assert_eq!(kept.find(&all, &chosen, &numbers), Some(places));
        all.means[4] = 9.0;
        assert_eq!(kept.find(&all, &chosen, &numbers), None);
    }

    #[test]
    fn bytes_that_are_no_places_are_no_map() {
        assert_eq!(places_of(&[0; 12]), None);
        assert_eq!(places_of(&[0; 16]), Some(vec![[0.0; 2]; 2]));
    }
}
