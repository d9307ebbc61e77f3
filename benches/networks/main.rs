//! Networks side by side with what a person would use instead, in one run: scoring by the kernels of destello, by
//! burn, PyTorch and ONNX Runtime; training here and in PyTorch; VaDE here and in PyTorch. Two threads each.
//!
//! `cargo bench --bench networks -- scored` (or `trained`, `latent`, `cascade`; all without a word). Rounds alternate, each
//! of one process of Python; medians and the ratios round by round are printed. Python needs `torch` and
//! `onnxruntime`; `DESTELLO_PYTHON` says where it is, `DESTELLO_ROUNDS` how many rounds. Without them only the
//! rates of destello are printed.
//!
//! With `DESTELLO_ONE_CORE=1` all run on one thread, and seconds are those that the processor gave to them: what else
//! runs on the machine hardly counts then.

mod cascade;
mod gpu;
mod latent;
#[path = "../common/page.rs"]
mod page;
mod peers;
mod scored;
#[path = "../common/summary.rs"]
mod summary;
mod trained;

use std::{
    collections::BTreeMap,
    env,
    time::{Duration, Instant},
};

use destello::{domain::ModelCard, learn::Architecture};

/// How long every rate is measured in a round.
const MEASURED: Duration = Duration::from_secs(3);
/// Rounds, unless told otherwise.
const ROUNDS: usize = 5;
/// Candidates computed at once, here and there.
pub const BATCH: usize = 64;

/// What is compared: ours first.
const RATIOS: [(&str, &str); 18] = [
    ("cap scored, destello", "cap scored, burn"),
    ("cap scored, destello", "cap scored, PyTorch"),
    ("cap scored, destello", "cap scored, ONNX Runtime"),
    ("compact scored, destello", "compact scored, burn"),
    ("compact scored, destello", "compact scored, PyTorch"),
    ("compact scored, destello", "compact scored, ONNX Runtime"),
    ("recurrent scored, destello", "recurrent scored, burn"),
    ("recurrent scored, destello", "recurrent scored, PyTorch"),
    (
        "recurrent scored, destello",
        "recurrent scored, ONNX Runtime",
    ),
    ("cap trained, destello", "cap trained, burn"),
    ("cap trained, destello", "cap trained, PyTorch"),
    ("compact trained, destello", "compact trained, burn"),
    ("compact trained, destello", "compact trained, PyTorch"),
    ("recurrent trained, destello", "recurrent trained, burn"),
    ("recurrent trained, destello", "recurrent trained, PyTorch"),
    (
        "vade placed and drawn again, destello",
        "vade placed and drawn again, PyTorch",
    ),
    ("vade decoded, destello", "vade decoded, PyTorch"),
    ("vade trained, destello", "vade trained, PyTorch"),
];

type Rates = Vec<(String, f64)>;

