import Contracts
import Postgres
import ServiceHost

/// `GET /v1/payments?status=&reference=&limit=&cursor=`: a tenant's payments, newest first.
enum ListPayments {
    static func handle(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        let page = try scope.page()
        // One more than asked for tells whether there is a next page.
        let rows = try query(scope, olderThan: try cursor(page), limit: page.limit + 1, in: tx)
        let payments = try rows.prefix(page.limit).map { try Payment($0) }
        return .ok(
            PageOf(
                data: payments.map { PaymentView($0) },
                nextCursor: rows.count > page.limit ? payments.last?.id.description : nil))
    }

    private static func query(
        _ scope: RequestScope, olderThan last: PaymentID?, limit: Int,
        in tx: borrowing Transaction
    ) throws -> Rows {
        let status = try status(scope)?.rawValue
        if let reference = scope.query("reference") {
            return try tx.query(
                PaymentQueries.byReference, scope.tenant, last?.uuid, limit, reference, status)
        }
        if let status {
            return try tx.query(
                PaymentQueries.byStatus, scope.tenant, last?.uuid, limit, status)
        }
        return try tx.query(PaymentQueries.newest, scope.tenant, last?.uuid, limit)
    }

    private static func cursor(_ page: Page) throws(Problem) -> PaymentID? {
        guard let text = page.cursor else { return nil }
        guard let id = PaymentID(text) else {
            throw .badRequest(
                code: "invalid-parameter", detail: "'cursor' must be a 'next_cursor' of this list.",
                field: "cursor")
        }
        return id
    }

    private static func status(_ scope: RequestScope) throws(Problem) -> Payment.Status? {
        guard let text = scope.query("status") else { return nil }
        guard let status = Payment.Status(rawValue: text) else {
            throw .badRequest(
                code: "invalid-parameter",
                detail: "'status' must be processing, succeeded or failed.", field: "status")
        }
        return status
    }
}
