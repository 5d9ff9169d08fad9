import Contracts
import Postgres
import Saga
import ServiceHost

/// `GET /v1/refunds/{id}`, and what `Prefer: wait` answers: one refund with its timeline.
enum GetRefund {
    static func handle(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        .ok(try view(try find(try scope.id(), tenant: scope.tenant, in: tx), in: tx))
    }

    /// Waits for the refund's end as long as the request would: 201 with the final state if it
    /// ended, else 202 as it stands.
    static func whenEnded(
        _ resource: String, _ scope: RequestScope, _ database: Database,
        _ waiting: Waiting<RefundID>, _ isFresh: Bool
    ) async throws -> Answer {
        guard let id = RefundID(resource) else { throw Problem.notFound }
        // One transaction a look: an end is shown in the one that sees it.
        let (refund, shown) = try await waiting.look(
            for: id, upTo: .seconds(scope.preferWaitSeconds ?? 0), isFresh: isFresh
        ) {
            try await database.read { tx in
                let refund = try find(id, tenant: scope.tenant, in: tx)
                return (refund, refund.status == .processing ? nil : try view(refund, in: tx))
            }
        } until: {
            $0.1 != nil
        }
        if let shown { return .created(shown, location: refund.location) }
        let standing = try await database.read { tx in try view(refund, in: tx) }
        return .accepted(standing, location: refund.location)
    }

    private static func find(
        _ id: RefundID, tenant: String, in tx: borrowing Transaction
    ) throws -> Refund {
        guard let row = try tx.query(RefundQueries.find, tenant, id.uuid).first else {
            throw Problem.notFound(detail: "There is no refund '\(id)'.")
        }
        return try Refund(row)
    }

    private static func view(_ refund: Refund, in tx: borrowing Transaction) throws -> RefundView {
        RefundView(refund, timeline: try SagaTimeline.read(refund.saga, in: tx))
    }
}
