//! A team on one project: who judges what, blind to each other; how far everybody is; projects of others merged.

use std::{fs, path::Path};

use destello::{
    domain::{LabelEvent, Timestamp},
    store::Project,
    window::command::{Command, Label, TeamCommand},
    workspace::{action::Action, settings::Settings},
};

use crate::common::{BOGUS, InlineWindow, REAL, StampSet, events::set};

const SECOND_US: i64 = 1_000_000;

fn window(set: &StampSet, person: &str, project: &Path) -> InlineWindow {
    let mut window = InlineWindow::new(Settings::default(), person, None);
    window.open(&[set.path()], project);
    window
}

fn assign(window: &mut InlineWindow, people: &str, judges: usize) {
    window.apply(Command::Team(TeamCommand::People(people.into())));
    window.apply(Command::Team(TeamCommand::Judges(judges)));
    window.apply(Command::Team(TeamCommand::Assign));
}

/// Waits until as many events are known.
fn wait_for(window: &mut InlineWindow, events: usize) {
    window.wait_until(|window| window.state.shared.book.events().len() == events);
}

fn judge(window: &mut InlineWindow, id: &str, class: usize) {
    window.go_to(id);
    window.label(class);
}

#[test]
fn who_is_to_judge_a_candidate_sees_no_label_of_others_before() {
    let set = StampSet::new();
    let project = set.beside("night.destello");
    let mut ana = window(&set, "ana", &project);
    let mut ben = window(&set, "ben", &project);
    assign(&mut ana, "ben, ana", 2);
    assert_eq!(ana.toast(), "2 of 2 people judge each candidate: ana, ben");
    ana.go_to("hits02");
    ana.act(Action::Flag);
    judge(&mut ana, "hits01", REAL);
    wait_for(&mut ben, 3);

    // Neither the label nor the flag can be seen, filtered or sorted by.
    assert_eq!(ana.classes(&["hits01"]), ["real"]);
    assert_eq!(ben.classes(&["hits01"]), ["-"]);
    assert_eq!(ben.state.shared.book.history("hits01").count(), 0);
    for line in ["label:real", "state:labelled", "flag=1", "conflict>=0"] {
        ben.filter(line);
        assert_eq!(ben.queue(), [""; 0], "{line}");
    }
    ben.filter("assigned label:none");
    assert_eq!(ben.queue().len(), 6);
    ben.filter("");
    assert_eq!(ben.state.shared.labelled(), 0);
    ben.act(Action::LastCandidate);
    ben.act(Action::NextUnlabelled);
    assert_eq!(ben.here(), "hits01", "it waits for Ben");
    // A file has the labels of everybody.
    let table = set.beside("labels.csv");
    ben.act(Action::ExportLabels);
    ben.wait_until(|ben| !ben.dialogs.is_empty());
    ben.answer_dialogs(&table);
    ben.wait_until(|ben| ben.toast().contains("written to"));
    let rows = fs::read_to_string(&table).unwrap();
    assert!(rows.contains("real") && rows.contains("ana"), "{rows}");

    // Once Ben has judged, he sees both, and so does Ana.
    judge(&mut ben, "hits01", BOGUS);
    assert_eq!(ben.state.shared.book.history("hits01").count(), 2);
    ben.filter("conflict=1");
    assert_eq!(ben.queue(), ["hits01"]);
    ben.filter("");
    wait_for(&mut ana, 4);
    assert_eq!(ana.classes(&["hits01"]), ["bogus"]);
    // Taken back, what Ana said is hidden again.
    ben.act(Action::Undo);
    assert_eq!(ben.classes(&["hits01"]), ["-"]);
    assert_eq!(ben.state.shared.labelled(), 0);
    // It is hidden after a restart too, and from no one to whom it is not assigned.
    let mut ben = ben.restart();
    assert_eq!(ben.classes(&["hits01"]), ["-"]);
    ben.state.shared.settings.annotator = "cleo".into();
    ben.poll();
    assert_eq!(ben.classes(&["hits01"]), ["real"]);
    assert_eq!(ben.state.shared.labelled(), 1);
    ben.filter("assigned");
    assert_eq!(ben.queue(), [""; 0]);
    ben.filter("assigned:ana flag=1");
    assert_eq!(ben.queue(), ["hits02"]);
    ana.close();
    ben.close();
}

