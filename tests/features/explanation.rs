//! Explanations: asked for at the window, told why not, and written without a window.

use std::{path::Path, sync::Arc, time::Instant};

use crate::common::{InlineWindow, StampSet, fits::image_file, in_turn};
use destello::{
    domain::{ExplainMethod, Explanation, ModelCard, Role},
    features::explanation::{
        explain::model_for_explaining,
        files::{ExplainOrder, explain_to_file},
        picture::Drawn,
        state::{ExplainChoice, Outcome},
    },
    imaging::heat_map,
    learn::{Compute, Model, explain::explain},
    window::command::Command,
    workspace::{action::Action, models},
};
use fitsio::FitsFile;

fn outcome(window: &InlineWindow) -> Option<&Outcome> {
    let state = &window.state;
    state.explanation.explanation(&state.shared)
}

fn explanation(window: &InlineWindow) -> Arc<Explanation> {
    let outcome = outcome(window).cloned();
    outcome.expect("an explanation").expect("no refusal")
}

fn close(a: &[f32], b: &[f32]) -> bool {
    a.len() == b.len()
        && a.iter()
            .zip(b)
            .all(|(a, b)| (a - b).abs() <= 1e-5 * a.abs().max(1.0))
}

#[test]
fn a_key_explains_the_epoch_on_screen_and_every_other_that_comes() {
    let set = StampSet::new();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    assert!(outcome(&window).is_none());
    window.act(Action::Explanation);
    assert_eq!(window.toast(), "explanation: LRP α2 β−1");
    let first = explanation(&window);
    assert_eq!(first.model.name(), models::DEFAULT);
    // Over the whole cutout, which the default network looks at.
    assert_eq!((first.maps.len(), first.maps[0].len()), (4, 63 * 63));
    let pixels: f64 = first.maps.iter().flatten().map(|v| f64::from(*v)).sum();
    let left = f64::from(first.start) - pixels - f64::from(first.rest);
    assert!(left.abs() < 1e-2, "{left} of {} lost", first.start);
    let shares: f32 = first.shares().iter().map(|(_, share)| share).sum();
    assert!((shares - 1.0).abs() < 1e-5);
    window.act(Action::NextEpoch);
    let second = explanation(&window);
    assert_ne!(first.maps, second.maps);
    // Back again nothing is computed anew.
    window.act(Action::PreviousEpoch);
    assert!(Arc::ptr_eq(&explanation(&window), &first));
    window.act(Action::Mosaic);
    assert!(outcome(&window).is_none());
    window.act(Action::Inspect);
    window.act(Action::Explanation);
    assert!(outcome(&window).is_none());
}

#[test]
fn methods_follow_each_other_and_the_choice_outlives_the_window() {
    let set = StampSet::new();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    let mut seen = Vec::new();
    for _ in 0..3 {
        window.act(Action::NextExplanation);
        seen.push(explanation(&window).method);
    }
    assert_eq!(seen, ExplainMethod::ALL);
    let choice = ExplainChoice {
        opacity: 7.0,
        ..window.state.explanation.explain
    };
    window.apply(Command::Explanation(choice));
    let mut window = window.restart();
    window.settle();
    assert_eq!(
        window.state.explanation.explain,
        ExplainChoice {
            opacity: 1.0,
            ..choice
        }
    );
    assert_eq!(
        explanation(&window).method,
        ExplainMethod::IntegratedGradients
    );
}

#[test]
fn an_epoch_that_the_model_cannot_take_is_told_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    image(&folder.path().join("lonely_sci.fits"), 21);
    let project = folder.path().join("night.destello");
    let mut window = InlineWindow::on(&folder.path().join("lonely_sci.fits"), &project);
    window.act(Action::Explanation);
    let why = refusal(window.state.explanation.explanation(&window.state.shared));
    assert_eq!(
        why,
        "context cannot take this epoch: it has no reference stamp"
    );
}

fn refusal(outcome: Option<&Outcome>) -> String {
    let outcome = outcome.expect("there is an explanation");
    outcome.as_ref().expect_err("it is refused").to_string()
}

/// A science image with a source.
fn image(path: &Path, side: usize) {
    let pixels: Vec<f32> = (0..side * side).map(|at| (at % 7) as f32).collect();
    image_file(path, &[side, side], &pixels);
}

fn order(set: &StampSet, out: &str) -> ExplainOrder {
    ExplainOrder {
        paths: vec![set.path()],
        model: models::DEFAULT.into(),
        id: Some("hits02".into()),
        epoch: Some(2),
        method: ExplainMethod::Relevance,
        out: set.beside(out),
        drawn: Drawn {
            scale: 8,
            is_north_up: false,
            opacity: 1.0,
        },
    }
}

#[test]
fn files_hold_what_the_window_shows() {
    let set = StampSet::new();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    window.go_to("hits02");
    window.apply(Command::Go(destello::window::command::Go::Epoch(1)));
    window.act(Action::Explanation);
    let shown = explanation(&window);
    let written = explain_to_file(&order(&set, "maps.fits")).unwrap();
    assert_eq!(written.place, "hits02 epoch 2");
    assert_eq!(written.explanation.maps, shown.maps);
    let mut file = FitsFile::open(set.beside("maps.fits")).unwrap();
    let roles: Vec<Role> = shown.channels().map(|(role, _)| role).collect();
    let all = [Role::Reference, Role::Science, Role::Difference, Role::Snr];
    assert_eq!(roles, all);
    for (role, map) in shown.channels() {
        let hdu = file.hdu(&*role.name().to_uppercase()).unwrap();
        let pixels: Vec<f32> = hdu.read_image(&mut file).unwrap();
        assert!(close(&pixels, map), "{}", role.name());
    }
    let class: String = file
        .primary_hdu()
        .unwrap()
        .read_key(&mut file, "CLASS")
        .unwrap();
    assert_eq!(*class, *shown.class);
    explain_to_file(&order(&set, "maps.csv")).unwrap();
    let table = std::fs::read_to_string(set.beside("maps.csv")).unwrap();
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some("role,x,y,relevance"));
    let values: Vec<f32> = lines
        .map(|line| line.rsplit(',').next().unwrap().parse().unwrap())
        .collect();
    assert!(close(&values, &shown.maps.concat()));
}

