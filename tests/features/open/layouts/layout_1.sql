-- Layout 1: destello of 22 November 2026, 14:19 UTC.
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

PRAGMA application_id = 1685288044;
INSERT INTO about VALUES (1, '0.1.0', 1795355517123456, '0.1.0', 1795355517123456, 0);
INSERT INTO session VALUES ('window', '{"place":{"candidate":"hits03","epoch":0,"candid":null},"screen":"inspect","vocabulary":"real_bogus"}');
INSERT INTO label_events
    (step, candidate, action, class, is_on, text, of_step, vocabulary, annotator, at_us, dwell_ms, shown_epoch,
     shown_stretch, shown_limits, shown_science_low, shown_science_high, shown_color_map, is_score_shown, model, score,
     origin, program)
VALUES
    (1, 'hits01', 'set', 'real', NULL, NULL, NULL, 'real_bogus', 'ana', 1795355517123456, 900, 'mjd 57070.1', 'asinh',
     'zscale', 79.5, 240.25, 'gray', 1, 'cap@1f0c44d2', 0.75, 'window', 'destello 0.1.0'),
    (2, 'hits02', 'set', 'bogus', NULL, NULL, NULL, 'real_bogus', 'ana', 1795355518123456, NULL, NULL, NULL, NULL,
     NULL, NULL, NULL, NULL, NULL, NULL, 'bulk', 'destello 0.1.0'),
    (3, 'hits02', 'note', NULL, NULL, 'a satellite, is it?', NULL, 'real_bogus', 'ana', 1795355519123456, NULL, NULL,
     NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'window', 'destello 0.1.0'),
    (4, 'hits03', 'flag', NULL, 1, NULL, NULL, 'real_bogus', 'ben', 1795355520123456, NULL, NULL, NULL, NULL, NULL,
     NULL, NULL, NULL, NULL, NULL, 'window', 'destello 0.1.0'),
    (5, 'hits04', 'set', 'real', NULL, NULL, NULL, 'real_bogus', 'ben', 1795355521123456, NULL, NULL, NULL, NULL, NULL,
     NULL, NULL, NULL, NULL, NULL, 'import', 'destello 0.1.0'),
    (6, 'hits04', 'undo', NULL, NULL, NULL, 5, 'real_bogus', 'ben', 1795355522123456, NULL, NULL, NULL, NULL, NULL,
     NULL, NULL, NULL, NULL, NULL, 'window', 'destello 0.1.0');
