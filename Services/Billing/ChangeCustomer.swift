import Contracts
import Postgres
import ServiceHost

/// `POST /v1/customers/{id}/suspend` and `…/reactivate`: whether a customer's payments go through.
///
/// Invoices that are open already are not touched. What has that status already is answered as it
/// is, without an event: nothing happened.
enum ChangeCustomer {
    @Sendable static func suspend(
        _: NoInput, _ scope: RequestScope, _ tx: borrowing Transaction
    ) throws -> Answer {
        try change(to: "suspended", .suspended, action: "customer.suspend", scope, tx)
    }

    @Sendable static func reactivate(
        _: NoInput, _ scope: RequestScope, _ tx: borrowing Transaction
    ) throws -> Answer {
        try change(to: "active", .reactivated, action: "customer.reactivate", scope, tx)
    }

    private static func change(
        to status: String, _ change: CustomerChanged.Change, action: String,
        _ scope: RequestScope, _ tx: borrowing Transaction
    ) throws -> Answer {
        let id = try scope.id(as: CustomerID.self)
        let changed = try tx.query(
            BillingQueries.changeCustomerStatus, scope.tenant, id.uuid, status)
        guard let row = changed.first else { return try GetCustomers.one(scope, tx) }

        let customer = try CustomerView(row)
        let event = CustomerChanged(customer: id, account: customer.account, change: change)
        try Billing.tell(event, action: action, scope, in: tx)
        return .ok(customer)
    }
}
