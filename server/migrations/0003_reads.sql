-- What is asked for by its state is found by its state. Cancelling is rare, so this costs nothing where it counts.
CREATE INDEX deliveries_cancelled ON deliveries (webhook_seq, seq) WHERE state = 'cancelled';

-- The highest numbers of rows when the retention last took some: none is given twice, even when all of them are gone.
CREATE TABLE last_rows (
    one          INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    event_seq    INTEGER NOT NULL,
    delivery_seq INTEGER NOT NULL
) STRICT;
INSERT INTO last_rows (one, event_seq, delivery_seq) VALUES (1, 0, 0);
