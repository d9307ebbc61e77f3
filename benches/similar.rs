//! *More like this*: how many of the first 50 are of the kind of the examples, and how long a million take.
//!
//! `cargo bench --bench similar`; simulates 4,000 triplets of each survey, of all kinds (real 50 %). Twelve draws of one
//! example, of five, and of one with two rounds of twelve answers, for each kind that has at least 70 members. Beside it
//! the same by distance in the latent space of `vade`. What is in it was chosen on `ztf`, seed 4242; figures are of others.

#[path = "common/page.rs"]
mod page;
#[path = "common/simulated.rs"]
mod simulated;
#[path = "common/summary.rs"]
mod summary;

use std::{collections::BTreeMap, path::Path, sync::Arc, time::Instant};

use anyhow::Context as _;
use destello::{
    features::{
        latent::export::{ExportOrder, export},
        similar::task::CompareStamps,
    },
    io::{Decoder, export::columns::Value},
    learn::{
        Wish,
        similarity::{AlikeVectors, DIMENSIONS},
    },
    tasks::{cancel::CancelToken, run_here},
    workspace::{latent_models, model_registry::ModelRegistry, models, open::read_all_with},
};

const TRIPLETS: u64 = 4_000;
const FIRST: usize = 50;
const DRAWS: usize = 12;
/// Kinds with fewer members are left out.
const FEWEST: usize = 70;
/// Answers in a round.
const ANSWERS: usize = 12;
/// Survey and seed.
const SETS: [(&str, u64); 3] = [("ztf", 77), ("rubin", 31), ("mixed", 999)];