#[test]
fn a_picture_has_the_heat_map_where_the_model_looks() {
    let set = StampSet::with_stamps(63, 5);
    let order = ExplainOrder {
        model: "compact".into(),
        ..order(&set, "maps.png")
    };
    let written = explain_to_file(&order).unwrap();
    assert_eq!(written.left_out, [Role::Snr]);
    let picture = image::open(set.beside("maps.png")).unwrap().to_rgb8();
    let (side, gap) = (63 * 8, 4);
    assert_eq!(picture.dimensions(), (3 * side + 2 * gap, 2 * side + gap));
    // The model takes 21 pixels about the middle, 31: from 21 to 41.
    let changed = |x: u32, y: u32| picture.get_pixel(x, y) != picture.get_pixel(x, y + side + gap);
    let mut inside = 0;
    for y in 0..side {
        for x in 0..side {
            let is_inside = [x, y].iter().all(|along| (21 * 8..42 * 8).contains(along));
            assert!(is_inside || !changed(x, y), "{x} {y}");
            inside += u32::from(changed(x, y));
        }
    }
    assert!(inside > 21 * 8 * 21 * 8 / 2, "{inside}");
    // Where most relevance lies there is its colour; rows of FITS files are drawn upwards.
    let map = |role| written.explanation.map(role).unwrap();
    let largest = written.explanation.largest();
    for (column, map) in [(0, map(Role::Reference)), (1, map(Role::Science))] {
        let most = (0..map.len()).max_by(|a, b| map[*a].abs().total_cmp(&map[*b].abs()));
        let (x, y) = (most.unwrap() % 21, most.unwrap() / 21);
        let place = [x as f64 + 0.5 / 8.0, y as f64 + 7.5 / 8.0];
        let [red, green, blue, alpha] = heat_map::color_at(map, 21, place, largest);
        let left = column * (side + gap) + (21 + x as u32) * 8;
        let row = 62 - (21 + y as u32);
        let found = picture.get_pixel(left, side + gap + row * 8);
        let below = picture.get_pixel(left, row * 8);
        let share = f32::from(alpha) / 255.0;
        for (at, color) in [red, green, blue].into_iter().enumerate() {
            let mixed = f32::from(below[at]) * (1.0 - share) + f32::from(color) * share;
            assert!(
                (f32::from(found[at]) - mixed).abs() <= 1.0,
                "{found:?} for {mixed}"
            );
        }
    }
}

#[test]
fn what_cannot_be_explained_is_said_in_a_sentence_and_writes_nothing() {
    let set = StampSet::new();
    let refused = |change: &dyn Fn(&mut ExplainOrder)| {
        let mut order = order(&set, "none.csv");
        change(&mut order);
        let why = format!("{:#}", explain_to_file(&order).unwrap_err());
        assert!(!order.out.exists());
        why
    };
    let why = refused(&|order| order.id = Some("nobody".into()));
    assert_eq!(why, "--id nobody: not among the 6 candidates");
    assert!(refused(&|order| order.id = None).contains("choose one with --id"));
    let why = refused(&|order| order.epoch = Some(9));
    assert_eq!(why, "--epoch 9: hits02 has 5 epochs, numbered from 1");
    assert!(refused(&|order| order.epoch = Some(0)).starts_with("--epoch 0: "));
    assert!(refused(&|order| order.model = "resnet".into()).contains("resnet"));
    assert!(refused(&|order| order.out = set.beside("maps.doc")).contains(".fits"));
    assert!(refused(&|order| order.paths = vec![set.beside("nothing")]).contains("nothing"));
}

/// The time of one explanation, the best of five; the first brings the code into memory.
fn best_ms(model: &Model, method: ExplainMethod) -> f64 {
    let input: Vec<f32> = (0..model.stamps().expect("stamps").len())
        .map(|at| ((at * 37) % 101) as f32 / 101.0)
        .collect();
    let time = || {
        let start = Instant::now();
        explain(model, &input, method).expect("it is explained");
        start.elapsed().as_secs_f64() * 1e3
    };
    (0..5).map(|_| time()).fold(f64::INFINITY, f64::min)
}

#[test]
fn an_explanation_is_there_while_one_looks() {
    // No training beside it.
    let _turn = in_turn();
    let compact = model_for_explaining("compact").unwrap();
    let card = ModelCard {
        name: "cap".into(),
        network: "cap".into(),
        ..compact.card().clone()
    };
    let cap = Model::untrained(card, &Compute::cpu()).unwrap();
    for model in [compact, cap] {
        for method in ExplainMethod::ALL {
            let best = best_ms(&model, method);
            println!("{} {}: {best:.1} ms", model.card().name, method.name());
            // Integrated gradients keep two cores busy; here other tests have their share of them.
            let is_ig = method == ExplainMethod::IntegratedGradients;
            let most = if is_ig { 2000.0 } else { 300.0 };
            assert!(best < most, "{} {}", model.card().name, method.name());
        }
    }
}
