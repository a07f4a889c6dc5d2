-- What the delivery engine needs: rows that point at each other by number, the schedule's state, rotation, custom headers,
-- what leads to a webhook being disabled by Herald, idempotency keys, bulk jobs and the audit log.

CREATE TABLE webhooks_new (
    seq             INTEGER PRIMARY KEY,
    id              TEXT NOT NULL UNIQUE CHECK (length(id) = 24),
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    -- Fires for every organization.
    platform        INTEGER NOT NULL DEFAULT 0 CHECK (platform IN (0, 1)),
    name            TEXT NOT NULL,
    name_key        TEXT NOT NULL,
    type            TEXT NOT NULL CHECK (type IN ('USER_CREATED', 'USER_DISABLED', 'USER_REMOVED_FROM_GROUP', 'USER_LOGIN')),
    url             TEXT NOT NULL,
    description     TEXT NOT NULL,
    enabled         INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    -- Why Herald disabled it; NULL where an admin did, or nobody.
    disabled_reason TEXT CHECK (disabled_reason IS NULL OR enabled = 0),
    -- XChaCha20-Poly1305.
    secret          BLOB NOT NULL,
    -- The secret before the last rotation signs as well until then.
    previous_secret BLOB,
    previous_until  INTEGER CHECK ((previous_until IS NULL) = (previous_secret IS NULL)),
    -- Sealed JSON: a list of [name, value]; NULL: none.
    headers         BLOB,
    -- Failed attempts since the last success, and when the first of them was.
    failures        INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),
    failing_since   INTEGER CHECK ((failing_since IS NULL) = (failures = 0)),
    created_at      INTEGER NOT NULL,
    -- The row stays until its history ends; its name is free again.
    deleted_at      INTEGER
) STRICT;

CREATE TABLE events_new (
    seq             INTEGER PRIMARY KEY,
    id              TEXT NOT NULL UNIQUE CHECK (length(id) = 24),
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    -- Grows by one within the organization; NULL for what a test send made up.
    sequence        INTEGER,
    type            TEXT NOT NULL CHECK (type IN ('USER_CREATED', 'USER_DISABLED', 'USER_REMOVED_FROM_GROUP', 'USER_LOGIN')),
    -- JSON, byte for byte as it is sent.
    payload         TEXT NOT NULL,
    happened_at     INTEGER NOT NULL,
    UNIQUE (organization_id, sequence)
) STRICT;

CREATE TABLE deliveries_new (
    seq             INTEGER PRIMARY KEY,
    id              TEXT NOT NULL UNIQUE CHECK (length(id) = 24),
    event_seq       INTEGER NOT NULL REFERENCES events_new (seq),
    webhook_seq     INTEGER NOT NULL REFERENCES webhooks_new (seq),
    state           TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'failed', 'held', 'cancelled')),
    test            INTEGER NOT NULL DEFAULT 0 CHECK (test IN (0, 1)),
    -- The body up to its payload: body = head || ',"payload":' || events.payload || '}'.
    head            TEXT NOT NULL,
    attempts        INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    -- How many attempts there were when the schedule began: a redelivery begins it anew.
    schedule_from   INTEGER NOT NULL DEFAULT 0 CHECK (schedule_from BETWEEN 0 AND attempts),
    -- What the next attempt is made for.
    trigger         TEXT NOT NULL DEFAULT 'scheduled' CHECK (trigger IN ('scheduled', 'manual', 'test')),
    due_at          INTEGER CHECK ((due_at IS NOT NULL) = (state = 'pending')),
    created_at      INTEGER NOT NULL,
    delivered_at    INTEGER CHECK ((delivered_at IS NOT NULL) = (state = 'delivered'))
) STRICT;

CREATE TABLE attempts_new (
    delivery_seq     INTEGER NOT NULL REFERENCES deliveries_new (seq),
    number           INTEGER NOT NULL CHECK (number >= 1),
    trigger          TEXT NOT NULL CHECK (trigger IN ('scheduled', 'manual', 'test')),
    started_at       INTEGER NOT NULL,
    duration_ms      INTEGER NOT NULL,
    url              TEXT NOT NULL,
    -- What was sent as webhook-signature; NULL for attempts from before it was kept.
    signature        TEXT,
    -- JSON: the names of the custom headers that went with it; NULL: none.
    custom_headers   TEXT,
    status           INTEGER,
    error_class      TEXT,
    error_text       TEXT,
    -- JSON, and what was kept of the body; all NULL where there was no answer.
    response_headers TEXT,
    response_body    TEXT,
    response_cut     INTEGER CHECK (response_cut IN (0, 1)),
    PRIMARY KEY (delivery_seq, number)
) STRICT, WITHOUT ROWID;

INSERT INTO webhooks_new (id, organization_id, platform, name, name_key, type, url, description, enabled, disabled_reason,
                          secret, created_at, deleted_at)
SELECT id, organization_id, platform, name, name_key, type, url, description, enabled, disabled_reason,
       secret, created_at, deleted_at
