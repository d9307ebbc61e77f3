//! Labels needed to clean a night: how many candidates a person looks at until at most 3 % and 1 % of those not
//! looked at have a wrong label.
//!
//! `cargo bench --bench cleaning`; nights of 200 real and 1,800 bogus triplets of `ztf_frames` and `rubin_frames`, seeds that
//! nothing was chosen by, in an order drawn at random. `DESTELLO_BENCH_NIGHTS=1` asks for that many nights of each survey instead of
//! all five. Who is not looked at is called bogus. Ways: by chance; by the score of `context`; by components of `vade`, the most
//! real of its card first (20 looks each; where 95 % agree all members get that label), the rest by score, and labels of components
//! that the score is against at last; by *More like this*, from the first five real ones by score on, twelve a round. A figure is
//! the median of the nights.

#[path = "common/page.rs"]
mod page;
#[path = "common/simulated.rs"]
mod simulated;
#[path = "common/summary.rs"]
mod summary;

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context as _, ensure};
use destello::{
    domain::{
        Candidate, CandidateIx, Catalogue, Embedding, LatentMembership, ModelCard, Prediction,
    },
    features::{
        latent::embed_task::{Embed, EmbedUpdate, Wanted},
        scoring::score::score_candidates,
        similar::task::CompareStamps,
    },
    io::Decoder,
    learn::{
        Compute,
        chance::Chance,
        metrics::cleaning::{
            Check, NightState, by_chance, by_components, by_likeness, by_score, first_within,
        },
        similarity::AlikeVectors,
    },
    tasks::{cancel::CancelToken, run_here},
    workspace::{
        latent_models, latent_registry::LatentRegistry, model_registry::ModelRegistry, models,
        open::read_all_with,
    },
};

/// Survey and seeds: a night each.
const NIGHTS: [(&str, [u64; 5]); 2] = [
    ("ztf_frames", [61_201, 61_202, 61_203, 61_204, 61_205]),
    ("rubin_frames", [61_301, 61_302, 61_303, 61_304, 61_305]),
];
const REAL: usize = 200;
const BOGUS: usize = 1_800;
/// So many of all kinds are simulated; some half of them are bogus.
const SIMULATED: u64 = 4_400;
/// Shares of wrong labels.
const SHARES: [f64; 2] = [0.03, 0.01];
const CHECK: Check = Check {
    looks: 20,
    agreement: 0.95,
};
/// Examples that *More like this* begins with, and answers of a round.
const EXAMPLES: (usize, usize) = (5, 12);
const WAYS: [&str; 4] = [
    "by chance",
    "by the score of context",
    "by components of vade, the rest by score",
    "by More like this",
];

/// What is known of a night.
struct Night {
    is_real: Vec<bool>,
    score: Vec<f32>,
    component: Vec<Option<usize>>,
    /// Components, the most real first.
    order: Vec<usize>,
    alike: Arc<AlikeVectors>,
}

fn main() -> anyhow::Result<()> {
    let wanted = std::env::var("DESTELLO_BENCH_NIGHTS").ok();
    let wanted: Option<usize> = wanted.map(|count| count.parse()).transpose()?;
    ensure!(
        wanted != Some(0),
        "DESTELLO_BENCH_NIGHTS is 0: ask for one night or more"
    );
    let mut rows = Vec::new();
    for (survey, seeds) in NIGHTS {
        let mut courses: [Vec<Vec<NightState>>; WAYS.len()] = Default::default();
        for seed in seeds.into_iter().take(wanted.unwrap_or(seeds.len())) {
            let night = night(survey, seed)?;
            for (courses, course) in courses.iter_mut().zip(cleaned(&night, seed)) {
                courses.push(course);
            }
        }
        println!(
            "{survey}: looks, unseen, by component (wrong), missed; of each night, and the median of looks"
        );
        for (way, courses) in WAYS.iter().zip(&courses) {
            for share in SHARES {
                let nights = courses.iter().map(|course| first_within(course, share));
                let nights: Option<Vec<NightState>> = nights.collect();
                let nights =
                    nights.with_context(|| format!("{way}: never {share} and less wrong"))?;
                for night in &nights {
                    println!("  {way}, {share}: {}", in_words(night));
                }
                let middle = median(nights);
                println!("  {way}, {share}, median: {}", in_words(&middle));
                rows.push((
                    format!("{survey}: {way}, until {:.0} % are wrong", 100.0 * share),
                    String::new(),
                    in_words(&middle),
                    None,
                ));
            }
        }
    }
    if wanted.is_some() {
        println!(
            "not all nights: nothing was put into {}",
            summary::path().display()
        );
        return Ok(());
    }
    summary::put("labels needed to clean a night", &rows)
}

/// A course for each way.
fn cleaned(night: &Night, seed: u64) -> [Vec<NightState>; WAYS.len()] {
    let Night {
        is_real,
        score,
        component,
        order,
        alike,
    } = night;
    let likeness = |more: &[usize], less: &[usize]| alike.likeness(more, less);
    [
        by_chance(is_real, seed),
        by_score(is_real, score),
        by_components(is_real, score, component, order, CHECK, seed),
        by_likeness(is_real, score, EXAMPLES, &likeness),
    ]
}

