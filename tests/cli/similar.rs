//! `destello similar`: a table nearest first, and orders that are refused.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::common::{Sky, program::destello_in};

#[test]
fn the_nearest_are_written_first_and_wrong_orders_are_refused() {
    let set = Sky::new(40);
    let folder = set.beside("");
    let night = set.path().display().to_string();
    let all = ["similar", &night, "--like", "x"];
    let (code, _, why) = destello_in(&folder, &all);
    assert_eq!(code, Some(1), "{why}");
    assert!(why.contains("there is no candidate x"), "{why}");
    let id = std::fs::read_to_string(set.path().join("truth.csv")).unwrap();
    let ids: Vec<&str> = id
        .lines()
        .skip(1)
        .filter_map(|row| row.split(',').next())
        .collect();
    let all = [
        "similar", &night, "--like", ids[3], "--unlike", ids[4], "--count", "12",
    ];
    let (code, table, summary) = destello_in(&folder, &all);
    assert_eq!(code, Some(0), "{summary}");
    assert!(
        summary.contains("the 12 nearest of 40 candidates"),
        "{summary}"
    );
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!((lines[0], lines.len()), ("id,likeness,ra,dec", 13));
    assert!(lines[1].starts_with(&format!("{},1,", ids[3])), "{table}");
    let likeness = lines[1..]
        .iter()
        .map(|line| line.split(',').nth(1).unwrap());
    let likeness: Vec<f64> = likeness.map(|text| text.parse().unwrap()).collect();
    assert!(likeness.is_sorted_by(|a, b| a >= b), "{table}");
    for (model, sentence) in [
        ("forest", "is a random forest"),
        ("recurrent", "does not take single epochs"),
    ] {
        let all = ["similar", &night, "--like", ids[3], "--model", model];
        let (code, _, why) = destello_in(&folder, &all);
        assert_eq!(code, Some(1), "{why}");
        assert!(why.contains(sentence), "{model}: {why}");
    }
}

#[test]
fn of_every_candidate_the_nearest_labelled_ones_are_written() {
    let set = Sky::new(40);
    let folder = set.beside("");
    let night = set.path().display().to_string();
    let truth = std::fs::read_to_string(set.path().join("truth.csv")).unwrap();
    let rows: Vec<Vec<&str>> = truth
        .lines()
        .skip(1)
        .map(|row| row.split(',').collect())
        .collect();
    let mut labels = String::from("id,label\nunknown,real\n");
    for row in &rows[..12] {
        writeln!(labels, "{},{}", row[0], row[1]).unwrap();
    }
    std::fs::write(folder.join("labels.csv"), labels).unwrap();
    let order = ["similar", &night, "--labels", "labels.csv"];
    let (code, table, summary) = destello_in(&folder, &order);
    assert_eq!(code, Some(0), "{summary}");
    assert!(summary.contains("1 rows name no candidate"), "{summary}");
    let sentence = "the nearest of 12 labelled ones for 40 candidates";
    assert!(summary.contains(sentence), "{summary}");
    let lines: Vec<Vec<&str>> = table
        .lines()
        .map(|line| line.split(',').collect())
        .collect();
    let head = "id,nearest_bogus,likeness_bogus,nearest_real,likeness_real";
    assert_eq!((lines[0].join(","), lines.len()), (head.to_owned(), 41));
    let class: BTreeMap<&str, &str> = rows.iter().map(|row| (row[0], row[1])).collect();
    for line in &lines[1..] {
        for (at, name) in [(1, "bogus"), (3, "real")] {
            assert_eq!(class[line[at]], name, "{line:?}");
            assert_ne!(line[at], line[0]);
            assert!((-1.0..=1.001).contains(&line[at + 1].parse::<f64>().unwrap()));
        }
    }
    // It is what the search by that example gives.
    let (here, near, likeness) = (lines[20][0], lines[20][1], lines[20][2]);
    let order = ["similar", &night, "--like", here, "--count", "40"];
    let (_, ranked, _) = destello_in(&folder, &order);
    let row = ranked.lines().find(|line| line.starts_with(near)).unwrap();
    let searched: f64 = row.split(',').nth(1).unwrap().parse().unwrap();
    assert!(
        (searched - likeness.parse::<f64>().unwrap()).abs() < 1e-4,
        "{row}"
    );
    std::fs::write(folder.join("none.csv"), "id,label\nunknown,real\n").unwrap();
    let (code, _, why) = destello_in(&folder, &["similar", &night, "--labels", "none.csv"]);
    assert_eq!(code, Some(1));
    assert!(why.contains("no row has a label of a candidate"), "{why}");
}
