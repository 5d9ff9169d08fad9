import Contracts
import Postgres
import ServiceHost

/// `POST /v1/customers`: registers who pays from an account.
enum CreateCustomer {
    struct Input: Codable, Sendable {
        let account: AccountID
        let name: ShortText
        /// Minor units, of each currency apart; absent or null is no limit.
        let creditLimit: Int64?
    }

    /// 201; 400 for a negative limit; 409 `customer-exists` if the account has a customer.
    @Sendable static func handle(
        _ input: Input, _ scope: RequestScope, _ tx: borrowing Transaction
    ) throws -> Answer {
        if let limit = input.creditLimit, limit < 0 {
            throw Problem.invalidField("credit_limit", "It must not be negative.")
        }
        let rows = try tx.query(
            BillingQueries.insertCustomer, CustomerID().uuid, scope.tenant, input.account.uuid,
            input.name.text, input.creditLimit)
        guard let row = rows.first else {
            return .problem(
                .conflict(
                    code: BillingCode.customerExists,
                    detail: "\(input.account) has a customer already."))
        }
        let customer = try CustomerView(row)
        let event = CustomerChanged(
            customer: customer.id, account: customer.account, change: .created)
        try Billing.tell(event, action: "customer.create", scope, in: tx)
        return .created(customer, location: "/v1/customers/\(customer.id)")
    }
}
