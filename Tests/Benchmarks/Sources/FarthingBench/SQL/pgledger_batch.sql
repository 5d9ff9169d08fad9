-- Many transfers in one transaction by pgledger's own function.
\set batch random(1, {batches})
SELECT id FROM pgledger_create_transfers(
    (SELECT transfers FROM bench.batch WHERE spread = '{spread}' AND number = :batch));
