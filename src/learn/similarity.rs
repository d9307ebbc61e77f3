//! How alike stamps are: by what a network finds in them, in a space in which every direction of a set counts alike.
//!
//! The features of a stamp (some thousand numbers) are projected on [`DIMENSIONS`] random directions (Achlioptas 2003:
//! signs do), whitened by their covariance over the set with a ridge, and brought to unit length. The likeness of two
//! stamps is then the cosine of their angle. Several examples, and counterexamples, are joined as by Rocchio (1971).

use rayon::prelude::*;

/// Directions that features are projected on.
pub const DIMENSIONS: usize = 64;
/// Share of the largest variance that is added to all: directions with next to none are noise.
const RIDGE: f64 = 0.01;
/// Stamps that the covariance is measured on, at most.
const MOST_MEASURED: usize = 20_000;
/// Steps of the search for the largest variance.
const STEPS: usize = 50;
/// Weight of the counterexamples beside that of the examples. Of 0, .25, .5, .75 and 1 the one with which most of the
/// first 50 were of the wanted kind, after one and two rounds of twelve answers, on simulated triplets of `ztf`.
const LESS: f32 = 0.5;

/// Random signs, one for each feature and direction: the same at every start.
#[derive(Debug)]
pub struct Projection(Vec<[f32; DIMENSIONS]>);

impl Projection {
    pub fn new(features: usize) -> Self {
        // Marsaglia's xorshift, 64 bits at a time.
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let mut signs = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let bits = state;
            std::array::from_fn(|at| if bits >> at & 1 == 1 { 1.0 } else { -1.0 })
        };
        Self((0..features).map(|_| signs()).collect())
    }

    /// The features of one stamp on the directions.
    pub fn of(&self, features: &[f32]) -> [f32; DIMENSIONS] {
        let mut along = [0.0; DIMENSIONS];
        for (feature, signs) in features.iter().zip(&self.0) {
            for (along, sign) in along.iter_mut().zip(signs) {
                *along += feature * sign;
            }
        }
        along
    }
}

/// The stamps of a set as unit vectors; those without a stamp have none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlikeVectors(Vec<Option<Box<[f32; DIMENSIONS]>>>);

impl AlikeVectors {
    /// Out of projected features, a row for each candidate.
    pub fn new(mut rows: Vec<Option<Box<[f32; DIMENSIONS]>>>) -> Self {
        let known = rows.iter().flatten().count();
        let each = known.div_ceil(MOST_MEASURED).max(1);
        let measured = rows.iter().flatten().step_by(each).map(|row| &**row);
        let measured: Vec<_> = measured.collect();
        let mean = mean(&measured);
        let factor = cholesky(covariance(&measured, &mean));
        rows.par_iter_mut().flatten().for_each(|row| {
            let centred = std::array::from_fn(|at| f64::from(row[at]) - mean[at]);
            let white = solve_lower(&factor, &centred);
            let length = white.iter().map(|x| x * x).sum::<f64>().sqrt();
            for (number, white) in row.iter_mut().zip(white) {
                *number = if length > 0.0 {
                    (white / length) as f32
                } else {
                    0.0
                };
            }
        });
        Self(rows)
    }

    /// Number of candidates.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// True without a candidate.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// True where a candidate has a vector.
    pub fn is_known(&self, at: usize) -> bool {
        self.0.get(at).is_some_and(Option::is_some)
    }

    /// How much two candidates are alike, -1 to 1: what [`Self::likeness`] gives one of them with the other as its only
    /// example. None where either has no stamp.
    pub fn between(&self, one: usize, other: usize) -> Option<f32> {
        let [one, other] = [one, other].map(|at| self.0.get(at)?.as_deref());
        let (one, other) = (one?, other?);
        Some(one.iter().zip(other).map(|(a, b)| a * b).sum())
    }

    /// How much each candidate is like the examples and unlike the counterexamples, -1 to 1, in order; NaN without a
    /// stamp. Examples themselves have 1, counterexamples -1.
    pub fn likeness(&self, more: &[usize], less: &[usize]) -> Vec<f32> {
        let [wanted, unwanted] = [more, less].map(|examples| {
            let known = examples.iter().filter_map(|at| self.0.get(*at)?.as_deref());
            let known: Vec<_> = known.collect();
            let mut sum = [0.0; DIMENSIONS];
            for row in &known {
                sum.iter_mut().zip(**row).for_each(|(sum, one)| *sum += one);
            }
            sum.map(|sum| sum / known.len().max(1) as f32)
        });
        let query: [f32; DIMENSIONS] = std::array::from_fn(|at| wanted[at] - LESS * unwanted[at]);
        let length = query.iter().map(|x| x * x).sum::<f32>().sqrt();
        let cosine = |row: &Option<Box<[f32; DIMENSIONS]>>| {
            let Some(row) = row else { return f32::NAN };
            let product: f32 = row.iter().zip(query).map(|(a, b)| a * b).sum();
            if length > 0.0 { product / length } else { 0.0 }
        };
        let mut all: Vec<f32> = self.0.par_iter().map(cosine).collect();
        for (examples, value) in [(more, 1.0), (less, -1.0)] {
            for at in examples {
                if self.is_known(*at) {
                    all[*at] = value;
                }
            }
        }
        all
    }
}

type Square = Vec<[f64; DIMENSIONS]>;

fn mean(rows: &[&[f32; DIMENSIONS]]) -> [f64; DIMENSIONS] {
    let mut sum = [0.0; DIMENSIONS];
    for row in rows {
        for (sum, number) in sum.iter_mut().zip(row.iter()) {
            *sum += f64::from(*number);
        }
    }
    sum.map(|sum| sum / rows.len().max(1) as f64)
}

