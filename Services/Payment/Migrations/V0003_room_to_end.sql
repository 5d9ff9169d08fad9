-- Room on its page for a payment as it ended: one that has to go to another page is written to the
-- log twice.
ALTER TABLE payment SET (fillfactor = 70);
