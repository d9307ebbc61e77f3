//! Triplets a second on one and two threads: science image, reference, difference and S/N.
//!
//! `cargo bench --bench triplets`; `DESTELLO_BENCH_TRIPLETS` asks for another number of them.
//! Prints a table; the aim is 20,000 a second on two cores.

#[path = "common/page.rs"]
mod page;
#[path = "common/summary.rs"]
mod summary;

use std::{sync::Arc, time::Instant};

use destello::{
    domain::{Role, Templates},
    simulate::{Simulate, Survey, TripletOrder, TripletSimulator},
};

/// Triplets for each line, unless the environment says otherwise.
const TRIPLETS: u64 = 20_000;
/// The images of each.
const ROLES: [Role; 4] = [Role::Science, Role::Reference, Role::Difference, Role::Snr];
/// What two cores shall make in a second.
const AIM: f64 = 20_000.0;

fn main() -> anyhow::Result<()> {
    let wanted = std::env::var("DESTELLO_BENCH_TRIPLETS").ok();
    let count = wanted.map_or(Ok(TRIPLETS), |text| text.parse())?;
    let mut rows = Vec::new();
    println!("survey     kinds   threads  triplets/s   aim {AIM} on two");
    for survey in ["hits2015", "mixed"] {
        for kinds in [&[][..], &["real"][..], &["bogus"][..]] {
            let simulator = simulator(survey, kinds)?;
            for threads in [1, 2] {
                let rate = rate(&simulator, count, threads);
                let kinds = kinds.first().copied().unwrap_or("all");
                println!("{survey:<10} {kinds:<7} {threads:>7}  {rate:>10.0}");
                let what = format!("triplets of {survey}, {kinds}, {threads} threads");
                rows.push((
                    what,
                    format!("{AIM:.0} on two"),
                    format!("{rate:.0} a second"),
                    None,
                ));
            }
        }
    }
    summary::put("simulated triplets", &rows)
}

fn simulator(survey: &str, kinds: &[&str]) -> anyhow::Result<TripletSimulator> {
    let order = TripletOrder {
        survey: Arc::new(Survey::built_in(survey)?),
        templates: Arc::new(Templates::default()),
        kinds: kinds.iter().map(|kind| (*kind).into()).collect(),
        roles: ROLES.to_vec(),
        seed: 1,
    };
    Ok(TripletSimulator::new(order)?)
}

/// Triplets a second, the threads taking turns in the numbers.
fn rate(simulator: &TripletSimulator, count: u64, threads: u64) -> f64 {
    let start = Instant::now();
    std::thread::scope(|scope| {
        for first in 0..threads {
            scope.spawn(move || {
                for index in (first..count).step_by(threads as usize) {
                    std::hint::black_box(simulator.candidate(index));
                }
            });
        }
    });
    count as f64 / start.elapsed().as_secs_f64()
}
