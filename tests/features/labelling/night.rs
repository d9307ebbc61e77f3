//! A person's night without a window: open, label, undo, bulk, filter, sort, search, note,
//! flag, export, restart.

use crate::common::{BOGUS, InlineWindow, PlacedSet, REAL, StampSet};
use destello::{
    domain::{LabelAction, Origin},
    window::command::{Command, Label, QueueCommand, Select, Session},
    workspace::{
        action::Action,
        queue::column::Column,
        screen::{Field, Screen},
    },
};

const ALL: [&str; 6] = ["hits01", "hits02", "hits03", "hits04", "hits05", "hits06"];

fn note(window: &mut InlineWindow, id: &str, text: &str) {
    let candidate = window.ix(id);
    let text = text.into();
    window.apply(Command::Label(Label::Note { candidate, text }));
}

fn sort(window: &mut InlineWindow, column: Column, is_descending: bool) {
    window.apply(Command::Queue(QueueCommand::Sort {
        column,
        is_descending,
    }));
}

fn search(window: &mut InlineWindow, text: &str) {
    window.apply(Command::Queue(QueueCommand::Search(text.into())));
}

/// Opens the set, labels three, takes the last back and gives it again.
fn begin_the_night(set: &StampSet) -> InlineWindow {
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    assert_eq!(window.queue(), ALL);
    assert_eq!(window.here(), "hits01");
    assert_eq!(window.state.shared.problems, []);
    assert!(!window.state.shared.recognised.is_empty());
    for class in [REAL, BOGUS, REAL] {
        window.label(class);
    }
    assert_eq!(window.here(), "hits04", "one key labels and goes on");
    assert_eq!(window.classes(&ALL[..4]), ["real", "bogus", "real", "-"]);
    window.act(Action::Undo);
    assert_eq!(window.toast(), "undone: labelled real: hits03");
    assert_eq!(window.here(), "hits03", "undo shows what it took back");
    assert_eq!(window.classes(&ALL[..4]), ["real", "bogus", "-", "-"]);
    window.act(Action::Redo);
    assert_eq!(window.toast(), "done again: labelled real: hits03");
    assert_eq!(window.classes(&ALL[..4]), ["real", "bogus", "real", "-"]);
    window
}

#[test]
fn a_night_of_work_is_there_after_a_restart() {
    let set = StampSet::new();
    let mut window = begin_the_night(&set);
    // The rest of the page in one step.
    window.show_mosaic(&ALL);
    window.act(Action::SelectRestOfPage);
    assert_eq!(window.state.shared.selection.len(), 3);
    window.label(BOGUS);
    assert_eq!(window.toast(), "labelled bogus: 3 candidates");
    assert!(window.state.shared.selection.is_empty());
    window.act(Action::Undo);
    assert_eq!(window.classes(&ALL[3..]), ["-", "-", "-"]);
    window.act(Action::Redo);
    assert_eq!(window.classes(&ALL[3..]), ["bogus", "bogus", "bogus"]);
    // A filter, an order, a place, a remark, a mark.
    window.act(Action::Inspect);
    window.filter("label:bogus");
    sort(&mut window, Column::Mag, false);
    assert_eq!(window.queue(), ["hits02", "hits04", "hits06", "hits05"]);
    search(&mut window, "S06");
    assert_eq!(window.here(), "hits06");
    note(&mut window, "hits06", "dipole, edge of the chip");
    window.act(Action::Flag);
    window.act(Action::NextEpoch);
    let epoch = window.state.shared.place.epoch;
    let journal = window.state.shared.book.events().to_vec();

    let mut window = window.restart();
    assert_eq!(
        window.state.shared.book.events(),
        journal,
        "every event, in order"
    );
    assert_eq!(
        (window.here(), window.state.shared.place.epoch),
        ("hits06", epoch)
    );
    assert_eq!(window.state.shared.screen, Screen::Inspect);
    assert_eq!(window.queue(), ["hits02", "hits04", "hits06", "hits05"]);
    let labels = window.labels("hits06").clone();
    assert_eq!(labels.note.as_deref(), Some("dipole, edge of the chip"));
    assert!(labels.is_flagged);
    // Undo without limit, back to the first decision of the night.
    for taken_back in [
        "flagged: hits06",
        "noted: hits06",
        "labelled bogus: 3 candidates",
    ] {
        window.act(Action::Undo);
        assert_eq!(window.toast(), format!("undone: {taken_back}"));
    }
    for _ in 0..3 {
        window.act(Action::Undo);
    }
    assert_eq!(window.classes(&ALL), ["-"; 6]);
    window.act(Action::Undo);
    assert_eq!(window.toast(), "nothing to undo");
    for _ in 0..6 {
        window.act(Action::Redo);
    }
    let all = ["real", "bogus", "real", "bogus", "bogus", "bogus"];
    assert_eq!(window.classes(&ALL), all);
    assert!(window.labels("hits06").is_flagged);
}

