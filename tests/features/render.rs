//! `destello render`: every pixel of a picture is what the twin of the shader says.

use std::{
    fs,
    path::{Path, PathBuf},
};

use destello::{
    domain::{Role, Stamp},
    features::render::pictures::{GAP_PX, GROUP_GAP_PX, Kind, MATTE, Picture, RenderOrder, render},
    imaging::{Look, Marks, Preset},
};
use image::{Rgb, RgbImage};

#[path = "../../benches/open/fits_files.rs"]
#[expect(dead_code, reason = "the benches use the rest")]
mod fits_files;

const SIDE: usize = 9;
const SCALE: u32 = 3;

/// A ramp that differs by role, with one pixel without a value.
fn pixels(number: usize, role: Role) -> Vec<f32> {
    let step = match role {
        Role::Science => 2.0,
        Role::Reference => 1.0,
        _ => -0.5,
    };
    let ramp = |at: usize| step * (at as f32 - 30.0 + number as f32);
    let mut pixels: Vec<f32> = (0..SIDE * SIDE).map(ramp).collect();
    pixels[SIDE + 2] = f32::NAN;
    pixels
}

/// Three objects of one epoch: science, reference and difference each; the last has no difference.
fn triplets(folder: &Path) {
    for number in 0..3 {
        let object = [format!("{:<8}= {:<70}", "OBJECT", format!("'obj{number}'"))];
        let mut file = fits_files::image_hdu(None, &[], &[], &object);
        for (name, role) in roles().into_iter().take(if number == 2 { 2 } else { 3 }) {
            let pixels = pixels(number, role);
            file.extend(fits_files::image_hdu(
                Some(name),
                &[SIDE, SIDE],
                &pixels,
                &[],
            ));
        }
        fs::write(set(folder).join(format!("obj{number}.fits")), file).unwrap();
    }
}

/// The folder of the files, beside that of the pictures.
fn set(folder: &Path) -> PathBuf {
    let set = folder.join("set");
    fs::create_dir_all(&set).unwrap();
    set
}

fn roles() -> [(&'static str, Role); 3] {
    [
        ("SCI", Role::Science),
        ("REF", Role::Reference),
        ("DIFF", Role::Difference),
    ]
}

fn stamp(number: usize, role: Role) -> Stamp {
    Stamp::new(SIDE, SIDE, pixels(number, role))
}

fn order(folder: &Path, kind: Kind, out: &str) -> RenderOrder {
    RenderOrder {
        paths: vec![set(folder)],
        out: folder.join("out").join(out),
        kind,
        ids: Vec::new(),
        roles: Vec::new(),
        epoch: None,
        preset: Preset::Destello,
        is_locked: true,
        is_north_up: false,
        flips_sign: false,
        scale: SCALE,
        columns: 2,
        rows: 25,
    }
}

/// Draws into a folder that exists.
fn draw(order: &RenderOrder) -> anyhow::Result<Vec<Picture>> {
    fs::create_dir_all(order.out.parent().unwrap())?;
    let mut pictures = Vec::new();
    let problems = render(order, &mut |picture| {
        pictures.push(picture);
        Ok(())
    })?;
    assert_eq!(problems, []);
    Ok(pictures)
}

fn read(path: &Path) -> RgbImage {
    image::open(path).unwrap().to_rgb8()
}

/// Puts a stamp into the expected picture: row 0 at the bottom, as FITS images are drawn.
fn put(picture: &mut RgbImage, [left, top]: [u32; 2], stamp: &Stamp, look: &Look) {
    let marks = Marks::of(stamp);
    let side = SIDE as u32 * SCALE;
    for y in 0..side {
        for x in 0..side {
            let (column, row) = ((x / SCALE) as usize, SIDE - 1 - (y / SCALE) as usize);
            let value = stamp.at(column, row).unwrap();
            let color = look.color(value, marks.classify(value));
            picture.put_pixel(left + x, top + y, Rgb(color));
        }
    }
}

fn look(number: usize, role: Role) -> Look {
    let locked = Preset::Destello.roles_locked_with(role);
    let stamps: Vec<Stamp> = locked.iter().map(|role| stamp(number, *role)).collect();
    let stamps: Vec<&Stamp> = stamps.iter().collect();
    let shared = Preset::Destello.recipe(role).look_over(&stamps);
    let at = locked.iter().position(|known| *known == role);
    shared.of(stamps[at.expect("a role is locked with itself")])
}

/// # Panics
/// Where a channel differs by more than 1, which devices may round.
fn assert_same(drawn: &RgbImage, expected: &RgbImage) {
    assert_eq!(drawn.dimensions(), expected.dimensions());
    for ((x, y, drawn), expected) in drawn.enumerate_pixels().zip(expected.pixels()) {
        let is_near = (0..3).all(|c| drawn.0[c].abs_diff(expected.0[c]) <= 1);
        assert!(is_near, "at {x}, {y}: {drawn:?}, not {expected:?}");
    }
}

#[test]
fn a_stamp_a_role_is_drawn_into_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    triplets(folder.path());
    let mut order = order(folder.path(), Kind::Stamps, "");
    order.ids = vec!["obj1".into()];
    let pictures = draw(&order).unwrap();
    let names: Vec<_> = pictures
        .iter()
        .map(|p| p.path.file_name().unwrap())
        .collect();
    let expected = [
        "obj1_1_science.png",
        "obj1_1_reference.png",
        "obj1_1_difference.png",
    ];
    assert_eq!(names, expected);
    for (picture, (_, role)) in pictures.iter().zip(roles()) {
        let side = SIDE as u32 * SCALE;
        assert_eq!(picture.size_px, [side, side]);
        let mut expected = RgbImage::new(side, side);
        put(&mut expected, [0, 0], &stamp(1, role), &look(1, role));
        assert_same(&read(&picture.path), &expected);
    }
}