fn main() -> anyhow::Result<()> {
    let mut rows = Vec::new();
    println!(
        "survey   by                      1 example   5 examples   1 and two rounds   by chance"
    );
    for (survey, seed) in SETS {
        let folder = tempfile::tempdir()?;
        let out = folder.path().join("night");
        simulated::triplets(survey, seed, TRIPLETS, &out)?;
        let decoder = Arc::new(Decoder::default());
        let catalogue = Arc::new(read_all_with(std::slice::from_ref(&out), &decoder).catalogue);
        let kinds = simulated::kinds(&catalogue, &out)?;
        let task = CompareStamps {
            source: models::FEATURES.into(),
            catalogue: catalogue.clone(),
            models: ModelRegistry::default(),
            decoder,
        };
        let vectors = run_here(task, CancelToken::default(), |_| ())?;
        let by_network = |more: &[usize], less: &[usize]| vectors.likeness(more, less);
        let latent = latent(&out)?;
        let by_latent = |more: &[usize], _: &[usize]| nearness(&latent, more);
        let by: [(&str, &Ranking<'_>); 2] = [(models::FEATURES, &by_network), ("vade", &by_latent)];
        for (name, ranking) in by {
            let found = measure(&kinds, ranking);
            let [one, five, answered, chance] = found;
            println!(
                "{survey:<8} {name:<22} {one:>10.3} {five:>12.3} {answered:>18.3} {chance:>11.3}"
            );
            let what = format!("{survey}: {name}, of the first {FIRST} of the kind");
            let figures =
                format!("{one:.2} by 1 example, {five:.2} by 5, {answered:.2} after two rounds");
            rows.push((what, format!("{chance:.2} by chance"), figures, None));
        }
    }
    let seconds = million();
    println!("a million candidates ranked: {:.0} ms", seconds * 1e3);
    rows.push((
        "a million candidates ranked".into(),
        "100 ms".into(),
        format!("{:.0} ms", seconds * 1e3),
        None,
    ));
    summary::put("more like this", &rows)
}

type Ranking<'a> = dyn Fn(&[usize], &[usize]) -> Vec<f32> + 'a;

/// Where the latent model puts every candidate, in the order of the catalogue.
fn latent(out: &Path) -> anyhow::Result<Vec<Vec<f32>>> {
    let order = ExportOrder {
        paths: vec![out.to_owned()],
        model: latent_models::DEFAULT.into(),
        device: Wish::Cpu,
        project: None,
    };
    let report = export(&order, &CancelToken::default(), &mut |_| ())?.context("stopped")?;
    let axes = report.columns.iter().filter(|column| {
        let axis = column.name.strip_prefix('z');
        axis.is_some_and(|axis| axis.parse::<usize>().is_ok())
    });
    let mut places = vec![Vec::new(); report.candidates];
    for axis in axes {
        for (place, value) in places.iter_mut().zip(&axis.values) {
            place.push(match value {
                Value::Float(number) => *number,
                _ => f32::NAN,
            });
        }
    }
    Ok(places)
}

/// Less the distance to the nearest example.
fn nearness(places: &[Vec<f32>], examples: &[usize]) -> Vec<f32> {
    let distance =
        |a: &[f32], b: &[f32]| -> f32 { a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum() };
    let nearest = |place: &Vec<f32>| {
        let all = examples.iter().map(|at| distance(place, &places[*at]));
        -all.fold(f32::INFINITY, f32::min)
    };
    places.iter().map(nearest).collect()
}

/// Shares of the kind among the first: by one example, by five, after two rounds of answers; and its share of the set.
fn measure(kinds: &[String], ranking: &Ranking<'_>) -> [f64; 4] {
    let mut members: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, kind) in kinds.iter().enumerate() {
        members.entry(kind).or_default().push(at);
    }
    members.retain(|_, members| members.len() >= FEWEST);
    let (mut sums, mut draws) = ([0.0; 4], 0);
    for (kind, members) in &members {
        for draw in 0..DRAWS {
            let examples = members.iter().cycle().skip(draw * 17).step_by(13).take(5);
            let examples: Vec<usize> = examples.copied().collect();
            let is_of_kind = |at: &usize| kinds[*at] == **kind;
            let of_first = |likeness: &[f32], seen: &[usize]| {
                let first = order(likeness, seen).into_iter().take(FIRST);
                first.filter(is_of_kind).count() as f64 / FIRST as f64
            };
            let one = &examples[..1];
            sums[0] += of_first(&ranking(one, &[]), one);
            sums[1] += of_first(&ranking(&examples, &[]), &examples);
            let (mut more, mut less) = (one.to_vec(), Vec::new());
            for _ in 0..2 {
                let seen = [&more[..], &less[..]].concat();
                let next = order(&ranking(&more, &less), &seen)
                    .into_iter()
                    .take(ANSWERS);
                let (of_kind, others): (Vec<_>, Vec<_>) = next.partition(is_of_kind);
                more.extend(of_kind);
                less.extend(others);
            }
            // What was answered yes is found.
            sums[2] += of_first(&ranking(&more, &less), &less);
            sums[3] += members.len() as f64 / kinds.len() as f64;
            draws += 1;
        }
    }
    sums.map(|sum| sum / f64::from(draws.max(1)))
}

/// Nearest first, without those that were examples.
fn order(likeness: &[f32], seen: &[usize]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..likeness.len()).collect();
    order.retain(|at| !likeness[*at].is_nan() && !seen.contains(at));
    order.sort_by(|a, b| likeness[*b].total_cmp(&likeness[*a]));
    order
}

/// Seconds to rank a million, the median of five.
fn million() -> f64 {
    let mut state = 1_u32;
    let mut number = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32 - 0.5
    };
    let rows = (0..1_000_000).map(|_| {
        let row: [f32; DIMENSIONS] = std::array::from_fn(|_| number());
        Some(Box::new(row))
    });
    let vectors = AlikeVectors::new(rows.collect());
    let mut seconds: Vec<f64> = (0..5)
        .map(|at| {
            let start = Instant::now();
            std::hint::black_box(vectors.likeness(&[at, at + 7], &[at + 100]));
            start.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    seconds[2]
}