FROM webhooks ORDER BY created_at, id;

INSERT INTO events_new (seq, id, organization_id, sequence, type, payload, happened_at)
SELECT seq, id, organization_id, sequence, type, payload, happened_at FROM events ORDER BY seq;

INSERT INTO deliveries_new (seq, id, event_seq, webhook_seq, state, head, attempts, due_at, created_at, delivered_at)
SELECT d.seq, d.id, e.seq, w.seq, d.state, d.head, d.attempts, d.due_at, d.created_at, d.delivered_at
FROM deliveries AS d JOIN events AS e ON e.id = d.event_id JOIN webhooks_new AS w ON w.id = d.webhook_id
ORDER BY d.seq;

INSERT INTO attempts_new (delivery_seq, number, trigger, started_at, duration_ms, url, status, error_class, error_text,
                          response_headers, response_body, response_cut)
SELECT delivery_seq, number, trigger, started_at, duration_ms, url, status, error_class, error_text,
       response_headers, response_body, response_cut
FROM attempts;

-- Children first, so that no row is ever without its parent.
DROP TABLE attempts;
DROP TABLE deliveries;
DROP TABLE events;
DROP TABLE webhooks;
ALTER TABLE webhooks_new RENAME TO webhooks;
ALTER TABLE events_new RENAME TO events;
ALTER TABLE deliveries_new RENAME TO deliveries;
ALTER TABLE attempts_new RENAME TO attempts;

CREATE UNIQUE INDEX webhooks_name ON webhooks (organization_id, platform, name_key) WHERE deleted_at IS NULL;
CREATE INDEX webhooks_of_type ON webhooks (type, organization_id) WHERE deleted_at IS NULL;
CREATE INDEX webhooks_of_platform ON webhooks (type) WHERE deleted_at IS NULL AND platform = 1;

-- The engine's index: what is due, webhook by webhook. Its queries repeat the predicate literally.
CREATE INDEX deliveries_due ON deliveries (webhook_seq, due_at) WHERE state = 'pending';
CREATE INDEX deliveries_held ON deliveries (webhook_seq, seq) WHERE state = 'held';
CREATE INDEX deliveries_failed ON deliveries (webhook_seq, seq) WHERE state = 'failed';
CREATE INDEX deliveries_of_webhook ON deliveries (webhook_seq, seq);
CREATE INDEX deliveries_of_event ON deliveries (event_seq);

CREATE TABLE idempotency_keys (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    key             TEXT NOT NULL,
    -- SHA-256 of type and payload.
    content_hash    BLOB NOT NULL CHECK (length(content_hash) = 32),
    event_seq       INTEGER NOT NULL REFERENCES events (seq) ON DELETE CASCADE,
    -- How many webhooks were told, for the same answer again.
    deliveries      INTEGER NOT NULL,
    PRIMARY KEY (organization_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_of_event ON idempotency_keys (event_seq);

-- What is done to many deliveries, some at a time.
CREATE TABLE jobs (
    seq         INTEGER PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE CHECK (length(id) = 24),
    webhook_seq INTEGER NOT NULL REFERENCES webhooks (seq),
    action      TEXT NOT NULL CHECK (action IN ('redeliver', 'release', 'discard', 'hold', 'cancel')),
    -- JSON: the states of the deliveries that it is for.
    states      TEXT NOT NULL,
    -- Only deliveries made from then on; NULL: all.
    since       INTEGER,
    -- It has come this far, and goes no further than what there was when it began.
    after_seq   INTEGER NOT NULL DEFAULT 0,
    last_seq    INTEGER NOT NULL,
    matched     INTEGER NOT NULL,
    done        INTEGER NOT NULL DEFAULT 0,
    state       TEXT NOT NULL CHECK (state IN ('running', 'done', 'cancelled')),
    created_at  INTEGER NOT NULL,
    ended_at    INTEGER CHECK ((ended_at IS NULL) = (state = 'running'))
) STRICT;
CREATE INDEX jobs_running ON jobs (seq) WHERE state = 'running';
CREATE INDEX jobs_of_webhook ON jobs (webhook_seq, seq);

CREATE TABLE audit_log (
    seq             INTEGER PRIMARY KEY,
    id              TEXT NOT NULL UNIQUE CHECK (length(id) = 24),
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    -- subject:action
    type            TEXT NOT NULL,
    actor_type      TEXT NOT NULL CHECK (actor_type IN ('user', 'system')),
    actor_id        TEXT,
    actor_name      TEXT NOT NULL,
    target_type     TEXT NOT NULL,
    target_id       TEXT NOT NULL,
    target_name     TEXT NOT NULL,
    outcome         TEXT NOT NULL CHECK (outcome IN ('success', 'failure')),
    -- Why, or what else there is to say.
    detail          TEXT,
    created_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX audit_log_of_organization ON audit_log (organization_id, seq);
CREATE TRIGGER audit_log_is_append_only BEFORE UPDATE ON audit_log
BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
