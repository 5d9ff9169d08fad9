import Contracts
import FoundationEssentials
import Postgres

/// Wakes the requests that wait for what another process of the service has ended.
struct FindEnds: Sendable {
    let payments: Waiting<PaymentID>
    let refunds: Waiting<RefundID>
    let database: Database

    func callAsFunction() async throws {
        try await payments.wake { awaited in
            try await ended(PaymentQueries.ended, among: awaited.map(\.uuid)).map(PaymentID.init)
        }
        try await refunds.wake { awaited in
            try await ended(RefundQueries.ended, among: awaited.map(\.uuid)).map(RefundID.init)
        }
    }

    private func ended(_ statement: Statement, among ids: [UUID]) async throws -> [UUID] {
        try await database.read { tx in
            try tx.query(statement, ids).map { try $0.read(0) }
        }
    }
}
