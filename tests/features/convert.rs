//! Saving the stamps of the list: as Parquet, as cubes, what is refused.

use destello::{features::file_dialog::pick::PickFor, workspace::action::Action};

use crate::common::{InlineWindow, StampSet};

fn save(window: &mut InlineWindow, out: &std::path::Path) {
    window.act(Action::SaveStamps);
    assert_eq!(window.dialogs, [PickFor::SaveStamps]);
    window.answer_dialogs(out);
    window.settle();
}

#[test]
fn what_the_filter_keeps_is_saved_and_opens_again() {
    let set = StampSet::many(8, 9, 2);
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    window.filter("mag<19.5");
    let kept: Vec<String> = window.queue().into_iter().map(str::to_owned).collect();
    assert!(kept.len() > 1 && kept.len() < 8, "{kept:?}");
    let stamps: usize = kept
        .iter()
        .map(|id| {
            let candidate = window.state.shared.catalogue.get(window.ix(id)).unwrap();
            candidate
                .epochs
                .iter()
                .map(|epoch| epoch.stamps.len())
                .sum::<usize>()
        })
        .sum();
    for name in ["bright.parquet", "bright"] {
        let out = set.beside(name);
        save(&mut window, &out);
        let expected = format!(
            "{} epochs of {} candidates with {stamps} stamps written to {}",
            2 * kept.len(),
            kept.len(),
            out.display()
        );
        assert_eq!(window.toast(), expected);
        let again = InlineWindow::on(&out, &set.beside(&format!("{name}.destello")));
        let mut found = again.queue();
        found.sort_unstable();
        assert_eq!(found, kept);
    }
}

#[test]
fn what_cannot_be_saved_is_refused_in_a_sentence() {
    let set = StampSet::many(4, 9, 1);
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    save(&mut window, &set.beside("night.csv"));
    assert!(
        window
            .toast()
            .contains("night.csv: a set is written as one file .parquet")
    );
    assert!(!set.beside("night.csv").exists());
    // A folder that holds something stays as it is.
    save(&mut window, &set.path());
    assert!(
        window.toast().contains("the folder is not empty"),
        "{}",
        window.toast()
    );
    assert_eq!(std::fs::read_dir(set.path()).unwrap().count(), 4);
    // The file that is open stays whole.
    let out = set.beside("night.parquet");
    save(&mut window, &out);
    let whole = std::fs::read(&out).unwrap();
    let mut again = InlineWindow::on(&out, &set.beside("again.destello"));
    again.filter("id:object000");
    save(&mut again, &out);
    assert!(
        again.toast().contains("choose another name"),
        "{}",
        again.toast()
    );
    assert_eq!(std::fs::read(&out).unwrap(), whole);
    window.filter("mag>99");
    save(&mut window, &set.beside("none.parquet"));
    assert_eq!(
        window.toast(),
        "the list is empty: there is nothing to save"
    );
    assert!(!set.beside("none.parquet").exists());
}
