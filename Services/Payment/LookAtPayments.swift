import Contracts
import Postgres
import Saga
import ServiceHost

/// Looks at the payments of requests that wait, those together that are woken together: where each
/// looked for itself, a service whose callers all wait completed half as many payments.
struct LookAtPayments: Sendable {
    /// A payment as it stands; with its timeline, if it has ended.
    struct Look: Sendable {
        let payment: Payment
        let ended: PaymentView?
    }

    private struct Asked: Sendable {
        let tenant: String
        let id: PaymentID
    }

    private let queue: BatchQueue<Asked, Look?>

    init(database: Database) {
        queue = BatchQueue("looks at payments") { asked in
            try await database.read { tx in try Self.look(asked, in: tx) }
        }
    }

    /// One look at the tenant's payment of that id. Throws 404.
    func callAsFunction(_ id: PaymentID, tenant: String) async throws -> Look {
        guard let look = try await queue.perform(Asked(tenant: tenant, id: id)) else {
            throw Problem.noPayment(id)
        }
        return look
    }

    /// Ends are shown in the transaction that sees them.
    private static func look(_ asked: [Asked], in tx: borrowing Transaction) throws -> [Look?] {
        let rows = try tx.query(
            PaymentQueries.findEach, asked.map(\.tenant), asked.map(\.id.uuid))
        var found = [Payment?](repeating: nil, count: asked.count)
        for row in rows { found[try row.read(21, as: Int.self) - 1] = try Payment(row) }
        let ended = found.compactMap { $0 }.filter { $0.status != .processing }
        let timelines = try SagaTimeline.read(ended.map(\.saga), in: tx)
        return found.map { payment in
            payment.map { payment in
                Look(
                    payment: payment,
                    ended: payment.status == .processing
                        ? nil : PaymentView(payment, timeline: timelines[payment.saga] ?? []))
            }
        }
    }
}
