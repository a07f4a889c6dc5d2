-- Which delivery a row's newest attempt was of, and when that ended: how a webhook's newest attempt ended is asked in every
-- list, and its newest deliveries may be a million that nobody has tried yet.
ALTER TABLE activity ADD COLUMN last_at INTEGER;
ALTER TABLE activity ADD COLUMN last_delivery_seq INTEGER;
-- Of no column that changes while a row is counted up, so that it costs nothing there.
CREATE INDEX activity_of_webhook ON activity (webhook_seq, start);

UPDATE activity SET last_at = start * 1000,
    last_delivery_seq = (SELECT max(seq) FROM deliveries
                         WHERE webhook_seq = activity.webhook_seq AND attempts > 0 AND test = 0)
WHERE (webhook_seq, start) IN (SELECT webhook_seq, max(start) FROM activity GROUP BY webhook_seq);
