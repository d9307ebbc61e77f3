//! A forest that is taught as the window does it.

use std::{sync::Arc, time::Duration};

use crate::common::{
    events,
    forests::{order, simulate, trained},
};
use destello::{
    domain::{Catalogue, LabelBook, LabelEvent, ModelVersion, Timestamp},
    features::{
        adaptation::{
            fine_tuning::{FineTuneOrder, LabelSource},
            task::{FineTune, FineTuneUpdate, FineTuned},
        },
        training::train::OpenedSet,
    },
    tasks::{TaskEvent, Tasks},
    workspace::{
        model_registry::{ModelRegistry, ModelSource},
        models::write_forest,
        versions::{self, Keep},
    },
};

fn event(at: i64, id: &Arc<str>, class: &str) -> Arc<LabelEvent> {
    Arc::new(LabelEvent {
        vocabulary: "classes".into(),
        at: Timestamp(at),
        ..events::set(at, id, class)
    })
}

/// Fine-tunes until the end, or until it is stopped at the first news of growing trees.
fn end_of(task: FineTune, is_stopped: bool) -> TaskEvent<FineTuneUpdate, FineTuned> {
    let tasks = Tasks::new(|| {}).unwrap();
    let mut running = tasks.start(task);
    let mut labels = 0;
    let end = loop {
        match running.next_event() {
            Some(TaskEvent::Update(FineTuneUpdate::Started(started))) => {
                labels = started.labels.iter().map(|(_, count)| count).sum();
            }
            Some(TaskEvent::Update(FineTuneUpdate::Growing { .. })) if is_stopped => {
                running.cancel();
            }
            Some(TaskEvent::Update(_)) => {}
            Some(end) => break end,
            None => std::thread::sleep(Duration::from_millis(1)),
        }
    };
    assert!(is_stopped || labels == 28, "{labels}");
    tasks.close();
    end
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
    let models = ModelRegistry::default();
    let task = FineTune {
        order: FineTuneOrder {
            replay: Some(70),
            test: 35,
            ..FineTuneOrder::usual(labels, 2)
        },
        parent: ModelSource {
            id: parent.id().clone(),
            source,
        },
        models: models.clone(),
        decoder: Arc::default(),
        keep: Keep::Project(project.clone()),
        now: Timestamp(1),
    };
    let stopped = end_of(task.clone(), true);
    if matches!(stopped, TaskEvent::Cancelled) {
        assert!(!project.exists() || versions::all(&project).unwrap().is_empty());
    }
    let TaskEvent::Finished(FineTuned {
        version, figures, ..
    }) = end_of(task, false)
    else {
        panic!("it did not finish")
    };
    let ModelVersion {
        id,
        parent: of,
        card,
        ..
    } = &version;
    assert_eq!((of, card.members), (parent.id(), 8));
    assert_eq!(figures.source_domain.unwrap().examples, 35);
    assert!(
        card.training.data.contains("70 simulated"),
        "{}",
        card.training.data
    );
    let kept = versions::all(&project).unwrap();
    assert!(kept.iter().any(|kept| kept.id == *id));
    assert_eq!(
        models.load(&versions::source(&project, id)).unwrap().id,
        *id
    );
}
