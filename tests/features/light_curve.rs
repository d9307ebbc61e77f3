//! The window measures where the data bring no magnitudes, and where it is asked to.

use crate::common::{
    InlineWindow, StampSet,
    star_cubes::{self, EPOCHS},
    tables::csv,
};
use destello::{
    domain::Role,
    features::{
        file_dialog::pick::PickFor,
        light_curve::{
            folding::Fold,
            measured::{CurveChoice, shown_curve},
            points::{Curve, Scale},
        },
    },
    window::command::Command,
    workspace::action::Action,
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

#[test]
fn the_photometry_of_the_list_is_written_as_a_table() {
    let folder = tempfile::tempdir().unwrap();
    let night = folder.path().join("night");
    std::fs::create_dir(&night).unwrap();
    star_cubes::write(&night.join("a.fits"), true, 1);
    star_cubes::write(&night.join("b.fits"), false, 2);
    let mut window = InlineWindow::on(&night, &folder.path().join("night.destello"));
    let mut save = |filter: &str, name: &str| {
        window.filter(filter);
        window.act(Action::SavePhotometry);
        assert_eq!(window.dialogs, [PickFor::SavePhotometry]);
        let out = folder.path().join(name);
        window.answer_dialogs(&out);
        window.settle();
        (window.toast().to_owned(), out)
    };
    let (toast, out) = save("id:a", "a.csv");
    let expected = format!(
        "{EPOCHS} epochs of 1 candidate written to {}",
        out.display()
    );
    assert_eq!(toast, expected);
    let table = csv(&out);
    assert_eq!(table.1.len(), EPOCHS);
    assert!(table.1.iter().all(|row| row[0] == "a"));
    let (toast, out) = save("", "both.csv");
    let uncalibrated = format!("{EPOCHS} of {} epochs have no zero point", 2 * EPOCHS);
    assert!(toast.contains(&uncalibrated), "{toast}");
    assert_eq!(csv(&out).1.len(), 2 * EPOCHS);
    let (toast, out) = save("", "both.doc");
    assert!(toast.contains("the ending should be"), "{toast}");
    assert!(!out.exists());
}
