//! Projects of every layout that a destello ever wrote open with all that they hold.
//!
//! `layouts/layout_N.sql` has what layout N added and rows as the program of that day wrote them; a project of layout N is the
//! scripts up to it. They are never changed. A new layout needs a script of its own here: the last test finds that.

use std::path::Path;

use destello::{
    domain::{LabelAction, ModelId, Prediction, ScoredFrom},
    store::Project,
};

use crate::common::{InlineWindow, REAL, StampSet};
use destello::workspace::settings::Settings;

const SCRIPTS: [&str; 6] = [
    include_str!("layouts/layout_1.sql"),
    include_str!("layouts/layout_2.sql"),
    include_str!("layouts/layout_3.sql"),
    include_str!("layouts/layout_4.sql"),
    include_str!("layouts/layout_5.sql"),
    include_str!("layouts/layout_6.sql"),
];

/// The identity of the first event of layout 6.
const FIRST_IDENTITY: &str = "9F3C51D27A6BE8040D15C2AB77E19001";

/// A project of that layout about the stamps at `stamps`.
fn project_of(layout: usize, path: &Path, stamps: &Path) {
    let raw = rusqlite::Connection::open(path).unwrap();
    for script in &SCRIPTS[..layout] {
        raw.execute_batch(script).unwrap();
    }
    let stamps = stamps.to_str().unwrap();
    raw.execute("INSERT INTO paths VALUES (0, ?)", [stamps])
        .unwrap();
    raw.pragma_update(None, "user_version", layout as i64)
        .unwrap();
}

fn layout_of(path: &Path) -> usize {
    let raw = rusqlite::Connection::open(path).unwrap();
    let layout = raw.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0));
    layout.unwrap() as usize
}

#[test]
fn labels_notes_and_place_of_every_layout_are_in_the_window() {
    let set = StampSet::new();
    for layout in 1..=SCRIPTS.len() {
        let path = set.beside(&format!("layout_{layout}.destello"));
        project_of(layout, &path, &set.path());
        let mut window = InlineWindow::new(Settings::default(), "ana", None);
        window.open(&[], &path);
        let shared = &window.state.shared;
        assert_eq!(shared.project.fault, None, "layout {layout}");
        assert_eq!(window.queue().len(), 6, "layout {layout}");
        assert_eq!(window.here(), "hits03", "layout {layout}: the last place");
        let events = shared.book.events().len();
        assert_eq!(events, 6, "layout {layout}");
        assert_eq!(
            window.classes(&["hits01", "hits02", "hits04"]),
            ["real", "bogus", "-"],
            "layout {layout}: the last one was undone"
        );
        assert_eq!(
            window.labels("hits02").note.as_deref(),
            Some("a satellite, is it?")
        );
        assert!(window.labels("hits03").is_flagged);
        window.look();
        window.label(REAL);
        window.close();
        assert_eq!(layout_of(&path), SCRIPTS.len(), "it has the newest layout");
        let project = Project::open_existing(&path).unwrap();
        project.check_integrity().unwrap();
        assert_eq!(project.events_since(0).unwrap().len(), 7);
    }
}

#[test]
fn scores_memories_and_versions_are_taken_along() {
    let folder = tempfile::tempdir().unwrap();
    let cap = ModelId::from_text("cap@1f0c44d2");
    for layout in 1..=SCRIPTS.len() {
        let path = folder.path().join(format!("layout_{layout}.destello"));
        project_of(layout, &path, folder.path());
        let project = Project::open_or_create(&path).unwrap();
        let events = project.events_since(0).unwrap();
        let (_, first) = &events[0];
        let class = "real".into();
        assert_eq!(first.action, LabelAction::Set { class });
        let shown = first.shown.as_ref().unwrap();
        assert_eq!(shown.science_limits, Some([79.5, 240.25]));
        assert!(shown.is_score_shown);

        let mut scores = project.scores_of(&cap).unwrap();
        assert_eq!(
            scores.len(),
            [0, 2, 2, 2, 3, 3][layout - 1],
            "layout {layout}"
        );
        if layout >= 2 {
            let probabilities = Prediction::Probabilities([0.25, 0.75].as_slice().into());
            assert_eq!(scores[0].prediction, probabilities);
            assert_eq!(scores[0].scored_from, ScoredFrom::default());
            let refused = Prediction::Refused("has no reference stamp".into());
            assert_eq!(scores[1].prediction, refused);
        }
        if layout >= 5 {
            let from = scores.remove(2).scored_from;
            let expected = ScoredFrom {
                files: Some(u64::MAX),
                pixels: Some(7),
            };
            assert_eq!(from, expected);
        }
        // Every event has an identity, and keeps the one that it had.
        let raw = rusqlite::Connection::open(&path).unwrap();
        let identities = "SELECT count(DISTINCT id), hex(min(id)) FROM event_ids";
        let (all, least): (i64, String) = raw
            .query_row(identities, [], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        assert_eq!(all as usize, events.len(), "layout {layout}");
        assert_eq!(least == FIRST_IDENTITY, layout >= 6, "layout {layout}");
        let recurrent = ModelId::from_text("recurrent@d32d6ab3");
        let memory = project.memory_of(&recurrent, &"hits01".into()).unwrap();
        let kept = memory.map(|memory| memory.memory.to_vec());
        assert_eq!(kept, (layout >= 3).then(|| vec![1, 2, 255]));
        let versions = project.versions().unwrap();
        assert_eq!(versions.len(), usize::from(layout >= 4));
        if let Some(version) = versions.first() {
            assert_eq!(version.card.classes, ["bogus", "real"]);
            assert!(version.card.training.learned.is_empty());
            let file = project.version_file(&version.id).unwrap();
            assert_eq!(file, Some(vec![0, 255, 16]));
        }
    }
}

#[test]
fn the_newest_layout_has_a_script_here() {
    let folder = tempfile::tempdir().unwrap();
    let new = folder.path().join("new.destello");
    drop(Project::open_or_create(&new).unwrap());
    let why = "a new layout needs its script in tests/features/open/layouts, with rows";
    assert_eq!(layout_of(&new), SCRIPTS.len(), "{why}");
    // What the scripts make is what the program makes.
    let old = folder.path().join("old.destello");
    project_of(SCRIPTS.len(), &old, folder.path());
    let tables = |path: &Path| -> Vec<String> {
        let raw = rusqlite::Connection::open(path).unwrap();
        let sql = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name";
        let mut select = raw.prepare(sql).unwrap();
        let rows = select.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    assert_eq!(tables(&new), tables(&old));
}
