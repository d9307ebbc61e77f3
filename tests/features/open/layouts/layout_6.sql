-- What layout 6 added: destello of 30 November 2026.
CREATE TABLE event_ids (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    server_seq INTEGER UNIQUE
) STRICT;

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

INSERT INTO event_ids VALUES
    (1, x'9f3c51d27a6be8040d15c2ab77e19001', NULL),
    (2, x'9f3c51d27a6be8040d15c2ab77e19002', NULL),
    (3, x'9f3c51d27a6be8040d15c2ab77e19003', NULL),
    (4, x'9f3c51d27a6be8040d15c2ab77e19004', NULL),
    (5, x'9f3c51d27a6be8040d15c2ab77e19005', NULL),
    (6, x'9f3c51d27a6be8040d15c2ab77e19006', NULL);
