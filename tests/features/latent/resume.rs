//! Trainings of latent models stopped and gone on with.

use destello::{features::training::train::checkpoint_path, learn::latent::LatentKind};

use super::{small_order, start, trained};
use crate::common::in_turn;

#[test]
fn a_training_in_pieces_gives_the_same_weights() {
    let _turn = in_turn();
    for kind in [LatentKind::Vade, LatentKind::Vae] {
        let folder = tempfile::tempdir().unwrap();
        let mut order = small_order(kind, &folder.path().join("whole.safetensors"));
        let whole = trained(&order).unwrap();
        order.out = folder.path().join("pieces.safetensors");
        // In the pretraining, at the start of the mixture, and after it.
        let model = loop {
            let mut training = start(&order).unwrap();
            let mut left = 7;
            while left > 0 && !training.is_finished() {
                training.advance().unwrap();
                left -= 1;
            }
            if training.is_finished() {
                break training.write().unwrap();
            }
            training.save().unwrap();
        };
        assert_eq!(model.id(), whole.id(), "{}", kind.name());
        assert!(!checkpoint_path(&order.out).exists());
        let card = model.card();
        assert!(card.figures.contains_key("accuracy_majority_label"));
        assert_eq!(card.figures, whole.card().figures);
        let latent = card.latent.as_ref().unwrap();
        let labelled: usize = latent.components.iter().map(|known| known.labelled).sum();
        assert_eq!(labelled, 96);
    }
}

#[test]
fn the_checkpoint_of_another_order_is_refused() {
    let _turn = in_turn();
    let folder = tempfile::tempdir().unwrap();
    let mut order = small_order(LatentKind::Vade, &folder.path().join("x.safetensors"));
    let mut training = start(&order).unwrap();
    training.advance().unwrap();
    training.save().unwrap();
    order.components = 5;
    let refusal = start(&order).err().unwrap().to_string();
    assert!(refusal.contains("other settings"), "{refusal}");
}
