//! Our own file dialog, by keys alone; and names of any length and any letters.

use std::{fs, path::Path};

use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::Queryable;

use super::{
    NONE, SIZE,
    common::{InlineWindow, StampSet},
    harness::{View, press, rest, shows, texts, type_text, view},
    window,
};
use destello::{
    features::file_dialog::path_text::PathBase,
    workspace::{screen::Pane, settings::FileDialogs},
};

const CTRL: Modifiers = Modifiers::COMMAND;

/// A window in which our dialog asks, started in the folder of the set.
fn asking(set: &StampSet) -> View {
    view(SIZE, |window| prepare(window, set))
}

fn prepare(window: &mut InlineWindow, set: &StampSet) {
    window.state.shared.settings.file_dialogs = FileDialogs::Own;
    let folder = set.path().parent().unwrap().to_owned();
    fs::create_dir_all(folder.join("home")).unwrap();
    window.state.dialog.path_base = PathBase {
        home: folder.join("home"),
        start: folder,
    };
    window.context.usual_project = Some(set.beside("night.destello"));
}

fn typed(view: &View) -> String {
    let pane = window(view).state.dialog.path_pane.as_ref();
    pane.expect("the dialog is open").typed.text().to_owned()
}

fn notice(view: &View) -> String {
    let pane = window(view).state.dialog.path_pane.as_ref();
    let notice = pane.expect("the dialog is open").notice.clone();
    notice.map_or_else(String::new, |(text, _)| text)
}

fn is_open(view: &View) -> bool {
    window(view).state.dialog.path_pane.is_some()
}

fn enter(view: &mut View) {
    press(view, NONE, Key::Enter);
}

#[test]
fn sets_labels_and_vocabularies_come_and_go_by_keys_alone() {
    let set = StampSet::new();
    fs::write(
        set.beside("labels.csv"),
        "id,label\nhits01,real\nhits04,bogus\n",
    )
    .unwrap();
    let vocabulary = "name = \"mine\"\ntitle = \"My classes\"\n[[class]]\nname = \"good\"\n\
                      key = \"1\"\ncolor = \"#00ff00\"\n";
    fs::write(set.beside("mine.toml"), vocabulary).unwrap();
    let mut view = asking(&set);
    press(&mut view, CTRL | Modifiers::SHIFT, Key::O);
    assert!(shows(&view, "Open a folder"));
    assert!(shows(&view, "night/"));
    assert!(!shows(&view, "labels.csv"), "only folders are offered");
    type_text(&mut view, "ni");
    press(&mut view, NONE, Key::Tab);
    assert!(typed(&view).ends_with("/night/"), "{}", typed(&view));
    enter(&mut view);
    assert!(!is_open(&view));
    assert_eq!(window(&view).queue().len(), 6);

    // What is typed from the root on counts alone.
    press(&mut view, CTRL, Key::I);
    type_text(&mut view, set.beside("labels.csv").to_str().unwrap());
    enter(&mut view);
    assert!(!is_open(&view), "{}", notice(&view));
    assert!(shows(&view, "2 new labels"), "{:?}", texts(&view));
    // The journal's thread finds them in the file.
    let imported = |window: &InlineWindow| window.labels("hits04").is_labelled();
    view.state_mut().window.wait_until(imported);

    // The proposed name is marked: what is typed takes its place.
    let out = set.beside("out.csv");
    for is_there in [false, true] {
        press(&mut view, CTRL, Key::E);
        type_text(&mut view, "out.csv");
        enter(&mut view);
        assert_eq!(is_open(&view), is_there);
        if is_there {
            assert!(notice(&view).contains("exists: Enter again to replace it"));
            fs::write(&out, "old").unwrap();
            enter(&mut view);
            assert!(!is_open(&view));
        }
        let table = fs::read_to_string(&out).unwrap();
        assert!(table.contains("hits04"), "{table}");
    }

    press(&mut view, CTRL, Key::P);
    type_text(&mut view, "add vocabulary");
    enter(&mut view);
    assert!(shows(&view, "Add a vocabulary"));
    assert!(
        !shows(&view, "labels.csv"),
        "only files of the purpose are offered"
    );
    press(&mut view, NONE, Key::ArrowUp);
    enter(&mut view);
    assert!(!is_open(&view), "{}", notice(&view));
    assert!(shows(&view, "My classes"), "{:?}", texts(&view));
    // The next time it begins where it ended.
    press(&mut view, CTRL, Key::I);
    let folder = set.path().parent().unwrap().to_owned();
    assert_eq!(Path::new(&typed(&view)), folder);
}

