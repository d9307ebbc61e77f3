//! Finding close pairs: the task of the window and of the command line, and the table.

use std::sync::Arc;

use anyhow::ensure;

use crate::{
    domain::{Candidate, CandidateIx, Catalogue, position::separation_arcsec},
    io::export::columns::{FilledColumn, Kind, Value, double, text},
    tasks::{Task, TaskContext, progress::Progress},
};

/// The largest radius that can be asked for, arcseconds.
pub const MOST_ARCSEC: f64 = 3600.0;
/// Pairs that are kept at most: more are a wrong radius, or positions of the pointing and not of the object.
const MOST_PAIRS: usize = 1_000_000;
/// Candidates between two looks at whether to go on.
const STEP: usize = 128;

/// Two candidates that lie close together, in the order in which they were found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClosePair {
    /// Both.
    pub candidates: [CandidateIx; 2],
    /// The angle between them, arcseconds.
    pub separation_arcsec: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ClosePairs {
    /// Within how many arcseconds.
    pub radius_arcsec: f64,
    /// The closest first.
    pub pairs: Vec<ClosePair>,
    /// Candidates without a position: they are in no pair.
    pub without_position: usize,
}

/// Finds all close pairs of a catalogue.
pub struct FindClosePairs {
    /// The candidates at this moment.
    pub catalogue: Arc<Catalogue>,
    /// Within how many arcseconds; more than 0, at most [`MOST_ARCSEC`].
    pub radius_arcsec: f64,
}

impl Task for FindClosePairs {
    const NAME: &'static str = crate::english!("close pairs");
    type Update = Progress;
    type Output = ClosePairs;

    fn run(self, cx: &TaskContext<Progress>) -> anyhow::Result<ClosePairs> {
        let radius = self.radius_arcsec;
        ensure!(
            radius > 0.0 && radius <= MOST_ARCSEC,
            "a radius of {radius} arcseconds: more than 0, at most {MOST_ARCSEC}"
        );
        cx.check()?;
        // In order of declination those that can be close to one follow it directly.
        let mut places: Vec<([f64; 2], CandidateIx)> = self
            .catalogue
            .iter()
            .filter_map(|(ix, candidate)| Some((position(candidate)?, ix)))
            .collect();
        places.sort_by(|([_, a], _), ([_, b], _)| a.total_cmp(b));
        let mut pairs = Vec::new();
        for (at, (place, ix)) in places.iter().enumerate() {
            if at % STEP == 0 {
                cx.check()?;
                let (done, total) = (at, places.len());
                cx.progress(done, total);
                cx.update_now_and_then(|| Progress { done, total });
            }
            let highest = place[1] + radius / 3600.0;
            let others = places[at + 1..].iter();
            for (other, other_ix) in others.take_while(|(other, _)| other[1] <= highest) {
                let separation_arcsec = separation_arcsec(*place, *other);
                if separation_arcsec <= radius {
                    pairs.push(ClosePair {
                        candidates: [*ix.min(other_ix), *ix.max(other_ix)],
                        separation_arcsec,
                    });
                }
            }
            ensure!(
                pairs.len() <= MOST_PAIRS,
                "more than {MOST_PAIRS} pairs lie within {radius} arcseconds: choose fewer"
            );
        }
        pairs.sort_by(|a, b| {
            let by_angle = a.separation_arcsec.total_cmp(&b.separation_arcsec);
            by_angle.then(a.candidates.cmp(&b.candidates))
        });
        Ok(ClosePairs {
            radius_arcsec: radius,
            pairs,
            without_position: self.catalogue.len() - places.len(),
        })
    }
}

fn position(candidate: &Candidate) -> Option<[f64; 2]> {
    let known = candidate.position_deg;
    known.filter(|position| position.iter().all(|axis| axis.is_finite()))
}

