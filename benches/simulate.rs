//! Rates of the simulator: image sequences a second, of wall clock and of CPU time.
//!
//! `cargo bench --bench simulate`; `DESTELLO_BENCH_SEQUENCES` asks for another number of them. On
//! a shared machine the CPU time is the figure to compare.

use std::{
    sync::Arc,
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

use anyhow::Context;
use destello::{
    domain::Role,
    simulate::{Distribution, SequenceClass, SequenceOrder, SequenceSimulator, Simulate, Survey},
};

/// Sequences in each measurement, unless the environment says otherwise.
const SEQUENCES: u64 = 2100;
/// Clock ticks a second in `/proc/self/stat`.
const TICKS_PER_SECOND: f64 = 100.0;

fn main() -> anyhow::Result<()> {
    let wanted = std::env::var("DESTELLO_BENCH_SEQUENCES").ok();
    let count = wanted.map_or(Ok(SEQUENCES), |text| text.parse())?;
    println!("| what | threads | sequences/s | sequences per CPU second |");
    println!("|---|---|---|---|");
    for threads in [1, 2] {
        let science = simulator(&SequenceClass::ALL, &[Role::Science])?;
        measure("seven classes, science", &science, count, threads);
    }
    for class in SequenceClass::ALL {
        let one = simulator(&[class], &[Role::Science])?;
        measure(&format!("{}, science", class.name()), &one, count / 3, 1);
    }
    for threads in [1, 2] {
        let all = simulator(&SequenceClass::ALL, &Role::ALL)?;
        measure("seven classes, all roles", &all, count / 5, threads);
    }
    Ok(())
}

/// 25 epochs of 21 × 21 pixels of HiTS.
fn simulator(classes: &[SequenceClass], roles: &[Role]) -> anyhow::Result<SequenceSimulator> {
    let mut survey = Survey::built_in("hits2015")?;
    survey.cadence.visits = Distribution::Constant(25.0);
    survey.cadence.least_visits = 25;
    SequenceSimulator::new(SequenceOrder {
        survey: Arc::new(survey),
        templates: Arc::default(),
        classes: classes.to_vec(),
        roles: roles.to_vec(),
        seed: 1,
    })
    .context("the survey of the bench")
}

fn measure(what: &str, simulator: &SequenceSimulator, count: u64, threads: usize) {
    let next = AtomicU64::new(0);
    let (start, before) = (Instant::now(), cpu_seconds());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count {
                        break;
                    }
                    std::hint::black_box(simulator.candidate(index));
                }
            });
        }
    });
    let wall = start.elapsed().as_secs_f64();
    let cpu = before
        .zip(cpu_seconds())
        .map(|(before, after)| after - before);
    let per_cpu = cpu.map_or("not known".into(), |s| format!("{:.0}", count as f64 / s));
    println!(
        "| {what} | {threads} | {:.0} | {per_cpu} |",
        count as f64 / wall
    );
}

/// CPU time of this process, seconds; none where the system does not tell.
fn cpu_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    // After the name in brackets: state is field 3, user and system time are 14 and 15.
    let mut fields = text.rsplit(')').next()?.split_whitespace().skip(11);
    let ticks = |field: Option<&str>| field?.parse::<f64>().ok();
    Some((ticks(fields.next())? + ticks(fields.next())?) / TICKS_PER_SECOND)
}
