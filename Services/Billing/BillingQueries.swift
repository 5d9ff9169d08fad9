import Postgres

/// Every statement of billing.
enum BillingQueries {
    // MARK: Customers

    /// No row if the account has a customer already.
    static let insertCustomer = Statement(
        """
        INSERT INTO customer (id, tenant, account, name, credit_limit)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (tenant, account) DO NOTHING
        RETURNING id, account, name, status, credit_limit, created_at
        """)

    /// No row if there is no such customer, or it has that status already.
    static let changeCustomerStatus = Statement(
        """
        UPDATE customer SET status = $3
        WHERE tenant = $1 AND id = $2 AND status <> $3
        RETURNING id, account, name, status, credit_limit, created_at
        """)

    static let customer = Statement(
        """
        SELECT id, account, name, status, credit_limit, created_at
        FROM customer WHERE tenant = $1 AND id = $2
        """)

    /// Newest first, from below a cursor.
    static let customers = Statement(
        """
        SELECT id, account, name, status, credit_limit, created_at
        FROM customer
        WHERE tenant = $1
          AND id < coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
        ORDER BY id DESC LIMIT $3
        """)

    // MARK: Fee plans

    static let insertFeePlan = Statement(
        """
        INSERT INTO fee_plan (id, tenant, currency, percent_bp, fixed, tax_bp)
        VALUES ($1, $2, $3, $4, $5, $6)
        RETURNING id, currency, percent_bp, fixed, tax_bp, created_at
        """)

    /// Newest first, from below a cursor.
    static let feePlans = Statement(
        """
        SELECT id, currency, percent_bp, fixed, tax_bp, created_at
        FROM fee_plan
        WHERE tenant = $1
          AND id < coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
        ORDER BY id DESC LIMIT $3
        """)

    /// The newest plan of each (tenant, currency).
    static let plansInForce = Statement(
        """
        SELECT plan.id, plan.currency, plan.percent_bp, plan.fixed, plan.tax_bp, plan.created_at,
               plan.tenant
        FROM unnest($1::text[], $2::text[]) AS wanted (tenant, currency)
        CROSS JOIN LATERAL (
            SELECT * FROM fee_plan
            WHERE fee_plan.tenant = wanted.tenant AND fee_plan.currency = wanted.currency
            ORDER BY fee_plan.created_at DESC, fee_plan.id DESC LIMIT 1) AS plan
        """)

    // MARK: Invoices, read

    static let invoice = Statement(
        """
        SELECT id, payment, customer, status, number, amount, currency, fee, tax,
               created_at, settled_at, voided_at
        FROM invoice WHERE tenant = $1 AND id = $2
        """)

    /// At most one: a payment has one invoice.
    static let invoicesOfPayment = Statement(
        """
        SELECT id, payment, customer, status, number, amount, currency, fee, tax,
               created_at, settled_at, voided_at
        FROM invoice
        WHERE tenant = $1 AND payment = $2 AND ($3::uuid IS NULL OR customer = $3::uuid)
          AND id < coalesce($4::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
        """)

    /// Newest first, from below a cursor.
    static let invoicesOfCustomer = Statement(
        """
        SELECT id, payment, customer, status, number, amount, currency, fee, tax,
               created_at, settled_at, voided_at
        FROM invoice
        WHERE tenant = $1 AND customer = $2
          AND id < coalesce($3::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
        ORDER BY id DESC LIMIT $4
        """)

    /// Newest first, from below a cursor.
    static let invoices = Statement(
        """
        SELECT id, payment, customer, status, number, amount, currency, fee, tax,
               created_at, settled_at, voided_at
        FROM invoice
        WHERE tenant = $1
          AND id < coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
        ORDER BY id DESC LIMIT $3
        """)

    static let linesOfInvoices = Statement(
        """
        SELECT invoice, description, amount
        FROM invoice_line WHERE invoice = ANY ($1::uuid[])
        ORDER BY invoice, position
        """)

    // MARK: Invoices, changed by a batch of commands

    /// Locks the named customers, and the customers of the accounts where none is named.
    static let lockPayers = Statement(
        """
        SELECT id, tenant, account, status, credit_limit
        FROM customer
        WHERE id = ANY (ARRAY(
            SELECT customer.id
            FROM unnest($1::text[], $2::uuid[], $3::uuid[]) AS payer (tenant, customer, account)
            JOIN customer ON customer.tenant = payer.tenant AND customer.id = payer.customer
            WHERE customer.id = ANY ($2)
            UNION
            SELECT customer.id
            FROM unnest($1::text[], $2::uuid[], $3::uuid[]) AS payer (tenant, customer, account)
            CROSS JOIN LATERAL (
                SELECT id FROM customer
                WHERE customer.tenant = payer.tenant AND customer.account = payer.account
                OFFSET 0) AS customer))
        ORDER BY id
        FOR NO KEY UPDATE
        """)

    static let lockInvoices = Statement(
        """
        SELECT id, tenant, payment, customer, status, number, amount, currency, fee, tax
        FROM invoice WHERE id = ANY ($1::uuid[])
        ORDER BY id
        FOR NO KEY UPDATE
        """)

    /// What the open invoices of customers add up to, in each currency. A sum beyond 64 bits
    /// exceeds every limit just as well as the largest number.
    static let creditUsed = Statement(
        """
        SELECT customer, currency, least(sum(amount), 9223372036854775807)::bigint
        FROM invoice
        WHERE customer = ANY ($1::uuid[]) AND customer IS NOT NULL AND status = 'open'
        GROUP BY customer, currency
        """)

    /// Invoices and their lines in one statement, at whose end their sums are compared.
    static let insertInvoices = Statement(
        """
        WITH opened AS (
            INSERT INTO invoice (id, tenant, payment, saga, customer, source, destination,
                                 amount, currency, fee, tax, fee_plan)
            SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::uuid[],
                                 $6::uuid[], $7::uuid[], $8::bigint[], $9::text[],
                                 $10::bigint[], $11::bigint[], $12::uuid[]))
        INSERT INTO invoice_line (invoice, position, description, amount)
        SELECT * FROM unnest($13::uuid[], $14::bigint[], $15::text[], $16::bigint[])
        """)

    static let voidInvoices = Statement(
        """
        UPDATE invoice SET status = 'voided', voided_at = statement_timestamp()
        WHERE id = ANY ($1::uuid[])
        """)

    /// Takes a range of numbers for each tenant, and with it the lock that keeps them gapless.
    static let takeNumbers = Statement(
        """
        INSERT INTO invoice_counter AS counter (tenant, last)
        SELECT tenant, wanted FROM unnest($1::text[], $2::bigint[]) AS batch (tenant, wanted)
        ORDER BY tenant
        ON CONFLICT (tenant) DO UPDATE SET last = counter.last + excluded.last
        RETURNING tenant, last
        """)

    /// The time is read after the counter's lock is held: later numbers are never settled earlier.
    static let settleInvoices = Statement(
        """
        UPDATE invoice
        SET status = 'settled', number = fresh.number, settled_at = statement_timestamp()
        FROM unnest($1::uuid[], $2::bigint[]) AS fresh (id, number)
        WHERE invoice.id = fresh.id AND invoice.id = ANY ($1)
        """)
}
