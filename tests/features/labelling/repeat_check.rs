//! A repeat check: candidates are judged again without the first label, in the window and afterwards.

use destello::{domain::Origin, workspace::action::Action};

use crate::common::{
    BOGUS, InlineWindow, REAL, Sky,
    program::{finished, program},
};

/// The labels of the candidates on screen, as the window may show them.
fn shown(window: &InlineWindow, id: &str) -> Vec<String> {
    let candidate = window.state.shared.catalogue.get(window.ix(id)).unwrap();
    let label = window.state.shared.label_on_screen(candidate);
    label.classes.iter().map(ToString::to_string).collect()
}

#[test]
fn who_judges_again_does_not_see_the_first_label() {
    let sky = Sky::new(12);
    let project = sky.beside("night.destello");
    let mut window = InlineWindow::on(&sky.path(), &project);
    let ids: Vec<String> = window.queue().iter().map(ToString::to_string).collect();
    window.act(Action::RepeatCheck);
    assert!(
        window.toast().contains("needs 5 labels"),
        "{}",
        window.toast()
    );
    for id in &ids[..6] {
        window.go_to(id);
        window.label(REAL);
    }
    // A filter that says what they are would tell.
    window.filter("label:real");
    window.act(Action::RepeatCheck);
    let mut again: Vec<String> = window.queue().iter().map(ToString::to_string).collect();
    again.sort();
    let mut expected = ids[..6].to_vec();
    expected.sort();
    assert_eq!(again, expected);
    assert!(
        shown(&window, &ids[0]).is_empty(),
        "the first label is hidden"
    );
    assert_eq!(window.labels(&ids[0]).classes.len(), 1, "and still there");
    for (at, id) in ids[..6].iter().enumerate() {
        window.go_to(id);
        match at {
            0 => window.label(BOGUS),
            1 => window.act(Action::Unsure),
            _ => window.label(REAL),
        }
        if at == 0 {
            assert_eq!(shown(&window, id), ["bogus"]);
            assert_eq!(window.state.shared.repeat_check.left(), 5);
        }
    }
    let said = window.toast().to_owned();
    assert!(said.contains("4 of 6 judged again as before"), "{said}");
    // Another set has nothing to do with it.
    window.act(Action::RepeatCheck);
    assert_eq!(window.state.shared.repeat_check.left(), 5);
    window.open(&[sky.path()], &project);
    assert_eq!(window.state.shared.repeat_check.left(), 0);
    // The journal knows which words were second ones.
    let window = window.restart();
    let events = window.state.shared.book.events().iter();
    let repeats = events.filter(|event| event.origin == Origin::Repeat);
    assert_eq!(repeats.count(), 6);
    assert!(
        window
            .state
            .shared
            .repeats_in_words()
            .unwrap()
            .contains("4 of 6")
    );
    window.close();
    let mut agreement = program();
    agreement.args(["label", "agreement", "--project"]);
    let said = finished(agreement.arg(&project));
    assert!(said.contains("4 of 6 as before"), "{said}");
}