fn night(survey: &str, seed: u64) -> anyhow::Result<Night> {
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("night");
    simulated::triplets(survey, seed, SIMULATED, &out)?;
    let decoder = Arc::new(Decoder::default());
    let catalogue = Arc::new(chosen(&out, &decoder, seed)?);
    let candidates: Vec<&Candidate> = catalogue.iter().map(|(_, one)| one).collect();
    let is_real = candidates.iter().map(|one| is_real(one));
    let (component, order) = components(&catalogue, &decoder)?;
    let task = CompareStamps {
        source: models::FEATURES.into(),
        catalogue: catalogue.clone(),
        models: ModelRegistry::default(),
        decoder: decoder.clone(),
    };
    Ok(Night {
        is_real: is_real.collect(),
        score: scores(&candidates, &decoder)?,
        component,
        order,
        alike: run_here(task, CancelToken::default(), |_| ())?,
    })
}

fn is_real(candidate: &Candidate) -> bool {
    candidate.truth.as_deref() != Some("bogus")
}

/// The first real and the first bogus ones that were simulated, in an order drawn at random: in that of the simulation nearly all
/// real ones come first, and candidates with the same score are looked at in order.
fn chosen(out: &Path, decoder: &Decoder, seed: u64) -> anyhow::Result<Catalogue> {
    let all = read_all_with(&[out.to_owned()], decoder).catalogue;
    let mut left = [BOGUS, REAL];
    let mut chosen = Vec::with_capacity(BOGUS + REAL);
    for (_, candidate) in all.iter() {
        let left = &mut left[usize::from(is_real(candidate))];
        if *left > 0 {
            *left -= 1;
            chosen.push(candidate);
        }
    }
    ensure!(
        left == [0, 0],
        "{left:?} too few bogus and real triplets were simulated"
    );
    let count = chosen.len();
    Chance::new(!seed).draw(&mut chosen, count);
    let mut night = Catalogue::default();
    for candidate in chosen {
        night.absorb(candidate.clone());
    }
    Ok(night)
}

/// Scores of the usual model; NaN where a candidate cannot be scored.
fn scores(candidates: &[&Candidate], decoder: &Decoder) -> anyhow::Result<Vec<f32>> {
    let model = models::find(models::DEFAULT, &Compute::cpu())?.model;
    let real = model.card().positive_class().context("no class real")?;
    let predictions = score_candidates(candidates, &model, decoder)?;
    let score = |epochs: &[Prediction]| {
        let known = epochs.iter().filter_map(|one| one.probability(real));
        known.fold(f32::NAN, f32::max)
    };
    Ok(predictions.iter().map(|epochs| score(epochs)).collect())
}

/// The component of each candidate, and the order in which components are checked.
fn components(
    catalogue: &Arc<Catalogue>,
    decoder: &Arc<Decoder>,
) -> anyhow::Result<(Vec<Option<usize>>, Vec<usize>)> {
    let placed = Arc::new(Mutex::new(None::<(Embedding, Arc<ModelCard>)>));
    let taken = placed.clone();
    let task = Embed {
        source: latent_models::DEFAULT.into(),
        catalogue: catalogue.clone(),
        project: None,
        wanted: Wanted::All,
        models: LatentRegistry::default(),
        decoder: decoder.clone(),
    };
    run_here(task, CancelToken::default(), move |update| {
        let mut placed = taken.lock().unwrap_or_else(PoisonError::into_inner);
        match (update, &mut *placed) {
            (EmbedUpdate::Space { space, card }, placed) => {
                *placed = Some((Embedding::new(space), card));
            }
            (EmbedUpdate::Placed { new, .. }, Some((all, _))) => all.extend(*new),
            _ => {}
        }
    })?;
    let placed = placed.lock().unwrap_or_else(PoisonError::into_inner).take();
    let (all, card) = placed.context("no space")?;
    let membership = LatentMembership::of(&all);
    let component = (0..catalogue.len()).map(|at| membership.component(CandidateIx(at as u32)));
    let cards = card
        .latent
        .as_ref()
        .context("no components")?
        .components
        .iter();
    let realness = cards.map(|component| {
        let purity = component.purity.unwrap_or(0.5);
        match component.label.as_deref() {
            Some("real") => purity,
            _ => 1.0 - purity,
        }
    });
    let realness: Vec<f64> = realness.collect();
    let mut order: Vec<usize> = (0..realness.len()).collect();
    order.sort_by(|a, b| realness[*b].total_cmp(&realness[*a]));
    Ok((component.collect(), order))
}

/// The night in the middle by its looks.
fn median(mut nights: Vec<NightState>) -> NightState {
    nights.sort_by_key(|night| night.looks);
    nights[nights.len() / 2]
}

fn in_words(night: &NightState) -> String {
    let NightState {
        looks,
        unseen,
        by_component,
        wrong_by_component,
        missed,
    } = night;
    format!(
        "{looks} looks; of {unseen} unseen {missed} real ones are missed, {by_component} have the label of their component, \
         {wrong_by_component} of these a wrong one"
    )
}
