//! Explanations of real ZTF alerts.

use destello::{
    domain::ExplainMethod,
    features::explanation::explain::{explain_epoch, model_for_explaining},
    io::{Decoder, StampIds, scan},
    tasks::cancel::CancelToken,
    workspace::models,
};

use crate::data;

pub fn real_alerts_are_explained() {
    let stamps = data("ztf/stamps");
    let ids = StampIds::default();
    let decoder = Decoder::default();
    let mut candidates = Vec::new();
    scan(&[stamps], &decoder, &ids, &|| false, &mut |found| {
        if let destello::io::Found::Candidate(candidate) = found {
            candidates.push(candidate);
        }
    });
    assert!(!candidates.is_empty());
    let model = model_for_explaining(models::DEFAULT).unwrap();
    let mut explained = 0;
    for candidate in candidates.iter().take(20) {
        let epoch = &candidate.epochs[0];
        let (method, never) = (ExplainMethod::Relevance, CancelToken::default());
        let found = explain_epoch(epoch, &model, method, &decoder, &never).unwrap();
        match found {
            Ok(explanation) => {
                let values = explanation.maps.iter().flatten();
                assert!(values.clone().all(|value| value.is_finite()));
                let sum: f64 = values.map(|value| f64::from(*value)).sum();
                let left = f64::from(explanation.start) - sum - f64::from(explanation.rest);
                assert!(left.abs() < 1e-2, "{}: {left}", candidate.id);
                explained += 1;
            }
            Err(why) => println!("{}: {why}", candidate.id),
        }
    }
    assert!(explained > 10, "{explained}");
}
