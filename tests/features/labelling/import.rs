//! Import of label tables: rows become events once, and every row that cannot be used is named.

use std::{fs, path::Path, sync::Arc};

use destello::{
    domain::{
        Candidate, Catalogue, Epoch, LabelAction, LabelBook, LabelEvent, Origin, StepId, Timestamp,
        Vocabulary,
    },
    features::labelling::import::{ImportPlan, import_labels},
    store::Project,
};

use crate::common::events;

/// A project, the candidates a, b, c (with one detection each), and a table beside it.
struct Requests {
    folder: tempfile::TempDir,
    project: Project,
    catalogue: Catalogue,
}

impl Requests {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let project = Project::open_or_create(folder.path().join("p.destello")).unwrap();
        let mut catalogue = Catalogue::default();
        for (id, candid) in [
            ("a", "1127174604415015005"),
            ("b", "1127174604415015006"),
            ("c", "1127174604415015007"),
        ] {
            catalogue.absorb(Candidate {
                id: id.into(),
                epochs: vec![Epoch {
                    candid: Some(candid.into()),
                    ..Epoch::default()
                }],
                ..Candidate::default()
            });
        }
        Self {
            folder,
            project,
            catalogue,
        }
    }

    fn import(&mut self, table: &str) -> ImportPlan {
        self.import_with(table, None)
    }

    fn import_with(&mut self, table: &str, vocabulary: Option<&Vocabulary>) -> ImportPlan {
        let path = self.folder.path().join("labels.csv");
        fs::write(&path, table).unwrap();
        import_labels(&mut self.project, &self.catalogue, &path, vocabulary, "ana").unwrap()
    }

    fn book(&self) -> LabelBook {
        let events = self.project.events_since(0).unwrap();
        LabelBook::of(events.into_iter().map(|(_, event)| Arc::new(event)))
    }

    fn label(&self, id: &str) -> String {
        let book = self.book();
        let state = book.state(id);
        if state.is_unsure {
            return "unsure".into();
        }
        state.classes.join(";")
    }

    /// A decision of ana in the window.
    fn decide(&mut self, id: &str, action: LabelAction) -> StepId {
        let step = self.project.step_ids().unwrap().next_step();
        let event = LabelEvent {
            step,
            at: Timestamp(5),
            ..events::event(0, id, action)
        };
        self.project.append(&[event]).unwrap();
        step
    }

    fn choose(&mut self, id: &str, class: &str) {
        let class = class.into();
        self.decide(id, LabelAction::Set { class });
    }

    fn undo(&mut self) {
        let of = self.book().next_undo("ana").unwrap();
        self.decide("", LabelAction::Undo { of });
    }
}

const TABLE: &str = "id,label\na,Real\nb,0\nc,unsure\n";

#[test]
fn rows_that_contradict_labels_which_were_there_are_counted() {
    let mut requests = Requests::new();
    requests.choose("a", "real");
    requests.choose("b", "real");
    // One contradicts, one agrees, one is new; that its time is older changes nothing: what came in last counts.
    let plan = requests.import(
        "id,label,annotator,time\na,bogus,ben,1970-01-01T00:00:00Z\nb,real,ben,1970-01-01T00:00:00Z\nc,bogus,ben,\n",
    );
    assert_eq!((plan.new_rows, plan.overruling_rows), (3, 1));
    assert_eq!(
        plan.overruled_in_words().as_deref(),
        Some("1 contradicts a label that was there, and counts now: conflict>0 shows it")
    );
    assert_eq!(requests.label("a"), "bogus");
    let again = requests.import("id,label,annotator\na,bogus,ben\nb,real,ben\nc,bogus,ben\n");
    assert_eq!((again.new_rows, again.overruled_in_words()), (0, None));
    let plan = requests.import("id,label,annotator\na,real,eva\nb,unsure,eva\nc,skip,eva\n");
    assert_eq!((plan.new_rows, plan.overruling_rows), (3, 2));
    let words = plan.overruled_in_words().unwrap();
    // Who is unsure gives no other class.
    assert_eq!(
        words,
        "2 contradict labels that were there, and count now: conflict>0 shows 1 of them"
    );
    // Of one annotator it is a correction.
    let plan = requests.import("id,label,annotator\na,bogus,eva\n");
    assert_eq!(
        plan.overruled_in_words().as_deref(),
        Some("1 contradicts a label that was there, and counts now")
    );
}

