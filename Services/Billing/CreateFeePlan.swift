import Contracts
import Money
import Postgres
import ServiceHost

/// `POST /v1/fee-plans`: from now on, payments in the currency cost this.
enum CreateFeePlan {
    struct Input: Codable, Sendable {
        let currency: String
        let percentBp: Int64
        let fixed: Int64
        let taxBp: Int64
    }

    /// 201; 400 for an unknown currency and for rates out of their range.
    @Sendable static func handle(
        _ input: Input, _ scope: RequestScope, _ tx: borrowing Transaction
    ) throws -> Answer {
        guard let currency = Currency(input.currency) else {
            throw Problem.badRequest(
                code: BillingCode.invalidCurrency, detail: "It must be an active code of ISO 4217.",
                field: "currency")
        }
        try require(input.percentBp, "percent_bp", atMost: 10_000)
        try require(input.fixed, "fixed", atMost: Money.maximumAmount)
        try require(input.taxBp, "tax_bp", atMost: 10_000)

        let id = FeePlanID()
        let rows = try tx.query(
            BillingQueries.insertFeePlan, id.uuid, scope.tenant, currency.code, input.percentBp,
            input.fixed, input.taxBp)
        guard let row = rows.first else {
            throw BillingError(.unreadableRow, "the fee plan was not returned")
        }
        let event = FeePlanCreated(
            feePlan: id, currency: currency, percentBp: input.percentBp, fixed: input.fixed,
            taxBp: input.taxBp)
        try Billing.tell(event, action: "fee-plan.create", scope, in: tx)
        return .created(try FeePlan(row))
    }

    private static func require(
        _ value: Int64, _ field: String, atMost limit: Int64
    ) throws(Problem) {
        guard (0...limit).contains(value) else {
            throw .invalidField(field, "It must be between 0 and \(limit).")
        }
    }
}
