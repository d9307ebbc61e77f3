//! What adaptation gains, as a table: a command, not a timed test.
//!
//! `cargo bench --bench adaptation -- [--labels N] [--draws N] [--model NAME|FILE]… PATH…` reads sequences whose classes their files
//! give. Rows: each model as trained, with class shares that are estimated without a label, and with ten
//! labels of each class beside them. Labels come from other fields than those that are judged: the fields are
//! divided into groups, and of each the objects are judged with labels of the others, ten times over. Mean
//! recall is that of the decision "every class found equally well", accuracy that of "most objects right".

mod measured;
mod table;

use std::path::PathBuf;

use anyhow::{Context, bail};
use destello::{
    features::scoring::fusing::Scorer,
    io::Decoder,
    learn::{Compute, Wish},
    workspace::open::read_all_with,
};

use measured::{Measured, Objects};

/// What is compared unless others are named.
const MODELS: [&str; 3] = ["recurrent", "forest", "fusion"];

fn main() -> anyhow::Result<()> {
    let mut paths = Vec::new();
    let mut models: Vec<String> = Vec::new();
    let (mut labels, mut draws) = (10, 10);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let number = |text: Option<String>| -> anyhow::Result<u64> {
            let text = text.with_context(|| format!("{argument} wants a number"))?;
            text.parse().with_context(|| format!("{argument} {text}"))
        };
        match argument.as_str() {
            // Given by cargo.
            "--bench" => {}
            "--labels" => labels = number(arguments.next())? as usize,
            "--draws" => draws = number(arguments.next())?,
            "--model" => models.extend(arguments.next()),
            path => paths.push(PathBuf::from(path)),
        }
    }
    if paths.is_empty() {
        println!("name a folder of sequences whose classes are known, such as shared/data/hits");
        return Ok(());
    }
    if models.is_empty() {
        models.extend(MODELS.map(String::from));
    }
    let decoder = Decoder::default();
    let opened = read_all_with(&paths, &decoder);
    for problem in &opened.problems {
        eprintln!("{problem}");
    }
    let compute = Compute::choose(Wish::Cpu)?;
    let mut all = Vec::new();
    for name in models {
        let (scorer, warnings) = Scorer::find(&name, &compute)?;
        let name = scorer.card().name.clone();
        for warning in warnings {
            eprintln!("{warning}");
        }
        let objects = Objects::scored(&scorer, &opened.catalogue, &decoder)?;
        if objects.classes_there().len() < 2 {
            bail!("objects of at least two classes are needed");
        }
        if all.is_empty() {
            println!("{}\n", objects.in_words());
        }
        all.push(Measured::of(name, &objects, labels, draws));
    }
    println!("{}", table::text(&all, labels, draws));
    Ok(())
}
