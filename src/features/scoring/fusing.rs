//! Models that a command line can name: one by itself, or the fusion of two.

use std::{fs, path::Path, sync::Arc};

use anyhow::{Context, anyhow, ensure};

use super::score::score_candidates;
use crate::{
    domain::{Candidate, ModelCard, ModelId, Prediction, Predictions},
    io::Decoder,
    learn::{
        Compute,
        fusion::{Fusion, Seen},
    },
    workspace::{any_model::AnyModel, models},
};

/// The name of the fusion that comes with the program.
pub const FUSION: &str = "fusion";

/// Its weights.
const SHIPPED: &str = include_str!("../../../assets/models/fusion.json");

/// The fusion of that name, or in that `.json` file; none where the name is that of a single model.
///
/// # Errors
/// Where the file cannot be read, or is no fusion.
pub fn fusion_of(name: &str) -> anyhow::Result<Option<Fusion>> {
    let parsed = |text: &str| Fusion::parse(name, text).map_err(|why| anyhow!(why));
    if name == FUSION {
        return parsed(SHIPPED).map(Some);
    }
    if Path::new(name)
        .extension()
        .is_none_or(|ending| ending != "json")
    {
        return Ok(None);
    }
    let text = fs::read_to_string(name);
    let text = text.with_context(|| format!("{name} is no fusion that can be used"))?;
    parsed(&text).map(Some)
}

/// What scores candidates.
pub enum Scorer {
    One(AnyModel),
    /// A network and a forest together.
    Fused(Box<Fused>),
}

/// A fusion with its two models.
pub struct Fused {
    /// Its weights.
    pub fusion: Fusion,
    pub network: AnyModel,
    pub forest: AnyModel,
    card: ModelCard,
    id: ModelId,
}

impl Scorer {
    /// The model or fusion of that name or file, and what the user must know of it.
    ///
    /// # Errors
    /// Where there is none, or a fusion was learned with other versions of its models.
    pub fn find(name: &str, compute: &Compute) -> anyhow::Result<(Self, Vec<String>)> {
        let Some(fusion) = fusion_of(name)? else {
            let found = models::find(name, compute)?;
            return Ok((Self::One(found.model), found.warning.into_iter().collect()));
        };
        let network = models::find(&fusion.network, compute)?;
        let forest = models::find(&fusion.forest, compute)?;
        let warnings = [network.warning, forest.warning]
            .into_iter()
            .flatten()
            .collect();
        let fused = Fused::of(fusion, network.model, forest.model)?;
        Ok((Self::Fused(Box::new(fused)), warnings))
    }

    pub fn card(&self) -> &ModelCard {
        match self {
            Self::One(model) => model.card(),
            Self::Fused(fused) => &fused.card,
        }
    }

    pub fn id(&self) -> &ModelId {
        match self {
            Self::One(model) => model.id(),
            Self::Fused(fused) => &fused.id,
        }
    }

    /// Scores candidates; one answer for each, in order.
    ///
    /// # Errors
    /// Where the device fails.
    pub fn score(
        &self,
        candidates: &[&Candidate],
        decoder: &Decoder,
    ) -> anyhow::Result<Vec<Predictions>> {
        match self {
            Self::One(model) => score_candidates(candidates, model, decoder),
            Self::Fused(fused) => {
                let network = score_candidates(candidates, &fused.network, decoder)?;
                let forest = score_candidates(candidates, &fused.forest, decoder)?;
                let both = network.iter().zip(&forest);
                Ok(both
                    .map(|(network, forest)| fuse(&fused.fusion, network, forest))
                    .collect())
            }
        }
    }
}

impl Fused {
    pub const fn card(&self) -> &ModelCard {
        &self.card
    }

    pub const fn id(&self) -> &ModelId {
        &self.id
    }