#[test]
fn while_a_path_is_typed_no_letter_is_a_key() {
    let set = StampSet::new();
    let mut view = view(SIZE, |window| {
        prepare(window, &set);
        window.open(&[set.path()], &set.beside("night.destello"));
    });
    // Also what comes in the same frame as the key that opens it.
    view.key_press_modifiers(CTRL, Key::O);
    view.key_press(Key::Num1);
    view.event(Event::Text("1".into()));
    rest(&mut view);
    assert!(is_open(&view));
    press(&mut view, NONE, Key::Num2);
    press(&mut view, NONE, Key::Backspace);
    assert!(window(&view).state.shared.book.events().is_empty());
    press(&mut view, NONE, Key::Escape);
    assert!(!is_open(&view));
    press(&mut view, NONE, Key::Num2);
    assert_eq!(window(&view).state.shared.book.events().len(), 1);
}

#[test]
fn text_and_enter_of_one_frame_are_taken_in_that_order() {
    let set = StampSet::new();
    let mut view = asking(&set);
    press(&mut view, CTRL | Modifiers::SHIFT, Key::O);
    view.event(Event::Text("night".into()));
    view.key_press(Key::Enter);
    rest(&mut view);
    assert!(!is_open(&view), "{}", notice(&view));
    assert_eq!(window(&view).queue().len(), 6);
}

#[test]
fn a_path_typed_letter_by_letter_begins_anew_at_its_root() {
    let set = StampSet::new();
    let mut view = asking(&set);
    press(&mut view, CTRL | Modifiers::SHIFT, Key::O);
    for letter in set.path().to_str().unwrap().chars() {
        type_text(&mut view, &letter.to_string());
    }
    assert_eq!(Path::new(&typed(&view)), set.path());
    enter(&mut view);
    assert_eq!(window(&view).queue().len(), 6);
}

#[test]
fn what_is_not_there_is_said_in_the_dialog() {
    let set = StampSet::new();
    let mut view = asking(&set);
    press(&mut view, CTRL, Key::O);
    type_text(&mut view, "nothing.fits");
    enter(&mut view);
    assert!(
        notice(&view).starts_with("there is no file "),
        "{}",
        notice(&view)
    );
    assert!(shows(&view, "nothing.fits"));
    type_text(&mut view, "/deeper/");
    assert!(shows(&view, "no such file or directory") || shows(&view, "not a directory"));
    // A folder is gone into, not opened as a file.
    type_text(&mut view, "/~/../night");
    enter(&mut view);
    assert!(typed(&view).ends_with("night/"), "{}", typed(&view));
    enter(&mut view);
    assert!(
        notice(&view).contains("name a file in it"),
        "{}",
        notice(&view)
    );
    // Several files: Shift+Enter takes one and goes on.
    for name in ["hits01.fits", "hits02.fits"] {
        type_text(&mut view, name);
        press(&mut view, Modifiers::SHIFT, Key::Enter);
    }
    assert!(shows(&view, "hits02.fits"));
    type_text(&mut view, "hits03.fits");
    enter(&mut view);
    assert_eq!(window(&view).queue(), ["hits01", "hits02", "hits03"]);
}

