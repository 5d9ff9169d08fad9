-- A record's key may be longer than the 2.7 kB that an index takes, and what is set aside must be
-- written down whatever it is: so keys are found by their digest.
DROP INDEX dead_letters_by_key;
CREATE INDEX dead_letters_by_key ON dead_letters (topic, sha256(key), id);
