-- What layout 2 added: destello of 22 November 2026, 20:23 UTC.
CREATE TABLE scores (
    model TEXT NOT NULL,
    candidate TEXT NOT NULL,
    epoch TEXT NOT NULL,
    probabilities BLOB,
    refusal TEXT,
    PRIMARY KEY (model, candidate, epoch),
    CHECK ((probabilities IS NULL) <> (refusal IS NULL))
) STRICT, WITHOUT ROWID;

-- 0.25 and 0.75 as 32-bit floats.
INSERT INTO scores VALUES ('cap@1f0c44d2', 'hits01', 'mjd 57070.1', x'0000803e0000403f', NULL);
INSERT INTO scores VALUES ('cap@1f0c44d2', 'hits02', 'mjd 57070.1', NULL, 'has no reference stamp');
