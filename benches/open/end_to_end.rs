//! ZTF packets from the files to scores, beside bare scoring of the same stamps.

use std::{path::Path, time::Instant};

use anyhow::Context;
use destello::{
    features::scoring::{
        class_shares::ShareChoice,
        run::{ScoreOrder, score},
        score::Orientations,
    },
    learn::{Compute, Model, Wish, model_file, shares::Decision},
    tasks::cancel::CancelToken,
    workspace::kept_index::Indexing,
};

use super::{alert_files, report::Report};

/// Packets, unless the environment says otherwise.
const PACKETS: usize = 10_000;
/// What is to be left of the rate of bare scoring.
const AIM: &str = "≥ 0.7 of bare scoring";
/// Candidates at once, as in use.
const BATCH: usize = 256;

/// Measures both with the two networks that come with destello.
///
/// # Errors
/// Where a file cannot be written, or a model cannot be used.
pub fn measure(folder: &Path, report: &mut Report) -> anyhow::Result<()> {
    let wanted = std::env::var("DESTELLO_BENCH_PACKETS").ok();
    let count = wanted.map_or(Ok(PACKETS), |text| text.parse())?;
    let packets = folder.join("night");
    alert_files::write_packets(&packets, count)?;
    for name in ["compact", "cap"] {
        let order = ScoreOrder {
            paths: vec![packets.clone()],
            indexing: Indexing::Anew,
            models: vec![name.into()],
            device: Wish::Cpu,
            project: None,
            shares: ShareChoice::default(),
            decision: Decision::default(),
            labels: None,
            orientations: Orientations::All,
            level: 0.9,
        };
        let start = Instant::now();
        let done = score(&order, &CancelToken::default(), |_| {})?;
        let seconds = start.elapsed().as_secs_f64();
        let done = done.context("it was stopped")?;
        anyhow::ensure!(done.counts.computed == count, "not all were scored");
        let whole = count as f64 / seconds;
        let bare = bare(name, count)?;
        report.print_line(
            &format!("{count} ZTF packets scored by {name}, files to table"),
            AIM,
            format!(
                "{:.2}: {whole:.0} a second, bare scoring {bare:.0}",
                whole / bare
            ),
        );
    }
    Ok(())
}

/// Candidates a second of inputs that are prepared.
fn bare(name: &str, count: usize) -> anyhow::Result<f64> {
    let file = format!(
        "{}/assets/models/{name}.safetensors",
        env!("CARGO_MANIFEST_DIR")
    );
    let model: Model = model_file::read(file.as_ref(), &Compute::cpu())?;
    let size = model.stamps()?.len();
    let value = |at: usize| ((at as u32).wrapping_mul(2_654_435_761) >> 16) as f32 / 65_536.0 - 0.5;
    let inputs: Vec<f32> = (0..BATCH * size).map(value).collect();
    // The first takes its memory from the system.
    model.score(&inputs)?;
    let start = Instant::now();
    let rounds = count.div_ceil(BATCH);
    for _ in 0..rounds {
        model.score(&inputs)?;
    }
    Ok((rounds * BATCH) as f64 / start.elapsed().as_secs_f64())
}
