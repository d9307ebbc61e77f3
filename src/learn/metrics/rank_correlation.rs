//! Rank correlation (Spearman 1904): do two numbers put things in the same order?

/// Spearman's coefficient of pairs, equal values sharing their mean rank; none for fewer than two
/// pairs or where one of the numbers never changes. Pairs with what is no number are left out.
pub fn spearman(pairs: &[(f64, f64)]) -> Option<f64> {
    let (a, b): (Vec<_>, Vec<_>) = pairs
        .iter()
        .filter(|(a, b)| !a.is_nan() && !b.is_nan())
        .copied()
        .unzip();
    let (a, b) = (ranks(&a), ranks(&b));
    // Mean ranks always have this mean.
    let mean = f64::midpoint(a.len() as f64, 1.0);
    let product = |a: &[f64], b: &[f64]| -> f64 {
        a.iter().zip(b).map(|(a, b)| (a - mean) * (b - mean)).sum()
    };
    let scale = (product(&a, &a) * product(&b, &b)).sqrt();
    (a.len() > 1 && scale > 0.0).then(|| product(&a, &b) / scale)
}

/// Ranks from 1; equal values get the mean of the ranks that they share.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for equal in order.chunk_by(|a, b| values[*a].total_cmp(&values[*b]).is_eq()) {
        let rank = before as f64 + f64::midpoint(equal.len() as f64, 1.0);
        for at in equal {
            ranks[*at] = rank;
        }
        before += equal.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::spearman;

    /// Expected: `scipy.stats.spearmanr`.
    #[test]
    fn the_coefficient_as_scipy_has_it() {
        let a = [1.0, 2.0, 2.0, 3.0, 5.0, 8.0, 8.0, 9.0];
        let b = [2.0, 1.0, 4.0, 4.0, 3.0, 9.0, 7.0, 10.0];
        let pairs: Vec<_> = a.into_iter().zip(b).collect();
        let found = spearman(&pairs).unwrap();
        assert!((found - 0.854_561_149_109_209_6).abs() < 1e-12, "{found}");
        let turned: Vec<_> = pairs.iter().map(|(a, b)| (*a, -b)).collect();
        assert!((spearman(&turned).unwrap() + found).abs() < 1e-12);
    }

    #[test]
    fn without_order_there_is_none() {
        assert_eq!(spearman(&[(1.0, 2.0)]), None);
        assert_eq!(spearman(&[(1.0, 2.0), (1.0, 3.0)]), None);
        assert_eq!(
            spearman(&[(1.0, f64::NAN), (2.0, 1.0), (f64::NAN, 3.0)]),
            None
        );
    }
}
