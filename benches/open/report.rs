//! The table of aims and results.

use std::{fmt::Write, time::Duration};

use super::{decode_rates::Rates, summary, window::FrameTime};

/// Rows of the table: what, aim, result.
#[derive(Default)]
pub struct Report {
    rows: Vec<[String; 3]>,
}

impl Report {
    /// Adds a row, and prints it at once.
    pub fn print_line(&mut self, what: &str, aim: &str, result: String) {
        println!("{what}: {result}");
        self.rows.push([what.to_owned(), aim.to_owned(), result]);
    }

    /// Adds the work of frames on the UI thread.
    pub fn frames(&mut self, what: &str, frames: &[FrameTime]) {
        self.print_line(what, "99 % < 8 ms", quantiles_ms(frames));
    }

    /// Adds decode rates; `stamps` of them make one of the `unit`.
    pub fn rates(&mut self, what: &str, peer: &str, stamps: usize, unit: &str, rates: &Rates) {
        let per_second = |rate: super::decode_rates::Rate| rate.per_second() / stamps as f64;
        let one = per_second(rates.one_thread);
        let (peer, ratio) = match &rates.peer {
            Ok(rate) => {
                let peer_rate = per_second(*rate);
                (
                    format!("{peer} {peer_rate:.0}"),
                    format!("{:.1} ×", one / peer_rate),
                )
            }
            Err(why) => (format!("{peer} did not run ({why})"), "?".into()),
        };
        let all = per_second(rates.all_cores);
        let result =
            format!("{ratio}: {one:.0} {unit}/s on one thread, {all:.0} on all cores; {peer}");
        self.print_line(what, "≥ 5 × astropy", result);
    }

    /// Puts the rows into the summary of all benches.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn put(&self, bench: &str) -> anyhow::Result<()> {
        let rows = self.rows.iter().map(|[what, aim, result]| {
            // A result that is a ratio begins with it: "5.6 ×: …", "0.72: …".
            let first = result.split([' ', ':']).next().unwrap_or_default();
            let is_ratio = result.contains('×') || aim.contains("bare scoring");
            let ratio = is_ratio.then(|| first.parse().ok()).flatten();
            (what.clone(), aim.clone(), result.clone(), ratio)
        });
        summary::put(bench, &rows.collect::<Vec<_>>())
    }

    /// The table as Markdown.
    pub fn table(&self) -> String {
        let mut text = String::from("| what | aim | result |\n|---|---|---|\n");
        for [what, aim, result] in &self.rows {
            // Writing to a String never fails.
            writeln!(text, "| {what} | {aim} | {result} |").unwrap_or_default();
        }
        text
    }
}

/// Median and upper quantiles of the work of frames; by the clock on the wall the last ones, too.
pub fn quantiles_ms(frames: &[FrameTime]) -> String {
    let work: Vec<f64> = sorted_ms(frames.iter().map(|frame| frame.work()));
    let wall: Vec<f64> = sorted_ms(frames.iter().map(|frame| frame.total()));
    let apply = sorted_ms(frames.iter().map(|frame| frame.apply));
    format!(
        "median {:.1}, 95 % {:.1}, 99 % {:.1}, worst {:.1} ms; with waits for a core 99 % {:.1}, worst {:.1} ms, of it news and commands {:.1} ms",
        quantile(&work, 0.5),
        quantile(&work, 0.95),
        quantile(&work, 0.99),
        quantile(&work, 1.0),
        quantile(&wall, 0.99),
        quantile(&wall, 1.0),
        quantile(&apply, 1.0),
    )
}

fn sorted_ms(times: impl Iterator<Item = Duration>) -> Vec<f64> {
    let mut times: Vec<f64> = times.map(|time| time.as_secs_f64() * 1e3).collect();
    times.sort_unstable_by(f64::total_cmp);
    times
}

fn quantile(sorted: &[f64], share: f64) -> f64 {
    let rank = (share * sorted.len().saturating_sub(1) as f64).round() as usize;
    sorted.get(rank).copied().unwrap_or(0.0)
}

/// Memory of this process that is in RAM, MB (10⁶ bytes); NaN where the system does not say.
pub fn resident_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kib.map_or(f64::NAN, |kib| kib * 1024.0 / 1e6)
}

/// Seconds of processor time of this process, all threads together: also on a machine that does other work.
pub fn processor_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the name, which may have spaces: user and system time are the 12th and 13th, in hundredths of a second.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2);
    ticks
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}
