//! Candidates in a latent space: which point stands for one, and how badly it is drawn again.

use super::{CandidateIx, Embedding, likeliest};

/// What a latent model says of each candidate. Where a candidate has several epochs, the one whose
/// component is surest stands for it, and the worst reconstruction is its error (our choice).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LatentMembership {
    members: Vec<Option<Member>>,
    taken: usize,
    members_known: usize,
}

/// What stands for a candidate.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Member {
    point: u32,
    component: u32,
    responsibility: f32,
    error: f32,
}

impl LatentMembership {
    pub fn of(embedding: &Embedding) -> Self {
        let mut all = Self::default();
        all.extend(embedding);
        all
    }

    /// Takes in the points that came since the last call. Points that say nothing (NaN) are
    /// passed over.
    pub fn extend(&mut self, embedding: &Embedding) {
        for at in self.taken..embedding.len() {
            let row = embedding.responsibility(at);
            let error = embedding.errors.get(at).copied().unwrap_or(f32::NAN);
            let surest = likeliest(row).filter(|component| !row[*component].is_nan());
            if let Some(component) = surest {
                let CandidateIx(ix) = embedding.points[at].candidate;
                self.put(
                    ix as usize,
                    Member {
                        point: at as u32,
                        component: component as u32,
                        responsibility: row[component],
                        error,
                    },
                );
            }
        }
        self.taken = embedding.len();
    }

    fn put(&mut self, ix: usize, new: Member) {
        if self.members.len() <= ix {
            self.members.resize(ix + 1, None);
        }
        let known = &mut self.members[ix];
        self.members_known += usize::from(known.is_none());
        *known = Some(match *known {
            None => new,
            Some(known) => {
                // `max` passes over NaN.
                let error = known.error.max(new.error);
                let surest = if new.responsibility > known.responsibility {
                    new
                } else {
                    known
                };
                Member { error, ..surest }
            }
        });
    }

    fn get(&self, CandidateIx(ix): CandidateIx) -> Option<&Member> {
        self.members.get(ix as usize)?.as_ref()
    }

    /// Candidates that have a place.
    pub const fn len(&self) -> usize {
        self.members_known
    }

    /// True where no candidate has a place.
    pub const fn is_empty(&self) -> bool {
        self.members_known == 0
    }

    /// The point that stands for a candidate.
    pub fn point(&self, candidate: CandidateIx) -> Option<usize> {
        self.get(candidate).map(|member| member.point as usize)
    }

    /// The component that a candidate belongs to, from 0.
    pub fn component(&self, candidate: CandidateIx) -> Option<usize> {
        self.get(candidate).map(|member| member.component as usize)
    }

    /// The largest reconstruction error of a candidate's epochs.
    pub fn error(&self, candidate: CandidateIx) -> Option<f32> {
        let error = self.get(candidate)?.error;
        (!error.is_nan()).then_some(error)
    }

    /// Every candidate that has a place, with its component and its point, in catalogue order.
    pub fn iter(&self) -> impl Iterator<Item = (CandidateIx, usize, usize)> + '_ {
        let all = (0..).zip(&self.members);
        all.filter_map(|(ix, member)| {
            let member = member.as_ref()?;
            let (component, point) = (member.component as usize, member.point as usize);
            Some((CandidateIx(ix), component, point))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::{LatentComponent, LatentPoint, LatentSpace, ModelId};

    fn embedding(rows: &[(u32, [f32; 2], f32)]) -> Embedding {
        let component = LatentComponent {
            weight: 0.5,
            mean: Arc::new([0.0]),
            variance: Arc::new([1.0]),
        };
        let space = LatentSpace {
            model: ModelId::new("vade", 7),
            dimensions: 1,
            side_px: 21,
            components: [component.clone(), component].into(),
        };
        let mut all = Embedding::new(Arc::new(space));
        for (at, (candidate, responsibilities, error)) in (0..).zip(rows) {
            let candidate = CandidateIx(*candidate);
            let epoch = at;
            all.points.push(LatentPoint { candidate, epoch });
            all.means.push(0.0);
            all.responsibilities.extend(responsibilities);
            all.errors.push(*error);
        }
        all
    }

    #[test]
    fn the_surest_epoch_stands_for_a_candidate_and_its_worst_error_counts() {
        let rows = [
            (4, [0.6, 0.4], 0.1),
            (1, [0.2, 0.8], f32::NAN),
            (4, [0.1, 0.9], 0.05),
            (4, [0.7, 0.3], 0.3),
            (2, [f32::NAN; 2], 0.2),
        ];
        let all = LatentMembership::of(&embedding(&rows));
        assert_eq!(all.component(CandidateIx(4)), Some(1));
        assert_eq!(all.point(CandidateIx(4)), Some(2));
        assert_eq!(all.error(CandidateIx(4)), Some(0.3));
        assert_eq!(all.error(CandidateIx(1)), None);
        assert_eq!((all.len(), all.component(CandidateIx(99))), (2, None));
        let listed: Vec<_> = all.iter().map(|(ix, ..)| ix.0).collect();
        assert_eq!(listed, [1, 4]);
    }

    #[test]
    fn points_that_come_later_count_as_those_that_come_at_once() {
        let rows = [
            (0, [0.6, 0.4], 0.1),
            (1, [0.2, 0.8], 0.3),
            (0, [0.0, 1.0], 0.2),
        ];
        let whole = embedding(&rows);
        let mut grown = LatentMembership::default();
        for upto in 1..=rows.len() {
            grown.extend(&embedding(&rows[..upto]));
        }
        assert_eq!(grown, LatentMembership::of(&whole));
    }
}