#[test]
fn completion_goes_as_far_as_names_agree_and_hides_hidden_ones() {
    let set = StampSet::new();
    fs::write(set.path().join(".hidden.fits"), b"").unwrap();
    let mut view = asking(&set);
    press(&mut view, CTRL, Key::O);
    type_text(&mut view, "NIGHT");
    assert!(!shows(&view, "night/"), "a capital is meant");
    for _ in 0..5 {
        press(&mut view, NONE, Key::Backspace);
    }
    type_text(&mut view, "n");
    press(&mut view, NONE, Key::Tab);
    press(&mut view, NONE, Key::Tab);
    assert!(typed(&view).ends_with("/night/hits0"), "{}", typed(&view));
    assert!(!shows(&view, ".hidden.fits"));
    type_text(&mut view, "4");
    press(&mut view, NONE, Key::Tab);
    assert!(typed(&view).ends_with("/night/hits04.fits"));
    let folder = set.path();
    let folder = folder.to_str().unwrap();
    type_text(&mut view, &format!("/{folder}/."));
    assert!(shows(&view, ".hidden.fits"));
    press(&mut view, NONE, Key::Tab);
    assert!(typed(&view).ends_with("/.hidden.fits"));
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_text_are_shown_and_opened_exactly() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let set = StampSet::new();
    let strange = OsStr::from_bytes(b"q\xff\nname");
    let folder = set.beside("").join(strange);
    fs::create_dir(&folder).unwrap();
    fs::copy(set.file("hits05"), folder.join("hits05.fits")).unwrap();
    let mut view = asking(&set);
    press(&mut view, CTRL | Modifiers::SHIFT, Key::O);
    assert!(shows(&view, "q??name/"), "{:?}", texts(&view));
    type_text(&mut view, "q");
    press(&mut view, NONE, Key::Tab);
    enter(&mut view);
    assert!(!is_open(&view), "{}", notice(&view));
    assert_eq!(window(&view).queue(), ["hits05"]);
    assert_eq!(window(&view).state.shared.project.paths, [folder]);
    assert!(shows(&view, "set: q??name"), "{:?}", texts(&view));
}

#[test]
fn a_long_name_is_cut_wherever_it_stands() {
    let set = StampSet::new();
    let long = set.beside(&format!("night-{}", "x".repeat(235)));
    fs::rename(set.path(), &long).unwrap();
    fs::write(long.join(format!("{}.fits", "y".repeat(235))), b"").unwrap();
    let project = set.beside(&format!("{}.destello", "z".repeat(200)));
    let mut view = view(SIZE, |window| {
        prepare(window, &set);
        window.open(std::slice::from_ref(&long), &project);
    });
    let bar = texts(&view)
        .into_iter()
        .find(|text| text.starts_with("set: night-"));
    let bar = bar.unwrap();
    assert!(bar.contains('…') && bar.chars().count() < 40, "{bar}");
    let left = view.get_all_by_label(&bar).next().unwrap().rect().left();
    let problems = super::harness::rect_of(&view, "Problems (1)").right();
    assert!(left > problems, "{left} {problems}");
    press(&mut view, NONE, Key::F3);
    let most = texts(&view)
        .into_iter()
        .max_by_key(|text| text.chars().count());
    let most = most.unwrap();
    assert!(most.chars().count() <= 220, "{most}");
    // On the start page too.
    press(&mut view, CTRL, Key::W);
    press(&mut view, NONE, Key::Enter);
    let recent = texts(&view)
        .into_iter()
        .find(|text| text.starts_with("zzz"));
    assert!(recent.is_some_and(|name| name.chars().count() <= 52));
    assert!(!window(&view).state.shared.panes.contains(&Pane::Palette));
}

#[test]
fn nothing_found_is_said_on_the_start_page_and_leads_to_the_problems() {
    let set = StampSet::new();
    let wrong = set.beside("notes.txt");
    fs::write(&wrong, "Chapter 1").unwrap();
    let mut view = view(SIZE, |window| {
        window.state.shared.settings.recent_projects = vec![set.beside("last.destello")];
        window.open(&[wrong], &set.beside("night.destello"));
    });
    assert!(shows(&view, "no candidate was found in"));
    assert!(shows(&view, "recent projects") && shows(&view, "last"));
    super::harness::click(&mut view, "See the problems");
    assert!(shows(&view, "is text, not a format that holds stamps"));
    assert!(!shows(&view, "Everything that was opened could be read"));
    press(&mut view, NONE, Key::Enter);
    assert!(shows(&view, "recent projects"));
}
