//! Relevance of whole networks: conserved, turned with the stamp, refused.

use super::*;

#[test]
fn relevance_is_conserved_from_the_score_to_the_pixels() {
    let methods = [ExplainMethod::Relevance, ExplainMethod::PositiveRelevance];
    let mut models = vec![shipped()];
    for architecture in Architecture::ALL
        .into_iter()
        .filter(|one| !one.is_recurrent())
    {
        models.extend([false, true].map(|has_biases| model(architecture, has_biases)));
    }
    for model in models {
        for method in methods {
            let found = explain(&model, &stamps(&model), method).unwrap();
            let name = format!("{}, {}", model.id(), method.name());
            assert_conserved(&name, found.start.into(), &found.maps.concat(), found.rest);
        }
    }
}

#[test]
fn without_biases_all_relevance_lies_on_pixels() {
    for architecture in [Architecture::Compact, Architecture::Cap] {
        let model = model(architecture, false);
        let found = explain(&model, &stamps(&model), ExplainMethod::Relevance).unwrap();
        assert_eq!(found.rest, 0.0, "{}", architecture.name());
        let (pixels, start) = (sum(&found.maps.concat()), f64::from(found.start));
        assert!(
            (pixels - start).abs() < 1e-3 * start.abs().max(1.0),
            "{pixels} of {start}"
        );
    }
}

#[test]
fn heat_maps_of_cyclic_networks_turn_with_the_stamp() {
    let mut models = vec![shipped()];
    let others = [Architecture::Context, Architecture::Cap, Architecture::Cape];
    models.extend(others.map(|architecture| model(architecture, true)));
    for model in models {
        let input = stamps(&model);
        // An ensemble's members are CAP, and its gradients take as many times as long.
        let is_ensemble = matches!(model.network(), Network::Cape(_));
        for method in &ExplainMethod::ALL[..if is_ensemble { 1 } else { 3 }] {
            let method = *method;
            let found = rotation_invariance(&model, &input, method).unwrap();
            let name = format!("{}, {}: {found:?}", model.id(), method.name());
            assert!(
                found.correlation > 0.9999 && found.distance < 1e-3,
                "{name}"
            );
        }
    }
    // The measure can tell: a network that joins its views in a fixed order is not invariant.
    let model = model(Architecture::DeepHits, true);
    let input = stamps(&model);
    let found = rotation_invariance(&model, &input, ExplainMethod::Relevance).unwrap();
    assert!(found.distance > 0.05, "{found:?}");
}

#[test]
fn the_predicted_class_is_explained_and_wrong_inputs_are_refused() {
    let model = shipped();
    let input = stamps(&model);
    let predicted = model.score(&input).unwrap();
    let found = explain(&model, &input, ExplainMethod::Relevance).unwrap();
    let class = usize::from(predicted[1] > predicted[0]);
    assert_eq!(*found.class, *model.card().classes[class]);
    assert_eq!(found.probability, predicted[class]);
    assert_eq!(found.maps.len(), found.plan.channels.len());
    assert_eq!(found.plan.scaling, Scaling::MedianNorm);
    let refusal = explain(&model, &input[1..], ExplainMethod::Relevance).unwrap_err();
    assert!(matches!(refusal, LearnError::Input { .. }), "{refusal}");
}
