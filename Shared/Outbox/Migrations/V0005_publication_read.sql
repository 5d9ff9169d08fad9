-- Which publication the relay's slot was read with: what the log passed over while it was another
-- is published from the table. NULL where no relay has kept it yet.
ALTER TABLE relay_checkpoint ADD COLUMN publication text;
