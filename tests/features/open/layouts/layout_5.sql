-- What layout 5 added: destello of 29 November 2026; the layout of destello 0.2.0.
ALTER TABLE scores ADD COLUMN files INTEGER;
ALTER TABLE scores ADD COLUMN pixels INTEGER;

INSERT INTO scores VALUES ('cap@1f0c44d2', 'hits03', 'mjd 57070.1', x'0000003f0000003f', NULL, -1, 7);
