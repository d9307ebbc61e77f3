//! Networks made here: what recipes make of them, and what is refused by name before anything is scored.

use super::{file, *};
use crate::{
    domain::TrainingRecord,
    learn::{
        Architecture,
        model_file::tests::untrained,
        onnx::{self, made::made, read::with_text},
    },
};

const RECIPE: &str = r#"
name = "theirs"
classes = ["bogus", "real"]

[[images]]
input = "stamps"
channels = ["science", "difference"]
side_px = 4
axes = "nhwc"

[fields]
input = "features"
fields = ["drb", "magpsf", { name = "age", offset = 1.0, scale = 2.0 }]

[output]
output = ""
kind = "sigmoid"
"#;

fn import(bytes: &[u8], recipe: &str) -> Result<(ForeignModel, Vec<u8>), String> {
    let recipe = Recipe::parse(recipe)?;
    let imported = file::import("theirs.onnx", bytes, &recipe, TrainingRecord::default());
    imported.map_err(|error| error.to_string())
}

/// Stamps of ones and twos, and the fields .1, .2, .3 times `of`.
fn row(of: f32) -> Vec<f32> {
    let stamps = [of, 2.0 * of].repeat(16);
    [stamps, vec![0.1 * of, 0.2 * of, 0.3 * of]].concat()
}

#[test]
fn what_was_imported_scores_as_its_formula_and_is_read_again() {
    let (model, bytes) = import(&made("Sigmoid"), RECIPE).unwrap();
    assert_eq!(model.plan().output.output, "score");
    let rows = [row(1.0), row(-0.5), row(0.0)].concat();
    let found = model.score(&rows).unwrap();
    for (at, of) in [1.0_f32, -0.5, 0.0].into_iter().enumerate() {
        let sum = of * (0.001 + 0.02 + 0.01 + 0.2 + 3.0);
        let real = 1.0 / (1.0 + (-sum).exp());
        let [bogus, found] = found[2 * at..2 * at + 2] else {
            panic!("{found:?}");
        };
        assert!((found - real).abs() < 1e-5, "{found} {real}");
        assert!((found + bogus - 1.0).abs() < 1e-6);
    }
    assert!(file::is_onnx(&bytes));
    let again = file::from_bytes("theirs.model", &bytes).unwrap();
    assert_eq!(again.id(), model.id());
    assert_eq!(again.card(), model.card());
    assert!(again.card().input.looks_back());
    assert_eq!(again.score(&rows).unwrap(), found);
    // Logits give the same, and another network another identity.
    let logits = RECIPE.replace("\"sigmoid\"", "\"logits\"");
    let (of_logits, _) = import(&made("Identity"), &logits).unwrap();
    assert_ne!(of_logits.id(), model.id());
    let others = of_logits.score(&rows).unwrap();
    let off = infer::largest_difference(&others, &found);
    assert!(off < 1e-6, "{off}");
    assert!(model.rate().unwrap() > 10.0);
}

