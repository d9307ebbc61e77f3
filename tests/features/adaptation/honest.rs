//! Figures are of labels that no compared model has learned: evaluation, threshold, doubts, comparison, and what is
//! held out when a model learns again.

use std::path::Path;

use crate::common::{self, InlineWindow, Sky, in_turn};
use destello::{
    features::{
        adaptation::{
            fine_tuning::{FineTuneOrder, FineTuning, Material},
            learning_curve::{CurveMaterial, CurveMeasuring},
            update::KeptVersion,
        },
        evaluation::state::TruthSource,
        training::{label_source::LabelSource, note::Note},
    },
    io::Decoder,
    learn::{Compute, Model, model_file},
    tasks::cancel::CancelToken,
    window::command::{Command, Evaluate, FineTune},
    workspace::{action::Action, models},
};

const LEARNED: usize = 16;
const NEW: usize = 8;

/// Labels the candidates from that number on as what they are.
fn label_from(window: &mut InlineWindow, from: usize) {
    let all = window.state.shared.catalogue.iter().skip(from);
    let known: Vec<_> = all
        .map(|(_, one)| (one.id.clone(), one.truth.as_deref() != Some("bogus")))
        .collect();
    for (id, is_real) in known {
        window.go_to(&id);
        window.label(if is_real { common::REAL } else { common::BOGUS });
    }
}

/// A window in which a version is active that has learned the first labels of a set, the others having come since.
fn with_version(sky: &Sky) -> (InlineWindow, KeptVersion) {
    let mut window = InlineWindow::on(&sky.path(), &sky.beside("night.destello"));
    window.label_truths(LEARNED);
    window.apply(Command::FineTune(FineTune::Start));
    let version = window.state.fine_tuning.trained().unwrap().clone();
    window.apply(Command::FineTune(FineTune::Use(version.source.clone())));
    label_from(&mut window, LEARNED);
    (window, version)
}

#[test]
fn labels_that_a_version_has_learned_are_left_out_of_its_figures_and_shown_apart() {
    let _turn = in_turn();
    let sky = Sky::new(LEARNED + NEW);
    let (mut window, version) = with_version(&sky);
    let learned = &version.version.card.training.learned;
    assert_eq!(learned.len(), LEARNED);
    let catalogue = window.state.shared.catalogue.clone();
    let is_learned = |id: &str| learned.iter().any(|known| **known == *id);

    // Evaluate: both models on the same, which neither has learned; the rest apart.
    window.act(Action::Evaluate);
    for truth in [TruthSource::Labels, TruthSource::Data] {
        window.apply(Command::Evaluate(Evaluate::Truth(truth)));
        let report = window.state.evaluation.report().unwrap().clone();
        assert_eq!(report.models.len(), 2);
        for model in &report.models {
            assert_eq!((model.n, model.confusion.total()), (NEW, NEW as u64));
            let judged = model.judged.iter();
            let judged = judged.map(|one| &catalogue.get(one.candidate).unwrap().id);
            assert!(judged.into_iter().all(|id| !is_learned(id)));
            let left = &model.left_out[0];
            assert_eq!(left.n, LEARNED, "{}", left.why);
            assert!(left.why.contains("has learned"), "{}", left.why);
            assert_eq!(model.seen.map(|seen| seen.n), Some(LEARNED));
        }
        assert_eq!(report.comparisons[0].n, NEW);
    }

    // The threshold for a recall, and what labels show of the one in force.
    let shared = &window.state.shared;
    let count = |shared: &destello::workspace::shared::Shared| {
        let [real, bogus] = shared.labelled_scores();
        real.len() + bogus.len()
    };
    assert_eq!(count(shared), NEW);
    let evidence = shared.evidence();
    assert_eq!(evidence.real + evidence.bogus, NEW);

    // Doubts: a learned label is not doubted, whatever it is.
    for (ix, one) in catalogue.iter() {
        let against = [if one.truth.as_deref() == Some("bogus") {
            "real"
        } else {
            "bogus"
        }
        .into()];
        let doubt = shared.scores.doubt((ix, &one.id), &against);
        assert_eq!(doubt.is_none(), is_learned(&one.id), "{}", one.id);
    }

    // The model that it was made from has learned none: all count for it alone.
    window.act(Action::RollBack);
    assert_eq!(count(&window.state.shared), LEARNED + NEW);
}

/// The shipped network as if it had learned some objects, in a file.
fn that_learned(ids: &[&str], out: &Path) -> Model {
    let bytes = std::fs::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/assets/models/compact.safetensors"
    ));
    let mut model = model_file::from_bytes("compact", &bytes.unwrap(), &Compute::cpu()).unwrap();
    model.card_mut().training.learned = ids.iter().map(|id| (*id).into()).collect();
    models::write_model(&model, out).unwrap();
    model
}

fn held_out(order: &FineTuneOrder, model: &Model) -> (usize, Vec<Note>) {
    let (decoder, cancel) = (Decoder::default(), CancelToken::default());
    let material = Material::gather(order, model.card(), &decoder, &cancel).unwrap();
    let tuning = FineTuning::new(order.clone(), model, material).unwrap();
    (tuning.held_out(), tuning.notes().to_vec())
}

#[test]
fn what_the_parent_has_learned_is_not_held_out() {
    let sky = Sky::new(40);
    let files = LabelSource::Files {
        paths: vec![sky.path()],
        labels: None,
    };
    let order = FineTuneOrder {
        test: 4,
        replay: Some(4),
        ..FineTuneOrder::usual(files, 1)
    };
    let set = destello::workspace::open::read_all_with(&[sky.path()], &Decoder::default());
    let ids: Vec<_> = set
        .catalogue
        .iter()
        .map(|(_, one)| one.id.clone())
        .collect();
    let ids: Vec<&str> = ids.iter().map(|id| &**id).collect();
    let parent = |learned: &[&str]| that_learned(learned, &sky.beside("parent.safetensors"));
    let (all, notes) = held_out(&order, &parent(&[]));
    assert!(all >= 8 && notes.is_empty(), "{all} {notes:?}");
    let (some, notes) = held_out(&order, &parent(&ids[..25]));
    assert!(some < all, "{some} {all}");
    // What one half has learned is held out where it is the other half that is learned.
    let rest = held_out(&order, &parent(&ids[25..])).0;
    assert_eq!(some + rest, all);
    assert!(
        notes[0]
            .to_string()
            .contains("25 labels are known to compact already"),
        "{notes:?}"
    );
    assert_eq!(held_out(&order, &parent(&ids)).0, 0);

    // Of a learning curve likewise.
    let curve = |learned: &[&str]| {
        let model = parent(learned);
        let (decoder, cancel) = (Decoder::default(), CancelToken::default());
        let material = CurveMaterial::gather(&order, model.card(), &decoder, &cancel)?;
        let measuring = CurveMeasuring::new(order.clone(), model, material);
        anyhow::Ok(measuring.curve().held_out)
    };
    let all = curve(&[]).unwrap();
    let some = curve(&ids[..20]).unwrap();
    assert!(0 < some && some < all, "{some} {all}");
}
