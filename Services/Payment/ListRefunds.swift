import Contracts
import Postgres
import ServiceHost

/// A tenant's refunds, newest first: `GET /v1/refunds?status=&reference=&limit=&cursor=`, and those
/// of one payment, `GET /v1/payments/{id}/refunds`.
enum ListRefunds {
    static func all(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        let page = try scope.page()
        let last = try page.last(as: RefundID.self)?.uuid
        let status = try scope.queryWord("status", as: Payment.Status.self)?.rawValue
        let rows =
            if let reference = scope.query("reference") {
                try tx.query(
                    RefundQueries.byReference, scope.tenant, last, page.fetch, reference, status)
            } else if let status {
                try tx.query(RefundQueries.byStatus, scope.tenant, last, page.fetch, status)
            } else {
                try tx.query(RefundQueries.newest, scope.tenant, last, page.fetch)
            }
        return .ok(page.answer(try rows.map(Refund.init), id: \.id) { RefundView($0) })
    }

    static func ofPayment(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        let page = try scope.page()
        let payment = try GetPayment.find(try scope.id(), tenant: scope.tenant, in: tx)
        let rows = try tx.query(
            RefundQueries.ofPayment, scope.tenant, try page.last(as: RefundID.self)?.uuid,
            page.fetch, payment.id.uuid)
        return .ok(page.answer(try rows.map(Refund.init), id: \.id) { RefundView($0) })
    }
}
