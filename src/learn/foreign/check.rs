//! That a file and a recipe belong together: names, shapes, and a trial.

use std::sync::Arc;

use rten::{ModelOptions, NodeId};

use super::{BATCH, ForeignModel, Input, recipe, sides_of};
use crate::{
    domain::{
        ForeignPlan, ModelCard, ModelId, canonical::Canonical, fnv::fnv1a, foreign::OutputKind,
    },
    imaging::model_input,
    learn::{
        infer,
        onnx::read::{OnnxFile, Port},
    },
};

/// Candidates of the trial.
const TRIED: usize = 2;
/// How far a row of a softmax may be from 1.
const SUM_TOLERANCE: f32 = 1e-3;

/// Puts in the names that a recipe leaves out, where the file has only one input or output of that kind.
pub(super) fn with_names(mut plan: ForeignPlan, file: &OnnxFile) -> Result<ForeignPlan, String> {
    let named: Vec<String> = plan
        .images
        .iter()
        .map(|images| images.input.clone())
        .chain(plan.fields.iter().map(|fields| fields.input.clone()))
        .collect();
    let only = |what: &str, ports: &[Port], is_of_kind: &dyn Fn(&Port) -> bool| {
        let ports = ports.iter().filter(|port| !named.contains(&port.name));
        let found: Vec<&Port> = ports.filter(|port| is_of_kind(port)).collect();
        match found[..] {
            [only] => Ok(only.name.clone()),
            _ => Err(format!(
                "the recipe does not name its {what}, and the file has {}: {}",
                found.len(),
                in_words(&file.inputs)
            )),
        }
    };
    for images in plan
        .images
        .iter_mut()
        .filter(|images| images.input.is_empty())
    {
        images.input = only("image input", &file.inputs, &|port| {
            port.rank().is_none_or(|rank| rank == 4)
        })?;
    }
    if let Some(fields) = plan
        .fields
        .as_mut()
        .filter(|fields| fields.input.is_empty())
    {
        fields.input = only("input of fields", &file.inputs, &|port| {
            port.rank().is_none_or(|rank| rank < 4)
        })?;
    }
    if plan.output.output.is_empty() {
        plan.output.output = match &file.outputs[..] {
            [only] => only.name.clone(),
            several => {
                return Err(format!(
                    "the recipe does not name the output, and the file has {}",
                    in_words(several)
                ));
            }
        };
    }
    Ok(plan)
}

pub(super) fn in_words(ports: &[Port]) -> String {
    let words: Vec<String> = ports.iter().map(Port::in_words).collect();
    words.join("; ")
}

/// A model out of a file and a card, checked.
pub(super) fn model(
    card: ModelCard,
    plan: ForeignPlan,
    file: &OnnxFile,
    bytes: &[u8],
) -> Result<ForeignModel, String> {
    recipe::check(&plan, &card.classes, card.threshold)?;
    let mut wanted: Vec<(String, Vec<usize>)> = plan
        .images
        .iter()
        .map(|images| (images.input.clone(), sides_of(images)))
        .collect();
    if let Some(fields) = &plan.fields {
        wanted.push((fields.input.clone(), vec![fields.fields.len()]));
    }
    let mut batch = None;
    for (name, sides) in &mut wanted {
        let port = find(&file.inputs, "input", name)?;
        fits(port, sides)?;
        batch = batch.or_else(|| port.side(0));
    }
    let is_wanted = |port: &&Port| wanted.iter().any(|(name, _)| *name == port.name);
    if let Some(port) = file.inputs.iter().find(|port| !is_wanted(port)) {
        let port = port.in_words();
        return Err(format!("the recipe does not fill its input {port}"));
    }
    outputs_fit(
        find(&file.outputs, "output", &plan.output.output)?,
        &plan,
        &card,
    )?;
    let session = ModelOptions::with_all_ops().load(bytes.to_vec());
    let session = session.map_err(|error| format!("its network cannot be computed: {error}"))?;
    let node = |name: &str| -> Result<NodeId, String> {
        let found = session.find_node(name);
        found.ok_or_else(|| format!("its network has no {name}"))
    };
    let inputs = wanted
        .into_iter()
        .map(|(name, sides)| {
            let node = node(&name)?;
            Ok(Input { node, sides })
        })
        .collect::<Result<Vec<_>, String>>()?;
    let words = format!(
        "{} {} {}",
        model_input::PREPARATION,
        plan.canonical_text(),
        card.classes.canonical_text()
    );
    let fingerprint = fnv1a(file.fingerprint, words.bytes());
    let model = ForeignModel {
        // The low bits of this hash change more than the high ones.
        id: ModelId::new(&card.name, fingerprint.rotate_left(32)),
        output: node(&plan.output.output)?,
        session: Arc::new(session),
        inputs,
        batch,
        card,
        plan,
    };
    tried(&model)?;
    Ok(model)
}

