-- What is asked for by its state is found by its state. Cancelling is rare, so this costs nothing where it counts.
CREATE INDEX deliveries_cancelled ON deliveries (webhook_seq, seq) WHERE state = 'cancelled';
