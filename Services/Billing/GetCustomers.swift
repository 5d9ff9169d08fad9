import Contracts
import Postgres
import ServiceHost

/// `GET /v1/customers/{id}` and `GET /v1/customers`.
enum GetCustomers {
    @Sendable static func one(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        let id = try scope.id(as: CustomerID.self)
        guard let row = try tx.query(BillingQueries.customer, scope.tenant, id.uuid).first else {
            throw Problem.notFound(detail: "There is no customer \(id).")
        }
        return .ok(try CustomerView(row))
    }

    @Sendable static func list(
        _ scope: RequestScope, _ tx: borrowing Transaction
    ) throws -> Answer {
        let page = try scope.page()
        let rows = try tx.query(
            BillingQueries.customers, scope.tenant, try page.last(as: CustomerID.self)?.uuid,
            page.fetch)
        return .ok(page.answer(try rows.map { try CustomerView($0) }, id: \.id) { $0 })
    }
}
