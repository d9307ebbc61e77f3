//! What the window asks of a latent model, step by step, without a thread.

use std::{path::Path, sync::Arc};

use destello::{
    app::{
        event::JobEvent,
        reporter::{Inbox, Reporter},
    },
    domain::{CandidateIx, Embedding, ModelId},
    features::{
        latent::{
            DecodeTask, EmbedTask, Embedder, LatentShelf, ReconstructTask, models,
            news::{DecodeOrder, EmbedOrder, LatentNews, ReconstructOrder},
        },
        scoring::task::ScoringEnd,
    },
    io::Decoder,
    learn::{Compute, latent::LatentModel},
    tasks::{
        cancel::CancelToken,
        learner::{After, Task},
    },
    workspace::open::read_all,
};

use crate::common::{Sky, networks::latent_card};

struct Bench {
    sky: Sky,
    tools: Embedder,
    order: EmbedOrder,
    inbox: Inbox,
}

fn bench() -> Bench {
    let sky = Sky::new(90);
    let file = sky.beside("made.safetensors");
    let model = latent_card("vade", 21, vec![16], 3, 5);
    let model = LatentModel::untrained(model, &Compute::cpu()).unwrap();
    models::write_model(&model, &file).unwrap();
    let (reporter, inbox) = Reporter::new(|| {});
    Bench {
        order: order(&file, &sky),
        tools: Embedder {
            shelf: LatentShelf::default(),
            decoder: Arc::new(Decoder::default()),
            cancel: CancelToken::default(),
            reporter,
        },
        sky,
        inbox,
    }
}

fn order(file: &Path, sky: &Sky) -> EmbedOrder {
    EmbedOrder {
        generation: 3,
        run: 8,
        source: file.display().to_string().into(),
        catalogue: Arc::new(read_all(&[sky.path()]).catalogue),
    }
}

impl Bench {
    fn news(&self) -> LatentNews {
        match self.inbox.try_recv().unwrap() {
            JobEvent::Latent(news) => news,
            other => panic!("{other:?}"),
        }
    }

    /// Steps until the first news: another thread looks for the device and reads the file.
    fn begin(&self, task: &mut EmbedTask) -> After {
        loop {
            let after = task.step();
            if after == After::Done || !self.inbox.is_empty() {
                return after;
            }
        }
    }

    /// Runs an embedding to its end.
    fn embedded(&self) -> (Embedding, ModelId) {
        let mut task = EmbedTask::new(self.order.clone(), self.tools.clone());
        assert_eq!(self.begin(&mut task), After::More);
        let LatentNews::Space { space, run: 8, .. } = self.news() else {
            panic!("the space comes first");
        };
        let mut all = Embedding::new(space.clone());
        while task.step() == After::More {
            let LatentNews::Embedded {
                new, done, refused, ..
            } = self.news()
            else {
                panic!("places come next");
            };
            assert_eq!(refused, 0);
            all.points.extend(new.points);
            all.means.extend(new.means);
            all.responsibilities.extend(new.responsibilities);
            all.errors.extend(new.errors);
            assert_eq!(done, all.len());
        }
        let LatentNews::Ended { end, .. } = self.news() else {
            panic!("the end comes last");
        };
        assert_eq!(end, ScoringEnd::Finished);
        (all, space.model.clone())
    }

    fn decode(&self, model: &ModelId, vectors: &[f32]) -> Result<Arc<[f32]>, String> {
        let order = DecodeOrder {
            serial: 4,
            model: model.clone(),
            vectors: vectors.into(),
        };
        let mut task =
            DecodeTask::new(order, self.tools.shelf.clone(), self.tools.reporter.clone());
        assert_eq!(task.step(), After::Done);
        match self.news() {
            LatentNews::Decoded { serial: 4, pixels } => pixels,
            other => panic!("{other:?}"),
        }
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
    let model_again = LatentShelf::default().load(&bench.order.source).unwrap();
    assert_eq!(*model_again.id(), model);
    let pictures = bench.decode(&model, all.mean(7)).unwrap();
    assert_eq!(pictures.len(), 441);
    let order = ReconstructOrder {
        serial: 9,
        model: model.clone(),
        catalogue: bench.order.catalogue.clone(),
        candidate: CandidateIx(7),
        epoch: 0,
    };
    let task = |order: ReconstructOrder| ReconstructTask {
        order,
        shelf: bench.tools.shelf.clone(),
        decoder: bench.tools.decoder.clone(),
        reporter: bench.tools.reporter.clone(),
    };
    task(order.clone()).step();
    let LatentNews::Reconstructed {
        serial: 9,
        reconstruction,
    } = bench.news()
    else {
        panic!("a reconstruction was asked for");
    };
    let drawn = reconstruction.unwrap();
    assert_eq!(drawn.drawn.len(), 21 * 21);
    let pairs = drawn.drawn.iter().zip(&*pictures);
    assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-5));
    let squares = drawn
        .input
        .iter()
        .zip(&drawn.drawn)
        .map(|(a, b)| (a - b).powi(2));
    let error = squares.sum::<f32>() / 441.0;
    assert!((error - all.errors[7]).abs() < 1e-4 * (1.0 + error));
    task(ReconstructOrder { epoch: 5, ..order }).step();
    let LatentNews::Reconstructed { reconstruction, .. } = bench.news() else {
        panic!("an answer was asked for");
    };
    assert!(reconstruction.unwrap_err().contains("has no epoch 6"));
    drop(bench.sky);
}

#[test]
fn a_word_stops_it_and_what_cannot_be_is_refused_in_a_sentence() {
    let _turn = crate::common::in_turn();
    let bench = bench();
    let mut task = EmbedTask::new(bench.order.clone(), bench.tools.clone());
    assert_eq!(bench.begin(&mut task), After::More);
    bench.tools.cancel.cancel();
    assert_eq!(task.step(), After::Done);
    bench.news();
    assert!(matches!(
        bench.news(),
        LatentNews::Ended {
            end: ScoringEnd::Stopped,
            ..
        }
    ));
    let tools = Embedder {
        cancel: CancelToken::default(),
        ..bench.tools.clone()
    };
    for source in ["no such model", destello::workspace::models::DEFAULT] {
        let order = EmbedOrder {
            source: source.into(),
            ..bench.order.clone()
        };
        let mut task = EmbedTask::new(order, tools.clone());
        assert_eq!(bench.begin(&mut task), After::Done);
        let LatentNews::Ended {
            end: ScoringEnd::Failed(why),
            ..
        } = bench.news()
        else {
            panic!("{source} is no latent model");
        };
        assert!(why.starts_with(source), "{why}");
    }
    let gone = ModelId::new("gone", 1);
    let refusal = bench.decode(&gone, &[0.0; 3]).unwrap_err();
    assert!(refusal.contains("no longer at hand"), "{refusal}");
    let model = bench.tools.shelf.load(&bench.order.source).unwrap();
    let refusal = bench.decode(model.id(), &[0.0; 4]).unwrap_err();
    assert!(refusal.contains('4') && refusal.contains('3'), "{refusal}");
}
