//! The queue: columns that are computed from what the data give, joined filters, saved views.

use crate::common::{InlineWindow, PlacedSet};
use destello::{
    window::command::{Command, Evaluate, Label, QueueCommand, Session},
    workspace::{
        action::Action,
        queue::{column::Column, order::Shortlist},
        screen::Screen,
    },
};

#[test]
fn the_angle_from_the_galactic_plane_filters_and_sorts() {
    let set = PlacedSet::new(&[
        ("andromeda", Some([10.6847, 41.2688])),
        ("centre", Some([266.405, -28.9362])),
        ("lost", None),
        ("pole", Some([192.8595, 27.1283])),
    ]);
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    for (line, kept) in [
        ("abs_b>20", &["andromeda", "pole"][..]),
        ("ABS_B<1", &["centre"]),
        ("abs_b>21 abs_b<22", &["andromeda"]),
        ("abs_b:none", &["lost"]),
        ("abs_b!=none", &["andromeda", "centre", "pole"]),
    ] {
        window.filter(line);
        assert_eq!(window.queue(), kept, "{line}");
        assert_eq!(window.state.shared.queue.unknown_column(), None, "{line}");
    }
    window.filter("");
    for (is_descending, order) in [
        (false, ["centre", "andromeda", "pole", "lost"]),
        (true, ["pole", "andromeda", "centre", "lost"]),
    ] {
        window.apply(Command::Queue(QueueCommand::Sort {
            column: Column::from_name("abs_b"),
            is_descending,
        }));
        assert_eq!(window.queue(), order);
    }
}

fn four() -> PlacedSet {
    PlacedSet::new(&["andromeda", "centre", "lost", "pole"].map(|id| (id, Some([10.0, 41.0]))))
}

#[test]
fn filters_are_joined_by_or_not_brackets_and_remarks() {
    let set = four();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    window.go_to("lost");
    let candidate = window.ix("lost");
    window.apply(Command::Label(Label::Note {
        candidate,
        text: "host: two stars".into(),
    }));
    for (line, kept) in [
        ("pole or centre", &["centre", "pole"][..]),
        ("not (pole or centre)", &["andromeda", "lost"]),
        ("(pole or lost) not note:none", &["lost"]),
        ("note:\"two stars\" or id:andromeda", &["andromeda", "lost"]),
        ("found:1..2", &["centre", "lost"]),
    ] {
        window.filter(line);
        assert_eq!(window.queue(), kept, "{line}");
    }
    // A line that is not finished keeps the filter before it.
    window.filter("(pole or");
    assert_eq!(window.queue(), ["centre", "lost"]);
    assert!(window.state.shared.queue.fault().is_some());
}

#[test]
fn a_filter_that_keeps_nothing_names_what_there_is() {
    let set = four();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    let no_class = "asteroid is no class of the vocabulary Real or bogus: real, bogus";
    for (line, hint) in [
        ("label:asteroid", Some(no_class)),
        ("label:r", Some("labels call it real: write label:real")),
        ("label:real", None),
        ("id:pol", Some("write id~pol")),
        ("id:pol mag<3 label:none", Some("write id~pol")),
    ] {
        window.filter(line);
        assert!(window.queue().is_empty(), "{line}");
        let found = window.state.shared.filter_hint();
        match hint {
            Some(hint) => assert!(
                found.as_ref().is_some_and(|it| it.contains(hint)),
                "{found:?}"
            ),
            None => assert_eq!(found, None, "{line}"),
        }
    }
    window.filter("id~pol");
    assert_eq!(window.queue(), ["pole"]);
    assert_eq!(window.state.shared.filter_hint(), None);
    // What was typed of a column's name filters no identifier once it is a column.
    for line in ["", "p", "po", "po>"] {
        window.filter(line);
    }
    assert_eq!(window.queue().len(), 4);
    assert!(window.state.shared.queue.fault().is_some());
}

