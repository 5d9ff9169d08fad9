import Contracts
import Postgres
import ServiceHost

/// `GET /v1/payments?status=&reference=&limit=&cursor=`: a tenant's payments, newest first.
enum ListPayments {
    static func handle(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        let page = try scope.page()
        let last = try page.last(as: PaymentID.self)?.uuid
        let status = try scope.queryWord("status", as: Payment.Status.self)?.rawValue
        let rows =
            if let reference = scope.query("reference") {
                try tx.query(
                    PaymentQueries.byReference, scope.tenant, last, page.fetch, reference, status)
            } else if let status {
                try tx.query(PaymentQueries.byStatus, scope.tenant, last, page.fetch, status)
            } else {
                try tx.query(PaymentQueries.newest, scope.tenant, last, page.fetch)
            }
        return .ok(page.answer(try rows.map { try Payment($0) }, id: \.id) { PaymentView($0) })
    }
}
