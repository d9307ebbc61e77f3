//! A key acts on what the person sees, or on nothing; text is text.

use egui::{Event, Key, Modifiers};

use super::{
    NONE,
    harness::{View, click, click_at, press, rect_of, rest, shows, type_text},
    opened, window,
};
use destello::{
    window::command::{Command, Go, QueueCommand, Session},
    workspace::{action::Action, screen::Screen},
};

/// Events of one frame, as a slow machine gets them: letters as a keyboard sends them, then a key.
fn at_once(view: &mut View, text: &str, last: Key) -> Vec<String> {
    let press = |key, pressed| Event::Key {
        key,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers: Modifiers::NONE,
    };
    let mut events = Vec::new();
    for letter in text.chars() {
        let name = if letter == ' ' {
            "Space".into()
        } else {
            letter.to_ascii_uppercase().to_string()
        };
        let key = Key::from_name(&name).expect("a key of that name");
        events.extend([
            press(key, true),
            Event::Text(letter.into()),
            press(key, false),
        ]);
    }
    events.extend([press(last, true), press(last, false)]);
    view.input_mut().events.extend(events);
    view.step();
    rest(view)
}

fn events(view: &View) -> usize {
    window(view).state.shared.book.events().len()
}

#[test]
fn a_note_that_is_left_by_escape_in_the_same_frame_is_kept_and_runs_no_command() {
    for (last, note) in [(Key::Escape, "blurs s"), (Key::Enter, "blurs 12u")] {
        let (_set, mut view) = opened();
        let before = window(&view).state.shared.display.clone();
        press(&mut view, NONE, Key::E);
        let asked = at_once(&mut view, note, last);
        let wanted = format!("Label(Note {{ candidate: CandidateIx(0), text: \"{note}\" }})");
        assert_eq!(asked, [wanted], "{last:?}");
        assert_eq!(window(&view).labels("hits01").note.as_deref(), Some(note));
        assert_eq!(window(&view).state.shared.display, before);
        assert_eq!(events(&view), 1, "a note, and nothing else");
    }
}

#[test]
fn a_field_that_is_opened_and_filled_in_one_frame_gets_all_of_it() {
    let (_set, mut view) = opened();
    let asked = at_once(&mut view, "efuzzy", Key::Escape);
    assert!(
        asked.iter().any(|text| text.contains("\"fuzzy\"")),
        "{asked:?}"
    );
    assert_eq!(
        window(&view).labels("hits01").note.as_deref(),
        Some("fuzzy")
    );
    assert_eq!(events(&view), 1);
}

#[test]
fn escape_leaves_a_field_and_nothing_else() {
    let (_set, mut view) = opened();
    let some = window(&view).state.shared.queue.order()[..2].to_vec();
    let select = destello::window::command::Select::Add(some);
    view.state_mut().window.apply(Command::Select(select));
    press(&mut view, Modifiers::COMMAND, Key::F);
    assert_eq!(press(&mut view, NONE, Key::Escape), [""; 0]);
    assert_eq!(window(&view).state.shared.selection.len(), 2, "it stays");
    assert_eq!(press(&mut view, NONE, Key::Escape), ["Do(SelectNone)"]);
}

#[test]
fn where_no_candidate_matches_a_class_key_labels_nobody_and_says_so() {
    let (_set, mut view) = opened();
    press(&mut view, Modifiers::COMMAND, Key::F);
    type_text(&mut view, "mag<2");
    press(&mut view, NONE, Key::Enter);
    assert!(shows(&view, "0 of 6 candidates"));
    assert_eq!(window(&view).state.shared.place.candidate, None);
    for key in [Key::Num1, Key::Num2, Key::U, Key::S, Key::F, Key::Num0] {
        press(&mut view, NONE, key);
        assert!(shows(&view, "no candidate matches the filter"), "{key:?}");
        assert_eq!(events(&view), 0, "{key:?}");
    }
    // The first match becomes current.
    press(&mut view, Modifiers::COMMAND, Key::F);
    type_text(&mut view, "mag<19.6");
    press(&mut view, NONE, Key::Enter);
    assert_eq!(window(&view).here(), "hits02");
    press(&mut view, NONE, Key::Num2);
    assert_eq!(window(&view).classes(&["hits01", "hits02"]), ["-", "bogus"]);
}

