-- One transfer of 1.00 by pgledger's own function.
{accounts}
SELECT id FROM pgledger_create_transfer(
    (SELECT id FROM bench.numbered WHERE number = :debtor),
    (SELECT id FROM bench.numbered WHERE number = :creditor), 1.00);
