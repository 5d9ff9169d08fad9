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
        _ look: LookAtPayments, _ waiting: Waiting<PaymentID>, _ isFresh: Bool
    ) async throws -> Answer {
        guard let id = PaymentID(resource) else { throw Problem.notFound }
        let seen = try await waiting.look(
            for: id, upTo: .seconds(scope.preferWaitSeconds ?? 0), isFresh: isFresh
        ) {
            try await look(id, tenant: scope.tenant)
        } until: {
            $0.ended != nil
        }
        let location = seen.payment.location
        if let ended = seen.ended { return .created(ended, location: location) }
        let standing = try await database.read { tx in try view(seen.payment, in: tx) }
        return .accepted(standing, location: location)
    }

    /// The tenant's payment of that id. Throws 404.
    static func find(
        _ id: PaymentID, tenant: String, in tx: borrowing Transaction
    ) throws -> Payment {
        guard let row = try tx.query(PaymentQueries.find, tenant, id.uuid).first else {
            throw Problem.noPayment(id)
        }
        return try Payment(row)
    }

    static func view(
        _ payment: Payment, in tx: borrowing Transaction
    ) throws -> PaymentView {
        PaymentView(payment, timeline: try SagaTimeline.read(payment.saga, in: tx))
    }
}

extension Problem {
    /// 404, for a payment that is not the tenant's.
    static func noPayment(_ id: PaymentID) -> Problem {
        .notFound(detail: "There is no payment '\(id)'.")
    }
}
