import Contracts
import Postgres
import Saga
import ServiceHost

/// `GET /v1/payments/{id}`, and what `Prefer: wait` answers: one payment with its timeline.
enum GetPayment {
    static func handle(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        let payment = try find(try scope.id(), tenant: scope.tenant, in: tx)
        return .ok(try view(payment, in: tx))
    }

    /// Waits for the payment's end as long as the request would: 201 with the final state if it
    /// ended, else 202 as it stands.
    static func whenEnded(
        _ resource: String, _ scope: RequestScope, _ database: Database,
        _ waiting: Waiting<PaymentID>, _ isFresh: Bool
    ) async throws -> Answer {
        guard let id = PaymentID(resource) else { throw Problem.notFound }
        // One transaction a look: an end is shown in the one that sees it.
        let (payment, shown) = try await waiting.look(
            for: id, upTo: .seconds(scope.preferWaitSeconds ?? 0), isFresh: isFresh
        ) {
            try await database.read { tx in
                let payment = try find(id, tenant: scope.tenant, in: tx)
                return (payment, payment.status == .processing ? nil : try view(payment, in: tx))
            }
        } until: {
            $0.1 != nil
        }
        if let shown { return .created(shown, location: payment.location) }
        let standing = try await database.read { tx in try view(payment, in: tx) }
        return .accepted(standing, location: payment.location)
    }

    /// The tenant's payment of that id. Throws 404.
    static func find(
        _ id: PaymentID, tenant: String, in tx: borrowing Transaction
    ) throws -> Payment {
        guard let row = try tx.query(PaymentQueries.find, tenant, id.uuid).first else {
            throw Problem.notFound(detail: "There is no payment '\(id)'.")
        }
        return try Payment(row)
    }

    static func view(
        _ payment: Payment, in tx: borrowing Transaction
    ) throws -> PaymentView {
        PaymentView(payment, timeline: try SagaTimeline.read(payment.saga, in: tx))
    }
}
