//! What stands side by side: the selection, epochs of one candidate, or those that come next.

use crate::common::{InlineWindow, PlacedSet, StampSet};
use destello::{
    domain::Role,
    features::side_by_side::items::{Items, MOST},
    window::command::{Command, Go, Select},
    workspace::{action::Action, screen::Pane},
};

fn ids(window: &InlineWindow, items: &Items) -> Vec<String> {
    let id = |(ix, _): &(destello::domain::CandidateIx, usize)| {
        window
            .state
            .shared
            .catalogue
            .get(*ix)
            .unwrap()
            .id
            .to_string()
    };
    items.columns.iter().map(id).collect()
}

#[test]
fn the_selection_stands_side_by_side_in_the_order_of_the_list() {
    let names: Vec<String> = (1..=9).map(|number| format!("c{number}")).collect();
    let places: Vec<_> = names.iter().map(|id| (&**id, Some([10.0, 41.0]))).collect();
    let set = PlacedSet::new(&places);
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    window.act(Action::SideBySide);
    assert!(window.state.shared.panes.contains(&Pane::SideBySide));
    // Nothing is selected, and candidates have one epoch each: this one and those after it.
    window.go_to("c3");
    let items = Items::of(&window.state.shared);
    assert_eq!(ids(&window, &items), ["c3", "c4", "c5", "c6"]);
    for id in ["c7", "c2"] {
        let ix = window.ix(id);
        window.apply(Command::Select(Select::Toggle(ix)));
    }
    let items = Items::of(&window.state.shared);
    assert_eq!(ids(&window, &items), ["c2", "c7"]);
    assert_eq!(items.title, "2 candidates selected");
    window.act(Action::SelectAll);
    let items = Items::of(&window.state.shared);
    assert_eq!(items.columns.len(), MOST);
    assert_eq!(items.title, "the first 6 of 9 selected");
    window.act(Action::SideBySide);
    assert!(!window.state.shared.panes.contains(&Pane::SideBySide));
}

#[test]
fn epochs_of_one_candidate_stand_about_the_one_on_the_screen() {
    let set = StampSet::new();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    let all = window.state.shared.catalogue.iter();
    let (ix, epochs) = all
        .map(|(ix, candidate)| (ix, candidate.epochs.len()))
        .max_by_key(|(_, epochs)| *epochs)
        .unwrap();
    assert!(epochs > 1);
    let open = false;
    window.apply(Command::Go(Go::To {
        candidate: ix,
        open,
    }));
    window.apply(Command::Go(Go::Epoch(epochs - 1)));
    let items = Items::of(&window.state.shared);
    let shown: Vec<usize> = items.columns.iter().map(|(_, epoch)| *epoch).collect();
    let first = epochs - epochs.min(MOST);
    assert_eq!(shown, (first..epochs).collect::<Vec<_>>());
    assert!(items.columns.iter().all(|(of, _)| *of == ix));
    assert!(
        items
            .roles(&window.state.shared)
            .contains(&Role::Difference)
    );
}
