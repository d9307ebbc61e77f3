//! Folds of fine-tuning and subsets of a learning curve decode every stamp once.

use std::path::PathBuf;

use crate::common::program::destello_in;
use destello::{
    features::{
        adaptation::{
            fine_tuning::{FineTuneOrder, Material},
            learning_curve::CurveMaterial,
        },
        training::label_source::LabelSource,
    },
    io::Decoder,
    tasks::cancel::CancelToken,
    workspace::models,
};

#[test]
fn every_labelled_stamp_is_read_once_in_a_task() {
    let folder = tempfile::tempdir().unwrap();
    for (kind, count, survey, model) in [
        ("triplets", "60", "mixed", "compact"),
        ("sequences", "36", "hits2015", "recurrent"),
    ] {
        let order = [
            "simulate", kind, "--count", count, "--survey", survey, "--out", kind,
        ];
        let (code, _, err) = destello_in(folder.path(), &order);
        assert_eq!(code, Some(0), "{err}");
        let card = models::card(model).unwrap();
        let source = LabelSource::Files {
            paths: vec![PathBuf::from(folder.path()).join(kind)],
            labels: None,
        };
        let order = |is_measured| FineTuneOrder {
            test: 4,
            replay: Some(4),
            is_measured,
            ..FineTuneOrder::usual(source.clone(), 1)
        };
        let cancel = CancelToken::default();
        let stamps_of = |is_measured| {
            let decoder = Decoder::default();
            Material::gather(&order(is_measured), &card, &decoder, &cancel).unwrap();
            decoder.asked()
        };
        let once = stamps_of(false);
        assert!(once >= 36, "{once}");
        assert_eq!(stamps_of(true), once, "{kind}: with folds");
        let decoder = Decoder::default();
        CurveMaterial::gather(&order(true), &card, &decoder, &cancel).unwrap();
        assert_eq!(decoder.asked(), once, "{kind}: of a learning curve");
    }
}
