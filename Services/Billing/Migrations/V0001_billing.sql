-- Customers, fee plans, invoices. Needs component "outbox" for refuse_change().

-- Who pays. Found by name in a payment, or by the account that a payment comes from.
CREATE TABLE customer (
    id uuid PRIMARY KEY,
    tenant text NOT NULL,
    account uuid NOT NULL,
    name text NOT NULL CHECK (name <> ''),
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
    -- Minor units that open invoices of one currency may add up to; NULL is no limit.
    credit_limit bigint CHECK (credit_limit >= 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant, id),
    UNIQUE (tenant, account)
);

-- What a payment costs. The newest plan of a (tenant, currency) is in force; older ones stay,
-- because invoices point at the plan that they were worked out by.
CREATE TABLE fee_plan (
    id uuid PRIMARY KEY,
    tenant text NOT NULL,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    percent_bp bigint NOT NULL CHECK (percent_bp BETWEEN 0 AND 10000),
    fixed bigint NOT NULL CHECK (fixed BETWEEN 0 AND 99999999999999),
    tax_bp bigint NOT NULL CHECK (tax_bp BETWEEN 0 AND 10000),
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant, currency, id)
);

CREATE INDEX fee_plan_in_force ON fee_plan (tenant, currency, created_at DESC, id DESC);
CREATE INDEX fee_plan_by_tenant ON fee_plan (tenant, id);

-- One per payment: open while the payment is under way, then settled or voided for good.
CREATE TABLE invoice (
    id uuid PRIMARY KEY,
    tenant text NOT NULL,
    payment uuid NOT NULL UNIQUE,
    saga uuid NOT NULL UNIQUE,
    customer uuid,
    source uuid NOT NULL,
    destination uuid NOT NULL,
    amount bigint NOT NULL CHECK (amount BETWEEN 1 AND 99999999999999),
    currency text NOT NULL,
    fee bigint NOT NULL CHECK (fee >= 0),
    tax bigint NOT NULL CHECK (tax >= 0),
    fee_plan uuid NOT NULL,
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'voided', 'settled')),
    number bigint CHECK (number >= 1),
    created_at timestamptz NOT NULL DEFAULT now(),
    settled_at timestamptz,
    voided_at timestamptz,
    UNIQUE (tenant, number),
    FOREIGN KEY (tenant, customer) REFERENCES customer (tenant, id),
    FOREIGN KEY (tenant, currency, fee_plan) REFERENCES fee_plan (tenant, currency, id),
    CONSTRAINT invoice_within_amount CHECK (fee + tax <= amount),
    CONSTRAINT invoice_numbered_when_settled CHECK ((number IS NOT NULL) = (status = 'settled')),
    CONSTRAINT invoice_settled_at_known CHECK ((settled_at IS NOT NULL) = (status = 'settled')),
    CONSTRAINT invoice_voided_at_known CHECK ((voided_at IS NOT NULL) = (status = 'voided'))
);

CREATE INDEX invoice_by_tenant ON invoice (tenant, id);
CREATE INDEX invoice_by_customer ON invoice (customer, id) WHERE customer IS NOT NULL;
-- Answers a credit check from the index alone.
CREATE INDEX invoice_open_credit ON invoice (customer, currency) INCLUDE (amount)
    WHERE status = 'open';

-- What the total of an invoice is made of.
CREATE TABLE invoice_line (
    invoice uuid NOT NULL REFERENCES invoice,
    position bigint NOT NULL CHECK (position >= 1),
    description text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    PRIMARY KEY (invoice, position)
);

-- The last invoice number given. Its row lock is what makes the numbers gapless: whoever takes
-- numbers holds it until the commit that uses them, and a rollback gives them back.
CREATE TABLE invoice_counter (
    tenant text PRIMARY KEY,
    last bigint NOT NULL CHECK (last >= 1)
);

CREATE TRIGGER fee_plan_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON fee_plan
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_line_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON invoice_line
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_kept BEFORE DELETE OR TRUNCATE ON invoice
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- An invoice begins open, ends once, and nothing else of it ever changes.
CREATE FUNCTION refuse_invoice_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'invoice % may not become %', NEW.id, NEW.status
        USING ERRCODE = 'check_violation';
END $$;

CREATE TRIGGER invoice_begins_open BEFORE INSERT ON invoice
    FOR EACH ROW WHEN (NEW.status <> 'open')
    EXECUTE FUNCTION refuse_invoice_change();

CREATE TRIGGER invoice_ends_once BEFORE UPDATE ON invoice
    FOR EACH ROW WHEN (
        OLD.status <> 'open' OR NEW.status = 'open'
        OR (NEW.id, NEW.tenant, NEW.payment, NEW.saga, NEW.customer, NEW.source, NEW.destination,
            NEW.amount, NEW.currency, NEW.fee, NEW.tax, NEW.fee_plan, NEW.created_at)
        IS DISTINCT FROM
           (OLD.id, OLD.tenant, OLD.payment, OLD.saga, OLD.customer, OLD.source, OLD.destination,
            OLD.amount, OLD.currency, OLD.fee, OLD.tax, OLD.fee_plan, OLD.created_at))
    EXECUTE FUNCTION refuse_invoice_change();

-- Lines sum to the total. Invoices and their lines are inserted by one statement, at whose end
-- this looks at all of them at once.
CREATE FUNCTION refuse_uneven_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    uneven uuid;
BEGIN
    IF TG_TABLE_NAME = 'invoice' THEN
        SELECT fresh.id INTO uneven FROM fresh
        WHERE fresh.fee + fresh.tax <> (
            SELECT coalesce(sum(line.amount), 0) FROM invoice_line line
            WHERE line.invoice = fresh.id)
        LIMIT 1;
    ELSE
        SELECT invoice.id INTO uneven FROM invoice
        WHERE invoice.id IN (SELECT fresh.invoice FROM fresh)
          AND invoice.fee + invoice.tax <> (
            SELECT coalesce(sum(line.amount), 0) FROM invoice_line line
            WHERE line.invoice = invoice.id)
        LIMIT 1;
    END IF;
    IF uneven IS NOT NULL THEN
        RAISE EXCEPTION 'lines of invoice % do not sum to its total', uneven
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER invoice_lines_sum AFTER INSERT ON invoice
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_uneven_invoice();
CREATE TRIGGER invoice_line_sum AFTER INSERT ON invoice_line
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_uneven_invoice();

-- At commit, every number that the counter gave must be on an invoice.
CREATE FUNCTION refuse_number_gap() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    taken_from bigint := 0;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        taken_from := OLD.last;
    END IF;
    IF NEW.last - taken_from <> (
        SELECT count(*) FROM invoice
        WHERE tenant = NEW.tenant AND number > taken_from AND number <= NEW.last)
    THEN
        RAISE EXCEPTION 'invoice numbers % to % of tenant % are not all used',
            taken_from + 1, NEW.last, NEW.tenant
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER invoice_counter_gapless AFTER INSERT OR UPDATE ON invoice_counter
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_number_gap();
CREATE TRIGGER invoice_counter_kept BEFORE DELETE OR TRUNCATE ON invoice_counter
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT, UPDATE (status) ON customer TO farthing_service;
GRANT SELECT, INSERT ON fee_plan, invoice_line TO farthing_service;
GRANT SELECT, INSERT, UPDATE (status, number, settled_at, voided_at) ON invoice
    TO farthing_service;
GRANT SELECT, INSERT, UPDATE (last) ON invoice_counter TO farthing_service;
