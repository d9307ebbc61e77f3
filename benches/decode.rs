//! Micro rates: what one stamp costs on its way to the screen.

use std::path::PathBuf;

use destello::{
    domain::{Role, Stamp, StampRef},
    gpu::Headless,
    imaging::{Preset, StampStatistics},
    io::Decoder,
    workspace::open::read_all_with,
};
use divan::{Bencher, counter::ItemsCount};

#[expect(dead_code, reason = "the story of benches/open uses the rest")]
#[path = "open/fits_files.rs"]
mod fits_files;

fn main() {
    divan::main();
}

/// A folder with one cube, and its 26 stamps.
fn cube() -> (tempfile::TempDir, Decoder, Vec<PathBuf>, Vec<StampRef>) {
    let folder = tempfile::tempdir().expect("a folder");
    let paths = fits_files::write_cubes(folder.path(), 1).expect("a cube");
    let decoder = Decoder::default();
    let opened = read_all_with(&paths, &decoder);
    let epochs = opened.catalogue.iter().flat_map(|(_, c)| c.epochs.clone());
    let stamps = epochs.flat_map(|epoch| epoch.stamps).collect();
    (folder, decoder, paths, stamps)
}

fn stamp(side: usize) -> Stamp {
    let mut noise = fits_files::Noise::new(7);
    Stamp::new(side, side, fits_files::star(side, 500.0, 200.0, &mut noise))
}

#[divan::bench]
fn index_a_cube(bencher: Bencher<'_, '_>) {
    let (_folder, decoder, paths, _) = cube();
    bencher.bench(|| read_all_with(&paths, &decoder));
}

#[divan::bench]
fn decode_a_cube(bencher: Bencher<'_, '_>) {
    let (_folder, decoder, _, stamps) = cube();
    bencher
        .counter(ItemsCount::new(stamps.len()))
        .bench(|| decoder.decode(&stamps));
}

#[divan::bench(args = [21, 63])]
fn measure_a_stamp(bencher: Bencher<'_, '_>, side: usize) {
    let stamp = stamp(side);
    bencher.bench(|| StampStatistics::of(&stamp));
}

#[divan::bench(args = [21, 63])]
fn find_a_look(bencher: Bencher<'_, '_>, side: usize) {
    let stamp = stamp(side);
    let recipe = Preset::Destello.recipe(Role::Science);
    bencher.bench(|| recipe.look_over(&[&stamp]));
}

#[divan::bench(args = [21, 63])]
fn upload_a_stamp(bencher: Bencher<'_, '_>, side: usize) {
    let headless = Headless::new(64 << 20).expect("a graphics driver");
    let stamp = stamp(side);
    let mut id = 0;
    bencher.bench_local(|| {
        id += 1;
        headless
            .atlas()
            .upload(destello::domain::StampId(id), &stamp)
    });
}