fn find<'a>(ports: &'a [Port], what: &str, name: &str) -> Result<&'a Port, String> {
    let found = ports.iter().find(|port| port.name == name);
    found.ok_or_else(|| {
        format!(
            "it has no {what} {name}, which the recipe names; there is {}",
            in_words(ports)
        )
    })
}

/// Compares an input with the sides that the recipe gives it. Numbers of the alert may have further sides of 1
/// (ACAI's have one).
fn fits(port: &Port, sides: &mut Vec<usize>) -> Result<(), String> {
    let no = |wanted: &[usize]| {
        let wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
        format!(
            "its input is {}, and the recipe fills (any, {})",
            port.in_words(),
            wanted.join(", ")
        )
    };
    if !port.is_float {
        return Err(format!("its input {} takes no 32-bit floats", port.name));
    }
    let Some(rank) = port.rank() else {
        return Ok(());
    };
    if sides.len() == 1 {
        sides.resize(rank.max(2) - 1, 1);
    }
    let is_same = rank == sides.len() + 1
        && (0..sides.len()).all(|at| port.side(at + 1).is_none_or(|side| side == sides[at]));
    if is_same { Ok(()) } else { Err(no(sides)) }
}

fn outputs_fit(port: &Port, plan: &ForeignPlan, card: &ModelCard) -> Result<(), String> {
    if !port.is_float {
        return Err(format!("its output {} gives no 32-bit floats", port.name));
    }
    let sides = port.rank().unwrap_or_default();
    let width: usize = (1..sides).filter_map(|at| port.side(at)).product();
    let (classes, kind) = (card.classes.len(), plan.output.kind);
    let is_right = match kind {
        _ if port.sides.is_none() => true,
        OutputKind::Sigmoid => width == 1,
        OutputKind::Softmax => width == classes,
        OutputKind::Logits => width == classes || (width == 1 && classes == 2),
    };
    if is_right {
        return Ok(());
    }
    Err(format!(
        "its output {} does not fit {classes} classes ({}) as the recipe reads it",
        port.in_words(),
        card.classes.join(", ")
    ))
}

/// Computes made-up candidates: what fails is found before anything is scored.
fn tried(model: &ForeignModel) -> Result<(), String> {
    let count = model.batch.unwrap_or(TRIED).min(BATCH);
    let inputs = infer::questions(count, model.plan().len());
    let probabilities = model.score(&inputs);
    let probabilities =
        probabilities.map_err(|error| format!("made-up stamps cannot be scored: {error}"))?;
    let classes = model.card().classes.len();
    if probabilities.len() != count * classes {
        return Err(format!(
            "its output has {} numbers for {count} made-up candidates and {classes} classes",
            probabilities.len()
        ));
    }
    for row in probabilities.chunks(classes) {
        let sum: f32 = row.iter().sum();
        let is_share = row
            .iter()
            .all(|p| (-SUM_TOLERANCE..=1.0 + SUM_TOLERANCE).contains(p));
        // What is no number of made-up stamps may be one of real stamps.
        if sum.is_finite() && (!is_share || (sum - 1.0).abs() > SUM_TOLERANCE) {
            return Err(format!(
                "its output is no probability: {row:?} for made-up stamps; are these logits?"
            ));
        }
    }
    Ok(())
}
