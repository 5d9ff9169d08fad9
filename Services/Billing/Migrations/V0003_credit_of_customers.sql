-- Only customers have credit: the invoices of everybody else need not be in its index.

DROP INDEX invoice_open_credit;
CREATE INDEX invoice_open_credit ON invoice (customer, currency) INCLUDE (amount)
    WHERE status = 'open' AND customer IS NOT NULL;
