//! A clock that is set back, far back, or wrong from the start.

use destello::{
    domain::Timestamp,
    window::command::{Command, QueueCommand},
    workspace::action::Action,
};

use crate::common::{
    BOGUS, InlineWindow, REAL, StampSet,
    on_disk::{agree, events},
};

const DAY_US: i64 = 86_400_000_000;

#[test]
fn labels_and_undo_keep_their_order_when_the_clock_goes_back() {
    let set = StampSet::new();
    let project = set.beside("night.destello");
    let mut window = InlineWindow::on(&set.path(), &project);
    let start = window.now();
    window.label(REAL);
    window.go_to("hits01");
    for at in [start.0 - DAY_US, 0, -DAY_US, i64::MIN / 4, i64::MAX / 4] {
        window.set_clock(Timestamp(at));
        window.go_to("hits01");
        // The same moment on another clock, then back on ours.
        window.label(BOGUS);
        window.set_clock(start);
        window.go_to("hits01");
        window.label(REAL);
        assert_eq!(
            window.classes(&["hits01"]),
            ["real"],
            "{at}: the last one counts"
        );
        window.act(Action::Undo);
        assert_eq!(window.classes(&["hits01"]), ["bogus"], "{at}");
        window.act(Action::Undo);
        assert_eq!(window.classes(&["hits01"]), ["real"], "{at}");
        window.act(Action::Redo);
        window.act(Action::Redo);
        window.act(Action::Undo);
        window.act(Action::Undo);
    }
    assert!(agree(&window, &project));
    window.close();
    // No time on the screen is invented: where the clock went back there is none.
    let day_ms = 86_400_000;
    let all = events(&project);
    let dwell = all.iter().filter_map(|event| event.dwell_ms);
    assert!(dwell.clone().count() > 0);
    assert!(
        dwell.clone().all(|ms| ms < day_ms),
        "{:?}",
        dwell.collect::<Vec<_>>()
    );
}

#[test]
fn what_waits_for_time_to_pass_does_not_wait_for_the_old_clock() {
    let set = StampSet::new();
    let project = set.beside("night.destello");
    let mut window = InlineWindow::on(&set.path(), &project);
    window.label(REAL);
    window.set_clock(Timestamp(window.now().0 - DAY_US));
    window.apply(Command::Queue(QueueCommand::Filter("label:none".into())));
    assert_eq!(window.queue().len(), 5);
    // A refusal of before the change is no first request.
    window.act(Action::Quit);
    assert!(window.has_quit, "everything is on disk");
}