#[test]
fn a_list_is_made_anew_when_labels_become_hidden() {
    let set = StampSet::new();
    let project = set.beside("night.destello");
    let mut ana = window(&set, "ana", &project);
    let mut ben = window(&set, "ben", &project);
    judge(&mut ana, "hits01", REAL);
    wait_for(&mut ben, 1);
    ben.filter("label:real");
    assert_eq!(ben.queue(), ["hits01"]);
    ben.go_to("hits01");
    // An assignment that comes from elsewhere hides the label, and the list must not show whose it is.
    assign(&mut ana, "ana,ben", 2);
    wait_for(&mut ben, 2);
    ben.poll();
    assert_eq!(ben.queue(), [""; 0]);
    assert!(ben.state.shared.place.candidate.is_none());
    // Cleo is to judge none: she sees it, and Ben after her does not.
    ben.state.shared.settings.annotator = "cleo".into();
    ben.poll();
    assert_eq!(ben.queue(), ["hits01"]);
    ben.state.shared.settings.annotator = "ben".into();
    ben.poll();
    assert_eq!(ben.queue(), [""; 0]);
    ana.close();
    ben.close();
}

#[test]
fn what_is_not_seen_is_not_taken_away() {
    let set = StampSet::new();
    let project = set.beside("night.destello");
    let mut ana = window(&set, "ana", &project);
    let mut ben = window(&set, "ben", &project);
    assign(&mut ana, "ana,ben", 2);
    judge(&mut ana, "hits01", REAL);
    ana.go_to("hits01");
    let candidate = ana.state.shared.place.candidate.unwrap();
    let note = |text: &str| {
        Command::Label(Label::Note {
            candidate,
            text: text.into(),
        })
    };
    ana.apply(note("a dipole"));
    wait_for(&mut ben, 3);
    // Neither what others gave nor what no one gave: the answer is the same.
    for id in ["hits01", "hits02"] {
        ben.go_to(id);
        ben.act(Action::ClearLabel);
        let words = ben.toast().to_owned();
        assert!(
            words.starts_with("1 candidate passed over"),
            "{id}: {words}"
        );
    }
    ben.go_to("hits01");
    ben.apply(note(" "));
    assert!(ben.toast().contains("nothing of yours"), "{}", ben.toast());
    assert_eq!(ben.state.shared.book.events().len(), 3);
    assert_eq!(ana.classes(&["hits01"]), ["real"]);
    // What is Ben's he can take off, and once he has judged he sees and clears what there is.
    ben.act(Action::Flag);
    ben.act(Action::Flag);
    assert_eq!(ben.toast(), "flag taken off: hits01");
    judge(&mut ben, "hits01", BOGUS);
    let state = ben.state.shared.book.state("hits01");
    assert_eq!(state.note.as_deref(), Some("a dipole"));
    ben.go_to("hits01");
    ben.act(Action::ClearLabel);
    wait_for(&mut ana, 7);
    assert_eq!(ana.classes(&["hits01"]), ["-"]);
    ana.close();
    ben.close();
}

#[test]
fn an_assignment_can_be_changed_and_ended_and_no_label_is_lost() {
    let set = StampSet::new();
    let project = set.beside("night.destello");
    let mut ana = window(&set, "ana", &project);
    ana.filter("assigned");
    let hint = ana.state.shared.filter_hint().unwrap();
    assert!(hint.contains("assigned to anybody"), "{hint}");
    ana.filter("");
    assign(&mut ana, "ana", 2);
    let why = ana.state.team.assign_fault().unwrap();
    assert!(why.contains("1 is named"), "{why}");
    assert!(ana.state.shared.book.assignment().is_none());

    // By the rule five of the six are Ana's: see the tests of the rule.
    assign(&mut ana, "ana,ben", 1);
    ana.filter("assigned");
    assert_eq!(
        ana.queue(),
        ["hits01", "hits02", "hits03", "hits04", "hits06"]
    );
    ana.filter("assigned:ben");
    assert_eq!(ana.queue(), ["hits05"]);
    ana.filter("");
    judge(&mut ana, "hits01", REAL);
    // Ana leaves: what she judged stays, and all is Ben's.
    assign(&mut ana, "ben", 1);
    ana.filter("not assigned:ben");
    assert_eq!(ana.queue(), [""; 0]);
    assert_eq!(ana.classes(&["hits01"]), ["real"]);
    // An assignment is none of her steps.
    ana.act(Action::Undo);
    assert_eq!(ana.classes(&["hits01"]), ["-"]);
    ana.act(Action::Redo);
    ana.apply(Command::Team(TeamCommand::Unassign));
    assert!(
        ana.toast().contains("no candidate is assigned"),
        "{}",
        ana.toast()
    );
    assert!(ana.state.shared.book.assignment().is_none());
    let ana = ana.restart();
    assert_eq!(ana.classes(&["hits01"]), ["real"]);
    assert!(ana.state.shared.book.assignment().is_none());
    ana.close();
}

