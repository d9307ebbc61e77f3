-- A project on a server: the events as they lie in a project file, in the order in which they were committed.
CREATE SCHEMA IF NOT EXISTS "{schema}";
SET LOCAL search_path TO "{schema}";

CREATE TABLE about (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    layout BIGINT NOT NULL,
    project TEXT NOT NULL,
    -- The number of the last event: whoever adds some holds this row until they are committed.
    last_seq BIGINT NOT NULL,
    -- The first range of step numbers that is free.
    next_steps BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE TABLE label_events (
    seq BIGINT PRIMARY KEY,
    id BYTEA NOT NULL UNIQUE CHECK (octet_length(id) = 16),
    step BIGINT NOT NULL,
    candidate TEXT NOT NULL,
    action TEXT NOT NULL,
    class TEXT,
    is_on BOOLEAN,
    text TEXT,
    of_step BIGINT,
    vocabulary TEXT NOT NULL,
    annotator TEXT NOT NULL,
    at_us BIGINT NOT NULL,
    dwell_ms BIGINT,
    shown_epoch TEXT,
    shown_stretch TEXT,
    shown_limits TEXT,
    shown_science_low DOUBLE PRECISION,
    shown_science_high DOUBLE PRECISION,
    shown_color_map TEXT,
    is_score_shown BOOLEAN,
    model TEXT,
    score DOUBLE PRECISION,
    origin TEXT NOT NULL,
    program TEXT NOT NULL,
    -- Who was logged in, whatever name stands in the event.
    sent_by TEXT NOT NULL DEFAULT session_user,
    sent_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'label events are never changed or deleted'; END $$;

CREATE TRIGGER label_events_stay BEFORE UPDATE OR DELETE ON label_events
FOR EACH ROW EXECUTE PROCEDURE refuse_change();

CREATE TRIGGER label_events_all_stay BEFORE TRUNCATE ON label_events
FOR EACH STATEMENT EXECUTE PROCEDURE refuse_change();

INSERT INTO about (one, layout, project, last_seq, next_steps, created_by)
VALUES (1, {layout}, md5(random()::text || clock_timestamp()::text || txid_current()::text), 0, 1, '{program}');
