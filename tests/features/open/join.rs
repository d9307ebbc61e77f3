//! A table that is joined: its columns stand beside the stamp, filter and sort.

use std::fs;

use destello::{
    window::command::{Command, Session},
    workspace::action::Action,
};

use crate::common::{InlineWindow, PlacedSet, StampSet};

#[test]
fn columns_of_a_joined_table_filter_and_sort() {
    let set = StampSet::new();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    let all = window.queue().len();
    let table = set.beside("gaia.csv");
    fs::write(
        &table,
        "source,plx,kind\nhits02,0.5,star\nhits05,7.5,qso\nnone,1,x\n",
    )
    .unwrap();
    window.apply(Command::Session(Session::Join(table.clone())));
    window.settle();
    assert!(
        window.toast().contains("2 of") && window.toast().contains("identifiers in source"),
        "{}",
        window.toast()
    );
    window.filter("gaia.plx>1");
    assert_eq!(window.queue(), ["hits05"]);
    window.filter("kind:star");
    assert_eq!(window.queue(), ["hits02"]);
    window.filter("");
    assert_eq!(window.queue().len(), all);
    let names = window.state.shared.field_names();
    assert!(names.iter().any(|name| &**name == "gaia.plx"), "{names:?}");
    window.filter("parallax>1");
    let unknown = window.state.shared.queue.unknown_column();
    assert_eq!(unknown.map(|name| &**name), Some("parallax"));
    window.filter("plx>1");
    assert_eq!(window.state.shared.queue.unknown_column(), None);
    window.filter("");
    // A table of something else changes nothing.
    fs::write(&table, "a,b\n1,2\n").unwrap();
    window.apply(Command::Session(Session::Join(table)));
    window.settle();
    assert!(
        window.toast().contains("names a candidate"),
        "{}",
        window.toast()
    );
}

#[test]
fn the_settings_have_the_radius_of_a_join_by_position() {
    let set = PlacedSet::new(&[
        ("near", Some([150.0, 20.0])),
        ("far", Some([150.0, 20.001])),
    ]);
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    // 3 and 0.6 arcseconds away; the identifiers are those of the set.
    let text = "id,ra,dec,plx\nfar,150.0,20.0008333,1\nnear,150.0,20.0008333,2\n";
    for (name, radius, filter, kept) in [
        ("names", None, "names.plx:2", "near"),
        ("places", Some(1.0), "places.sep_arcsec>0", "far"),
    ] {
        let table = set.beside(&format!("{name}.csv"));
        fs::write(&table, text).unwrap();
        let mut settings = window.state.shared.settings.clone();
        settings.join_radius_arcsec = radius;
        window.apply(Command::Session(Session::Settings(Box::new(settings))));
        window.apply(Command::Session(Session::Join(table)));
        window.settle();
        window.filter(filter);
        assert_eq!(window.queue(), [kept], "{name}: {}", window.toast());
    }
}

#[test]
fn joined_tables_come_back_with_the_project() {
    let set = StampSet::new();
    let project = set.beside("night.destello");
    let table = set.beside("gaia.csv");
    let open = || {
        let mut window = InlineWindow::on(&set.path(), &project);
        window.settle();
        window
    };
    let lines = |window: &InlineWindow| {
        let problems = window.state.shared.problems.iter();
        problems.map(ToString::to_string).collect::<Vec<_>>()
    };
    fs::write(&table, "source,plx\nhits02,0.5\nhits05,7.5\n").unwrap();
    let mut window = open();
    window.apply(Command::Session(Session::Join(table.clone())));
    window.settle();
    window.close();

    let mut window = open();
    assert_eq!(lines(&window), [""; 0]);
    window.filter("gaia.plx>1");
    assert_eq!(window.queue(), ["hits05"]);
    window.filter("");
    window.close();

    fs::write(&table, "source,plx\nhits02,9.5\nhits05,0.5\n").unwrap();
    let mut window = open();
    let problems = lines(&window);
    assert!(
        problems.len() == 1
            && problems[0].contains("gaia.csv")
            && problems[0].contains("was changed"),
        "{problems:?}"
    );
    window.filter("gaia.plx>1");
    assert_eq!(window.queue(), ["hits02"]);
    window.filter("");
    window.close();
    let window = open();
    assert_eq!(lines(&window), [""; 0], "what it holds now is known");
    window.close();

    let elsewhere = set.beside("elsewhere.csv");
    fs::rename(&table, &elsewhere).unwrap();
    let mut window = open();
    let problems = lines(&window);
    assert!(
        problems.len() == 1
            && problems[0].contains("gaia.csv")
            && problems[0].contains("not joined"),
        "{problems:?}"
    );
    assert_eq!(window.queue().len(), 6, "nothing else breaks");
    window.filter("gaia.plx>1");
    assert_eq!(
        window
            .state
            .shared
            .queue
            .unknown_column()
            .map(|name| &**name),
        Some("gaia.plx")
    );
    window.filter("");
    window.close();
    fs::rename(&elsewhere, &table).unwrap();
    let mut window = open();
    window.filter("gaia.plx>1");
    assert_eq!(window.queue(), ["hits02"], "it has come back");

    window.filter("");
    window.act(Action::UnjoinTables);
    window.settle();
    window.filter("gaia.plx>1");
    assert!(window.state.shared.queue.unknown_column().is_some());
    window.filter("");
    window.close();
    let mut window = open();
    window.filter("gaia.plx>1");
    assert!(window.state.shared.queue.unknown_column().is_some());
}
