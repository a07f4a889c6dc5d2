-- Events by whom they are about, apart from the events: two indexes on every insert cost more than the event itself.
DROP INDEX events_of_username;
DROP INDEX events_of_email;

CREATE TABLE event_subjects (
    organization_id TEXT NOT NULL,
    -- A user name or an e-mail, in lower case.
    subject         TEXT NOT NULL,
    sequence        INTEGER NOT NULL,
    PRIMARY KEY (organization_id, subject, sequence)
) STRICT, WITHOUT ROWID;

-- Up to which event they have been noted; later ones are looked through.
CREATE TABLE noted_subjects (
    one       INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    event_seq INTEGER NOT NULL
) STRICT;
INSERT INTO noted_subjects (one, event_seq) VALUES (1, 0);

-- What became of attempts over time, counted with each group of them.
CREATE TABLE activity (
    -- Seconds that a row covers: 300, and 3600 once it is older.
    span           INTEGER NOT NULL CHECK (span IN (300, 3600)),
    -- Seconds since 1970, a multiple of the span.
    start          INTEGER NOT NULL CHECK (start % span = 0),
    webhook_seq    INTEGER NOT NULL,
    succeeded      INTEGER NOT NULL CHECK (succeeded IN (0, 1)),
    -- Half octaves of milliseconds.
    duration_class INTEGER NOT NULL CHECK (duration_class >= 0),
    attempts       INTEGER NOT NULL CHECK (attempts > 0),
    -- By time first: what is written at the same time lies on the same pages.
    PRIMARY KEY (span, start, webhook_seq, succeeded, duration_class)
) STRICT, WITHOUT ROWID;