#[test]
fn a_candidate_outside_of_the_list_is_not_labelled() {
    let (_set, mut view) = opened();
    view.state_mut().window.filter("mag<20");
    let hidden = window(&view).ix("hits01");
    let go = Go::To {
        candidate: hidden,
        open: true,
    };
    view.state_mut().window.apply(Command::Go(go));
    rest(&mut view);
    assert_eq!(window(&view).here(), "hits01", "it may be looked at");
    press(&mut view, NONE, Key::Num1);
    assert_eq!(events(&view), 0);
    assert!(shows(&view, "hits01 is not in this list"));
}

#[test]
fn skip_leaves_a_label_as_it_is_on_screen_in_the_list_and_in_the_book() {
    let (_set, mut view) = opened();
    press(&mut view, NONE, Key::Num1);
    press(&mut view, NONE, Key::ArrowLeft);
    press(&mut view, NONE, Key::S);
    assert!(shows(&view, "passed over: hits01 keeps its label"));
    assert_eq!(window(&view).here(), "hits02");
    assert_eq!(events(&view), 1);
    let labels = window(&view).labels("hits01");
    assert!(labels.is_labelled() && !labels.is_skipped);
    view.state_mut().window.filter("state:skipped");
    assert!(window(&view).queue().is_empty());
    // One that is not labelled is skipped, and a label ends that.
    view.state_mut().window.filter("");
    view.state_mut().window.go_to("hits03");
    rest(&mut view);
    press(&mut view, NONE, Key::S);
    assert!(window(&view).labels("hits03").is_skipped);
    press(&mut view, NONE, Key::ArrowLeft);
    press(&mut view, NONE, Key::Num2);
    let labels = window(&view).labels("hits03");
    assert!(labels.is_labelled() && !labels.is_skipped);
}

#[test]
fn the_rest_of_a_page_is_what_is_whole_unjudged_and_not_flagged() {
    let (_set, mut view) = opened();
    press(&mut view, NONE, Key::F);
    press(&mut view, NONE, Key::ArrowRight);
    press(&mut view, NONE, Key::Num1);
    // So large that the second row is cut off.
    let window_of = &mut view.state_mut().window;
    window_of.apply(Command::Session(Session::MosaicSide(260.0)));
    window_of.apply(Command::Session(Session::Show(Screen::Mosaic)));
    rest(&mut view);
    let whole = window(&view).state.shared.sight.last().whole.len();
    assert!(
        whole < window(&view).state.shared.page.len(),
        "{whole} are whole"
    );
    press(&mut view, NONE, Key::R);
    let state = &window(&view).state;
    let whole = &state.shared.sight.last().whole;
    let selected: Vec<_> = state.shared.selection.iter().collect();
    assert!(!selected.is_empty());
    for ix in &selected {
        assert!(whole.iter().any(|(seen, _)| seen == ix));
        let id = &state.shared.catalogue.get(*ix).unwrap().id;
        assert!(!["hits01", "hits02"].contains(&&**id), "{id}");
    }
    press(&mut view, NONE, Key::Num2);
    assert_eq!(window(&view).state.shared.labelled(), 1 + selected.len());
}

#[test]
fn selected_candidates_that_were_never_seen_stay_selected() {
    let (_set, mut view) = opened();
    let window_of = &mut view.state_mut().window;
    window_of.apply(Command::Session(Session::MosaicSide(260.0)));
    window_of.apply(Command::Session(Session::Show(Screen::Mosaic)));
    rest(&mut view);
    press(&mut view, Modifiers::COMMAND, Key::A);
    assert_eq!(window(&view).state.shared.selection.len(), 6);
    press(&mut view, NONE, Key::Num1);
    let labelled = window(&view).state.shared.labelled();
    assert!((1..6).contains(&labelled), "{labelled}");
    assert_eq!(window(&view).state.shared.selection.len(), 6 - labelled);
    assert!(shows(&view, "were not on the screen and stay selected"));
}

