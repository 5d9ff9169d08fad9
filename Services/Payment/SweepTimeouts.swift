import Contracts
import Postgres
import Saga
import ServiceHost

/// Moves the sagas on whose participants kept silent: asks again, or gives up and compensates.
struct SweepTimeouts: Sendable {
    /// Sagas of one transaction. What is left over is taken by the next.
    private static let limit = 500

    let runner: SagaRunner<PaymentProgress>
    let waiting: Waiting
    let database: Database

    func callAsFunction() async throws {
        let isOverdue = try await database.read { tx in
            try tx.query(PaymentQueries.overdue).first?.read(0) ?? false
        }
        guard isOverdue else { return }
        _ = try await database.transaction { tx in
            let ended = try runner.expire(limit: Self.limit, in: tx)
            try Failpoint.hit("payment.timeouts.before-commit")
            return ended
        }
        try Failpoint.hit("payment.timeouts.after-commit")
        waiting.announce()
    }
}
