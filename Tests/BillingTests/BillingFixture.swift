import Contracts
import FoundationEssentials
import Logging
import Money
import Postgres
import ServiceHost
import TestSupport
import Testing

@testable import Billing

/// Billing on a database of its own, as its service role sees it.
struct BillingFixture: Sendable {
    let test: TestDatabase
    let database: Database
    let commands = AnswerCommands()

    /// A migrated database with one fee plan: 2.90 % + 0.30 of USD, taxed with 20 %.
    static func make() async throws -> BillingFixture {
        let test = try await TestDatabase.make(BillingCommand.migrations)
        let database = try Database(Database.Configuration(url: test.url), logger: .quiet)
        let fixture = BillingFixture(test: test, database: database)
        try await fixture.createPlan()
        return fixture
    }

    func end() async throws {
        await database.close()
        try await test.drop()
    }

    func scope(
        _ tenant: String = Samples.tenant, id: String? = nil, query: [String: String] = [:]
    ) -> RequestScope {
        RequestScope(
            tenant: tenant, actor: "ann", requestID: "req-1",
            parameters: id.map { ["id": $0] } ?? [:], query: query)
    }

    func createPlan(
        percentBp: Int64 = 290, fixed: Int64 = 30, taxBp: Int64 = 2_000, currency: String = "USD"
    ) async throws {
        let input = CreateFeePlan.Input(
            currency: currency, percentBp: percentBp, fixed: fixed, taxBp: taxBp)
        _ = try await database.transaction { [scope = scope()] tx in
            try CreateFeePlan.handle(input, scope, tx)
        }
    }

    func createCustomer(
        account: AccountID = AccountID(), limit: Int64? = nil, tenant: String = Samples.tenant
    ) async throws -> Answer {
        let input = CreateCustomer.Input(
            account: account, name: try ShortText("Ann", field: "name"), creditLimit: limit)
        return try await database.transaction { [scope = scope(tenant)] tx in
            try CreateCustomer.handle(input, scope, tx)
        }
    }

    /// The id of the customer that an account has.
    func customer(of account: AccountID) async throws -> CustomerID {
        try await database.read { tx in
            let rows = try tx.query(FixtureQueries.customerOf, account.uuid)
            return CustomerID(try #require(rows.first).read(0, as: UUID.self))
        }
    }

    /// Handles a batch in one transaction.
    func send(_ envelopes: [Envelope]) async throws {
        try await database.transaction { [commands] tx in
            try commands.handle(envelopes, in: tx)
        }
    }

    /// What was answered to a saga, oldest first: `done`, or the code of the refusal.
    func replies(to saga: PaymentSaga) async throws -> [String] {
        try await replies(to: saga.id)
    }

    func replies(to saga: SagaID) async throws -> [String] {
        try await replyPayloads(to: saga).map { payload in
            let reply = try WireJSON.decode(AnyOutcome.self, from: payload)
            return reply.refusal?.code ?? reply.outcome
        }
    }

    func replyPayloads(to saga: PaymentSaga) async throws -> [[UInt8]] {
        try await replyPayloads(to: saga.id)
    }

    func replyPayloads(to saga: SagaID) async throws -> [[UInt8]] {
        try await database.read { tx in
            try tx.query(FixtureQueries.replies, saga.description).map { try $0.read(0) }
        }
    }

    struct CreditNoteRow {
        let status: String
        let amount: Int64
        let fee: Int64
        let tax: Int64
        let number: Int64?
    }

    func creditNotes() async throws -> [CreditNoteRow] {
        try await database.read { tx in
            try tx.query(FixtureQueries.creditNotes).map { row in
                CreditNoteRow(
                    status: try row.read(0), amount: try row.read(1), fee: try row.read(2),
                    tax: try row.read(3), number: try row.read(4))
            }
        }
    }

    /// Status and number of every invoice, by id.
    func invoices() async throws -> [InvoiceID: (status: String, number: Int64?)] {
        try await database.read { tx in
            var invoices: [InvoiceID: (String, Int64?)] = [:]
            for row in try tx.query(FixtureQueries.invoices) {
                invoices[InvoiceID(try row.read(0, as: UUID.self))] =
                    (try row.read(1), try row.read(2))
            }
            return invoices
        }
    }

    /// The types and changes told to others about something, in order.
    func events(about subject: String) async throws -> [String] {
        try await database.read { tx in
            try tx.query(FixtureQueries.events, subject).map { row in
                let told = try WireJSON.decode(Told.self, from: try row.read(0, as: [UInt8].self))
                return told.change
            }
        }
    }

    func auditedActions(on subject: String) async throws -> [String] {
        try await database.read { tx in
            try tx.query(FixtureQueries.audited, subject).map { try $0.read(0) }
        }
    }

    private struct AnyOutcome: Decodable {
        let outcome: String
        let refusal: Refusal?
    }

    private struct Told: Decodable { let change: String }
}

enum FixtureQueries {
    static let customerOf = Statement("SELECT id FROM customer WHERE account = $1")
    static let replies = Statement(
        "SELECT payload FROM outbox WHERE type LIKE '%.reply' AND aggregateid = $1 ORDER BY position"
    )
    static let invoices = Statement("SELECT id, status, number FROM invoice")
    static let creditNotes = Statement(
        "SELECT status, amount, fee, tax, number FROM credit_note ORDER BY id")
    static let events = Statement(
        """
        SELECT payload FROM outbox
        WHERE topic = 'billing.events.v1' AND aggregateid = $1 ORDER BY position
        """)
    static let audited = Statement("SELECT action FROM audit WHERE subject = $1 ORDER BY id")
}
