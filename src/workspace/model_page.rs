//! The page of a model: what it is for and where it ends, written by hand; and what its card has, made out of it.
//!
//! The pages of the models that ship are `assets/models/NAME.md`. Their second part is made by `make cards`, and a
//! test compares it with the card, so that no figure is typed by hand.

use std::fmt::Write as _;

use crate::{
    domain::{ModelCard, ModelInput, SetCalibration},
    learn::fusion,
};

/// The line behind which a page is made out of the card.
pub const MADE: &str =
    "<!-- What follows is made out of the card by `make cards`: edit nothing below. -->";

/// The pages of the models that come with the program: name and Markdown.
const SHIPPED: [(&str, &str); 7] = [
    ("context", include_str!("../../assets/models/context.md")),
    ("compact", include_str!("../../assets/models/compact.md")),
    ("cap", include_str!("../../assets/models/cap.md")),
    (
        "recurrent",
        include_str!("../../assets/models/recurrent.md"),
    ),
    ("forest", include_str!("../../assets/models/forest.md")),
    ("fusion", include_str!("../../assets/models/fusion.md")),
    ("vade", include_str!("../../assets/models/vade.md")),
];

/// Names and pages of the models that come with the program.
pub const fn shipped() -> &'static [(&'static str, &'static str)] {
    &SHIPPED
}

/// The page of a model that comes with the program.
pub fn page(name: &str) -> Option<&'static str> {
    let found = SHIPPED.iter().find(|(known, _)| *known == name);
    found.map(|(_, page)| *page)
}

/// The page of any other model: its card in words.
pub fn page_of(card: &ModelCard) -> String {
    format!("# {}\n\n{}.\n\n{}", card.name, card.about, made(card))
}

/// What a card has, as Markdown.
pub fn made(card: &ModelCard) -> String {
    let mut text = String::from("## How it was made\n\n| | |\n|---|---|\n");
    let training = &card.training;
    let members = match card.members {
        1 => String::new(),
        count => format!(", {count} members"),
    };
    // A fusion has no inputs and parameters of its own but those of its two models.
    let of_its_own = |text: String| {
        if card.network == fusion::NETWORK {
            return String::new();
        }
        text
    };
    let rows = [
        ("what it is", format!("{}{members}", card.about)),
        (
            "trained parameters",
            of_its_own(grouped(card.parameters as f64)),
        ),
        ("inputs", of_its_own(card.input.in_words())),
        ("preparation", preparation(&card.input)),
        ("classes", card.classes.join(", ")),
        ("training data", training.data.clone()),
        (
            "examples shown, repetitions counted",
            grouped(training.examples as f64),
        ),
        ("recipe", training.recipe.clone()),
        ("seed", training.seed.to_string()),
        ("commit", training.commit.clone()),
        ("day (UTC)", training.date.clone()),
    ];
    for (what, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
        writeln!(text, "| {what} | {} |", value.replace('|', "\\|")).unwrap_or_default();
    }
    if !training.command.is_empty() {
        write!(text, "\n```\n{}\n```\n", training.command).unwrap_or_default();
    }
    text.push_str(&figures(card));
    if let Some(sets) = &card.class_sets {
        text.push_str(&calibration(sets));
    }
    text
}

/// How stamps are brought to what goes in.
fn preparation(input: &ModelInput) -> String {
    match input {
        ModelInput::Stamps(plan) => {
            let polarity = if plan.is_in_detection_polarity {
                ", the detection positive"
            } else {
                ""
            };
            let scaling = serde_json::to_value(plan.scaling).unwrap_or_default();
            format!("{}{polarity}", scaling.as_str().unwrap_or_default())
        }
        ModelInput::Features(plan) => {
            format!("from {} measured epochs on", plan.fewest_epochs)
        }
        ModelInput::Sequence(_) | ModelInput::Foreign(_) => String::new(),
    }
}

/// Beginnings of names of figures that are about one group each, and what a table of them is called.
const GROUPS: [(&str, &str, &str); 5] = [
    (
        "mean_recall_after_",
        "Mean recall by number of epochs seen",
        "epochs",
    ),
    ("recall_", "Recall by class", "class"),
    (
        "auc_",
        "Area under the receiver operating characteristic by survey",
        "survey and seed",
    ),
    ("trained_share_", "Share of each class in training", "class"),
    ("", "Figures", "figure"),
];