#[test]
fn a_sheet_shows_triplets_and_leaves_missing_stamps_empty() {
    let folder = tempfile::tempdir().unwrap();
    triplets(folder.path());
    let pictures = draw(&order(folder.path(), Kind::Sheet, "sheet.png")).unwrap();
    assert_eq!(pictures.len(), 1);
    assert_eq!(
        pictures[0].rows,
        ["obj0 epoch 1, obj1 epoch 1", "obj2 epoch 1"]
    );
    let side = SIDE as u32 * SCALE;
    let column = |at: u32| at * (side + GAP_PX) + at / 3 * GROUP_GAP_PX;
    let row = |at: u32| at * (side + GAP_PX + GROUP_GAP_PX);
    let size = [column(5) + side, row(1) + side];
    assert_eq!(pictures[0].size_px, size);
    let mut expected = RgbImage::from_pixel(size[0], size[1], Rgb(MATTE));
    for number in 0..3 {
        for (at, (_, role)) in (0..).zip(roles()) {
            if number == 2 && role == Role::Difference {
                continue;
            }
            let corner = [column((number as u32 % 2) * 3 + at), row(number as u32 / 2)];
            put(
                &mut expected,
                corner,
                &stamp(number, role),
                &look(number, role),
            );
        }
    }
    assert_same(&read(&pictures[0].path), &expected);
}

/// A cube of two epochs, the second ten times as bright.
fn cube(folder: &Path) -> [Stamp; 2] {
    let stamps = [1.0, 10.0].map(|factor| {
        let pixels = pixels(0, Role::Science)
            .into_iter()
            .map(|value| value * factor);
        Stamp::new(SIDE, SIDE, pixels.collect::<Vec<_>>())
    });
    let planes: Vec<f32> = stamps
        .iter()
        .flat_map(|stamp| stamp.pixels.to_vec())
        .collect();
    let object = [format!("{:<8}= {:<70}", "OBJECT", "'sn'")];
    let file = fits_files::image_hdu(None, &[SIDE, SIDE, 2], &planes, &object);
    fs::write(set(folder).join("sn.fits"), file).unwrap();
    stamps
}

