//! A forest that learned simulations only, asked about real HiTS sequences.
//!
//! `DESTELLO_FOREST` names a trained forest whose figures are wanted (`--nocapture` prints them);
//! without it a small one is trained with the templates beside the data.

use std::{fs, time::Instant};

use destello::{
    features::{
        training::label_source::LabelSource,
        training::{
            forest::judge::{judge, labelled},
            train::cores,
        },
    },
    lightcurve::{Forest, features::features, forest_file::from_bytes},
    tasks::cancel::CancelToken,
};

use crate::{
    common::forests::{order, trained},
    data,
};

pub fn real_sequences_are_recognised() {
    let forest = forest();
    let hits = data("hits");
    let objects = LabelSource::Files {
        paths: vec![hits],
        labels: None,
    };
    let (cancel, classes) = (CancelToken::default(), &forest.card().classes);
    let started = Instant::now();
    let set = labelled(&objects, classes, cores(), &cancel, &|_, _| ());
    let set = set.unwrap().unwrap();
    println!(
        "{} objects measured in {:.1} s; {:?}",
        set.curves.len(),
        started.elapsed().as_secs_f64(),
        set.notes
    );
    let started = Instant::now();
    let mut prefixes = 0;
    for known in &set.curves {
        for count in 3..=known.curve.len() {
            assert!(
                features(&known.curve.prefix(count))
                    .iter()
                    .all(|x| x.is_finite())
            );
            prefixes += 1;
        }
    }
    let rate = f64::from(prefixes) / started.elapsed().as_secs_f64();
    println!("{prefixes} beginnings: features of {rate:.0} a second on one thread");
    let found = judge(&forest, &set.curves, cores(), &cancel, &|_| ());
    let found = found.unwrap().unwrap();
    println!("{}\n{}", forest.id(), found.in_words());
    assert!(found.whole.total() > 250, "{}", found.whole.total());
    let recall = found.whole.mean_recall().unwrap();
    assert!(recall > 0.7, "mean recall {recall}");
}

fn forest() -> Forest {
    if let Some(file) = std::env::var_os("DESTELLO_FOREST") {
        let bytes = fs::read(&file).unwrap();
        return from_bytes(&file.to_string_lossy(), &bytes).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let mut order = order(2100, folder.path().join("a.forest"));
    let simulated = order.simulated.as_mut().unwrap();
    simulated.templates = Some(data("templates"));
    order.growth.objects_a_class = 200;
    order.trees = 60;
    order.threads = cores();
    order.validation = 0;
    trained(&order).forest
}
