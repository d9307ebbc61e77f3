//! The figures as a table in Markdown.

use super::measured::{AFTER, Curve, Measured};

/// All models, one after the other.
pub fn text(all: &[Measured], labels: usize, draws: u64) -> String {
    let heads = AFTER.map(|after| match after {
        usize::MAX => "all".into(),
        count => count.to_string(),
    });
    let mut lines = vec![
        format!(
            "| mean recall / accuracy in percent after | {} |",
            heads.join(" | ")
        ),
        format!("|---|{}", "---|".repeat(AFTER.len())),
    ];
    for one in all {
        let name = &one.name;
        lines.push(row(&format!("{name}, as trained"), &one.as_trained, None));
        lines.push(row(
            &format!("{name}, estimated shares"),
            &one.estimated,
            None,
        ));
        if let Some((mean, spread)) = over_draws(&one.labelled) {
            let title = format!("{name}, and {labels} labels a class ({draws} draws)");
            lines.push(row(&title, &mean, Some(&spread)));
        }
    }
    lines.push(String::new());
    let heads = heads.join(" | ");
    lines.push(format!(
        "| sets of classes at 90 %: coverage in percent (mean of the classes) / classes in a set, after | {heads} |"
    ));
    lines.push(format!("|---|{}", "---|".repeat(AFTER.len())));
    for one in all {
        let cells = one.sets.iter();
        let cells: Vec<String> = cells
            .map(|sets| match sets.size {
                size if size > 0.0 => format!("{:.1} / {size:.2}", 100.0 * sets.held),
                _ => "–".into(),
            })
            .collect();
        lines.push(format!("| {} | {} |", one.name, cells.join(" | ")));
    }
    for (one, sets) in all.iter().filter_map(|one| Some((one, one.sets.last()?))) {
        let classes = sets.classes.iter().map(|(class, [all, held, unseen])| {
            format!("{class} {held} of {all} (nothing seen of {unseen})")
        });
        let classes: Vec<String> = classes.collect();
        lines.push(String::new());
        lines.push(format!(
            "{}: after all epochs sets hold {}",
            one.name,
            classes.join(", ")
        ));
    }
    for one in all {
        let Measured {
            name,
            shares,
            kept,
            won,
            won_by_labels,
            ..
        } = one;
        lines.push(String::new());
        lines.push(format!("{name}: shares {shares}"));
        lines.push(format!(
            "{name}: after all epochs shares win {} objects and lose {}; labels win {} and lose {} in {draws} \
             draws together, biases kept {} of {} times",
            won[0], won[1], won_by_labels[0], won_by_labels[1], kept[0], kept[1]
        ));
    }
    lines.join("\n")
}

fn row(title: &str, curve: &Curve, spread: Option<&Curve>) -> String {
    let cells = curve.iter().enumerate().map(|(at, [recall, accuracy])| {
        if *accuracy == 0.0 {
            // Nothing is predicted yet.
            return "–".into();
        }
        let of_recall = spread.map_or_else(String::new, |spread| {
            format!(" ± {:.1}", 100.0 * spread[at][0])
        });
        format!("{:.1}{of_recall} / {:.1}", 100.0 * recall, 100.0 * accuracy)
    });
    let cells: Vec<String> = cells.collect();
    format!("| {title} | {} |", cells.join(" | "))
}

/// Mean and standard deviation over the draws.
fn over_draws(curves: &[Curve]) -> Option<(Curve, Curve)> {
    let count = curves.len() as f64;
    if curves.is_empty() {
        return None;
    }
    let (mut mean, mut spread) = ([[0.0; 2]; AFTER.len()], [[0.0; 2]; AFTER.len()]);
    for (at, after) in mean.iter_mut().enumerate() {
        for (figure, mean) in after.iter_mut().enumerate() {
            *mean = curves.iter().map(|curve| curve[at][figure]).sum::<f64>() / count;
            let squares = curves
                .iter()
                .map(|curve| (curve[at][figure] - *mean).powi(2));
            spread[at][figure] = (squares.sum::<f64>() / count).sqrt();
        }
    }
    Some((mean, spread))
}