#[test]
fn our_networks_compute_the_same_as_networks_of_others() {
    for architecture in Architecture::ALL {
        let ours = untrained(architecture.name());
        let Ok(plan) = ours.stamps() else { continue };
        let roles: Vec<String> = plan
            .channels
            .iter()
            // Of two views there are more planes than images: any names will do.
            .cycle()
            .take(plan.planes())
            .map(|role| format!("\"{}\"", role.name()))
            .collect();
        let recipe = format!(
            "name = \"theirs\"\nclasses = [\"bogus\", \"real\"]\n[[images]]\ninput = \"\"\nchannels = [{}]\nside_px = {}\n\
             [output]\noutput = \"\"\nkind = \"softmax\"\n",
            roles.join(", "),
            plan.side_px
        );
        let (theirs, _) = import(&onnx::to_bytes(&ours).unwrap(), &recipe).unwrap();
        let questions = infer::questions(5, plan.len());
        let answers = [ours.score(&questions), theirs.score(&questions)];
        let [ours, theirs] = answers.map(Result::unwrap);
        let off = infer::largest_difference(&ours, &theirs);
        assert!(off < 1e-5, "{}: off by {off}", architecture.name());
    }
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let sigmoid = made("Sigmoid");
    for (bytes, recipe, words) in [
        (
            &sigmoid,
            RECIPE.replace("side_px = 4", "side_px = 5"),
            "its input is stamps (any, 4, 4, 2), and the recipe fills (any, 5, 5, 2)",
        ),
        (
            &sigmoid,
            RECIPE.replace("\"drb\", ", ""),
            "its input is features (any, 3, 1), and the recipe fills (any, 2, 1)",
        ),
        (
            &sigmoid,
            RECIPE.replace("\"features\"", "\"metadata\""),
            "it has no input metadata, which the recipe names",
        ),
        (
            &sigmoid,
            RECIPE.replace("output = \"\"", "output = \"p\""),
            "it has no output p, which the recipe names; there is score (any, 1)",
        ),
        (
            &sigmoid,
            RECIPE.replace("\"sigmoid\"", "\"softmax\""),
            "its output score (any, 1) does not fit 2 classes (bogus, real)",
        ),
        (&made("Erf"), RECIPE.into(), "its output is no probability"),
        (&made("Unheard"), RECIPE.into(), "Unheard"),
        (
            &sigmoid,
            RECIPE.replace("\"bogus\", ", ""),
            "it names 1 classes",
        ),
        (
            &sigmoid,
            RECIPE.replace("scale = 2.0", "scale = 0.0"),
            "the scaling of age divides by 0",
        ),
        (
            &sigmoid,
            RECIPE.replace("side_px", "size"),
            "unknown field `size`",
        ),
        (
            &sigmoid,
            RECIPE.replace("\"theirs\"", "\"a@b\""),
            "is no name",
        ),
        (&b"no file".to_vec(), RECIPE.into(), "it is no ONNX file"),
    ] {
        let why = import(bytes, &recipe).unwrap_err();
        assert!(why.contains(words), "{words}: {why}");
    }
    let without = RECIPE.split("[fields]").next().unwrap().to_owned()
        + RECIPE
            .split_once("[output]")
            .map_or("", |(_, rest)| rest)
            .trim_start();
    let without = without.replace("output = \"\"", "[output]\noutput = \"\"");
    let why = import(&sigmoid, &without).unwrap_err();
    assert!(
        why.contains("does not fill its input features (any, 3, 1)"),
        "{why}"
    );
    let bare = file::from_bytes("theirs.onnx", &sigmoid).unwrap_err();
    assert!(
        bare.to_string().contains("models inspect theirs.onnx"),
        "{bare}"
    );
    let (_, imported) = import(&sigmoid, RECIPE).unwrap();
    let other_layout = with_text(&imported, "destello_card", "{}");
    let why = file::from_bytes("theirs.model", &other_layout).unwrap_err();
    assert!(why.to_string().contains("its card cannot be read"), "{why}");
}

#[test]
fn a_proposal_can_be_imported_as_it_is() {
    let file = file::open("made", &made("Sigmoid")).unwrap();
    let text = proposal("made", &file);
    assert!(text.contains("# input  features (any, 3, 1)"), "{text}");
    let recipe = Recipe::parse(&text).unwrap();
    assert_eq!(recipe.output.kind, OutputKind::Sigmoid);
    assert_eq!(recipe.images[0].axes, Axes::Nhwc);
    let fields: Vec<String> = recipe.plan().field_names().map(String::from).collect();
    assert_eq!(fields, ["field_1", "field_2", "field_3"]);
    let (model, _) = import(&made("Sigmoid"), &text).unwrap();
    assert_eq!(model.id().name(), "made");
    let braai = onnx::to_bytes(&untrained("braai")).unwrap();
    let text = proposal("braai", &file::open("braai", &braai).unwrap());
    let recipe = Recipe::parse(&text).unwrap();
    assert_eq!(
        (recipe.images[0].side_px, recipe.images[0].axes),
        (63, Axes::Nchw)
    );
    assert_eq!(recipe.output.kind, OutputKind::Softmax);
    assert!(import(&braai, &text).is_ok());
}

#[test]
fn recipes_that_come_with_the_program_can_be_followed() {
    let numbers: Vec<usize> = Recipe::names()
        .map(|name| {
            let recipe = Recipe::parse(Recipe::shipped(name).unwrap()).unwrap();
            assert_eq!(recipe.images[0].len(), 3 * 63 * 63, "{name}");
            recipe.plan().field_names().count()
        })
        .collect();
    assert_eq!(numbers, [0, 25, 25]);
}
