//! The window measures where the data bring no magnitudes, and where it is asked to.

use crate::common::{
    InlineWindow, StampSet,
    star_cubes::{self, EPOCHS},
};
use destello::{
    domain::Role,
    features::light_curve::{
        folding::Fold,
        measured::{CurveChoice, shown_curve},
        points::{Curve, Scale},
    },
    window::command::Command,
};

fn points(window: &InlineWindow) -> (usize, Scale, Option<String>) {
    match shown_curve(&window.state.light_curve, &window.state.shared) {
        Curve::Points {
            points,
            scale,
            caption,
        } => (points.len(), scale, caption),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_candidate_without_magnitudes_is_measured_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let night = folder.path().join("night");
    std::fs::create_dir(&night).unwrap();
    star_cubes::write(&night.join("a.fits"), true, 1);
    star_cubes::write(&night.join("b.fits"), false, 2);
    let mut window = InlineWindow::on(&night, &folder.path().join("night.destello"));
    assert_eq!(window.here(), "a");
    let (count, scale, caption) = points(&window);
    assert_eq!((count, scale), (EPOCHS, Scale::Magnitudes));
    let caption = caption.unwrap();
    assert!(caption.contains("measured here: optimal photometry of the science stamps"));
    assert!(caption.contains("in magnitudes"), "{caption}");
    window.go_to("b");
    let (count, scale, caption) = points(&window);
    assert_eq!((count, scale), (EPOCHS, Scale::Fluxes("ADU".into())));
    assert!(caption.unwrap().contains("in ADU"));
    window.close();
}

#[test]
fn given_magnitudes_stay_until_measured_ones_are_asked_for() {
    let set = StampSet::new();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    assert_eq!(points(&window).2, None);
    for on in [Role::Science, Role::Difference] {
        let choice = CurveChoice {
            is_measured: true,
            on,
            fold: Fold::Time,
        };
        window.apply(Command::LightCurve(choice));
        let (count, scale, caption) = points(&window);
        assert_eq!((count, scale), (5, Scale::Fluxes("ADU".into())));
        assert!(caption.unwrap().contains(on.name()));
    }
    let window = window.restart();
    let (_, _, caption) = points(&window);
    assert!(
        caption.unwrap().contains("difference"),
        "the choice is restored"
    );
    window.close();
}