/// All figures: tables by group.
fn figures(card: &ModelCard) -> String {
    let mut tables: [String; GROUPS.len()] = Default::default();
    for (name, value) in &card.figures {
        let at = GROUPS
            .iter()
            .position(|(start, ..)| name.starts_with(start));
        let at = at.unwrap_or(GROUPS.len() - 1);
        let group = name.trim_start_matches(GROUPS[at].0);
        let group = group.trim_end_matches("_epochs").trim_start_matches('0');
        let group = group.replace("_seed_", ", ");
        writeln!(tables[at], "| {group} | {} |", grouped(*value)).unwrap_or_default();
    }
    let mut text = String::new();
    // What is about the whole comes before its groups.
    let order = (0..GROUPS.len()).rev().filter(|at| !tables[*at].is_empty());
    for at in order {
        let (_, title, of) = GROUPS[at];
        write!(
            text,
            "\n## {title}\n\n| {of} | |\n|---|---|\n{}",
            tables[at]
        )
        .unwrap_or_default();
    }
    text
}

/// What sets of classes follow from.
fn calibration(sets: &SetCalibration) -> String {
    let levels: Vec<String> = sets.levels.iter().map(|level| grouped(*level)).collect();
    let epochs: Vec<String> = sets
        .from
        .iter()
        .map(|from| from.epochs.to_string())
        .collect();
    let mut objects: Vec<u64> = sets
        .from
        .iter()
        .flat_map(|from| from.classes.iter().map(|class| class.objects as u64))
        .collect();
    objects.sort_unstable();
    let range = match (objects.first(), objects.last()) {
        (Some(least), Some(most)) if least == most => least.to_string(),
        (Some(least), Some(most)) => format!("{least} to {most}"),
        _ => "none".into(),
    };
    format!(
        "\n## Sets of classes\n\n| | |\n|---|---|\n| calibrated on | {} |\n| objects of each class | {range} |\n\
         | for these numbers of epochs and more | {} |\n| at these levels | {} |\n",
        sets.data,
        epochs.join(", "),
        levels.join(", ")
    )
}

/// A figure with four digits behind the point at most, its thousands set apart by commas.
fn grouped(value: f64) -> String {
    let text = format!("{value:.4}");
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let rest = rest.trim_end_matches('0');
    let (sign, digits) = whole
        .strip_prefix('-')
        .map_or(("", whole), |digits| ("-", digits));
    let mut out = String::from(sign);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !rest.is_empty() {
        out.push('.');
        out.push_str(rest);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::{latent_models, models};

    #[test]
    fn every_model_that_ships_has_a_page() {
        let cards = models::shipped()
            .into_iter()
            .chain(latent_models::shipped());
        for card in cards {
            let page = page(&card.name).unwrap_or_else(|| panic!("{} has no page", card.name));
            assert!(page.starts_with(&format!("# {}\n", card.name)));
            assert!(page_of(&card).contains("## How it was made"));
        }
    }

    #[test]
    fn figures_keep_their_values() {
        for (value, text) in [
            (0.929_333_3, "0.9293"),
            (4000.0, "4,000"),
            (2_048_000.0, "2,048,000"),
            (0.5, "0.5"),
            (145.589_38, "145.5894"),
            (-1234.0, "-1,234"),
            (0.0, "0"),
        ] {
            assert_eq!(grouped(value), text);
        }
    }

    #[test]
    fn figures_about_groups_have_tables_of_their_own() {
        let mut card = models::shipped().remove(0);
        card.figures = [
            ("mean_recall", 0.9),
            ("mean_recall_after_03_epochs", 0.5),
            ("recall_supernova", 0.7),
            ("auc_ztf_seed_5", 0.99),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        let text = made(&card);
        for row in [
            "| mean_recall | 0.9 |",
            "| epochs | |\n|---|---|\n| 3 | 0.5 |",
            "| supernova | 0.7 |",
            "| ztf, 5 | 0.99 |",
        ] {
            assert!(text.contains(row), "{row} is missing in\n{text}");
        }
    }
}
