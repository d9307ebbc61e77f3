//! The shipped model on real ZTF alerts.

use std::{collections::HashMap, fs};

use destello::workspace::latent_models as models;

use crate::{
    common::{Sky, program::printed},
    data,
};

/// Alerts that ZTF's own network believes (`drb` 0.5 or more) lie in components that look like stars.
pub fn real_alerts_lie_where_stars_lie() {
    let sky = Sky::new(1);
    let stamps = data("ztf/stamps");
    let table = sky.beside("places.csv").display().to_string();
    let stamps_path = stamps.display().to_string();
    printed(&[
        "latent",
        "export",
        &stamps_path,
        "--out",
        &table,
        "--device",
        "cpu",
    ]);
    let card = models::card("vade").unwrap().latent.unwrap();
    let mut looks_real: HashMap<String, bool> = HashMap::new();
    for row in rows(&fs::read_to_string(&table).unwrap()) {
        if let Ok(component) = row["component"].parse::<usize>() {
            let label = card.components[component].label.as_deref();
            looks_real.insert(row["candid"].clone(), label == Some("real"));
        }
    }
    let index = rows(&fs::read_to_string(stamps.join("index.csv")).unwrap());
    let share = |is_wanted: &dyn Fn(&HashMap<String, String>) -> bool| {
        let chosen = index.iter().filter(|row| is_wanted(row));
        let chosen: Vec<bool> = chosen.map(|row| looks_real[&row["candid"]]).collect();
        let real = chosen.iter().filter(|is_real| **is_real).count();
        (real, chosen.len())
    };
    let believed = share(&|row| row["drb"].parse().is_ok_and(|drb: f64| drb >= 0.5));
    let known = [
        "SN",
        "asteroid",
        "star/variable",
        "AGN",
        "CV",
        "RRLyrae",
        "Cepheid",
        "EB",
        "TDE",
    ];
    let labelled = share(&|row| known.contains(&&*row["label"]));
    let doubted = share(&|row| {
        row["braai_d6_m9"]
            .parse()
            .is_ok_and(|score: f64| score < 0.5)
    });
    println!("drb >= 0.5: {believed:?}; known sources: {labelled:?}; braai < 0.5: {doubted:?}");
    for (_, all) in [believed, labelled, doubted] {
        assert!(all > 10, "hardly any: {all}");
    }
    assert!(believed.0 * 100 >= believed.1 * 97, "{believed:?}");
    assert!(labelled.0 * 100 >= labelled.1 * 97, "{labelled:?}");
    // Of what braai doubts a larger share looks like artefacts.
    assert!(doubted.0 * 100 <= doubted.1 * 75, "{doubted:?}");
}

fn rows(table: &str) -> Vec<HashMap<String, String>> {
    let mut lines = table.lines().map(|line| line.split(','));
    let head: Vec<&str> = lines.next().unwrap().collect();
    lines
        .map(|cells| {
            let named = head.iter().zip(cells);
            named
                .map(|(name, cell)| ((*name).to_owned(), cell.to_owned()))
                .collect()
        })
        .collect()
}
