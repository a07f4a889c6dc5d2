-- Purging what is stored about a user who was deleted, some events at a time.

-- When what was about a person was removed from the payload; NULL: it is as it was recorded.
ALTER TABLE events ADD COLUMN purged_at INTEGER;

CREATE TABLE purges (
    seq             INTEGER PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    user_id         TEXT NOT NULL CHECK (length(user_id) = 24),
    username        TEXT NOT NULL,
    email           TEXT NOT NULL,
    -- The events up to here were looked through,
    after_seq       INTEGER NOT NULL DEFAULT 0,
    -- and this was the last of them.
    looked_through  INTEGER NOT NULL DEFAULT 0 CHECK (looked_through IN (0, 1)),
    -- Events that were emptied.
    purged          INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Events that are emptied once nothing of them is pending.
CREATE TABLE purge_waits (
    purge_seq INTEGER NOT NULL REFERENCES purges (seq) ON DELETE CASCADE,
    event_seq INTEGER NOT NULL REFERENCES events (seq) ON DELETE CASCADE,
    PRIMARY KEY (purge_seq, event_seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX purge_waits_of_event ON purge_waits (event_seq);
