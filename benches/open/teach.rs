//! Frames while a model is fine-tuned beside the window, on the same two cores.

use std::{
    fmt::Write as _,
    fs,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use anyhow::Context;
use destello::{
    domain::Candidate,
    features::{
        adaptation::fine_tuning::{FineTuneOrder, FineTuning, LabelSource, Material},
        training::train::cores,
    },
    io::Decoder,
    learn::{Compute, Model},
    tasks::{cancel::CancelToken, progress::Progress, stepwise::Stepwise},
    window::{
        event::{JobEvent, JobId},
        reporter::Reporter,
    },
    workspace::{any_model::AnyModel, models},
};

use super::{fits_files, report::Report, window::Window};

/// Candidates of the set, and labels among them.
const CANDIDATES: usize = 2_000;
const LABELS: usize = 100;
/// Frames that are measured with nothing beside them.
const FRAMES: usize = 600;
/// Points a frame.
const SPEED: f32 = 12.0;

/// Scrolls a set with nothing beside it, then while a model learns its labels.
pub fn measure(folder: &Path, report: &mut Report) -> anyhow::Result<()> {
    let set = folder.join("taught");
    fits_files::write_triplets(&set, CANDIDATES)?;
    let mut window = Window::new(256, None)?;
    window.open(set.clone(), folder.join("taught.destello"));
    while window.is_indexing() {
        window.paced_frame(0.0);
    }
    let labels = folder.join("labels.csv");
    let mut table = String::from("id,label\n");
    let all = window.state.catalogue.iter().map(|(_, one)| one);
    for (at, Candidate { id, .. }) in all.take(LABELS).enumerate() {
        let label = if at % 2 == 0 { "real" } else { "bogus" };
        writeln!(table, "{id},{label}")?;
    }
    fs::write(&labels, table)?;
    window.go_to_top();
    let quiet: Vec<_> = (0..FRAMES).map(|_| window.paced_frame(SPEED)).collect();
    report.frames("frame while scrolling 2,000", &quiet);

    let source = LabelSource::Files {
        paths: vec![set],
        labels: Some(labels),
    };
    let is_done = AtomicBool::new(false);
    let reporter = window.reporter();
    window.go_to_top();
    let (frames, taught) = thread::scope(|scope| {
        let teaching = scope.spawn(|| {
            let taught = teach(source, &reporter);
            is_done.store(true, Ordering::Release);
            taught
        });
        let mut frames = Vec::new();
        while !is_done.load(Ordering::Acquire) {
            frames.push(window.paced_frame(SPEED));
        }
        (frames, teaching.join())
    });
    let labels = taught.ok().context("the teaching broke off")??;
    let name = format!("the same while a model is taught {labels} labels");
    report.frames(&name, &frames);
    window.close();
    Ok(())
}

/// Fine-tunes the default model and reports every step to the window.
fn teach(source: LabelSource, reporter: &Reporter) -> anyhow::Result<usize> {
    let order = FineTuneOrder::usual(source, cores());
    let parent: Model = match models::find(models::DEFAULT, &Compute::cpu())?.model {
        AnyModel::Network(model) => *model,
        AnyModel::Forest(_) => anyhow::bail!("the default model is a network"),
    };
    let (decoder, cancel) = (Decoder::default(), CancelToken::default());
    let material = Material::gather(&order, parent.card(), &decoder, &cancel)?;
    let mut tuning = FineTuning::new(order, &parent, material)?;
    let labels = tuning
        .labels_by_class()
        .iter()
        .map(|(_, count)| count)
        .sum();
    while !tuning.is_finished() {
        tuning.advance()?;
        let news = tuning.news();
        reporter.send(JobEvent::Progress {
            job: JobId::FineTune,
            progress: Progress {
                done: news.step as usize,
                total: news.steps as usize,
            },
        });
    }
    Ok(labels)
}