/// The covariance with the ridge on its diagonal.
fn covariance(rows: &[&[f32; DIMENSIONS]], mean: &[f64; DIMENSIONS]) -> Square {
    let mut all = vec![[0.0; DIMENSIONS]; DIMENSIONS];
    for row in rows {
        let centred: [f64; DIMENSIONS] = std::array::from_fn(|at| f64::from(row[at]) - mean[at]);
        for (line, own) in all.iter_mut().zip(centred) {
            for (sum, other) in line.iter_mut().zip(centred) {
                *sum += own * other;
            }
        }
    }
    let count = rows.len().max(1) as f64;
    for number in all.iter_mut().flatten() {
        *number /= count;
    }
    // Of a set whose stamps are all one there is no variance to take a share of.
    let ridge = (RIDGE * largest_variance(&all)).max(1e-12);
    for (at, line) in all.iter_mut().enumerate() {
        line[at] += ridge;
    }
    all
}

/// By powers of the matrix.
fn largest_variance(matrix: &Square) -> f64 {
    let mut along = [1.0; DIMENSIONS];
    let mut largest = 0.0;
    for _ in 0..STEPS {
        let next: [f64; DIMENSIONS] = std::array::from_fn(|row| {
            let line = matrix[row].iter().zip(along);
            line.map(|(a, b)| a * b).sum()
        });
        largest = next.iter().map(|x| x * x).sum::<f64>().sqrt();
        if largest <= 0.0 {
            return 0.0;
        }
        along = next.map(|x| x / largest);
    }
    largest
}

/// The lower triangle whose square a positive matrix is.
fn cholesky(mut matrix: Square) -> Square {
    for row in 0..DIMENSIONS {
        for column in 0..=row {
            let known: f64 = (0..column)
                .map(|at| matrix[row][at] * matrix[column][at])
                .sum();
            let left = matrix[row][column] - known;
            matrix[row][column] = if row == column {
                left.max(f64::MIN_POSITIVE).sqrt()
            } else {
                left / matrix[column][column]
            };
        }
    }
    matrix
}

fn solve_lower(factor: &Square, right: &[f64; DIMENSIONS]) -> [f64; DIMENSIONS] {
    let mut solved = [0.0; DIMENSIONS];
    for row in 0..DIMENSIONS {
        let known: f64 = (0..row).map(|at| factor[row][at] * solved[at]).sum();
        solved[row] = (right[row] - known) / factor[row][row];
    }
    solved
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: usize = 20;
    const OF_KIND: usize = 15;

    /// Rows about the centres of kinds, one kind behind the other; the last has no stamp.
    fn rows(scale: f32) -> Vec<Option<Box<[f32; DIMENSIONS]>>> {
        let projection = Projection::new(200);
        let noise = |at: usize| {
            let bits = (at as u32).wrapping_mul(2_654_435_761).rotate_left(13);
            (bits.wrapping_mul(2_246_822_519) >> 8) as f32 / (1 << 24) as f32 - 0.5
        };
        let row = |at: usize| {
            let kind = at / OF_KIND;
            let features = (0..200).map(|feature| {
                let centre = 2.0 * noise(1_000_000 + kind * 200 + feature);
                scale * (2.0 * centre + 2.0 * noise(at * 200 + feature))
            });
            let features: Vec<f32> = features.collect();
            Some(Box::new(projection.of(&features)))
        };
        (0..KINDS * OF_KIND).map(row).chain([None]).collect()
    }

    fn first(likeness: &[f32], count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..likeness.len()).collect();
        order.retain(|at| !likeness[*at].is_nan());
        order.sort_by(|a, b| likeness[*b].total_cmp(&likeness[*a]));
        order.truncate(count);
        order
    }

    #[test]
    fn the_nearest_are_of_the_kind_of_the_example_at_any_scale() {
        for scale in [1.0, 1e-3] {
            let vectors = AlikeVectors::new(rows(scale));
            let likeness = vectors.likeness(&[113], &[]);
            assert_eq!(first(&likeness, 1), [113]);
            let nearest = first(&likeness, OF_KIND);
            let of_kind = nearest.iter().filter(|at| *at / OF_KIND == 7).count();
            assert!(of_kind >= 12, "{nearest:?}");
            assert!(likeness[300].is_nan() && !vectors.is_known(300));
            for other in [0, 112, 114, 299] {
                let between = vectors.between(113, other).unwrap();
                assert!((between - likeness[other]).abs() < 1e-5, "{other}");
                assert_eq!(vectors.between(other, 113), Some(between));
            }
            assert_eq!(vectors.between(113, 300), None);
            assert_eq!(vectors.between(113, 301), None);
        }
    }

    #[test]
    fn counterexamples_push_their_kind_to_the_end() {
        let vectors = AlikeVectors::new(rows(1.0));
        // Two kinds are wanted, of one of them nothing any more.
        let before = vectors.likeness(&[3, 113], &[]);
        let after = vectors.likeness(&[3, 113], &[114, 115]);
        let mean = |likeness: &[f32]| likeness[105..113].iter().sum::<f32>() / 8.0;
        assert!(mean(&after) < mean(&before) - 0.1);
        let near = |value: f32, wanted: f32| (value - wanted).abs() < 1e-6;
        assert!(near(after[113], 1.0) && near(after[114], -1.0));
    }

    #[test]
    fn a_set_of_one_stamp_and_an_empty_one_are_no_fault() {
        assert!(AlikeVectors::new(Vec::new()).likeness(&[0], &[]).is_empty());
        let one = AlikeVectors::new(vec![rows(1.0)[0].clone(); 3]);
        let likeness = one.likeness(&[0], &[]);
        assert!(
            likeness.iter().all(|value| value.is_finite()),
            "{likeness:?}"
        );
    }
}
