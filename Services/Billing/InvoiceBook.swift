import Contracts
import Money

/// The working set of one batch of commands: what they touch, and what becomes of it. Pure.
///
/// The rows that a batch names are loaded and locked first; then each command is decided in order
/// against the book, so that a command sees what the ones before it did; then the changes are
/// written by a handful of set-based statements.
struct InvoiceBook {
    /// What an invoice is opened or refused by.
    struct Customer: Sendable {
        let id: CustomerID
        let tenant: String
        let account: AccountID
        let isSuspended: Bool
        /// Minor units, of each currency apart; `nil` is no limit.
        let creditLimit: Int64?
    }

    /// An invoice as far as commands care.
    struct Invoice: Sendable {
        enum Status: String, Sendable { case open, voided, settled }

        let id: InvoiceID
        let tenant: String
        let payment: PaymentID
        let customer: CustomerID?
        let amount: Money
        let fee: Money
        let tax: Money
        var status: Status
        var number: Int64?
    }

    /// An invoice to insert.
    struct Opening: Sendable {
        let command: OpenInvoice
        let tenant: String
        let saga: SagaID
        let customer: CustomerID?
        let feePlan: FeePlanID
        let charge: Charge
    }

    /// What a command came to.
    enum Verdict: Equatable, Sendable {
        case changed(InvoiceID, InvoiceChanged.Change)
        /// Done before, or nothing to do.
        case unchanged(InvoiceID)
        case refused(Refusal)
    }

    private var customers: [CustomerID: Customer] = [:]
    private var registered: [Owned<AccountID>: CustomerID] = [:]
    private var plans: [Owned<Currency>: FeePlan] = [:]
    private var credit: [CreditLine: Int64] = [:]
    private(set) var invoices: [InvoiceID: Invoice] = [:]

    private(set) var openings: [Opening] = []
    private(set) var voided: [InvoiceID] = []
    /// By tenant, in the order of their commands: the order of their numbers.
    private(set) var settled: [String: [InvoiceID]] = [:]
}

// MARK: - Loading

extension InvoiceBook {
    mutating func add(_ customer: Customer) {
        customers[customer.id] = customer
        registered[Owned(customer.account, by: customer.tenant)] = customer.id
    }

    mutating func add(_ plan: FeePlan, inForceFor tenant: String) {
        plans[Owned(plan.currency, by: tenant)] = plan
    }

    mutating func add(_ invoice: Invoice) {
        invoices[invoice.id] = invoice
    }

    /// Takes in what the open invoices of a customer add up to in one currency.
    mutating func add(creditUsed: Money, by customer: CustomerID) {
        credit[CreditLine(customer: customer, currency: creditUsed.currency)] =
            creditUsed.minorUnits
    }

    /// The customers whose use of credit the commands may be refused for.
    var limitedCustomers: [CustomerID] {
        customers.values.filter { $0.creditLimit != nil }.map(\.id)
    }
}

// MARK: - Deciding

extension InvoiceBook {
    /// Decides a command of a tenant. Throws `BillingError` for one that should never have been
    /// sent, and `MoneyError` for an amount that no payment can have.
    mutating func decide(_ command: InvoiceCommand) throws -> Verdict {
        let tenant = command.tenant
        switch command.kind {
        case .open(let open): return try self.open(open, of: tenant, saga: command.saga)
        case .void(let void): return try self.void(void, of: tenant)
        case .settle(let settle): return try self.settle(settle, of: tenant)
        }
    }

    /// The named customer of the tenant.
    func customer(_ id: CustomerID, of tenant: String) -> Customer? {
        customers[id].flatMap { $0.tenant == tenant ? $0 : nil }
    }

    /// The customer that is registered for an account.
    func customer(payingFrom account: AccountID, of tenant: String) -> Customer? {
        registered[Owned(account, by: tenant)].flatMap { customers[$0] }
    }

    func plan(for currency: Currency, of tenant: String) -> FeePlan? {
        plans[Owned(currency, by: tenant)]
    }

    /// The invoice, if it is the tenant's.
    func invoice(_ id: InvoiceID, of tenant: String) -> Invoice? {
        invoices[id].flatMap { $0.tenant == tenant ? $0 : nil }
    }

    /// Whether one more open invoice stays within the customer's limit.
    func hasCredit(_ customer: Customer, for amount: Money) -> Bool {
        guard let limit = customer.creditLimit else { return true }
        let used = credit[CreditLine(customer: customer.id, currency: amount.currency)] ?? 0
        let (sum, overflow) = used.addingReportingOverflow(amount.minorUnits)
        return !overflow && sum <= limit
    }

    /// Writes an opened invoice into the book.
    mutating func record(_ opening: Opening) {
        let command = opening.command
        openings.append(opening)
        add(
            Invoice(
                id: command.invoice, tenant: opening.tenant, payment: command.payment,
                customer: opening.customer, amount: command.amount, fee: opening.charge.fee,
                tax: opening.charge.tax, status: .open))
        if let customer = opening.customer {
            use(command.amount.minorUnits, of: customer, command.amount.currency)
        }
    }

    /// Ends an open invoice, which gives the customer its credit back.
    mutating func end(_ invoice: Invoice, _ status: Invoice.Status) {
        invoices[invoice.id]?.status = status
        switch status {
        case .open: return
        case .voided: voided.append(invoice.id)
        case .settled: settled[invoice.tenant, default: []].append(invoice.id)
        }
        if let customer = invoice.customer {
            use(-invoice.amount.minorUnits, of: customer, invoice.amount.currency)
        }
    }

    /// Numbers the settled invoices of a tenant, the last of which gets `last`.
    mutating func number(_ tenant: String, upTo last: Int64) {
        let ids = settled[tenant, default: []]
        var number = last - Int64(ids.count)
        for id in ids {
            number += 1
            invoices[id]?.number = number
        }
    }

    /// Customers without a limit are not counted: nobody asks.
    private mutating func use(_ minorUnits: Int64, of customer: CustomerID, _ currency: Currency) {
        guard customers[customer]?.creditLimit != nil else { return }
        let line = CreditLine(customer: customer, currency: currency)
        let (sum, overflow) = credit[line, default: 0].addingReportingOverflow(minorUnits)
        credit[line] = overflow ? .max : sum
    }
}

/// A key within one tenant.
private struct Owned<Key: Hashable & Sendable>: Hashable, Sendable {
    let key: Key
    let tenant: String

    init(_ key: Key, by tenant: String) {
        self.key = key
        self.tenant = tenant
    }
}

private struct CreditLine: Hashable, Sendable {
    let customer: CustomerID
    let currency: Currency
}