#[test]
fn how_far_everybody_is_is_counted_as_labels_come_in() {
    let set = StampSet::new();
    let project = set.beside("night.destello");
    let mut ana = window(&set, "ana", &project);
    let mut ben = window(&set, "ben", &project);
    assign(&mut ana, "ana,ben", 2);
    wait_for(&mut ben, 1);
    ben.act(Action::Team);
    let words = |window: &InlineWindow| {
        let people = &window.state.team.tally().people;
        ["ana", "ben"].map(|name| people[name].in_words())
    };
    assert_eq!(words(&ben), ["0 of 6 judged", "0 of 6 judged"]);
    for id in ["hits01", "hits02", "hits03", "hits04"] {
        judge(&mut ana, id, if id == "hits04" { BOGUS } else { REAL });
    }
    // Ben sees how far Ana is, and not what she said.
    wait_for(&mut ben, 5);
    ben.set_clock(Timestamp(ben.now().0 + 2 * SECOND_US));
    ben.poll();
    ben.settle();
    assert_eq!(words(&ben), ["4 of 6 judged", "0 of 6 judged"]);
    assert_eq!(ben.state.team.tally().agreement, [""; 0]);
    for id in ["hits01", "hits02", "hits03", "hits04"] {
        judge(&mut ben, id, if id == "hits01" { REAL } else { BOGUS });
    }
    ben.set_clock(Timestamp(ben.now().0 + 2 * SECOND_US));
    ben.poll();
    ben.settle();
    let tally = ben.state.team.tally();
    assert_eq!(
        tally.in_words(),
        "4 of 6 candidates have 2 judgements or more; people contradict each other on 2 candidates"
    );
    assert!(
        tally.agreement[0].starts_with("ana and ben: 2 of 4 alike, Cohen's kappa 0."),
        "{:?}",
        tally.agreement
    );
    // His own share, of which he has judged four.
    ben.apply(Command::Team(TeamCommand::ShowOwn));
    assert_eq!(ben.queue(), ["hits05", "hits06"]);
    ana.close();
    ben.close();
}

/// A project of Ben's with one label, made elsewhere.
fn project_of_ben(file: &Path) {
    let mut project = Project::open_or_create(file).unwrap();
    let step = project.step_ids().unwrap().next_step();
    let event = LabelEvent {
        step,
        annotator: "ben".into(),
        ..set(0, "hits01", "bogus")
    };
    project.append(&[event]).unwrap();
}

#[test]
fn a_project_of_somebody_else_is_merged_into_the_open_one() {
    let set = StampSet::new();
    let project = set.beside("night.destello");
    let theirs = set.beside("ben.destello");
    project_of_ben(&theirs);
    let mut ana = window(&set, "ana", &project);
    // Later than Ben's: hers is the candidate's label.
    ana.set_clock(Timestamp(crate::common::events::TIME_US + 60 * SECOND_US));
    judge(&mut ana, "hits01", REAL);
    let merge = |ana: &mut InlineWindow, file: &Path| {
        ana.act(Action::MergeProjects);
        ana.wait_until(|ana| !ana.dialogs.is_empty());
        ana.answer_dialogs(file);
        ana.wait_until(|ana| {
            ana.toast().contains("label events of") || ana.toast().contains("destello project")
        });
        ana.settle();
    };
    merge(&mut ana, &theirs);
    let words = ana.toast().to_owned();
    assert!(
        words.ends_with(
            "2 label events of 2 people, 1 of them new; people contradict each other on 1 candidate"
        ),
        "{words}"
    );
    wait_for(&mut ana, 2);
    assert_eq!(ana.classes(&["hits01"]), ["real"]);
    ana.filter("conflict=1");
    assert_eq!(ana.queue(), ["hits01"]);
    ana.filter("");
    // Her last step is still hers to take back; then Ben's counts.
    ana.act(Action::Undo);
    assert_eq!(ana.classes(&["hits01"]), ["bogus"]);
    // Again is once, and what is no project changes nothing.
    merge(&mut ana, &theirs);
    assert!(ana.toast().contains("none of them new"), "{}", ana.toast());
    let text = set.beside("notes.txt");
    fs::write(&text, "buy milk").unwrap();
    merge(&mut ana, &text);
    assert!(
        ana.toast().contains("not a destello project"),
        "{}",
        ana.toast()
    );
    assert_eq!(ana.state.shared.book.events().len(), 3);
    ana.close();
}
