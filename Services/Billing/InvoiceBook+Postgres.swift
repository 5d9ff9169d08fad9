import Contracts
import FoundationEssentials
import Money
import Postgres

extension InvoiceBook {
    /// Loads what the commands touch and locks it: customers, then invoices, each in the order of
    /// their ids, so that two batches wait for each other and never deadlock. The invoice counters
    /// come last, in `takeNumbers`.
    ///
    /// `credited` are the invoices that credit notes of the batch give back from.
    init(
        for commands: [InvoiceCommand], crediting credited: [InvoiceID],
        in tx: borrowing Transaction
    ) throws {
        var openings: [(tenant: String, command: OpenInvoice)] = []
        var ended = credited.map(\.uuid)
        for command in commands {
            switch command.kind {
            case .open(let open): openings.append((command.tenant, open))
            case .void(let void): ended.append(void.invoice.uuid)
            case .settle(let settle): ended.append(settle.invoice.uuid)
            }
        }
        if !openings.isEmpty {
            try lockPayers(of: openings, in: tx)
            try loadPlans(for: openings, in: tx)
        }
        if !ended.isEmpty { try lockInvoices(ended, in: tx) }
        // After the locks, so that nobody can use the credit that is seen here.
        if !limitedCustomers.isEmpty { try loadCredit(in: tx) }
    }

    private mutating func lockPayers(
        of openings: [(tenant: String, command: OpenInvoice)], in tx: borrowing Transaction
    ) throws {
        // One account's payments come in droves: ask for each payer once.
        let payers = Set(
            openings.map {
                Payer(
                    tenant: $0.tenant, customer: $0.command.customer?.uuid,
                    account: $0.command.customer == nil ? $0.command.source.uuid : nil)
            })
        let rows = try tx.query(
            BillingQueries.lockPayers, payers.map(\.tenant), payers.map(\.customer),
            payers.map(\.account))
        for row in rows {
            add(
                Customer(
                    id: try row.id(0), tenant: try row.read(1), account: try row.id(2),
                    isSuspended: try row.read(3, as: String.self) == "suspended",
                    creditLimit: try row.read(4)))
        }
    }

    private mutating func loadPlans(
        for openings: [(tenant: String, command: OpenInvoice)], in tx: borrowing Transaction
    ) throws {
        let wanted = Set(
            openings.map { PlanKey(tenant: $0.tenant, currency: $0.command.amount.currency.code) })
        let rows = try tx.query(
            BillingQueries.plansInForce, wanted.map(\.tenant), wanted.map(\.currency))
        for row in rows { add(try FeePlan(row), inForceFor: try row.read(6)) }
    }

    private mutating func lockInvoices(_ ids: [UUID], in tx: borrowing Transaction) throws {
        for row in try tx.query(BillingQueries.lockInvoices, ids) {
            let currency = try row.currency(7)
            add(
                Invoice(
                    id: try row.id(0), tenant: try row.read(1), payment: try row.id(2),
                    customer: try row.optionalID(3),
                    amount: Money(try row.read(6), currency),
                    fee: Money(try row.read(8), currency), tax: Money(try row.read(9), currency),
                    status: try row.status(4), number: try row.read(5)))
        }
    }

    private mutating func loadCredit(in tx: borrowing Transaction) throws {
        for row in try tx.query(BillingQueries.creditUsed, limitedCustomers.map(\.uuid)) {
            add(
                creditUsed: Money(try row.read(2), try row.currency(1)), by: try row.id(0))
        }
    }
}

// MARK: - Writing

extension InvoiceBook {
    /// Queues the new invoices with their lines, and the end of the voided ones.
    func writeOpenedAndVoided(in tx: borrowing Transaction) throws {
        if !openings.isEmpty { try insertOpenings(in: tx) }
        if !voided.isEmpty { try tx.execute(BillingQueries.voidInvoices, voided.map(\.uuid)) }
    }

    private func insertOpenings(in tx: borrowing Transaction) throws {
        var lineInvoices: [UUID] = []
        var linePositions: [Int64] = []
        var lineDescriptions: [String] = []
        var lineAmounts: [Int64] = []
        for opening in openings {
            for (index, line) in opening.charge.lines.enumerated() {
                lineInvoices.append(opening.command.invoice.uuid)
                linePositions.append(Int64(index + 1))
                lineDescriptions.append(line.description)
                lineAmounts.append(line.amount.minorUnits)
            }
        }
        try tx.execute(
            BillingQueries.insertInvoices,
            openings.map(\.command.invoice.uuid), openings.map(\.tenant),
            openings.map(\.command.payment.uuid), openings.map(\.saga.uuid),
            openings.map(\.customer?.uuid), openings.map(\.command.source.uuid),
            openings.map(\.command.destination.uuid), openings.map(\.command.amount.minorUnits),
            openings.map(\.command.amount.currency.code), openings.map(\.charge.fee.minorUnits),
            openings.map(\.charge.tax.minorUnits), openings.map(\.feePlan.uuid),
            lineInvoices, linePositions, lineDescriptions, lineAmounts)
    }

    /// Gives the settled invoices their numbers and queues their end.
    ///
    /// One range a tenant. From here to the commit nobody else of the tenant can settle, so this
    /// comes after everything that may wait.
    mutating func settle(in tx: borrowing Transaction) throws {
        guard !settled.isEmpty else { return }
        let rows = try tx.query(
            BillingQueries.takeNumbers, Array(settled.keys), settled.values.map { Int64($0.count) })
        for row in rows { number(try row.read(0), upTo: try row.read(1)) }

        let ids = settled.values.flatMap { $0 }
        try tx.execute(
            BillingQueries.settleInvoices, ids.map(\.uuid), try ids.map { try givenNumber(of: $0) })
    }
}

private struct Payer: Hashable {
    let tenant: String
    let customer: UUID?
    let account: UUID?
}

private struct PlanKey: Hashable {
    let tenant: String
    let currency: String
}
