-- Events are found by the beginning of a name or an e-mail: nobody can make the keys long, and what is found is compared whole.
UPDATE OR IGNORE event_subjects SET subject = substr(subject, 1, 32) WHERE length(subject) > 32;
DELETE FROM event_subjects WHERE length(subject) > 32;
