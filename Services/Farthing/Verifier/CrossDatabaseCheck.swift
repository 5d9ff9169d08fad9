import Contracts
import FoundationEssentials
import Postgres

/// Compares what the three databases know, saga by saga, in windows of bounded size.
///
/// The databases cannot be joined, and there is no moment that all three agree on: this is only
/// true of a system at rest.
struct CrossDatabaseCheck: Sendable {
    /// Sagas per window: a few megabytes.
    private static let window = 5000
    /// One agreement per saga, made up of these.
    static let checks = 7

    let payment: Database
    let ledger: Database
    let billing: Database

    /// Throws `PostgresError`.
    func run() async throws -> (findings: [Finding], payments: Int) {
        var findings: [Finding] = []
        var count = 0
        var last = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
        var isOver = false
        while !isOver {
            let window = try await payments(after: last)
            isOver = window.count < Self.window
            let end = isOver ? Self.maximum : window.last?.saga ?? Self.maximum
            let facts = try await facts(of: window, after: last, upTo: end)
            for (saga, facts) in facts {
                findings += SagaAgreement.findings(SagaID(saga), facts)
            }
            count += window.count
            last = end
        }
        return (findings.sorted { $0.subject < $1.subject }, count)
    }

    private static let maximum = UUID(
        uuid: (255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255))

    private func payments(
        after last: UUID
    ) async throws -> [(saga: UUID, payment: SagaFacts.Payment)] {
        try await payment.read { tx in
            try tx.query(SagaFactQueries.payments, last, Self.window).map { row in
                (saga: try row.read(0), payment: try SagaFacts.Payment(row))
            }
        }
    }

    /// Everything that is known of the window's sagas, and of sagas between them that no payment
    /// has.
    private func facts(
        of window: [(saga: UUID, payment: SagaFacts.Payment)], after first: UUID, upTo last: UUID
    ) async throws -> [UUID: SagaFacts] {
        async let holds = rows(SagaFactQueries.holds, in: ledger, first, last, SagaFacts.Hold.init)
        async let lines = rows(SagaFactQueries.lines, in: ledger, first, last, SagaFacts.Line.init)
        async let invoices = rows(
            SagaFactQueries.invoices, in: billing, first, last, SagaFacts.Invoice.init)
        async let refunds = rows(
            SagaFactQueries.refunds, in: payment, first, last, SagaFacts.Refund.init)
        async let notes = rows(
            SagaFactQueries.creditNotes, in: billing, first, last, SagaFacts.CreditNote.init)

        var facts: [UUID: SagaFacts] = [:]
        for (saga, payment) in window { facts[saga, default: SagaFacts()].payment = payment }
        for (saga, hold) in try await holds { facts[saga, default: SagaFacts()].holds.append(hold) }
        for (saga, line) in try await lines { facts[saga, default: SagaFacts()].lines.append(line) }
        for (saga, invoice) in try await invoices {
            facts[saga, default: SagaFacts()].invoices.append(invoice)
        }
        for (saga, refund) in try await refunds {
            facts[saga, default: SagaFacts()].refund = refund
        }
        for (saga, note) in try await notes {
            facts[saga, default: SagaFacts()].creditNotes.append(note)
        }
        return facts
    }

    private func rows<Fact: Sendable>(
        _ query: Statement, in database: Database, _ first: UUID, _ last: UUID,
        _ read: @escaping @Sendable (Row) throws -> Fact
    ) async throws -> [(saga: UUID, fact: Fact)] {
        try await database.read { tx in
            try tx.query(query, first, last).map { (saga: try $0.read(0), fact: try read($0)) }
        }
    }
}
