//! The tables of a project file, one script for each layout number.

/// `PRAGMA application_id` of a project: the letters `dstl`.
pub(super) const APPLICATION_ID: i64 = 0x6473_746c;

/// The script at position `n` brings a file of layout `n` to layout `n + 1`.
///
/// Identifiers are text and times are integers (microseconds since 1970 UTC): both stay exact.
/// The triggers make the journal append-only for every program that writes to the file.
pub(super) const LAYOUTS: [&str; 6] = [LABELS, SCORES, MEMORIES, VERSIONS, ORIGINS, IDENTITIES];

/// Layout 1: labels and session.
const LABELS: &str = "
CREATE TABLE label_events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    step INTEGER NOT NULL,
    candidate TEXT NOT NULL,
    action TEXT NOT NULL,
    class TEXT,
    is_on INTEGER,
    text TEXT,
    of_step INTEGER,
    vocabulary TEXT NOT NULL,
    annotator TEXT NOT NULL,
    at_us INTEGER NOT NULL,
    dwell_ms INTEGER,
    shown_epoch TEXT,
    shown_stretch TEXT,
    shown_limits TEXT,
    shown_science_low REAL,
    shown_science_high REAL,
    shown_color_map TEXT,
    is_score_shown INTEGER,
    model TEXT,
    score REAL,
    origin TEXT NOT NULL,
    program TEXT NOT NULL
) STRICT;

CREATE TRIGGER label_events_keep BEFORE UPDATE ON label_events
BEGIN SELECT RAISE(ABORT, 'label events are never changed'); END;

CREATE TRIGGER label_events_stay BEFORE DELETE ON label_events
BEGIN SELECT RAISE(ABORT, 'label events are never deleted'); END;

-- INSERT OR REPLACE would delete without calling the trigger above.
CREATE TRIGGER label_events_grow BEFORE INSERT ON label_events
WHEN EXISTS (SELECT 1 FROM label_events WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'label events are never replaced'); END;

CREATE TABLE session (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

-- A path is text; bytes where it is not UTF-8.
CREATE TABLE paths (position INTEGER PRIMARY KEY, path ANY NOT NULL) STRICT;

CREATE TABLE about (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    created_by TEXT NOT NULL,
    created_at_us INTEGER NOT NULL,
    written_by TEXT NOT NULL,
    written_at_us INTEGER NOT NULL,
    step_range INTEGER NOT NULL
) STRICT;
";

/// Layout 2: what models said. Probabilities are 32-bit floats, little endian, one after the other
/// in the order of the classes of the model's card.
const SCORES: &str = "
CREATE TABLE scores (
    model TEXT NOT NULL,
    candidate TEXT NOT NULL,
    epoch TEXT NOT NULL,
    probabilities BLOB,
    refusal TEXT,
    PRIMARY KEY (model, candidate, epoch),
    CHECK ((probabilities IS NULL) <> (refusal IS NULL))
) STRICT, WITHOUT ROWID;
";

/// Layout 3: what models that look back remember of candidates after the last epoch they saw.
const MEMORIES: &str = "
CREATE TABLE memories (
    model TEXT NOT NULL,
    candidate TEXT NOT NULL,
    epoch TEXT NOT NULL,
    memory BLOB NOT NULL,
    PRIMARY KEY (model, candidate)
) STRICT, WITHOUT ROWID;
";

/// Layout 4: versions of models that were taught with these labels; cards are JSON, files whole.
const VERSIONS: &str = "
CREATE TABLE model_versions (
    model TEXT PRIMARY KEY,
    parent TEXT NOT NULL,
    parent_source TEXT NOT NULL,
    made_at_us INTEGER NOT NULL,
    card TEXT NOT NULL,
    file BLOB NOT NULL
) STRICT;
";

/// Layout 5: what scores were computed from. `files` stands for sizes and times of change of the files of an
/// epoch, `pixels` is a hash of its stamps; both are 64 bits without sign, written as if they had one.
const ORIGINS: &str = "
ALTER TABLE scores ADD COLUMN files INTEGER;
ALTER TABLE scores ADD COLUMN pixels INTEGER;
";

/// Layout 6: what an event is known by wherever it is copied, and the server that a project is shared on. `server_seq` is the
/// number of an event there, NULL before it is sent; in a project of one file its place after projects were merged, NULL for
/// what came later and where nothing was merged; `steps_end` is the first range of step numbers that is not ours,
/// `reorders` counts how often events came to stand before others that were here already.
const IDENTITIES: &str = "
CREATE TABLE event_ids (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    server_seq INTEGER UNIQUE
) STRICT;

INSERT INTO event_ids (seq, id) SELECT seq, randomblob(16) FROM label_events;

-- Whichever program writes an event: it has an identity at once.
CREATE TRIGGER label_events_id AFTER INSERT ON label_events
BEGIN INSERT INTO event_ids (seq, id) VALUES (NEW.seq, randomblob(16)); END;

CREATE TABLE server (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    address TEXT NOT NULL,
    project TEXT NOT NULL,
    path TEXT NOT NULL,
    steps_end INTEGER NOT NULL,
    reorders INTEGER NOT NULL
) STRICT;
";

/// The layout that this program writes.
pub(super) const LAYOUT: i64 = LAYOUTS.len() as i64;
