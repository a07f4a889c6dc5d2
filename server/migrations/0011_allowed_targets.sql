-- Which of the private targets that the server allows an organization's webhooks may call: a JSON list; NULL: all of them.
ALTER TABLE organizations ADD COLUMN allowed_targets TEXT;