fn main() -> anyhow::Result<()> {
    if is_one_core() {
        rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .build_global()?;
    }
    let wanted: Vec<String> = env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let is_wanted = |what: &str| wanted.is_empty() || wanted.iter().any(|word| word == what);
    let rounds = env::var("DESTELLO_ROUNDS")
        .ok()
        .and_then(|rounds| rounds.parse().ok());
    let mut found: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let kinds = ["scored", "cascade", "trained", "latent", "gpu"]
        .into_iter()
        // A GPU is asked only where it is named.
        .filter(|kind| is_wanted(kind) && (*kind != "gpu" || !wanted.is_empty()));
    for kind in kinds {
        for _ in 0..rounds.unwrap_or(ROUNDS) {
            let mut rates = match kind {
                "scored" => scored::rates()?,
                "trained" => trained::rates()?,
                "cascade" => cascade::rates()?,
                "gpu" => gpu::rates()?,
                _ => latent::rates()?,
            };
            if kind != "cascade" {
                match peers::rates(kind) {
                    Ok(measured) => rates.extend(measured),
                    Err(why) => println!("no comparison: {why:#}"),
                }
            }
            for (what, rate) in rates {
                found.entry(what).or_default().push(rate);
            }
        }
    }
    println!("   median   lowest  highest  a second");
    let mut rows = Vec::new();
    for (what, rates) in &found {
        let (low, high) = bounds(rates);
        println!("{:9.0}{low:9.0}{high:9.0}  {what}", median(rates));
        let result = format!("{:.4} ({low:.4} to {high:.4})", median(rates));
        rows.push((what.clone(), String::new(), rounded(&result), None));
    }
    println!("   median   lowest  highest  ratio of one round");
    for (a, b) in RATIOS {
        if let (Some(ours), Some(theirs)) = (found.get(a), found.get(b)) {
            let ratios: Vec<f64> = ours.iter().zip(theirs).map(|(a, b)| a / b).collect();
            let (low, high) = bounds(&ratios);
            println!("{:9.2}{low:9.2}{high:9.2}  {a} / {b}", median(&ratios));
            rows.push((
                format!("{a} / {b}"),
                String::new(),
                format!("{:.2} ({low:.2} to {high:.2})", median(&ratios)),
                Some(median(&ratios)),
            ));
        }
    }
    let of = if wanted.iter().any(|word| word == "gpu") {
        "networks, on a GPU"
    } else if is_one_core() {
        "networks, processor seconds of one core"
    } else {
        "networks, two threads"
    };
    summary::put(of, &rows)
}

/// Numbers of a result to four digits.
fn rounded(text: &str) -> String {
    let word = |word: &str| {
        let number = word.trim_matches(['(', ')']);
        let Ok(value) = number.parse::<f64>() else {
            return word.to_owned();
        };
        let digits = (3 - value.abs().max(1e-3).log10().floor() as i32).clamp(0, 4) as usize;
        word.replace(number, &format!("{value:.digits$}"))
    };
    let words: Vec<String> = text.split(' ').map(word).collect();
    words.join(" ")
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

fn bounds(values: &[f64]) -> (f64, f64) {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    (low, values.iter().copied().fold(0.0, f64::max))
}

/// Candidates in a second while something is done over and over.
fn rate(mut work: impl FnMut() -> anyhow::Result<usize>) -> anyhow::Result<f64> {
    for _ in 0..3 {
        work()?;
    }
    let (started, processor) = (Instant::now(), processor_seconds()?);
    let mut done = 0;
    while started.elapsed() < MEASURED {
        done += work()?;
    }
    let seconds = if is_one_core() {
        processor_seconds()? - processor
    } else {
        started.elapsed().as_secs_f64()
    };
    Ok(done as f64 / seconds)
}

/// True where everything runs on one thread.
fn is_one_core() -> bool {
    env::var_os("DESTELLO_ONE_CORE").is_some()
}

/// Seconds that the processor gave to this process; 0 where the system does not say.
fn processor_seconds() -> anyhow::Result<f64> {
    /// Ticks of a second in that file (Linux, proc(5)).
    const TICKS: f64 = 100.0;
    let Ok(line) = std::fs::read_to_string("/proc/self/stat") else {
        return Ok(0.0);
    };
    // User and system time are the 14th and 15th field; the second may have spaces in its brackets.
    let fields = line.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: Vec<f64> = ticks.map(str::parse).collect::<Result<_, _>>()?;
    Ok(ticks.iter().sum::<f64>() / TICKS)
}

fn card(architecture: Architecture) -> ModelCard {
    ModelCard {
        about: architecture.about().into(),
        ..ModelCard::untrained(
            architecture.name(),
            architecture.input(),
            &["bogus", "real"],
        )
    }
}

/// Numbers from -1 to 1 without a pattern.
fn noise(count: usize) -> Vec<f32> {
    let value = |at: usize| {
        let mixed = (at as u32).wrapping_mul(2_654_435_761);
        (mixed ^ (mixed >> 15)) as f32 / u32::MAX as f32 * 2.0 - 1.0
    };
    (0..count).map(value).collect()
}
