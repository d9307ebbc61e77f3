//! A forest that is taught as the window does it.

use std::sync::Arc;

use destello::{
    app::{event::JobEvent, reporter::Reporter},
    domain::{
        Catalogue, LabelAction, LabelBook, LabelEvent, ModelVersion, Origin, StepId, Timestamp,
    },
    features::{
        adaptation::{
            fine_tuning::{FineTuneOrder, LabelSource},
            task::{FineTuneEnd, FineTuneRequest, FineTuneTask, FineTuneTools, FineTuneUpdate},
        },
        training::train::OpenedSet,
    },
    io::Decoder,
    tasks::{
        cancel::CancelToken,
        learner::{After, Task},
    },
    workspace::{model_registry::ModelShelf, models::write_forest, versions},
};

use super::{order, scored::simulate, trained};

fn event(at: i64, id: &Arc<str>, class: &str) -> Arc<LabelEvent> {
    Arc::new(LabelEvent {
        step: StepId(at),
        candidate: id.clone(),
        action: LabelAction::Set {
            class: class.into(),
        },
        vocabulary: "classes".into(),
        annotator: "ana".into(),
        at: Timestamp(at),
        dwell_ms: None,
        shown: None,
        model: None,
        score: None,
        origin: Origin::Window,
        program: "test".into(),
    })
}

/// Teaches until the end, or until it is stopped at the first news of growing trees.
fn end_of(request: FineTuneRequest, shelf: &ModelShelf, is_stopped: bool) -> FineTuneEnd {
    let (reporter, inbox) = Reporter::new(|| {});
    let cancel = CancelToken::default();
    let tools = FineTuneTools {
        shelf: shelf.clone(),
        decoder: Arc::new(Decoder::default()),
        cancel: cancel.clone(),
        reporter,
    };
    let mut task = FineTuneTask::new(request, tools);
    let mut end = None;
    let mut labels = 0;
    loop {
        let after = task.step();
        for news in inbox.try_iter() {
            match news {
                JobEvent::FineTuning(7, FineTuneUpdate::Ended(found)) => end = Some(found),
                JobEvent::FineTuning(7, FineTuneUpdate::Started { labels: counts, .. }) => {
                    labels = counts.iter().map(|(_, count)| count).sum();
                }
                JobEvent::FineTuning(7, FineTuneUpdate::Growing { .. }) if is_stopped => {
                    cancel.cancel();
                }
                _ => {}
            }
        }
        if after == After::Done {
            break;
        }
    }
    assert!(is_stopped || labels == 28, "{labels}");
    end.unwrap()
}

#[test]
fn a_forest_is_grown_anew_in_the_background_and_the_project_keeps_it() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let mut small = order(140, place("a.forest"));
    (small.validation, small.trees) = (0, 8);
    let parent = trained(&small).forest;
    write_forest(&parent, &place("a.forest")).unwrap();
    let mut catalogue = Catalogue::default();
    let mut events = Vec::new();
    for (at, candidate) in simulate(35, 21, &place("sky")).into_iter().enumerate() {
        // Seven stay without a label.
        if at < 28 {
            let class = candidate.truth.clone().unwrap();
            events.push(event(at as i64, &candidate.id, &class));
        }
        catalogue.absorb(candidate);
    }
    let labels = LabelSource::Opened(OpenedSet {
        name: "sky".into(),
        catalogue: Arc::new(catalogue),
        book: Arc::new(LabelBook::of(events)),
    });
    let source: Arc<str> = place("a.forest").display().to_string().into();
    let project = place("night.destello");
    let request = FineTuneRequest {
        generation: 7,
        order: FineTuneOrder {
            replay: Some(70),
            test: 35,
            ..FineTuneOrder::usual(labels, 2)
        },
        parent: parent.id().clone(),
        parent_source: source,
        project: project.clone(),
        now: Timestamp(1),
    };
    let shelf = ModelShelf::default();
    let stopped = end_of(request.clone(), &shelf, true);
    if matches!(stopped, FineTuneEnd::Stopped) {
        assert!(!project.exists() || versions::all(&project).unwrap().is_empty());
    }
    let FineTuneEnd::Finished {
        version, figures, ..
    } = end_of(request, &shelf, false)
    else {
        panic!("it did not finish")
    };
    let ModelVersion {
        id,
        parent: of,
        card,
        ..
    } = &*version;
    assert_eq!((of, card.members), (parent.id(), 8));
    assert_eq!(figures.old_sky.unwrap().examples, 35);
    assert!(
        card.training.data.contains("70 simulated"),
        "{}",
        card.training.data
    );
    let kept = versions::all(&project).unwrap();
    assert!(kept.iter().any(|kept| kept.id == *id));
    assert_eq!(shelf.load(&versions::source(&project, id)).unwrap().id, *id);
}