#[test]
fn a_filter_that_is_not_understood_leaves_the_last_good_list_and_quotes_it() {
    let set = four();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    window.filter("pole or lost");
    for (line, cause) in [
        ("foo<3", "foo<3: no candidate has a column foo"),
        ("mag<abc", "\"mag<abc\": abc is not a number"),
        ("mag:abc", "\"mag:abc\": abc is not a number"),
        (
            "epoch>2",
            "epoch>2: no candidate has a column epoch; near to it: epochs",
        ),
        ("pole (lost", "a bracket is not closed"),
    ] {
        window.filter(line);
        assert_eq!(window.queue(), ["lost", "pole"], "{line}");
        let fault = window.state.shared.filter_fault().unwrap();
        assert!(fault.starts_with(cause), "{fault}");
        let quoted = "Until then the list is that of “pole or lost”";
        assert!(fault.ends_with(quoted), "{fault}");
    }
    window.filter("abs_b>0");
    assert_eq!(window.state.shared.filter_fault(), None);
    assert_eq!(window.queue().len(), 4);
}

#[test]
fn a_saved_view_comes_back_by_its_key_in_every_set() {
    let set = four();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    window.act(Action::View1);
    let toast = window.state.shared.toast.as_ref().unwrap();
    assert!(toast.text.contains("no saved view 1"), "{}", toast.text);
    window.filter("pole or lost");
    window.apply(Command::Queue(QueueCommand::Sort {
        column: Column::Id,
        is_descending: true,
    }));
    window.apply(Command::Session(Session::Show(Screen::Mosaic)));
    let mut settings = window.state.shared.settings.clone();
    settings.save_view(window.state.shared.as_view("  two "));
    window.apply(Command::Session(Session::Settings(Box::new(settings))));
    assert_eq!(window.state.shared.view_in_force(), Some(0));
    window.filter("");
    window.act(Action::Inspect);
    assert_eq!(window.state.shared.view_in_force(), None);
    window.act(Action::View1);
    assert_eq!(window.queue(), ["pole", "lost"]);
    assert_eq!(window.state.shared.screen, Screen::Mosaic);
    // The settings that were written are those of the next window.
    let saved = window.saved_settings().unwrap();
    let [view] = &saved.views[..] else {
        panic!("{:?}", saved.views);
    };
    assert_eq!((&*view.name, &*view.queue.filter), ("two", "pole or lost"));
    // The same name takes the place of the view.
    window.filter("centre");
    let mut settings = window.state.shared.settings.clone();
    settings.save_view(window.state.shared.as_view("two"));
    assert_eq!(settings.views.len(), 1);
    assert_eq!(settings.views[0].queue.filter, "centre");
}

#[test]
fn the_order_of_a_shortlist_is_over_with_it_also_after_a_restart() {
    let set = four();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    let sort = |column: Column, is_descending| {
        Command::Queue(QueueCommand::Sort {
            column,
            is_descending,
        })
    };
    let look_at_two = |window: &mut InlineWindow| {
        let candidates = ["centre", "lost"].map(|id| (window.ix(id), 0_usize)).into();
        window.apply(Command::Evaluate(Evaluate::Open(Shortlist {
            title: "2 decisions changed".into(),
            candidates,
            sort: Some((Column::Disagreement, true)),
            ..Shortlist::default()
        })));
        window.go_to("lost");
        assert_eq!(window.queue().len(), 2);
        let spec = window.state.shared.queue.spec();
        assert_eq!(spec.column, Column::Disagreement);
    };
    window.apply(sort(Column::Id, true));
    look_at_two(&mut window);
    let mut window = window.restart();
    assert_eq!(window.queue(), ["pole", "lost", "centre", "andromeda"]);
    assert_eq!(window.here(), "lost");
    let spec = window.state.shared.queue.spec();
    assert_eq!((&spec.column, spec.is_descending), (&Column::Id, true));
    // What a person has chosen meanwhile stays.
    look_at_two(&mut window);
    window.apply(sort(Column::Found, false));
    let window = window.restart();
    assert_eq!(window.queue(), ["andromeda", "centre", "lost", "pole"]);
}