/// The table: one row a pair.
#[rustfmt::skip]
pub fn columns(found: &ClosePairs, catalogue: &Catalogue) -> Vec<FilledColumn> {
    use Kind::{Double, Text};
    let fill = |name: &str, kind, unit, meaning: &str, value: &dyn Fn(&ClosePair) -> Value| FilledColumn {
        name: name.into(),
        kind,
        unit,
        meaning: meaning.into(),
        values: found.pairs.iter().map(value).collect(),
    };
    let candidate = |pair: &ClosePair, which: usize| catalogue.get(pair.candidates[which]);
    let id = |pair: &ClosePair, which| text(candidate(pair, which).map(|found| &*found.id));
    let degrees = |pair: &ClosePair, which, axis: usize| double(candidate(pair, which).and_then(|found| Some(found.position_deg?[axis])));
    vec![
        fill("id_1", Text, "", "identifier of the object that was found first", &|p| id(p, 0)),
        fill("id_2", Text, "", "identifier of the other", &|p| id(p, 1)),
        fill("separation", Double, "arcsec", "angle between the two", &|p| double(Some(p.separation_arcsec))),
        fill("ra_1", Double, "deg", "right ascension, J2000", &|p| degrees(p, 0, 0)),
        fill("dec_1", Double, "deg", "declination, J2000", &|p| degrees(p, 0, 1)),
        fill("ra_2", Double, "deg", "right ascension of the other", &|p| degrees(p, 1, 0)),
        fill("dec_2", Double, "deg", "declination of the other", &|p| degrees(p, 1, 1)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tasks::{cancel::CancelToken, run_here};

    fn catalogue(positions: &[Option<[f64; 2]>]) -> Arc<Catalogue> {
        let mut catalogue = Catalogue::default();
        for (at, position) in positions.iter().enumerate() {
            catalogue.absorb(Candidate {
                id: format!("c{at}").into(),
                position_deg: *position,
                ..Candidate::default()
            });
        }
        Arc::new(catalogue)
    }

    fn find(catalogue: &Arc<Catalogue>, radius_arcsec: f64) -> anyhow::Result<ClosePairs> {
        let task = FindClosePairs {
            catalogue: catalogue.clone(),
            radius_arcsec,
        };
        run_here(task, CancelToken::default(), |_| ())
    }

    #[test]
    fn pairs_are_those_of_a_comparison_of_all_with_all() {
        // A spiral about the pole and a crossing of right ascension zero: many angles, near and far.
        let spiral = (0..60).map(|at| {
            let at = f64::from(at);
            Some([37.0 * at, 90.0 - 2e-5 * at])
        });
        let crossing = (0..60).map(|at| {
            let step = f64::from(at) - 30.0;
            Some([(1e-4 * step).rem_euclid(360.0), -1e-4 * step * step / 30.0])
        });
        let positions: Vec<_> = spiral.chain(crossing).collect();
        let found = find(&catalogue(&positions), 1.0).unwrap();
        let mut by_all = 0;
        for (at, a) in positions.iter().enumerate() {
            for b in &positions[at + 1..] {
                by_all += usize::from(separation_arcsec(a.unwrap(), b.unwrap()) <= 1.0);
            }
        }
        assert!(by_all > 100, "{by_all}");
        assert_eq!(found.pairs.len(), by_all);
        let angles = found.pairs.iter().map(|pair| pair.separation_arcsec);
        assert!(angles.is_sorted() && found.pairs[0].separation_arcsec < 0.1);
    }

    #[test]
    fn it_stops_where_it_is_asked_to() {
        let task = FindClosePairs {
            catalogue: catalogue(&[]),
            radius_arcsec: 1.0,
        };
        let cancel = CancelToken::default();
        cancel.cancel();
        let why = run_here(task, cancel, |_| ()).unwrap_err();
        assert!(why.is::<crate::tasks::cancel::Cancelled>(), "{why}");
    }

    #[test]
    fn candidates_without_a_position_are_counted_and_in_no_pair() {
        let known = Some([150.0, 2.0]);
        let catalogue = catalogue(&[known, None, Some([f64::NAN, 2.0]), known]);
        let found = find(&catalogue, 1.0).unwrap();
        assert_eq!(found.without_position, 2);
        assert_eq!(found.pairs.len(), 1);
        assert_eq!(found.pairs[0].candidates, [CandidateIx(0), CandidateIx(3)]);
        let table = columns(&found, &catalogue);
        assert_eq!(table[1].values, [Value::Text("c3".into())]);
        assert_eq!(table[3].values, [Value::Double(150.0)]);
    }

    #[test]
    fn a_radius_that_finds_too_much_or_nothing_is_refused() {
        let crowd = catalogue(&vec![Some([150.0, 2.0]); 1500]);
        let why = find(&crowd, 1.0).unwrap_err().to_string();
        assert!(why.contains("more than 1000000 pairs"), "{why}");
        for radius in [0.0, -1.0, 3601.0, f64::NAN] {
            let why = find(&crowd, radius).unwrap_err().to_string();
            assert!(why.contains("at most 3600"), "{why}");
        }
    }
}
