import Contracts
import ServiceHost

extension Billing {
    /// Everything that billing answers, over HTTP and over Kafka.
    static func add(to routes: inout Routes) {
        routes.describe(by: PackageResources.openapi_json)
        routes.post(
            "/v1/customers", operation: "billing.create-customer", scope: .billingWrite,
            handler: CreateCustomer.handle)
        routes.get("/v1/customers", scope: .billingRead, handler: GetCustomers.list)
        routes.get("/v1/customers/{id}", scope: .billingRead, handler: GetCustomers.one)
        routes.post(
            "/v1/customers/{id}/suspend", operation: "billing.suspend-customer",
            scope: .billingWrite, handler: ChangeCustomer.suspend)
        routes.post(
            "/v1/customers/{id}/reactivate", operation: "billing.reactivate-customer",
            scope: .billingWrite, handler: ChangeCustomer.reactivate)

        routes.post(
            "/v1/fee-plans", operation: "billing.create-fee-plan", scope: .billingWrite,
            handler: CreateFeePlan.handle)
        routes.get("/v1/fee-plans", scope: .billingRead, handler: GetFeePlans.list)

        routes.get("/v1/invoices", scope: .billingRead, handler: GetInvoices.list)
        routes.get("/v1/invoices/{id}", scope: .billingRead, handler: GetInvoices.one)

        routes.get("/v1/credit-notes", scope: .billingRead, handler: GetCreditNotes.list)
        routes.get("/v1/credit-notes/{id}", scope: .billingRead, handler: GetCreditNotes.one)

        let commands = AnswerCommands()
        routes.consume(.billingCommands, operation: "billing.commands") { envelopes, tx in
            try commands.handle(envelopes, in: tx)
        }
    }
}
