//! Identifiers are for good: what earlier versions of the program wrote into projects is found again.

use std::{fs, path::Path};

use destello::{
    domain::ModelId,
    features::scoring::{
        class_shares::ShareChoice,
        run::{ScoreOrder, score},
        score::Orientations,
    },
    learn::{Compute, Wish, latent, model_file, shares::Decision},
    lightcurve::forest_file,
    store::Project,
    tasks::cancel::CancelToken,
    workspace::{kept_index::Indexing, models, versions},
};

use super::triplets;

/// The models that come with the program, as version 0.1.0 called them.
const SHIPPED: [(&str, &str); 6] = [
    ("cap.safetensors", "cap@16f989d9"),
    ("compact.safetensors", "compact@937a3f2b"),
    ("context.safetensors", "context@87eb5738"),
    ("forest.forest", "forest@48092590"),
    ("recurrent.safetensors", "recurrent@a064195e"),
    ("vade.safetensors", "vade@ca840fc4"),
];

/// What version 0.1.0 wrote into a project when it scored four simulated triplets.
const SCORES: &str = "
INSERT INTO scores (model, candidate, epoch, probabilities) VALUES
    ('cap@16f989d9', 'mixed-t1-000000', 'mjd 57678.92520293739 sky/mixed-t1-000000.fits 0.0', x'c6041d3f75f6c53e'),
    ('cap@16f989d9', 'mixed-t1-000001', 'mjd 57718.552709344694 sky/mixed-t1-000001.fits 0.0', x'0e88893ef93b3b3f'),
    ('cap@16f989d9', 'mixed-t1-000002', 'mjd 60919.27078199286 sky/mixed-t1-000002.fits 0.0', x'87e1913e3d0f373f'),
    ('cap@16f989d9', 'mixed-t1-000003', 'mjd 57385.266873602326 sky/mixed-t1-000003.fits 0.0', x'e5ab6a3c50557c3f'),
    ('compact@937a3f2b', 'mixed-t1-000000', 'mjd 57678.92520293739 sky/mixed-t1-000000.fits 0.0', x'46538c3e5dd6393f'),
    ('compact@937a3f2b', 'mixed-t1-000001', 'mjd 57718.552709344694 sky/mixed-t1-000001.fits 0.0', x'a61a1e3e5679583f'),
    ('compact@937a3f2b', 'mixed-t1-000002', 'mjd 60919.27078199286 sky/mixed-t1-000002.fits 0.0', x'119cc63ef7b11c3f'),
    ('compact@937a3f2b', 'mixed-t1-000003', 'mjd 57385.266873602326 sky/mixed-t1-000003.fits 0.0', x'db47f23adb867f3f');
";

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/models"))
}

fn id_in(file: &Path) -> ModelId {
    let name = file.display().to_string();
    let bytes = fs::read(file).unwrap();
    if forest_file::is_forest(&bytes) {
        return forest_file::from_bytes(&name, &bytes).unwrap().id().clone();
    }
    let compute = Compute::cpu();
    if latent::file::is_latent(&model_file::card_of(&name, &bytes).unwrap()) {
        let model = latent::file::from_bytes(&name, &bytes, &compute).unwrap();
        return model.id().clone();
    }
    model_file::from_bytes(&name, &bytes, &compute)
        .unwrap()
        .id()
        .clone()
}

#[test]
fn shipped_models_are_called_as_ever() {
    let files = fs::read_dir(folder()).unwrap();
    let files = files.map(|file| file.unwrap().path());
    let mut models: Vec<_> = files
        // Cards and pages lie beside them.
        .filter(|file| {
            file.extension()
                .is_some_and(|ending| ending != "json" && ending != "md")
        })
        .map(|file| {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            (name, id_in(&file).to_string())
        })
        .collect();
    models.sort();
    let found: Vec<_> = models.iter().map(|(file, id)| (&**file, &**id)).collect();
    assert_eq!(found, SHIPPED);
}

#[test]
fn scores_of_an_old_project_are_found() {
    let folder = triplets(4);
    let file = folder.path().join("night.destello");
    drop(Project::open_or_create(&file).unwrap());
    let raw = rusqlite::Connection::open(&file).unwrap();
    raw.execute_batch(SCORES).unwrap();
    let order = ScoreOrder {
        paths: vec![folder.path().join("sky")],
        indexing: Indexing::default(),
        models: vec!["compact".into(), "cap".into()],
        device: Wish::Cpu,
        project: Some(file.clone()),
        shares: ShareChoice::default(),
        decision: Decision::default(),
        labels: None,
        orientations: Orientations::All,
        level: 0.9,
    };
    let report = score(&order, &CancelToken::default(), |_| {});
    let counts = report.unwrap().unwrap().counts;
    assert_eq!((counts.kept, counts.computed), (8, 0));
}

#[test]
fn a_version_of_an_old_project_is_found() {
    let place = tempfile::tempdir().unwrap();
    let project = place.path().join("night.destello");
    versions::import(&project, &folder().join("compact.safetensors")).unwrap();
    let raw = rusqlite::Connection::open(&project).unwrap();
    let (_, id) = SHIPPED[1];
    let text = |row: &rusqlite::Row<'_>| row.get::<_, String>(0);
    let kept = raw.query_row("SELECT model FROM model_versions", [], text);
    assert_eq!(kept.unwrap(), id);
    let source = format!("{}#{id}", project.display());
    let found = models::find(&source, &Compute::cpu()).unwrap().model;
    assert_eq!(found.id().to_string(), id);
}