#[test]
fn exports_carry_what_the_person_decided() {
    let set = StampSet::new();
    let mut window = begin_the_night(&set);
    window.act(Action::Unsure);
    note(&mut window, "hits03", "looks \"real\", mostly");
    for name in [
        "labels.csv",
        "labels.jsonl",
        "labels.parquet",
        "labels.vot",
        "labels.fits",
    ] {
        let out = set.beside(name);
        window.apply(Command::Session(Session::Export(out.clone())));
        assert_eq!(
            window.toast(),
            format!("3 candidates written to {}", out.display())
        );
        assert!(std::fs::metadata(&out).unwrap().len() > 100, "{name}");
    }
    let mut table = csv::Reader::from_path(set.beside("labels.csv")).unwrap();
    let names = table.headers().unwrap().clone();
    let column = |name: &str| names.iter().position(|known| known == name).unwrap();
    let rows: Vec<_> = table.records().map(Result::unwrap).collect();
    let of = |row: &csv::StringRecord, name| row[column(name)].to_owned();
    let labels: Vec<_> = rows.iter().map(|row| of(row, "class_name")).collect();
    assert_eq!(labels, ["real", "bogus", ""], "hits03 is unsure now");
    assert_eq!(of(&rows[2], "label_state"), "unsure");
    assert_eq!(of(&rows[2], "note"), "looks \"real\", mostly");
    assert_eq!(of(&rows[0], "annotator"), "ana");
    let out = set.beside("labels.reg");
    window.apply(Command::Session(Session::Export(out.clone())));
    let left_out = format!(
        "0 candidates written to {}; 3 without a position left out",
        out.display()
    );
    assert_eq!(window.toast(), left_out);
    // The night as one page: every judged candidate with its stamps.
    let out = set.beside("night.html");
    window.apply(Command::Session(Session::Export(out.clone())));
    let page = std::fs::read_to_string(&out).unwrap();
    for id in ["hits01", "hits02", "hits03"] {
        assert!(page.contains(&format!("<b>{id}</b>")), "{id}");
    }
    assert!(page.contains("<h2>real (1)</h2>") && page.contains("<h2>unsure (1)</h2>"));
    assert!(page.contains("looks &quot;real&quot;, mostly"));
    let folder = set.path().display().to_string();
    assert!(
        page.contains(&format!("Stamps from {folder}")),
        "which night it is"
    );
    assert_eq!(
        page.matches("data:image/png").count(),
        9,
        "three roles each"
    );
    let out = set.beside("labels.doc");
    window.apply(Command::Session(Session::Export(out.clone())));
    assert!(window.toast().contains("labels.doc") && window.toast().contains(".csv"));
    assert!(!out.exists());
}

#[test]
fn labels_of_a_table_arrive_once_and_bad_rows_are_named() {
    let set = StampSet::new();
    let mut window = begin_the_night(&set);
    let table = set.beside("friend.csv");
    let rows = "id,label\nhits05,real\nhits99,real\nhits06,quasar\n";
    std::fs::write(&table, rows).unwrap();
    let import = || Command::Session(Session::Import(table.clone()));
    window.apply(import());
    assert!(
        window.toast().starts_with("1 new labels"),
        "{}",
        window.toast()
    );
    window.act(Action::RefreshQueue);
    window.wait_until(|window| window.labels("hits05").is_labelled());
    let why: Vec<_> = window
        .state
        .shared
        .problems
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(why.len(), 2, "{why:?}");
    assert!(
        why[0].contains("hits99") && why[1].contains("quasar"),
        "{why:?}"
    );
    window.apply(import());
    assert!(
        window.toast().starts_with("0 new labels"),
        "{}",
        window.toast()
    );
}

#[test]
fn filter_sort_and_search_find_candidates() {
    let set = StampSet::new();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    window.filter("mag<20 label:none");
    assert_eq!(window.queue(), ["hits02", "hits04", "hits06"]);
    window.filter("truth:SN");
    assert_eq!(window.queue(), ["hits01"]);
    window.filter("FIELD=35 epochs>=5 hits0");
    assert_eq!(window.queue(), ALL);
    window.filter("mag<");
    assert!(window.state.shared.queue.fault().is_some());
    assert_eq!(window.queue(), ALL, "the last good filter stays");
    window.filter("");
    sort(&mut window, Column::Mag, true);
    let faint_first = ["hits03", "hits01", "hits05", "hits06", "hits04", "hits02"];
    assert_eq!(window.queue(), faint_first);
    window.act(Action::FirstCandidate);
    assert_eq!(window.here(), "hits03");
    window.label(REAL);
    assert_eq!(window.here(), "hits01");
    window.act(Action::LastCandidate);
    window.act(Action::NextUnlabelled);
    assert_eq!(
        window.here(),
        "hits01",
        "it goes round and passes the labelled one"
    );
    search(&mut window, "hits07");
    assert!(
        window.toast().contains("no candidate"),
        "{}",
        window.toast()
    );
    window.filter("mag>20");
    search(&mut window, "hits02");
    assert!(
        window.toast().contains("filter hides"),
        "{}",
        window.toast()
    );
    assert_eq!(
        window.here(),
        window.queue()[0],
        "the first that the filter lets through"
    );
    window.act(Action::Filter);
    assert_eq!(
        window.state.shared.focus.map(|(_, field)| field),
        Some(Field::Filter)
    );
}

