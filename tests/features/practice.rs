//! Practice: answers that are judged at once and never become labels, the score beside the model's, the certificate.

use std::{fs, sync::Arc};

use crate::common::{BOGUS, InlineWindow, PlacedSet, REAL, simulated::ThreeKinds};
use destello::{
    features::{practice::state::PracticeCommand, simulation::simulator::simulator_of},
    window::command::{Command, Label},
    workspace::{
        action::Action,
        pick::PickFor,
        screen::{Pane, Screen},
    },
};

/// The class of a candidate, by its kind.
fn class(set: &ThreeKinds, id: &str) -> usize {
    if set.of[id] == "hostless" {
        REAL
    } else {
        BOGUS
    }
}

fn practise(window: &mut InlineWindow, command: PracticeCommand) {
    window.apply(Command::Practice(command));
}

#[test]
fn answers_are_judged_at_once_and_never_become_labels() {
    let set = ThreeKinds::new(24, 13);
    let mut window = set.window();
    let whole = window.queue().len();
    practise(&mut window, PracticeCommand::Start);
    let [.., all] = window.state.practice.counts();
    // Kinds come by chance; of each class there are as many as there are of the rarer one, then the rest.
    assert_eq!((all, window.queue().len(), whole), (24, 24, 24));
    assert_eq!(window.state.shared.screen, Screen::Inspect);
    assert!(window.state.shared.is_blind());
    for number in 0..all {
        let id = window.here().to_owned();
        let shared = &window.state.shared;
        assert!(window.state.practice.is_asked(shared), "{id}");
        assert_eq!(window.state.practice.feedback(shared), None);
        let (truth, is_right) = (class(&set, &id), number >= 3);
        window.label(if is_right { truth } else { 1 - truth });
        let shared = &window.state.shared;
        let feedback = window.state.practice.feedback(shared).unwrap();
        assert_eq!(feedback.question.kind.as_deref(), Some(&*set.of[&id]));
        assert_eq!(&*feedback.question.source, "by the file");
        assert_eq!(feedback.answered.unwrap().is_right(), is_right);
        // The first answer counts.
        window.label(truth);
        assert_eq!(window.toast(), "answered already: → goes to the next");
        assert_eq!(window.here(), id);
        window.act(Action::NextCandidate);
    }
    // After the last one it is over.
    assert!(!window.state.practice.is_asking() && !window.state.shared.is_blind());
    assert!(window.state.shared.panes.contains(&Pane::Practice));
    let result = window.state.practice.result().unwrap();
    let person = result.person();
    assert_eq!((person.alike(), person.total()), (21, 24));
    // The model was asked about the very same.
    assert_eq!(result.model().total(), 24);
    let kinds = result.by_kind();
    let sum = |at: usize| kinds.iter().map(|kind| kind.person[at]).sum::<u64>();
    assert_eq!((kinds.len(), sum(0), sum(1)), (3, 21, 24));
    assert_eq!(window.queue().len(), whole);
    assert!(window.state.shared.book.events().is_empty());
    let window = window.restart();
    assert!(window.state.shared.book.events().is_empty());
}

#[test]
fn the_filter_from_before_is_set_again_afterwards() {
    let set = ThreeKinds::new(24, 13);
    let mut window = set.window();
    let first = window.queue()[0].to_owned();
    let line = format!("id:{first}");
    window.filter(&line);
    assert_eq!(window.queue(), [&*first]);
    practise(&mut window, PracticeCommand::Start);
    assert_eq!(window.queue().len(), 24);
    window.label(REAL);
    practise(&mut window, PracticeCommand::End);
    assert_eq!(window.state.shared.queue.spec().filter, line);
    assert_eq!((window.queue(), window.here()), (vec![&*first], &*first));
}

