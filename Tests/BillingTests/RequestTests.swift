import Contracts
import FoundationEssentials
import Money
import Postgres
import TestSupport
import Testing

@testable import Billing
@testable import ServiceHost

@Suite("Requests to billing on Postgres", .tags(.database))
struct RequestTests {
    @Test("a customer is created, suspended and reactivated, and each is told and audited once")
    func customerLife() async throws {
        let billing = try await BillingFixture.make()
        let account = AccountID()

        let created = try await billing.createCustomer(account: account, limit: 5_000)
        let id = try await billing.customer(of: account)
        #expect(created.status == 201)
        #expect(created.location == "/v1/customers/\(id)")
        let body = try created.json()
        #expect(body.contains(#""credit_limit":5000"#))
        #expect(body.contains(#""status":"active""#))

        let scope = billing.scope(id: id.description)
        for _ in 0..<2 {
            let suspended = try await billing.database.transaction {
                try ChangeCustomer.suspend(NoInput(), scope, $0)
            }
            #expect(suspended.status == 200)
            #expect(try suspended.json().contains(#""status":"suspended""#))
        }
        _ = try await billing.database.transaction {
            try ChangeCustomer.reactivate(NoInput(), scope, $0)
        }

        #expect(
            try await billing.events(about: id.description)
                == ["created", "suspended", "reactivated"])
        #expect(
            try await billing.auditedActions(on: id.description)
                == ["customer.create", "customer.suspend", "customer.reactivate"])
        try await billing.end()
    }

    @Test("an account has one customer")
    func customerExists() async throws {
        let billing = try await BillingFixture.make()
        let account = AccountID()
        _ = try await billing.createCustomer(account: account)
        let again = try await billing.createCustomer(account: account)
        #expect(again.status == 409)
        #expect(again.problemCode == "customer-exists")
        try await billing.end()
    }

    @Test(
        "a plan out of range is refused",
        arguments: [
            ("XYZ", 0, 0, 0, "invalid-currency"), ("usd", 0, 0, 0, "invalid-currency"),
            ("USD", -1, 0, 0, "invalid-field"), ("USD", 10_001, 0, 0, "invalid-field"),
            ("USD", 0, -1, 0, "invalid-field"), ("USD", 0, .max, 0, "invalid-field"),
            ("USD", 0, 0, -1, "invalid-field"), ("USD", 0, 0, 10_001, "invalid-field"),
        ] as [(String, Int64, Int64, Int64, String)])
    func invalidPlans(
        currency: String, percentBp: Int64, fixed: Int64, taxBp: Int64, code: String
    ) async throws {
        let billing = try await BillingFixture.make()
        let problem = await #expect(throws: Problem.self) {
            try await billing.createPlan(
                percentBp: percentBp, fixed: fixed, taxBp: taxBp, currency: currency)
        }
        #expect(problem?.status == 400)
        #expect(problem?.code == code)
        try await billing.end()
    }

    @Test("a negative credit limit is refused")
    func negativeLimit() async throws {
        let billing = try await BillingFixture.make()
        let problem = await #expect(throws: Problem.self) {
            _ = try await billing.createCustomer(limit: -1)
        }
        #expect(problem?.status == 400)
        #expect(problem?.field == "credit_limit")
        try await billing.end()
    }

    @Test("an invoice shows every member, null where there is nothing yet")
    func invoiceShape() async throws {
        let billing = try await BillingFixture.make()
        let saga = PaymentSaga(Samples.opening(of: try Samples.usd(1_050)))
        try await billing.send([try saga.open()])
        let opened = try await billing.invoice(saga)
        for part in [
            #""amount":1050"#, #""currency":"USD""#, #""customer":null"#, #""fee":60"#,
            #""number":null"#, #""payment":"\#(saga.opening.payment)""#, #""status":"open""#,
            #""settled_at":null"#, #""tax":12"#, #""total":72"#, #""voided_at":null"#,
            #"{"amount":30,"description":"Fee, 2.90 % of the payment"}"#,
        ] {
            #expect(opened.contains(part), "\(part) in \(opened)")
        }

        try await billing.send([try saga.settle()])
        let settled = try await billing.invoice(saga)
        #expect(settled.contains(#""number":1"#))
        #expect(settled.contains(#""settled_at":"2"#))
        try await billing.end()
    }

    @Test("lists are paged, newest first, and found by payment and by customer")
    func lists() async throws {
        let billing = try await BillingFixture.make()
        let account = AccountID()
        _ = try await billing.createCustomer(account: account)
        let customer = try await billing.customer(of: account)
        let sagas = try (0..<5).map { index in
            PaymentSaga(
                Samples.opening(
                    of: try Samples.usd(1_000), from: index < 3 ? account : AccountID()))
        }
        for saga in sagas { try await billing.send([try saga.open()]) }
        let newestFirst = sagas.reversed().map(\.opening.invoice.description)

        let first = try await billing.list(["limit": "2"])
        #expect(first.data.map(\.id) == Array(newestFirst[0..<2]))
        let second = try await billing.list([
            "limit": "2", "cursor": try #require(first.nextCursor),
        ])
        #expect(second.data.map(\.id) == Array(newestFirst[2..<4]))
        let last = try await billing.list(["limit": "2", "cursor": try #require(second.nextCursor)])
        #expect(last.data.map(\.id) == Array(newestFirst[4...]))
        #expect(last.nextCursor == nil)

        let ofCustomer = try await billing.list(["customer": customer.description])
        #expect(ofCustomer.data.map(\.id) == Array(newestFirst[2...]))
        let payment = sagas[1].opening.payment.description
        let ofPayment = try await billing.list(["payment": payment])
        #expect(ofPayment.data.map(\.id) == [sagas[1].opening.invoice.description])
        let ofBoth = try await billing.list(
            ["payment": payment, "customer": CustomerID().description])
        #expect(ofBoth.data.isEmpty)
        try await billing.end()
    }

    @Test("a tenant sees nothing of another")
    func tenants() async throws {
        let billing = try await BillingFixture.make()
        let saga = PaymentSaga(Samples.opening(of: try Samples.usd(1_050)))
        try await billing.send([try saga.open()])
        let account = AccountID()
        _ = try await billing.createCustomer(account: account)
        let customer = try await billing.customer(of: account).description

        let others: [(Routes.GetHandler, String)] = [
            (GetInvoices.one, saga.opening.invoice.description), (GetCustomers.one, customer),
        ]
        for (handler, id) in others {
            let scope = billing.scope("other", id: id)
            let problem = await #expect(throws: Problem.self) {
                _ = try await billing.database.read { try handler(scope, $0) }
            }
            #expect(problem?.status == 404)
        }
        let suspension = billing.scope("other", id: customer)
        await #expect(throws: Problem.self) {
            _ = try await billing.database.transaction {
                try ChangeCustomer.suspend(NoInput(), suspension, $0)
            }
        }
        let lists: [Routes.GetHandler] = [GetInvoices.list, GetCustomers.list, GetFeePlans.list]
        for handler in lists {
            let scope = billing.scope("other")
            let answer = try await billing.database.read { try handler(scope, $0) }
            #expect(try answer.json() == #"{"data":[],"next_cursor":null}"#)
        }
        try await billing.end()
    }

    @Test("a cursor that is not one is 400", arguments: ["", "x", "cus_1", "inv_\u{0}"])
    func badCursor(cursor: String) async throws {
        let billing = try await BillingFixture.make()
        let problem = await #expect(throws: Problem.self) {
            _ = try await billing.list(["cursor": cursor])
        }
        #expect(problem?.status == 400)
        try await billing.end()
    }
}

extension BillingFixture {
    fileprivate func invoice(_ saga: PaymentSaga) async throws -> String {
        let scope = scope(id: saga.opening.invoice.description)
        return try await database.read { try GetInvoices.one(scope, $0) }.json()
    }

    fileprivate func list(_ query: [String: String]) async throws -> InvoicePage {
        let scope = scope(query: query)
        let answer = try await database.read { try GetInvoices.list(scope, $0) }
        return try WireJSON.decode(InvoicePage.self, from: Array(try answer.json().utf8))
    }
}

private struct InvoicePage: Decodable {
    struct Item: Decodable { let id: String }
    let data: [Item]
    let nextCursor: String?
}