#[test]
fn a_strip_shows_all_epochs_on_one_scale_or_each_on_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let stamps = cube(folder.path());
    let recipe = Preset::Destello.recipe(Role::Science);
    let locked = recipe.look_over(&[&stamps[0], &stamps[1]]);
    let free = [
        recipe.look_over(&[&stamps[0]]).of(&stamps[0]),
        recipe.look_over(&[&stamps[1]]).of(&stamps[1]),
    ];
    let locked = [locked.of(&stamps[0]), locked.of(&stamps[1])];
    let cases = [(true, locked), (false, free)];
    for (is_locked, looks) in cases {
        let mut order = order(folder.path(), Kind::Strip, "strip.png");
        order.is_locked = is_locked;
        let pictures = draw(&order).unwrap();
        assert_eq!(pictures[0].rows, ["sn science, epochs 1 to 2"]);
        let side = SIDE as u32 * SCALE;
        let mut expected = RgbImage::from_pixel(2 * side + GAP_PX, side, Rgb(MATTE));
        put(&mut expected, [0, 0], &stamps[0], &looks[0]);
        put(&mut expected, [side + GAP_PX, 0], &stamps[1], &looks[1]);
        assert_same(&read(&pictures[0].path), &expected);
    }
}

#[test]
fn many_candidates_go_to_several_sheets_in_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    triplets(folder.path());
    let mut order = order(folder.path(), Kind::Sheet, "sheets");
    order.columns = 1;
    order.rows = 2;
    let pictures = draw(&order).unwrap();
    let names: Vec<PathBuf> = pictures
        .iter()
        .map(|p| p.path.file_name().unwrap().into())
        .collect();
    assert_eq!(
        names,
        [
            PathBuf::from("sheet_0001.png"),
            PathBuf::from("sheet_0002.png")
        ]
    );
    order.out.set_extension("png");
    let error = draw(&order).unwrap_err().to_string();
    assert!(
        error.contains("2 pictures do not go into one file"),
        "{error}"
    );
    assert!(!order.out.exists());
}

/// What is changed in a good order.
type Change = fn(&mut RenderOrder);

#[test]
fn what_does_not_exist_is_named_with_what_does() {
    let folder = tempfile::tempdir().unwrap();
    triplets(folder.path());
    let base = order(folder.path(), Kind::Stamps, "");
    let cases: [(Change, &str); 5] = [
        (
            |order| order.ids = vec!["obj9".into()],
            "obj9: not among the 3 candidates (obj0,",
        ),
        (
            |order| order.roles = vec![Role::Psf],
            "psf: no stamp shows it; there are: science, ref",
        ),
        (
            |order| order.epoch = Some(2),
            "--epoch 2: obj0 has 1 epochs, numbered from 1",
        ),
        (|order| order.epoch = Some(0), "--epoch 0: obj0"),
        (
            |order| order.paths = vec!["/nowhere/at/all".into()],
            "/nowhere/at/all",
        ),
    ];
    for (change, words) in cases {
        let mut order = base.clone();
        change(&mut order);
        let error = format!("{:#}", draw(&order).unwrap_err());
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn a_very_wide_image_is_drawn_cut_to_its_middle() {
    const WIDTH: usize = 1102;
    const HEIGHT: usize = 41;
    let folder = tempfile::tempdir().unwrap();
    let pixels: Vec<f32> = (0..WIDTH * HEIGHT)
        .map(|at| (at % 97) as f32 - (at % 13) as f32)
        .collect();
    let object = [format!("{:<8}= {:<70}", "OBJECT", "'wide'")];
    let mut file = fits_files::image_hdu(None, &[], &[], &object);
    for (name, _) in roles() {
        let axes = [WIDTH, HEIGHT];
        file.extend(fits_files::image_hdu(Some(name), &axes, &pixels, &[]));
    }
    fs::write(set(folder.path()).join("wide.fits"), file).unwrap();
    let mut order = order(folder.path(), Kind::Stamps, "");
    order.roles = vec![Role::Science];
    order.scale = 1;
    let pictures = draw(&order).unwrap();
    // What opens such a file cuts it: see `a_large_image_is_cut_to_the_candidate`.
    assert_eq!(pictures[0].size_px, [255, HEIGHT as u32]);
}
