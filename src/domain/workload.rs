//! How many candidates a person must look at, highest score first, to have found a share of the real ones.

use serde::Serialize;

/// An estimate with an interval of 90 %.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Estimate {
    /// Lower end: one in twenty lies below.
    pub low: f64,
    /// The median.
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
            sentences.push(format!(
                "look at {} of {} ({:.0} %): {:.1} % of the real ones are lost ({:.1} to {:.1} %), {:.0} % of what is \
                 looked at is real",
                stop.looked_at,
                self.candidates,
                100.0 * stop.looked_at as f64 / self.candidates.max(1) as f64,
                lost(stop.recall.median),
                lost(stop.recall.high),
                lost(stop.recall.low),
                100.0 * stop.purity.median,
            ));
        }
        sentences
    }

    /// What the sentences rest on.
    pub fn basis(&self) -> String {
        format!(
            "from {} labels; {:.0} real ones in all ({:.0} to {:.0}); intervals of 90 %",
            self.labelled, self.real.median, self.real.low, self.real.high
        )
    }
}
