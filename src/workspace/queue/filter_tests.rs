//! The filter line: what it keeps, what it prints, what it refuses.

use super::*;
use crate::workspace::queue::filter_term::Comparison;
use crate::{
    domain::{Candidate, CandidateIx, Epoch, Fields, LabelAction, LabelBook, LabelEvent},
    workspace::scores::shown::Scores,
};

fn labelled_real() -> LabelBook {
    let class = "real".into();
    let action = LabelAction::Set { class };
    LabelBook::of([LabelEvent::made(1, &candidate().id, action)])
}

fn candidate() -> Candidate {
    let fields = Fields::new(
        Arc::from([Arc::from("rb")]),
        vec![0.7],
        vec![("pid".into(), "1127174604415015005".into())],
    );
    let epoch = Epoch {
        candid: Some("472263571115115000".into()),
        mag: Some(19.2),
        fields,
        ..Epoch::default()
    };
    Candidate {
        id: "ZTF18abcdefg".into(),
        epochs: vec![epoch],
        ..Candidate::default()
    }
}

fn keeps(line: &str) -> bool {
    Filter::parse(line).unwrap().matches(Row {
        ix: CandidateIx(0),
        candidate: &candidate(),
        book: &labelled_real(),
        scores: &Scores::default(),
        repeat_check: &crate::workspace::repeat_check::RepeatCheck::default(),
    })
}

#[test]
fn terms_compare_columns_fields_and_labels() {
    for line in [
        "",
        "mag<20",
        "mag>=19.1 rb>0.5",
        "label:real",
        "label!=bogus",
        "label!=none",
        "ztf18ABC",
        "epochs=1",
        "state:labelled",
        "flag=0",
        "truth:none",
        "mag<=19.3",
    ] {
        assert!(keeps(line), "{line}");
    }
    for line in [
        "mag<19",
        "rb<0.5",
        "label:none",
        "label:bogus",
        "xyz",
        "drb>0",
        "id:other",
    ] {
        assert!(!keeps(line), "{line}");
    }
}

#[test]
fn scores_are_compared_by_column_and_model() {
    let term = |line| Filter::parse(line).unwrap().terms()[0].clone();
    let compare = |column, comparison, value: &str| Term::Compare {
        column,
        comparison,
        value: value.into(),
    };
    let of_cap = Column::score_of("CAP");
    for (line, expected) in [
        (
            "score>0.9",
            compare(Column::Score, Comparison::Greater, "0.9"),
        ),
        (
            "score:none",
            compare(Column::Score, Comparison::Equal, "none"),
        ),
        (
            "score:cap>=0.9",
            compare(of_cap.clone(), Comparison::GreaterOrEqual, "0.9"),
        ),
        ("Score:CAP:none", compare(of_cap, Comparison::Equal, "none")),
        ("disagree", Term::Disagree),
        ("Assigned", Term::Assigned(None)),
        ("assigned:\"Dr Ana\"", Term::Assigned(Some("Dr Ana".into()))),
    ] {
        assert_eq!(term(line), expected, "{line}");
    }
    assert!(Filter::parse("mag<20 score>0.5").unwrap().uses_scores());
    assert!(!Filter::parse("mag<20").unwrap().uses_scores());
    assert!(keeps("score:none") && !keeps("score>0") && !keeps("disagree"));
}

#[test]
fn long_identifiers_are_compared_exactly() {
    assert!(keeps("pid:1127174604415015005"));
    assert!(!keeps("pid:1127174604415015006"));
    assert!(keeps("candid:472263571115115000"));
    assert!(!keeps("candid:472263571115115001"));
}

#[test]
fn a_term_that_makes_no_sense_is_named() {
    for line in ["mag<", "<20", "mag<bright", "mag:bright", "score!=cap"] {
        let why = Filter::parse(line).unwrap_err();
        assert!(why.contains(line), "{why}");
    }
}

#[test]
fn terms_are_joined_by_or_not_and_brackets() {
    for line in [
        "mag<19 or rb>0.5",
        "xyz or mag<19 or label:real",
        "(xyz or ztf18) mag<20",
        "not xyz",
        "not (xyz or rb<0.5) mag<20",
        "mag<20 and rb>0.5",
        "mag:19..20 rb:..0.8 epochs:1..",
        "note:none",
        "NOT mag<19 AND (rb>0.9 OR label:\"real\")",
    ] {
        assert!(keeps(line), "{line}");
    }
    for line in [
        "mag<19 or rb<0.5",
        "(xyz or ztf18) mag<19",
        "not ztf18",
        "not (xyz or ztf18)",
        "mag<20 (rb<0.5 or label:bogus)",
        "mag:17..19",
        "drb:0..1",
        "note:host",
    ] {
        assert!(!keeps(line), "{line}");
    }
    // Side by side binds more tightly than `or`.
    assert!(keeps("label:real or xyz xyz") && !keeps("(label:real or xyz) xyz"));
}

#[test]
fn a_part_of_a_text_is_asked_for_by_a_tilde() {
    for line in [
        "pid~0441",
        "id~18ABC",
        "label~EA",
        "candid~1115",
        "not id~xyz",
    ] {
        assert!(keeps(line), "{line}");
    }
    // Numbers have no parts, nor has what is missing.
    for line in ["pid:0441", "mag~19", "how~a", "label~bogus", "note~host"] {
        assert!(!keeps(line), "{line}");
    }
    let why = Filter::parse("how~").unwrap_err();
    assert!(why.contains("column, comparison and value"), "{why}");
}

#[test]
fn what_is_printed_reads_as_the_same_filter() {
    for line in [
        "mag<20 rb>0.5",
        "a or b c or not (d e)",
        "((a)) (b or c)",
        "not not a",
        "note:\"two stars (blend)\" label:\"SN Ia\"",
        "\"or\" \"not\"",
        "mag:18..20.5 rb:..0.3 p=1..",
        "pid~415 label~\"a b\" note~HOST not id~\"(\"",
        "assigned not assigned:ana assigned:\"Dr Ana\" \"assigned\" assigned:none",
        "note:none note:\"none\" id:\"1..2\" \"mag<20\" \"disagree\" label:\"\"",
    ] {
        let filter = Filter::parse(line).unwrap();
        let printed = filter.to_string();
        assert_eq!(Filter::parse(&printed), Ok(filter), "{line} as {printed}");
    }
    assert_eq!(Filter::parse("((a)) (b)").unwrap().to_string(), "a b");
}

#[test]
fn what_joins_nothing_is_an_error() {
    for (line, part) in [
        ("or mag<20", "both sides"),
        ("mag<20 or", "at the end"),
        ("mag<20 not", "at the end"),
        ("(mag<20", "not closed"),
        ("mag<20)", "was not opened"),
        ("()", "before a closing bracket"),
        ("note:\"host", "quotation mark"),
        ("mag:20..18", "is above"),
        ("assigned<3", "not assigned:ana"),
        ("assigned:", "not assigned:ana"),
    ] {
        let why = Filter::parse(line).unwrap_err();
        assert!(why.contains(part), "{line}: {why}");
    }
    let deep = "(".repeat(100_000);
    assert!(
        Filter::parse(&deep)
            .unwrap_err()
            .contains("within each other")
    );
}
