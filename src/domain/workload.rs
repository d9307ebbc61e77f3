//! How many candidates a person must look at, highest score first, to have found a share of the real ones.

use serde::Serialize;

use super::words::thousands;
use crate::text;

/// An estimate with an interval of 90 %.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Estimate {
    /// Lower end: one in twenty lies below.
    pub low: f64,
    pub median: f64,
    /// Upper end.
    pub high: f64,
}

/// What is found by looking at so many candidates.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LookedAt {
    /// Candidates looked at, those with the highest scores.
    pub looked_at: usize,
    /// Share of all real ones that are among them.
    pub recall: Estimate,
    /// Share of them that are real.
    pub purity: Estimate,
}

/// What is found by looking at a set in the order of a model's scores.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Workload {
    /// Candidates with a score.
    pub candidates: usize,
    /// How many of them have a label that counts.
    pub labelled: usize,
    /// Real ones among all.
    pub real: Estimate,
    /// After more and more candidates, the last one after all.
    pub curve: Vec<LookedAt>,
}

/// Shares of the real ones that a person may want to have found.
pub const WANTED: [f64; 3] = [0.95, 0.99, 0.999];

impl Workload {
    /// Where to stop to have found that share.
    pub fn stop_at(&self, wanted: f64) -> Option<&LookedAt> {
        self.curve
            .iter()
            .find(|looked| looked.recall.median >= wanted)
    }

    /// One sentence for each share of [`WANTED`]: "look at 300 of 3,000 (10 %): 1.0 % of the real ones are lost
    /// (0.2 to 3.1 %), 48 % of what is looked at is real".
    pub fn in_words(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        let mut before = 0;
        for stop in WANTED.iter().filter_map(|wanted| self.stop_at(*wanted)) {
            if stop.looked_at == before {
                continue;
            }
            before = stop.looked_at;
            let lost = |recall: f64| 100.0 * (1.0 - recall);
            let share = 100.0 * stop.looked_at as f64 / self.candidates.max(1) as f64;
            sentences.push(text!(
                "look at {looked_at} of {all} ({share} %): {lost} % of the real ones are lost ({least} to {most} %), \
                 {purity} % of what is looked at is real",
                looked_at = stop.looked_at,
                all = self.candidates,
                share = format_args!("{share:.0}"),
                lost = format_args!("{:.1}", lost(stop.recall.median)),
                least = format_args!("{:.1}", lost(stop.recall.high)),
                most = format_args!("{:.1}", lost(stop.recall.low)),
                purity = format_args!("{:.0}", 100.0 * stop.purity.median),
            ));
        }
        sentences
    }

    /// One line for the foot of the queue: "look at 300 of 3,000 to keep 99 % of the real ones (95 to 100 %)"; none
    /// where all must be looked at, as one cannot stop before.
    pub fn in_short(&self) -> Option<String> {
        let [_, wanted, _] = WANTED;
        let stop = self
            .stop_at(wanted)
            .filter(|stop| stop.looked_at < self.candidates)?;
        let percent = |share: f64| 100.0 * share;
        let (low, high) = (percent(stop.recall.low), percent(stop.recall.high));
        // Rounded, as much as is sure and not more: what was lost may not become nothing.
        Some(text!(
            "look at {looked_at} of {all} to keep {share} % of the real ones ({low} to {high} %)",
            looked_at = thousands(stop.looked_at as u64),
            all = thousands(self.candidates as u64),
            share = format_args!("{:.0}", percent(wanted)),
            low = format_args!("{:.0}", low.floor()),
            high = format_args!("{:.0}", high.floor()),
        ))
    }

    /// What the sentences rest on.
    pub fn basis(&self) -> String {
        text!(
            "from {labels} labels; {real} real ones in all ({low} to {high}); intervals of 90 %",
            labels = self.labelled,
            real = format_args!("{:.0}", self.real.median),
            low = format_args!("{:.0}", self.real.low),
            high = format_args!("{:.0}", self.real.high)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looked(looked_at: usize, recall: [f64; 3]) -> LookedAt {
        let [low, median, high] = recall;
        LookedAt {
            looked_at,
            recall: Estimate { low, median, high },
            purity: Estimate::default(),
        }
    }

    #[test]
    fn the_short_line_is_about_the_first_rank_with_99_percent() {
        let workload = Workload {
            candidates: 3_000,
            labelled: 40,
            real: Estimate::default(),
            curve: vec![
                looked(200, [0.8, 0.97, 0.99]),
                looked(1_200, [0.958, 0.992, 0.999]),
                looked(3_000, [1.0, 1.0, 1.0]),
            ],
        };
        assert_eq!(
            workload.in_short().unwrap(),
            "look at 1,200 of 3,000 to keep 99 % of the real ones (95 to 99 %)"
        );
        let none = Workload {
            curve: vec![looked(200, [0.8, 0.97, 0.99])],
            ..workload.clone()
        };
        assert_eq!(none.in_short(), None);
        // To look at all is no place to stop.
        let all = Workload {
            curve: vec![looked(3_000, [1.0, 1.0, 1.0])],
            ..workload.clone()
        };
        assert_eq!(all.in_short(), None);
        let all_but_one = Workload {
            curve: vec![looked(2_999, [0.99, 1.0, 1.0])],
            ..workload
        };
        assert!(all_but_one.in_short().is_some());
    }
}
