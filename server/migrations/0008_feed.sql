-- The feed of events: what the retention took of each organization, and events by whom they are about.

-- The highest sequence that was removed: what comes after it is all there.
ALTER TABLE organizations ADD COLUMN pruned_sequence INTEGER NOT NULL DEFAULT 0;
UPDATE organizations SET pruned_sequence = CASE
    WHEN last_sequence > coalesce((SELECT max(sequence) FROM events WHERE organization_id = organizations.id), 0)
    THEN last_sequence
    ELSE coalesce((SELECT max(e.sequence) - 1 FROM events AS e
                   WHERE e.organization_id = organizations.id
                       AND NOT EXISTS (SELECT 1 FROM events AS before
                                       WHERE before.organization_id = e.organization_id
                                           AND before.sequence = e.sequence - 1)), 0)
END;

CREATE INDEX events_of_username ON events (organization_id, lower(payload ->> 'username'), sequence)
WHERE sequence IS NOT NULL;
CREATE INDEX events_of_email ON events (organization_id, lower(payload ->> 'email'), sequence)
WHERE sequence IS NOT NULL;
