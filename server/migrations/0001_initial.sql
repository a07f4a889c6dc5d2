-- Ids are 24 hex digits, times are milliseconds since 1970 in UTC, *_key columns are what names compare by.

CREATE TABLE settings (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE organizations (
    id            TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 24),
    name          TEXT NOT NULL,
    name_key      TEXT NOT NULL UNIQUE,
    -- The one made at first run: it owns the platform's webhooks.
    platform      INTEGER NOT NULL DEFAULT 0 CHECK (platform IN (0, 1)),
    -- NULL: no limit.
    seats         INTEGER CHECK (seats >= 0),
    -- Of its newest event; it only grows.
    last_sequence INTEGER NOT NULL DEFAULT 0,
    created_at    INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX organizations_platform ON organizations (platform) WHERE platform = 1;

CREATE TABLE users (
    id              TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 24),
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    username        TEXT NOT NULL,
    username_key    TEXT NOT NULL UNIQUE,
    email           TEXT NOT NULL,
    email_key       TEXT NOT NULL UNIQUE,
    name            TEXT NOT NULL,
    name_key        TEXT NOT NULL,
    active          INTEGER NOT NULL CHECK (active IN (0, 1)),
    admin           INTEGER NOT NULL DEFAULT 0 CHECK (admin IN (0, 1)),
    complimentary   INTEGER NOT NULL DEFAULT 0 CHECK (complimentary IN (0, 1)),
    -- Argon2id as a PHC string; NULL: cannot sign in with a password.
    password_hash   TEXT,
    created_at      INTEGER NOT NULL,
    -- NULL until the first log in, which fires USER_CREATED.
    last_login_at   INTEGER
) STRICT;
CREATE INDEX users_of_organization ON users (organization_id, username_key);

CREATE TABLE groups (
    id              TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 24),
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    name            TEXT NOT NULL,
    name_key        TEXT NOT NULL,
    description     TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    UNIQUE (organization_id, name_key)
) STRICT;

CREATE TABLE group_roles (
    group_id TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    role     TEXT NOT NULL CHECK (role IN ('org:admin', 'org:users')),
    PRIMARY KEY (group_id, role)
) STRICT, WITHOUT ROWID;

CREATE TABLE group_members (
    group_id TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    user_id  TEXT NOT NULL REFERENCES users (id),
    added_at INTEGER NOT NULL,
    PRIMARY KEY (group_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_members_of_user ON group_members (user_id);

CREATE TABLE sessions (
    -- SHA-256 of the cookie's token.
    token_hash   BLOB NOT NULL PRIMARY KEY CHECK (length(token_hash) = 32),
    user_id      TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at   INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_of_user ON sessions (user_id);

CREATE TABLE api_keys (
    id         TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 24),
    user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title      TEXT NOT NULL,
    -- SHA-256 of the whole key.
    key_hash   BLOB NOT NULL UNIQUE CHECK (length(key_hash) = 32),
    -- Its last characters, to tell keys apart.
    hint       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER
) STRICT;
CREATE INDEX api_keys_of_user ON api_keys (user_id);

CREATE TABLE webhooks (
    id              TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 24),
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
    created_at      INTEGER NOT NULL,
    -- The row stays until its history ends; its name is free again.
    deleted_at      INTEGER
) STRICT;
CREATE UNIQUE INDEX webhooks_name ON webhooks (organization_id, platform, name_key) WHERE deleted_at IS NULL;
CREATE INDEX webhooks_of_type ON webhooks (type, organization_id) WHERE deleted_at IS NULL;
CREATE INDEX webhooks_of_platform ON webhooks (type) WHERE deleted_at IS NULL AND platform = 1;

CREATE TABLE events (
    seq             INTEGER PRIMARY KEY,
    id              TEXT NOT NULL UNIQUE CHECK (length(id) = 24),
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    -- Grows by one within the organization.
    sequence        INTEGER NOT NULL,
    type            TEXT NOT NULL CHECK (type IN ('USER_CREATED', 'USER_DISABLED', 'USER_REMOVED_FROM_GROUP', 'USER_LOGIN')),
    -- JSON, byte for byte as it is sent.
    payload         TEXT NOT NULL,
    happened_at     INTEGER NOT NULL,
    UNIQUE (organization_id, sequence)
) STRICT;

CREATE TABLE deliveries (
    seq             INTEGER PRIMARY KEY,
    id              TEXT NOT NULL UNIQUE CHECK (length(id) = 24),
    event_id        TEXT NOT NULL REFERENCES events (id),
    webhook_id      TEXT NOT NULL REFERENCES webhooks (id),
    state           TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'failed', 'held', 'cancelled')),
    -- The body up to its payload: body = head || ',"payload":' || events.payload || '}'.
    head            TEXT NOT NULL,
    attempts        INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    due_at          INTEGER CHECK ((due_at IS NOT NULL) = (state = 'pending')),
    created_at      INTEGER NOT NULL,
    delivered_at    INTEGER CHECK ((delivered_at IS NOT NULL) = (state = 'delivered'))
) STRICT;
-- The engine's index: what is due, webhook by webhook. Its queries repeat the predicate literally.
CREATE INDEX deliveries_due ON deliveries (webhook_id, due_at) WHERE state = 'pending';
CREATE INDEX deliveries_held ON deliveries (webhook_id) WHERE state = 'held';
CREATE INDEX deliveries_of_webhook ON deliveries (webhook_id, seq);
CREATE INDEX deliveries_of_event ON deliveries (event_id);

CREATE TABLE attempts (
    delivery_seq     INTEGER NOT NULL REFERENCES deliveries (seq),
    number           INTEGER NOT NULL CHECK (number >= 1),
    trigger          TEXT NOT NULL CHECK (trigger IN ('scheduled', 'manual', 'test')),
    started_at       INTEGER NOT NULL,
    duration_ms      INTEGER NOT NULL,
    url              TEXT NOT NULL,
    status           INTEGER,
    error_class      TEXT,
    error_text       TEXT,
    -- JSON, and what was kept of the body; all NULL where there was no answer.
    response_headers TEXT,
    response_body    TEXT,
    response_cut     INTEGER CHECK (response_cut IN (0, 1)),
    PRIMARY KEY (delivery_seq, number)
) STRICT, WITHOUT ROWID;
