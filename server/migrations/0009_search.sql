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
