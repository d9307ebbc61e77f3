//! How well two who gave classes to the same things agree: Cohen's kappa with its standard error.

use serde::Serialize;

use super::confusion::{Confusion, ratio};

/// A figure with its standard error.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Uncertain {
    /// The figure.
    pub value: f64,
    /// Its standard error.
    pub error: f64,
}

impl Confusion {
    /// How many both call alike.
    pub fn alike(&self) -> u64 {
        (0..self.size()).map(|class| self.count(class, class)).sum()
    }

    /// The share that both call alike, with the standard error of a binomial share; with the rule of succession
    /// ((k + 1) / (n + 2)) for the error, so that all or none alike is not certain.
    pub fn accuracy_with_error(&self) -> Option<Uncertain> {
        let (alike, all) = (self.alike(), self.total());
        let value = ratio(alike, all)?;
        let share = (alike + 1) as f64 / (all + 2) as f64;
        let error = (share * (1.0 - share) / all as f64).sqrt();
        Some(Uncertain { value, error })
    }

    /// Cohen's kappa (Cohen 1960): 1 for full agreement, 0 for that of chance, with its asymptotic standard error (Fleiss,
    /// Cohen & Everitt 1969). None where chance alone would give full agreement, or nothing was counted.
    pub fn kappa(&self) -> Option<Uncertain> {
        let all = self.total() as f64;
        let classes = 0..self.size();
        let first: Vec<f64> = classes
            .clone()
            .map(|at| self.of_class(at) as f64 / all)
            .collect();
        let second: Vec<f64> = classes
            .clone()
            .map(|at| self.called(at) as f64 / all)
            .collect();
        let observed = self.alike() as f64 / all;
        let chance: f64 = first.iter().zip(&second).map(|(a, b)| a * b).sum();
        let possible = 1.0 - chance;
        if !observed.is_finite() || possible <= 1e-12 {
            return None;
        }
        let kappa = (observed - chance) / possible;
        let apart = 1.0 - kappa;
        let mut sum = -(kappa - chance * apart).powi(2);
        for row in classes.clone() {
            for column in classes.clone() {
                let share = self.count(row, column) as f64 / all;
                sum += if row == column {
                    share * (1.0 - (first[row] + second[row]) * apart).powi(2)
                } else {
                    share * (apart * (second[row] + first[column])).powi(2)
                };
            }
        }
        // Of full agreement it is 0, or less by what rounding leaves.
        let error = (sum.max(0.0) / all).sqrt() / possible;
        Some(Uncertain {
            value: kappa,
            error,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[&[u64]]) -> Confusion {
        let mut table = Confusion::new(rows.len());
        for (row, counts) in rows.iter().enumerate() {
            for (column, count) in counts.iter().enumerate() {
                table.add(row, column, *count);
            }
        }
        table
    }

    /// The second table is that of Fleiss (1981). Standard errors are those of the delta method, taken by numerical
    /// derivatives in Python; 50,000 drawn tables of the first scatter by .1267.
    #[test]
    fn kappa_and_its_error_are_those_of_the_textbook() {
        for (rows, kappa, error) in [
            (&[&[20, 5][..], &[10, 15]][..], 0.4, 0.126_996),
            (
                &[&[75, 1, 4][..], &[5, 4, 1], &[0, 0, 10]],
                0.676_471,
                0.087_703,
            ),
        ] {
            let found = table(rows).kappa().unwrap();
            assert!((found.value - kappa).abs() < 1e-6, "{found:?}");
            assert!((found.error - error).abs() < 1e-6, "{found:?}");
        }
    }

    #[test]
    fn full_agreement_has_no_error_and_chance_alone_no_kappa() {
        let full = table(&[&[10, 0], &[0, 5]]).kappa().unwrap();
        assert!((full.value - 1.0).abs() < 1e-12 && full.error < 1e-9);
        assert_eq!(table(&[&[10, 0], &[0, 0]]).kappa(), None);
        assert_eq!(table(&[&[0, 0], &[0, 0]]).kappa(), None);
        let none = table(&[&[0, 0], &[0, 0]]).accuracy_with_error();
        assert_eq!(none, None);
        let all = table(&[&[10, 0], &[0, 5]]).accuracy_with_error().unwrap();
        assert!((all.value - 1.0).abs() < 1e-12 && all.error > 0.05);
    }
}