#[test]
fn labels_are_hidden_and_none_is_given_meanwhile() {
    let set = ThreeKinds::new(24, 13);
    let mut window = set.window();
    let ids: Vec<String> = window.queue().into_iter().map(Into::into).collect();
    for id in &ids[..12] {
        window.go_to(id);
        window.label(class(&set, id));
    }
    let before = window.state.shared.book.events().len();
    practise(&mut window, PracticeCommand::Start);
    let is_labelled = |window: &InlineWindow| {
        let shared = &window.state.shared;
        let mut all = shared.catalogue.iter();
        all.any(|(_, candidate)| shared.label_on_screen(candidate).is_labelled())
    };
    assert!(!is_labelled(&window));
    // Passed over, an answer is not counted; the truth is shown then.
    window.act(Action::Unsure);
    assert_eq!(window.state.practice.counts(), [0, 0, 1, 24]);
    let shared = &window.state.shared;
    assert!(
        window
            .state
            .practice
            .feedback(shared)
            .unwrap()
            .answered
            .is_none()
    );
    window.act(Action::NextCandidate);
    let note = Label::Note {
        candidate: window.state.shared.place.candidate.unwrap(),
        text: "a thought".into(),
    };
    window.apply(Command::Label(note));
    for action in [
        Action::Flag,
        Action::Undo,
        Action::ClearLabel,
        Action::RepeatCheck,
    ] {
        window.act(action);
        assert_eq!(
            window.toast(),
            "not during a practice: end it first (Alt+P)"
        );
    }
    window.act(Action::SelectAll);
    window.act(Action::Mosaic);
    window.label(REAL);
    assert_eq!(window.toast(), "the practice is in Inspect (Enter)");
    window.act(Action::Inspect);
    window.label(REAL);
    assert_eq!(window.state.practice.counts()[0], 1);
    assert_eq!(window.state.shared.book.events().len(), before);
    practise(&mut window, PracticeCommand::End);
    assert!(is_labelled(&window));
    assert_eq!(window.state.practice.result().unwrap().passed, 1);
    // Labels are given again.
    window.go_to(&ids[20]);
    window.label(REAL);
    assert_eq!(window.state.shared.book.events().len(), before + 1);
    // Another set ends a practice.
    practise(&mut window, PracticeCommand::Start);
    window.act(Action::CloseSet);
    assert!(!window.state.practice.is_asking() && !window.state.shared.is_blind());
}

#[test]
fn the_certificate_has_the_figures_and_the_stamps_of_what_was_wrong() {
    let set = ThreeKinds::new(24, 13);
    let mut window = set.window();
    practise(&mut window, PracticeCommand::Certificate);
    assert!(window.dialogs.is_empty());
    practise(&mut window, PracticeCommand::Start);
    let wrong = window.here().to_owned();
    for is_right in [false, true, true, true] {
        let truth = class(&set, window.here());
        window.label(if is_right { truth } else { 1 - truth });
        window.act(Action::NextCandidate);
    }
    practise(&mut window, PracticeCommand::End);
    practise(&mut window, PracticeCommand::Certificate);
    assert_eq!(window.dialogs, [PickFor::Certificate]);
    let page = set.beside("ana.html");
    window.answer_dialogs(&page);
    window.wait_until(|window| window.toast().starts_with("certificate written to "));
    let text = fs::read_to_string(page).unwrap();
    for part in [
        "Certificate of agreement: ana",
        "3 of 4 right",
        "<th>answered<td>4",
        "<th>set<td>night",
        &format!("<b>{wrong}</b>"),
        &format!("({})", set.of[&wrong]),
    ] {
        assert!(text.contains(part), "{part}");
    }
    // Science, reference and difference of the one that was wrong, and nothing from elsewhere.
    assert_eq!(text.matches("<img ").count(), 3);
    assert!(!text.contains("http"));
}

#[test]
fn without_truths_a_set_is_simulated() {
    let set = PlacedSet::with_a_pair();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    let cache = tempfile::tempdir().unwrap();
    window.simulate_by(Arc::new(simulator_of), cache.path().join("demo"));
    window.context.usual_project = Some(cache.path().join("practice.destello"));
    practise(&mut window, PracticeCommand::Start);
    assert!(!window.state.practice.is_asking());
    practise(&mut window, PracticeCommand::Simulate);
    window.wait_until(|window| window.state.practice.is_asking());
    assert_eq!(window.state.practice.counts(), [0, 0, 0, 40]);
    let name = window.state.shared.project.paths[0].file_name().unwrap();
    assert!(name.to_string_lossy().starts_with("practice-"));
    // As many of both.
    let mut answered = [0, 0];
    while window.state.practice.is_asking() {
        window.label(REAL);
        let shared = &window.state.shared;
        let feedback = window.state.practice.feedback(shared).unwrap();
        answered[feedback.question.truth] += 1;
        window.act(Action::NextCandidate);
    }
    assert_eq!(answered, [20, 20]);
    // Who calls all of them real agrees by chance.
    let kappa = window.state.practice.result().unwrap().person().kappa();
    assert!(kappa.unwrap().value.abs() < 1e-12);
}
