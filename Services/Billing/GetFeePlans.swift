import Contracts
import Postgres
import ServiceHost

/// `GET /v1/fee-plans`: newest first.
enum GetFeePlans {
    @Sendable static func list(
        _ scope: RequestScope, _ tx: borrowing Transaction
    ) throws -> Answer {
        let page = try scope.page()
        let rows = try tx.query(
            BillingQueries.feePlans, scope.tenant, try page.last(as: FeePlanID.self)?.uuid,
            page.fetch)
        return .ok(page.answer(try rows.map { try FeePlan($0) }, id: \.id) { $0 })
    }
}
