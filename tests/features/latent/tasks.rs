//! What the window asks of a latent model.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use destello::{
    domain::{CandidateIx, Catalogue, Embedding, ModelId},
    features::latent::{
        draw_task::{Decode, Reconstruct},
        embed_task::{Embed, EmbedUpdate, Wanted},
    },
    io::Decoder,
    learn::{Compute, latent::LatentModel},
    tasks::{
        cancel::{CancelToken, Cancelled},
        run_here,
    },
    workspace::{
        latent_models,
        latent_registry::{LatentRegistry, Reconstruction},
        open::read_all,
    },
};

use crate::common::{Sky, networks::latent_card};

struct Bench {
    sky: Sky,
    models: LatentRegistry,
    decoder: Arc<Decoder>,
    source: String,
    catalogue: Arc<Catalogue>,
}

fn bench() -> Bench {
    let sky = Sky::new(90);
    let file = sky.beside("made.safetensors");
    let model = latent_card("vade", 21, vec![16], 3, 5);
    let model = LatentModel::untrained(model, &Compute::cpu()).unwrap();
    latent_models::write_model(&model, &file).unwrap();
    Bench {
        models: LatentRegistry::default(),
        decoder: Arc::default(),
        source: file.display().to_string(),
        catalogue: Arc::new(read_all(&[sky.path()]).catalogue),
        sky,
    }
}

impl Bench {
    fn embedding(&self, source: &str) -> Embed {
        Embed {
            source: source.into(),
            catalogue: self.catalogue.clone(),
            project: None,
            wanted: Wanted::All,
            models: self.models.clone(),
            decoder: self.decoder.clone(),
        }
    }

    /// Runs an embedding to its end.
    fn embedded(&self) -> (Embedding, ModelId) {
        let updates = Arc::new(Mutex::new(Vec::new()));
        let taken = updates.clone();
        let task = self.embedding(&self.source);
        run_here(task, CancelToken::default(), move |update| {
            taken.lock().unwrap().push(update);
        })
        .unwrap();
        let mut updates = std::mem::take(&mut *updates.lock().unwrap()).into_iter();
        let Some(EmbedUpdate::Space { space, .. }) = updates.next() else {
            panic!("the space comes first");
        };
        let mut all = Embedding::new(space.clone());
        for update in updates {
            let EmbedUpdate::Placed { new, refused } = update else {
                panic!("places come next");
            };
            assert_eq!(refused, 0);
            assert!(!new.is_empty());
            all.extend(*new);
        }
        (all, space.model.clone())
    }

    fn decode(&self, model: &ModelId, vectors: &[f32]) -> anyhow::Result<Arc<[f32]>> {
        let task = Decode {
            model: model.clone(),
            vectors: vectors.into(),
            models: self.models.clone(),
        };
        run_here(task, CancelToken::default(), |()| ())
    }

    fn reconstruct(&self, model: &ModelId, epoch: usize) -> anyhow::Result<Arc<Reconstruction>> {
        let task = Reconstruct {
            model: model.clone(),
            catalogue: self.catalogue.clone(),
            candidate: CandidateIx(7),
            epoch,
            models: self.models.clone(),
            decoder: self.decoder.clone(),
        };
        run_here(task, CancelToken::default(), |()| ())
    }
}

#[test]
fn every_candidate_has_its_place_and_pictures_are_drawn() {
    let _turn = crate::common::in_turn();
    let bench = bench();
    let (all, model) = bench.embedded();
    assert_eq!(all.len(), 90);
    let places = all.points.iter().map(|point| point.candidate.0);
    assert!(places.eq(0..90));
    assert_eq!((all.mean(7).len(), all.responsibility(7).len()), (3, 5));
    // In small steps as at once: where a stamp lies does not depend on its neighbours.
    let model_again = latent_models::find(&bench.source, &Compute::cpu()).unwrap();
    assert_eq!(*model_again.model.id(), model);
    let pictures = bench.decode(&model, all.mean(7)).unwrap();
    assert_eq!(pictures.len(), 441);
    let drawn = bench.reconstruct(&model, 0).unwrap();
    let pairs = drawn.drawn.iter().zip(&*pictures);
    assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-5));
    let squares = drawn
        .input
        .iter()
        .zip(&drawn.drawn)
        .map(|(a, b)| (a - b).powi(2));
    let error = squares.sum::<f32>() / 441.0;
    assert!((error - all.errors[7]).abs() < 1e-4 * (1.0 + error));
    let refusal = bench.reconstruct(&model, 5).unwrap_err().to_string();
    assert!(refusal.contains("has no epoch 6"), "{refusal}");
    drop(bench.sky);
}

#[test]
fn a_word_stops_it_and_what_cannot_be_is_refused_in_a_sentence() {
    let _turn = crate::common::in_turn();
    let bench = bench();
    let cancel = CancelToken::default();
    let (stop, updates) = (cancel.clone(), Arc::new(AtomicUsize::new(0)));
    let counted = updates.clone();
    let stopped = run_here(bench.embedding(&bench.source), cancel, move |update| {
        // At the first places: all others are not computed any more.
        if matches!(update, EmbedUpdate::Placed { .. }) {
            counted.fetch_add(1, Ordering::SeqCst);
            stop.cancel();
        }
    });
    assert!(stopped.unwrap_err().is::<Cancelled>());
    assert_eq!(updates.load(Ordering::SeqCst), 1);
    for source in ["no such model", destello::workspace::models::DEFAULT] {
        let task = bench.embedding(source);
        let refusal = run_here(task, CancelToken::default(), |_| ()).unwrap_err();
        let why = format!("{refusal:#}");
        assert!(why.starts_with(source), "{why}");
    }
    let gone = ModelId::new("gone", 1);
    let refusal = bench.decode(&gone, &[0.0; 3]).unwrap_err().to_string();
    assert!(refusal.contains("no longer at hand"), "{refusal}");
    let (_, model) = bench.embedded();
    let refusal = bench.decode(&model, &[0.0; 4]).unwrap_err().to_string();
    assert!(refusal.contains('4') && refusal.contains('3'), "{refusal}");
}
