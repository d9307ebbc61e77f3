//! How well a forest judges objects whose class is known: at the end, and after fewer epochs.

use std::collections::BTreeMap;

pub use super::forest_set::{KnownCurve, LabelledSet, labelled};

use crate::{
    domain::{Confusion, likeliest},
    lightcurve::Forest,
    tasks::{cancel::CancelToken, parallel::in_parallel},
};

/// Numbers of epochs after which it is judged.
pub const AFTER_EPOCHS: [usize; 9] = [3, 4, 5, 7, 10, 13, 16, 20, 25];

#[derive(Clone, Debug, PartialEq)]
pub struct ForestJudgement {
    /// Classes, in the order of the matrices.
    pub classes: Vec<String>,
    /// After all epochs.
    pub whole: Confusion,
    /// After that many epochs, of the objects that have as many.
    pub after: Vec<(usize, Confusion)>,
}

/// Judges light curves; where it was cancelled, none.
///
/// # Errors
/// Where the system gives no thread.
pub fn judge(
    forest: &Forest,
    curves: &[KnownCurve],
    threads: usize,
    cancel: &CancelToken,
    report: &(dyn Fn(usize) + Sync),
) -> anyhow::Result<Option<ForestJudgement>> {
    let predicted = |number: u64| -> Vec<(usize, usize)> {
        let known = &curves[number as usize];
        let counts = AFTER_EPOCHS
            .into_iter()
            .filter(|count| *count <= known.curve.len());
        // The whole light curve goes by the number 0.
        counts
            .map(|count| (count, known.curve.prefix(count)))
            .chain([(0, known.curve.clone())])
            .filter_map(|(count, curve)| Some((count, likeliest(&forest.judge(&curve).ok()?)?)))
            .collect()
    };
    let all = in_parallel(0..curves.len() as u64, threads, cancel, report, &predicted)?;
    let Some(all) = all else {
        return Ok(None);
    };
    let classes = forest.card().classes.clone();
    let mut matrices: BTreeMap<usize, Confusion> = BTreeMap::new();
    for (known, predicted) in curves.iter().zip(all) {
        for (count, predicted) in predicted {
            let matrix = matrices.entry(count);
            let matrix = matrix.or_insert_with(|| Confusion::new(classes.len()));
            matrix.add(usize::from(known.class), predicted, 1);
        }
    }
    let whole = matrices.remove(&0);
    Ok(Some(ForestJudgement {
        whole: whole.unwrap_or_else(|| Confusion::new(classes.len())),
        after: matrices.into_iter().collect(),
        classes,
    }))
}

impl ForestJudgement {
    /// The figures for a card: mean recall, recall by class, mean recall after fewer epochs.
    pub fn figures(&self) -> BTreeMap<String, f64> {
        let mut figures = BTreeMap::new();
        figures.insert("validation_objects".into(), self.whole.total() as f64);
        let mut put = |name: String, value: Option<f64>| {
            if let Some(value) = value {
                figures.insert(name, value);
            }
        };
        put("mean_recall".into(), self.whole.mean_recall());
        for (at, class) in self.classes.iter().enumerate() {
            put(format!("recall_{class}"), self.whole.recall(at));
        }
        for (count, matrix) in &self.after {
            put(
                format!("mean_recall_after_{count:02}_epochs"),
                matrix.mean_recall(),
            );
        }
        figures
    }

    /// Matrix and recalls as text: rows are true classes.
    pub fn in_words(&self) -> String {
        let present = |class: &usize| self.whole.of_class(*class) > 0;
        let mut lines = vec![format!("{:<18}{}", "", self.classes.join(" "))];
        for class in (0..self.classes.len()).filter(present) {
            let counts = (0..self.classes.len()).map(|predicted| {
                let width = self.classes[predicted].len();
                format!("{:>width$}", self.whole.count(class, predicted))
            });
            let recall = percent(self.whole.recall(class));
            let counts: Vec<String> = counts.collect();
            lines.push(format!(
                "{:<18}{} {recall}",
                self.classes[class],
                counts.join(" ")
            ));
        }
        lines.push(format!("mean recall {}", percent(self.whole.mean_recall())));
        for (count, matrix) in &self.after {
            let classes = (0..self.classes.len()).filter(present);
            let recalls: Vec<String> = classes.map(|at| percent(matrix.recall(at))).collect();
            lines.push(format!(
                "after {count:>2} epochs: mean recall {} ({}; {} objects)",
                percent(matrix.mean_recall()),
                recalls.join(", "),
                matrix.total()
            ));
        }
        lines.join("\n")
    }
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "-".into(), |share| format!("{:.1} %", 100.0 * share))
}