#[test]
fn nothing_that_the_filter_hides_is_labelled_in_bulk() {
    let set = StampSet::new();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    window.show_mosaic(&ALL);
    window.act(Action::SelectAll);
    window.filter("mag<20");
    window.label(REAL);
    let classes = window.classes(&ALL);
    assert_eq!(classes, ["-", "real", "-", "real", "-", "real"]);
}

#[test]
fn a_range_a_toggle_and_a_drag_select() {
    let set = StampSet::new();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    window.show_mosaic(&ALL);
    let of = |window: &InlineWindow, id| window.ix(id);
    let select = |window: &mut InlineWindow, select| window.apply(Command::Select(select));
    let (first, third) = (of(&window, "hits01"), of(&window, "hits03"));
    select(&mut window, Select::Only(first));
    select(&mut window, Select::Through(third));
    let second = of(&window, "hits02");
    select(&mut window, Select::Toggle(second));
    let sixth = of(&window, "hits06");
    select(&mut window, Select::Add(vec![sixth]));
    window.label(BOGUS);
    let classes = window.classes(&ALL);
    assert_eq!(classes, ["bogus", "-", "bogus", "-", "-", "bogus"]);
    let events = window.state.shared.book.events();
    assert!(events.iter().all(|event| event.step == events[0].step));
    assert!(events.iter().all(|event| event.origin == Origin::Bulk));
    assert!(events.iter().all(|event| event.dwell_ms.is_none()));
}

#[test]
fn tags_unsure_skip_and_clear_mean_what_they_say() {
    let set = StampSet::new();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    window.act(Action::Unsure);
    window.act(Action::Skip);
    assert!(window.labels("hits01").is_unsure && window.labels("hits02").is_skipped);
    assert_eq!(window.here(), "hits03");
    window.label(REAL);
    window.act(Action::PreviousCandidate);
    window.act(Action::ClearLabel);
    assert_eq!(window.here(), "hits03", "clearing does not go on");
    assert!(!window.labels("hits03").is_seen());
    window.state.shared.vocabularies[0].is_tagging = true;
    window.label(REAL);
    window.label(BOGUS);
    assert_eq!(window.classes(&["hits03"]), ["real+bogus"]);
    window.label(REAL);
    assert_eq!(
        window.classes(&["hits03"]),
        ["bogus"],
        "the same tag again takes it off"
    );
    let last = window.state.shared.book.events().last().unwrap();
    let class = "real".into();
    assert_eq!(last.action, LabelAction::Untag { class });
    window.act(Action::NextVocabulary);
    let window = window.restart();
    assert_eq!(&*window.state.shared.vocabulary().name, "sequence");
}

#[test]
fn a_class_that_takes_the_place_of_another_is_reported_with_it() {
    let set = StampSet::new();
    let mut window = begin_the_night(&set);
    window.go_to("hits01");
    window.label(REAL);
    assert_eq!(
        window.toast(),
        "labelled real: hits01",
        "it was real already"
    );
    window.go_to("hits01");
    window.label(BOGUS);
    assert_eq!(window.toast(), "labelled bogus instead of real: hits01");
    window.show_mosaic(&["hits01", "hits02", "hits03", "hits04"]);
    let chosen = ["hits02", "hits03", "hits04"].map(|id| window.ix(id));
    window.state.shared.selection.set(chosen);
    window.label(BOGUS);
    assert_eq!(
        window.toast(),
        "labelled bogus, 1 of them instead of another class: 3 candidates"
    );
}

#[test]
fn an_export_for_tns_names_what_is_not_set() {
    let set = PlacedSet::new(&[("left", Some([150.0, 2.0]))]).detected();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    window.label(REAL);
    window.act(Action::ExportLabels);
    window.answer_dialogs(&set.beside("report.tns.json"));
    window.settle();
    let toast = window.toast();
    let names = "not set: reporting_group_id, discovery_data_source_id, instrument_value";
    assert!(
        toast.starts_with("1 candidates written") && toast.contains(names),
        "{toast}"
    );
    // Who labels has a name here.
    assert!(!toast.contains("reporter"), "{toast}");
    let problems = window.state.shared.problems.iter();
    let problems: Vec<_> = problems.map(ToString::to_string).collect();
    assert!(
        problems
            .iter()
            .any(|line| line.contains("write the number of your group on TNS")),
        "{problems:?}"
    );
}
