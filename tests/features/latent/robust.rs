//! One candidate, all alike, stamps without a number, more components than stamps, missing images.

use std::path::{Path, PathBuf};

use destello::{
    domain::Role,
    features::training::train::TrainingData,
    learn::latent::{LatentKind, LatentModel},
};

use super::{small_order, trained};
use crate::common::{fits::image_file, in_turn};

/// Writes a stamp of 21x21 pixels of difference.
fn write(folder: &Path, name: &str, pixels: &[f32]) {
    let path = folder.join(format!("{name}_diff.fits"));
    let mut file = image_file(&path, &[21, 21], pixels);
    let hdu = file.primary_hdu().unwrap();
    hdu.write_key(&mut file, "OBJECT", name).unwrap();
    hdu.write_key(&mut file, "EXTNAME", "DIFFERENCE").unwrap();
}

fn source(number: usize) -> Vec<f32> {
    let value = |at: usize| {
        let (x, y) = ((at % 21) as f32 - 10.0, (at / 21) as f32 - 10.0);
        let mixed = ((number * 441 + at) as u32).wrapping_mul(2_654_435_761);
        30.0 * (-(x * x + y * y) / 6.0).exp() + (mixed >> 8) as f32 / (1 << 23) as f32
    };
    (0..441).map(value).collect()
}

struct Set(tempfile::TempDir);

impl Set {
    fn of(stamps: &[Vec<f32>]) -> Self {
        let set = Self(tempfile::tempdir().unwrap());
        let folder = set.0.path().join("stamps");
        std::fs::create_dir(&folder).unwrap();
        for (number, pixels) in stamps.iter().enumerate() {
            write(&folder, &format!("c{number:02}"), pixels);
        }
        set
    }

    fn train(&self, components: usize, role: Role) -> anyhow::Result<LatentModel> {
        let mut order = small_order(LatentKind::Vade, &self.model());
        order.data = TrainingData::Labelled {
            paths: vec![self.0.path().join("stamps")],
            labels: None,
        };
        order.components = components;
        order.input.channels = vec![role];
        trained(&order)
    }

    fn model(&self) -> PathBuf {
        self.0.path().join("model.safetensors")
    }

    fn refusal(&self, components: usize, role: Role) -> String {
        let refusal = self.train(components, role).err().unwrap();
        assert!(!self.model().exists(), "nothing is left of a refused order");
        format!("{refusal:#}")
    }
}

#[test]
fn one_candidate_has_no_clusters_and_fewer_stamps_than_components_are_refused() {
    let _turn = in_turn();
    let one = Set::of(&[source(1)]);
    let said = one.refusal(4, Role::Snr);
    assert!(
        said.contains("4 components cannot be separated in 1 stamps"),
        "{said}"
    );
    let said = one.refusal(1, Role::Snr);
    assert!(said.contains("alike"), "{said}");
    let few: Vec<_> = (0..6).map(source).collect();
    let said = Set::of(&few).refusal(20, Role::Snr);
    assert!(said.contains("20 components"), "{said}");
}

#[test]
fn candidates_that_are_all_alike_are_refused() {
    let _turn = in_turn();
    let same = vec![source(3); 24];
    let said = Set::of(&same).refusal(3, Role::Snr);
    assert!(said.contains("alike"), "{said}");
}

#[test]
fn stamps_without_a_number_are_left_out_and_pixels_without_one_are_not() {
    let _turn = in_turn();
    let mut stamps: Vec<Vec<f32>> = (0..40).map(source).collect();
    stamps[5] = vec![f32::NAN; 441];
    stamps[9][100..140].fill(f32::NAN);
    stamps[11] = vec![0.0; 441];
    let model = Set::of(&stamps).train(3, Role::Snr).unwrap();
    let figures = &model.card().figures;
    assert!(figures["validation_loss"].is_finite() && figures["reconstruction_error"].is_finite());
    assert!(!figures.contains_key("nmi"), "nothing is labelled");
    let space = model.space();
    let means = space
        .components
        .iter()
        .flat_map(|component| component.mean.iter());
    assert!(means.into_iter().all(|value| value.is_finite()));
}

#[test]
fn an_image_that_no_stamp_has_is_named() {
    let _turn = in_turn();
    let stamps: Vec<Vec<f32>> = (0..10).map(source).collect();
    let said = Set::of(&stamps).refusal(2, Role::Reference);
    assert!(said.contains("has no reference stamp"), "{said}");
}

#[test]
fn impossible_orders_are_refused_in_a_sentence() {
    let _turn = in_turn();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("x.safetensors");
    let mut order = small_order(LatentKind::Vae, &out);
    order.components = 7;
    let said = trained(&order).err().unwrap().to_string();
    assert!(said.contains("vae has no mixture"), "{said}");
    let mut order = small_order(LatentKind::Vade, &folder.path().join("x.txt"));
    let said = trained(&order).err().unwrap().to_string();
    assert!(said.contains("safetensors"), "{said}");
    order.out = out;
    order.components = 0;
    assert!(trained(&order).is_err());
    order.components = 4;
    order.input.channels.clear();
    assert!(trained(&order).is_err());
}