#[test]
fn rows_become_labels_of_one_step_with_provenance() {
    let mut requests = Requests::new();
    let plan = requests
        .import("id,label,annotator,time\na,1,ben,2026-11-22T12:00:00.123456Z\nb,bogus,,\n");
    assert_eq!(
        (plan.new_rows, plan.known_rows, plan.problems.len()),
        (2, 0, 0)
    );
    assert_eq!(requests.label("a"), "real");
    let book = requests.book();
    let event = book.decision("a").unwrap();
    assert_eq!(&*event.annotator, "ben");
    assert_eq!(event.at.to_string(), "2026-11-22T12:00:00.123456Z");
    assert_eq!(event.origin, Origin::Import);
    assert_eq!(&*book.decision("b").unwrap().annotator, "ana");
    let marker = &book.events()[0].action;
    assert_eq!(
        *marker,
        LabelAction::Import {
            table: "labels.csv".into()
        }
    );
    requests.undo();
    assert_eq!(requests.label("a") + &requests.label("b"), "");
}

#[test]
fn importing_twice_changes_nothing() {
    let mut requests = Requests::new();
    assert_eq!(requests.import(TABLE).new_rows, 3);
    let before = requests.project.events_since(0).unwrap();
    let again = requests.import(TABLE);
    assert_eq!((again.new_rows, again.known_rows), (0, 3));
    assert_eq!(requests.project.events_since(0).unwrap(), before);
}

#[test]
fn importing_again_does_not_overrule_what_a_person_decided_since() {
    let mut requests = Requests::new();
    requests.import(TABLE);
    requests.choose("a", "bogus");
    assert_eq!(requests.import(TABLE).new_rows, 0);
    assert_eq!(requests.label("a"), "bogus");
}

#[test]
fn an_import_that_was_undone_can_be_done_again() {
    let mut requests = Requests::new();
    requests.import(TABLE);
    requests.undo();
    assert_eq!(requests.label("c"), "");
    assert_eq!(requests.import(TABLE).new_rows, 3);
    assert_eq!(requests.label("c"), "unsure");
}

#[test]
fn a_table_that_says_what_is_already_decided_brings_nothing_but_a_new_one_counts() {
    let mut requests = Requests::new();
    requests.choose("a", "real");
    assert_eq!(requests.import("id,label\na,real\n").known_rows, 1);
    requests.choose("a", "bogus");
    // "real" was never imported and is not the present decision.
    assert_eq!(requests.import("id,label\na,real\n").new_rows, 1);
    assert_eq!(requests.label("a"), "real");
    // A second person's vote is something new, once.
    let vote = "id,label,annotator\na,real,ben\n";
    assert_eq!(requests.import(vote).new_rows, 1);
    assert_eq!(requests.import(vote).new_rows, 0);
}

#[test]
fn within_a_table_the_last_row_counts_and_repetitions_do_not() {
    let mut requests = Requests::new();
    let table = "id,label\na,real\na,real\na,bogus\na,real\n";
    let plan = requests.import(table);
    assert_eq!((plan.new_rows, plan.known_rows), (3, 1));
    assert_eq!(requests.label("a"), "real");
    assert_eq!(requests.import(table).new_rows, 0);
}

#[test]
fn rows_that_cannot_be_used_are_named_by_line_and_the_rest_is_taken() {
    let mut requests = Requests::new();
    let plan = requests.import("id,label\nzz,real\na,quasar\nb,real\nc,\n,real\n");
    let said: Vec<_> = plan.problems.iter().map(ToString::to_string).collect();
    assert_eq!(said.len(), 3, "{said:?}");
    for (line, why) in [
        ("line 6", "no id"),
        ("line 2", "zz is not among"),
        ("line 3", "quasar is no class of the vocabulary real_bogus"),
    ] {
        assert!(
            said.iter().any(|p| p.contains(line) && p.contains(why)),
            "{line}: {said:?}"
        );
    }
    assert_eq!((plan.new_rows, plan.unlabelled_rows), (1, 1));
    assert_eq!(requests.label("b"), "real");
}

#[test]
fn detections_name_their_candidate() {
    let mut requests = Requests::new();
    let plan =
        requests.import("candid,class\n1127174604415015006,real\n1127174604415015000,real\n");
    assert_eq!((plan.new_rows, plan.problems.len()), (1, 1));
    assert_eq!(requests.label("b"), "real");
}

#[test]
fn tags_are_joined_by_semicolons_in_a_tagging_vocabulary() {
    let mut vocabulary = Vocabulary::sequence_classes();
    vocabulary.is_tagging = true;
    let mut requests = Requests::new();
    let table = "id,label\na,SN; galaxy\nb,skip\n";
    assert_eq!(requests.import_with(table, Some(&vocabulary)).new_rows, 2);
    assert_eq!(requests.label("a"), "supernova;galaxy");
    assert!(requests.book().state("b").is_skipped);
    assert_eq!(requests.import_with(table, Some(&vocabulary)).new_rows, 0);
}

#[test]
fn a_missing_table_is_an_error_that_names_it() {
    let mut requests = Requests::new();
    let missing = Path::new("/nowhere/labels.csv");
    let error = import_labels(
        &mut requests.project,
        &requests.catalogue,
        missing,
        None,
        "ana",
    );
    assert!(format!("{:#}", error.unwrap_err()).contains("/nowhere/labels.csv"));
}
