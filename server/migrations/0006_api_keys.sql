-- An API key's title is unique for its user, and its last use is known.
ALTER TABLE api_keys ADD COLUMN title_key TEXT NOT NULL DEFAULT '';
ALTER TABLE api_keys ADD COLUMN last_used_at INTEGER;
UPDATE api_keys SET title_key = lower(title);
CREATE UNIQUE INDEX api_keys_title ON api_keys (user_id, title_key);