    /// A fusion with the models that it was learned with.
    ///
    /// # Errors
    /// Where they are other versions, or of other classes.
    pub fn of(fusion: Fusion, network: AnyModel, forest: AnyModel) -> anyhow::Result<Self> {
        for (model, learned_with) in [(&network, &fusion.network_id), (&forest, &fusion.forest_id)]
        {
            ensure!(
                **model.id().text() == **learned_with && model.card().classes == fusion.classes,
                "{} was learned with {learned_with}, not with {}: `destello train fusion` learns it anew",
                fusion.name,
                model.id()
            );
        }
        Ok(Self {
            card: fusion.card(network.card()),
            id: fusion.id(),
            fusion,
            network,
            forest,
        })
    }
}

fn row(prediction: Option<&Prediction>) -> Option<&[f32]> {
    match prediction? {
        Prediction::Probabilities(row) if row.iter().all(|p| p.is_finite()) => Some(row),
        Prediction::Probabilities(_) | Prediction::Refused(_) => None,
    }
}

/// What both models predict of a candidate after each of its epochs. An epoch counts as seen where one of both
/// predicts something.
pub fn seen<'a>(network: &'a [Prediction], forest: &'a [Prediction]) -> Vec<Option<Seen<'a>>> {
    let mut epochs = 0;
    let each = 0..network.len().max(forest.len());
    each.map(|at| {
        let (network, forest) = (row(network.get(at)), row(forest.get(at)));
        epochs += u32::from(network.or(forest).is_some());
        network.or(forest).map(|_| Seen {
            epochs,
            network,
            forest,
        })
    })
    .collect()
}

/// What a fusion predicts of a candidate. An epoch that neither model can score is refused for the reason of
/// the network.
pub fn fuse(fusion: &Fusion, network: &Predictions, forest: &Predictions) -> Predictions {
    let all = seen(network, forest).into_iter().enumerate();
    let one =
        |(at, seen): (usize, Option<Seen<'_>>)| match seen.and_then(|seen| fusion.predict(seen)) {
            Some(row) => Prediction::Probabilities(row.into()),
            None => [network, forest]
                .into_iter()
                .filter_map(|all| all.get(at))
                .find(|one| matches!(one, Prediction::Refused(_)))
                .cloned()
                .unwrap_or_else(|| Prediction::Refused(Arc::from("has a score that is no number"))),
        };
    all.map(one).collect()
}

/// What a forest predicts, calibrated, where the fusion that comes with the program was learned with it: before
/// class shares are estimated probabilities must be as sure as they are right, and the votes of trees are
/// less sure.
pub fn calibrated(forest: &ModelId, predictions: &[Predictions]) -> Option<Vec<Predictions>> {
    let fusion = fusion_of(FUSION).ok()??;
    let nothing: Predictions = Arc::from([]);
    let all = predictions.iter();
    (**forest.text() == *fusion.forest_id)
        .then(|| all.map(|one| fuse(&fusion, &nothing, one)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_are_counted_where_something_is_known() {
        let row = |p: f32| Prediction::Probabilities([p, 1.0 - p].into());
        let refused = |why: &str| Prediction::Refused(why.into());
        let network = [row(0.3), refused("no stamp"), row(0.4), row(f32::NAN)];
        let forest = [refused("short"), refused("short"), row(0.6), row(0.7)];
        let all = seen(&network, &forest);
        let counts: Vec<_> = all
            .iter()
            .map(|seen| seen.map(|seen| seen.epochs))
            .collect();
        assert_eq!(counts, [Some(1), None, Some(2), Some(3)]);
        assert!(all[3].unwrap().network.is_none() && all[2].unwrap().forest.is_some());
        let mut fusion = Fusion::parse("f", SHIPPED).unwrap();
        fusion.classes.truncate(2);
        fusion.both.clear();
        fusion.forest_alone.clear();
        let fused = fuse(&fusion, &network.into(), &forest.into());
        assert_eq!(fused[1], refused("no stamp"));
        assert_eq!(fused[0], row(0.3));
    }

    #[test]
    fn only_names_of_fusions_are_fusions() {
        assert!(fusion_of("recurrent").unwrap().is_none());
        assert_eq!(fusion_of(FUSION).unwrap().unwrap().name, FUSION);
        let missing = fusion_of("/nowhere/a.json").unwrap_err();
        assert!(missing.to_string().contains("/nowhere/a.json"));
    }
}
