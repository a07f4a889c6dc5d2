-- A job may be for the deliveries of a span of time: only those made before then; NULL: all.
ALTER TABLE jobs ADD COLUMN until INTEGER;