#[test]
fn an_unknown_column_is_named_and_all_candidates_come_back_without_the_filter() {
    let (_set, mut view) = opened();
    press(&mut view, Modifiers::COMMAND, Key::F);
    type_text(&mut view, "mga<20");
    assert!(shows(&view, "6 candidates"));
    assert!(shows(
        &view,
        "mga<20: no candidate has a column mga; near to it: mag"
    ));
    assert!(shows(&view, "Until then all are listed"));
    press(&mut view, NONE, Key::Escape);
    press(&mut view, Modifiers::COMMAND, Key::F5);
    assert!(shows(&view, "6 candidates"));
    assert_eq!(window(&view).state.shared.queue.spec().filter, "");
    assert_eq!(window(&view).here(), "hits01");
}

#[test]
fn a_search_begins_anew_each_time() {
    let (_set, mut view) = opened();
    for id in ["hits03", "hits05"] {
        press(&mut view, NONE, Key::Slash);
        type_text(&mut view, id);
        press(&mut view, NONE, Key::Enter);
        assert_eq!(window(&view).here(), id);
    }
}

#[test]
fn keys_that_come_in_one_frame_act_one_after_the_other() {
    let (_set, mut view) = opened();
    let press = |key, pressed| Event::Key {
        key,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers: Modifiers::NONE,
    };
    for key in [Key::Num1, Key::ArrowLeft, Key::Z] {
        view.input_mut()
            .events
            .extend([press(key, true), press(key, false)]);
    }
    view.step();
    let asked = rest(&mut view);
    assert_eq!(asked, ["Label(Class(0))", "Do(PreviousCandidate)"]);
    assert_eq!(window(&view).classes(&["hits01", "hits02"]), ["real", "-"]);
    assert_eq!(window(&view).here(), "hits01");
    assert!(
        view.state().memory.view.camera.zoom > 1.0,
        "the third came last"
    );
}

#[test]
fn doubtful_labels_and_what_to_label_next_begin_with_their_first() {
    let (_set, mut view) = opened();
    click(&mut view, "hits05");
    view.state_mut().window.act(Action::LabelNext);
    rest(&mut view);
    assert_eq!(window(&view).here(), window(&view).queue()[0]);
    let filter = Command::Queue(QueueCommand::Filter("doubt>0".into()));
    view.state_mut().window.apply(filter);
    view.state_mut().window.act(Action::Doubts);
    view.state_mut().window.act(Action::Doubts);
    rest(&mut view);
    let first = window(&view).queue().first().map(ToString::to_string);
    assert_eq!(window(&view).here(), first.as_deref().unwrap_or("nowhere"));
}

#[test]
fn a_pointer_that_rests_on_a_screen_does_not_make_it_look_chosen() {
    let (_set, mut view) = opened();
    let latent = rect_of(&view, "Latent");
    click_at(&mut view, latent.center(), NONE);
    assert_eq!(window(&view).state.shared.screen, Screen::Latent);
    press(&mut view, NONE, Key::Escape);
    view.state_mut().window.act(Action::Inspect);
    rest(&mut view);
    // Above its name, as the ground of the bar is and not as the one that is shown.
    let image = view.render().unwrap();
    let ground = |name: &str| {
        let corner = rect_of(&view, name).center_top() + egui::vec2(0.0, 3.0);
        *image.get_pixel(corner.x as u32, corner.y as u32)
    };
    assert_eq!(ground("Latent"), ground("Mosaic"));
    assert_ne!(ground("Inspect"), ground("Mosaic"));
}
