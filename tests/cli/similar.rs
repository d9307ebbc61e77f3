//! `destello similar`: a table nearest first, and orders that are refused.

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
