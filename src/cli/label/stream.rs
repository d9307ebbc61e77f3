//! `destello label stream`: decisions in, acknowledgements out, each durable before its answer.

use std::{
    io::{self, BufRead, Write},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
};

use crate::{
    domain::{Catalogue, LabelAction, LabelBook, LabelEvent, Origin, StepId, StepIds, Vocabulary},
    features::labelling::import::actions_of,
    io::labels_csv::split_line,
    store::Project,
    workspace::{annotator::annotator, clock, vocabulary::find_vocabulary},
};

/// Arguments of `label stream`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files with the candidates; without any, ids are taken as given
    paths: Vec<PathBuf>,
    /// The project: its file, or its address on a server; made where there is none
    #[arg(long)]
    project: PathBuf,
    /// Name of a vocabulary or a TOML file
    #[arg(long, value_name = "NAME|FILE", default_value = "real_bogus")]
    vocabulary: String,
    /// Who labels; by default the system's user name
    #[arg(long, value_name = "NAME")]
    annotator: Option<String>,
}

/// Answers every line of standard input until it ends.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let vocabulary = find_vocabulary(&args.vocabulary)?;
    let catalogue = match &args.paths[..] {
        [] => Catalogue::default(),
        paths => crate::cli::opened::open_some(paths)?,
    };
    let mut project = Project::open_or_create(&args.project)?;
    let steps = project.step_ids()?;
    let mut stream = Stream {
        project,
        book: LabelBook::default(),
        last_seq: 0,
        steps,
        vocabulary,
        annotator: annotator(args.annotator.as_deref()).into(),
        catalogue: (!args.paths.is_empty()).then_some(catalogue),
    };
    let mut input = io::stdin().lock();
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line);
        if !text.trim().is_empty() {
            let answer = match stream.obey(text.trim()) {
                Ok(done) => format!("ok {done}\n"),
                Err(why) => format!("error {why:#}\n"),
            };
            let mut out = io::stdout().lock();
            out.write_all(answer.as_bytes())?;
            out.flush()?;
        }
        line.clear();
    }
    Ok(ExitCode::SUCCESS)
}

/// A person at the command line.
struct Stream {
    project: Project,
    book: LabelBook,
    last_seq: i64,
    steps: StepIds,
    vocabulary: Vocabulary,
    annotator: Arc<str>,
    catalogue: Option<Catalogue>,
}

impl Stream {
    /// Does what a line says and returns its acknowledgement.
    fn obey(&mut self, line: &str) -> anyhow::Result<String> {
        match line {
            "undo" => {
                self.refresh()?;
                let of = self.book.next_undo(&self.annotator);
                let of = of.ok_or_else(|| anyhow::anyhow!("there is nothing to undo"))?;
                let seq = self.append("", vec![LabelAction::Undo { of }])?;
                Ok(format!("{seq} undo {}", of.0))
            }
            "redo" => {
                self.refresh()?;
                let of = self.book.next_redo(&self.annotator);
                let of = of.ok_or_else(|| anyhow::anyhow!("there is nothing to redo"))?;
                let seq = self.append("", vec![LabelAction::Redo { of }])?;
                Ok(format!("{seq} redo {}", of.0))
            }
            _ => self.label(line),
        }
    }

    fn label(&mut self, line: &str) -> anyhow::Result<String> {
        let (id, label) = split_line(line)
            .ok_or_else(|| anyhow::anyhow!("{line} is not of the form id,label"))?;
        if let Some(catalogue) = &self.catalogue {
            let is_known = catalogue.find(&id).is_some();
            anyhow::ensure!(is_known, "{id} is not among the opened candidates");
        }
        let actions = actions_of(&label, &self.vocabulary).ok_or_else(|| {
            let vocabulary = &self.vocabulary.name;
            anyhow::anyhow!("{label} is no class of the vocabulary {vocabulary}")
        })?;
        let names: Vec<_> = actions.iter().map(name_of).collect();
        let names = names.join(";");
        let seq = self.append(&id, actions)?;
        Ok(format!("{seq} {id} {names}"))
    }

    /// Takes in what other windows wrote, and what this one did. The first time it is all, in the order in which it counts, so that
    /// what is taken back is what a window would take back.
    fn refresh(&mut self) -> anyhow::Result<()> {
        if self.last_seq == 0 || self.project.is_reordered()? {
            let (events, last) = self.project.history()?;
            self.book = LabelBook::of(events.into_iter().map(Arc::new));
            self.last_seq = last;
            return Ok(());
        }
        for (seq, event) in self.project.events_since(self.last_seq)? {
            self.last_seq = seq;
            self.book.push(Arc::new(event));
        }
        Ok(())
    }

    fn append(&mut self, candidate: &str, actions: Vec<LabelAction>) -> anyhow::Result<i64> {
        let step = self.steps.next_step();
        let events: Vec<_> = actions
            .into_iter()
            .map(|action| self.event(step, candidate, action))
            .collect();
        Ok(self.project.append(&events)?)
    }

    fn event(&self, step: StepId, candidate: &str, action: LabelAction) -> LabelEvent {
        LabelEvent {
            step,
            candidate: candidate.into(),
            action,
            vocabulary: self.vocabulary.name.clone(),
            annotator: self.annotator.clone(),
            at: clock::now(),
            dwell_ms: None,
            shown: None,
            model: None,
            score: None,
            origin: Origin::CommandLine,
            program: env!("CARGO_PKG_VERSION").into(),
        }
    }
}

fn name_of(action: &LabelAction) -> &str {
    match action {
        LabelAction::Set { class } | LabelAction::Tag { class } => class,
        LabelAction::Unsure => "unsure",
        _ => "skip",
    }
}
