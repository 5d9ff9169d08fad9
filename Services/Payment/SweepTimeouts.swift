import Contracts
import Postgres
import Saga
import ServiceHost

/// Moves the sagas on whose participants kept silent: asks again, or gives up and compensates.
struct SweepTimeouts: Sendable {
    /// Sagas of one definition and transaction. What is left over is taken by the next.
    private static let limit = 500

    let payments: SagaRunner<PaymentProgress>
    let refunds: SagaRunner<RefundProgress>
    let database: Database

    /// Tells whether anything was overdue.
    func callAsFunction() async throws -> Bool {
        let isOverdue = try await database.read { tx in
            try tx.query(PaymentQueries.overdue).first?.read(0) ?? false
        }
        guard isOverdue else { return false }
        try await database.transaction { tx in
            _ = try payments.expire(limit: Self.limit, in: tx)
            _ = try refunds.expire(limit: Self.limit, in: tx)
            try Failpoint.hit("payment.timeouts.before-commit")
        }
        try Failpoint.hit("payment.timeouts.after-commit")
        return true
    }
}
