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

    /// Throws what kept one of the definitions from being swept; the other one was.
    func callAsFunction() async throws {
        let isOverdue = try await database.read { tx in
            try tx.query(PaymentQueries.overdue).first?.read(0) ?? false
        }
        guard isOverdue else { return }
        for swept in [await sweep(payments), await sweep(refunds)] { try swept.get() }
        try Failpoint.hit("payment.timeouts.after-commit")
    }

    private func sweep<State>(_ runner: SagaRunner<State>) async -> Result<Void, any Error> {
        do {
            return .success(
                try await runner.expire(limit: Self.limit, in: database) {
                    try Failpoint.hit("payment.timeouts.before-commit")
                })
        } catch {
            return .failure(error)
        }
    }
}
