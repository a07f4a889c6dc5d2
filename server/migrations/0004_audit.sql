-- The audit log knows every kind of target and of actor, where an act came from, how it ended and what it changed.

CREATE TABLE audit_log_new (
    seq             INTEGER PRIMARY KEY,
    id              TEXT NOT NULL UNIQUE CHECK (length(id) = 24),
    -- What concerns none stands with the platform's own.
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    -- subject:action
    type            TEXT NOT NULL CHECK (type LIKE '_%:_%'),
    actor_type      TEXT NOT NULL CHECK (actor_type IN ('user', 'apikey', 'anonymous', 'command', 'system', 'scim')),
    actor_id        TEXT,
    actor_name      TEXT NOT NULL,
    actor_key       TEXT NOT NULL,
    target_type     TEXT NOT NULL,
    target_id       TEXT,
    target_name     TEXT NOT NULL,
    outcome         TEXT NOT NULL CHECK (outcome IN ('success', 'failure')),
    -- Why it failed.
    error           TEXT CHECK ((error IS NULL) = (outcome = 'success')),
    -- JSON: {member: {"old": ..., "new": ...}}; NULL: nothing that could be shown.
    changes         TEXT,
    address         TEXT,
    request_id      TEXT,
    -- What a search looks through, without case: the actor's name, the target's, the request's id.
    search_key      TEXT NOT NULL,
    created_at      INTEGER NOT NULL
) STRICT;

INSERT INTO audit_log_new (seq, id, organization_id, type, actor_type, actor_id, actor_name, actor_key, target_type,
                           target_id, target_name, outcome, error, changes, search_key, created_at)
SELECT seq, id, organization_id, CASE type WHEN 'webhook:disabled' THEN 'webhook:disable' ELSE type END, actor_type,
       actor_id, actor_name, lower(actor_name), target_type, target_id, target_name, outcome,
       CASE outcome WHEN 'failure' THEN coalesce(detail, '') END,
       CASE WHEN detail IS NOT NULL AND outcome = 'success'
            THEN json_object('disabledReason', json_object('old', NULL, 'new', detail)) END,
       lower(actor_name || char(10) || target_name), created_at
FROM audit_log;

DROP TABLE audit_log;
ALTER TABLE audit_log_new RENAME TO audit_log;

CREATE INDEX audit_log_of_organization ON audit_log (organization_id, seq);
CREATE INDEX audit_log_of_type ON audit_log (organization_id, type, seq);
CREATE INDEX audit_log_of_actor ON audit_log (organization_id, actor_key, seq);
CREATE INDEX audit_log_by_time ON audit_log (created_at);

-- Entries from before this time may go: the retention moves it on, in the transaction in which it takes them.
CREATE TABLE audit_retention (
    one    INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    before INTEGER NOT NULL
) STRICT;
INSERT INTO audit_retention (one, before) VALUES (1, 0);

CREATE TRIGGER audit_log_is_append_only BEFORE UPDATE ON audit_log
BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_log_is_kept BEFORE DELETE ON audit_log
WHEN old.created_at >= (SELECT before FROM audit_retention)
BEGIN SELECT raise(ABORT, 'the audit log is kept until its retention ends'); END;
CREATE TRIGGER audit_retention_goes_on BEFORE UPDATE ON audit_retention
WHEN new.before < old.before
BEGIN SELECT raise(ABORT, 'the retention of the audit log only goes on'); END;
CREATE TRIGGER audit_retention_stays BEFORE DELETE ON audit_retention
BEGIN SELECT raise(ABORT, 'the retention of the audit log stays'); END;
