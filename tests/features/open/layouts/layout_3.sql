-- What layout 3 added: destello of 23 November 2026, 02:22 UTC.
CREATE TABLE memories (
    model TEXT NOT NULL,
    candidate TEXT NOT NULL,
    epoch TEXT NOT NULL,
    memory BLOB NOT NULL,
    PRIMARY KEY (model, candidate)
) STRICT, WITHOUT ROWID;

INSERT INTO memories VALUES ('recurrent@d32d6ab3', 'hits01', 'mjd 57070.1', x'0102ff');
