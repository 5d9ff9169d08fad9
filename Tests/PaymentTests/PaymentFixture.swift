import Contracts
import FoundationEssentials
import Money
import Postgres
import TestSupport
import Testing

@testable import Payment
@testable import ServiceHost

/// The payment service on a database of its own, as its service role sees it; the tests play the
/// participants.
struct PaymentFixture: Sendable {
    static let tenant = "acme"

    let test: TestDatabase
    let database: Database
    let payments: Payments

    static func make(_ patience: Patience = Patience()) async throws -> PaymentFixture {
        let test = try await TestDatabase.make(PaymentCommand.migrations)
        let database = try Database(.init(url: test.url, connections: 4), logger: .quiet)
        return PaymentFixture(
            test: test, database: database,
            payments: Payments(patience: patience, database: database, logger: .quiet))
    }

    func end() async throws {
        await database.close()
        try await test.drop()
    }

    func scope(
        _ tenant: String = tenant, id: String? = nil, wait: Int? = nil,
        query: [String: String] = [:]
    ) -> RequestScope {
        RequestScope(
            tenant: tenant, actor: "alice", requestID: "req-1",
            traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            preferWaitSeconds: wait, parameters: id.map { ["id": $0] } ?? [:], query: query)
    }

    // MARK: Requests

    func create(
        _ request: CreatePayment.Request, tenant: String = tenant, wait: Int? = nil
    ) async throws -> Answer {
        try #require(try await create([request], tenant: tenant, wait: wait).first)
    }

    /// Asks for payments that arrive together.
    func create(
        _ requests: [CreatePayment.Request], tenant: String = tenant, wait: Int? = nil
    ) async throws -> [Answer] {
        try await database.transaction { [scope = scope(tenant, wait: wait)] tx in
            try payments.create(requests.map { ($0, scope) }, tx)
        }
    }

    /// Creates a payment of 10.50 USD and answers it as it began.
    func createdPayment(
        amount: Int64 = 1050, reference: String? = nil, tenant: String = tenant
    ) async throws -> Shown {
        let answer = try await create(
            .sample(amount: amount, reference: reference), tenant: tenant)
        #expect(answer.status == 202)
        return try answer.read()
    }

    func get(_ id: PaymentID, tenant: String = tenant) async throws -> Shown {
        try await database.read { [scope = scope(tenant, id: id.description)] tx in
            try GetPayment.handle(scope, tx)
        }.read()
    }

    func list(_ query: [String: String], tenant: String = tenant) async throws -> ShownPage {
        try await database.read { [scope = scope(tenant, query: query)] tx in
            try ListPayments.handle(scope, tx)
        }.read()
    }

    // MARK: The bus

    /// Hands a batch of replies to the service, as its consumer does.
    func receive(_ replies: [Envelope]) async throws {
        try await database.transaction { tx in try payments.replies(replies, tx) }
        payments.waiting.announce()
        payments.waitingRefunds.announce()
    }

    /// Plays the participants until nothing more is asked: they refuse commands of these types with
    /// these codes, and do all the rest.
    func play(refusing refusals: [String: String] = [:]) async throws {
        var answered = 0
        while true {
            let commands = try await commands()
            guard commands.count > answered else { return }
            try await receive(
                try commands[answered...].map { command in
                    if let code = refusals[command.type] { return try command.refused(code) }
                    return try command.done()
                })
            answered = commands.count
        }
    }

    /// Every command so far, oldest first.
    func commands() async throws -> [Envelope] {
        try await database.read { tx in
            try tx.query(FixtureQueries.commands).map { row in
                let saga = try #require(SagaID(try row.read(4, as: String.self)))
                let direction = try #require(
                    SagaAddress.Direction(rawValue: try row.read(6, as: String.self)))
                return Envelope(
                    topic: try row.read(0), key: try row.read(1), type: try row.read(2),
                    source: "/farthing/payment", subject: "", tenant: try row.read(3),
                    saga: SagaAddress(saga: saga, step: try row.read(5), direction: direction),
                    traceparent: try row.read(7), payload: try row.read(8))
            }
        }
    }

    /// The one command of a type.
    func command<C: Command>(_ type: C.Type) async throws -> Envelope {
        let commands = try await commands().filter { $0.type == C.type }
        #expect(commands.count == 1)
        return try #require(commands.first)
    }

    /// The types of what was told about a payment, in order.
    func events(about payment: PaymentID) async throws -> [String] {
        try await texts(FixtureQueries.events, payment.description)
    }

    /// Who did what to a payment, in order.
    func audited(_ payment: PaymentID) async throws -> [String] {
        try await audited(payment.description)
    }

    func audited(_ subject: String) async throws -> [String] {
        try await texts(FixtureQueries.audited, subject)
    }

    private func texts(_ statement: Statement, _ subject: String) async throws -> [String] {
        try await database.read { tx in try tx.query(statement, subject).map { try $0.read(0) } }
    }
}

enum FixtureQueries {
    static let commands = Statement(
        """
        SELECT topic, aggregateid, type, headers ->> 'ce_tenant', headers ->> 'ce_sagaid',
               headers ->> 'ce_sagastep', headers ->> 'ce_sagadirection',
               headers ->> 'traceparent', payload
        FROM outbox WHERE topic LIKE '%.commands.v1' ORDER BY position
        """)
    static let events = Statement(
        "SELECT type FROM outbox WHERE topic = 'payment.events.v1' AND aggregateid = $1 ORDER BY position"
    )
    static let audited = Statement(
        "SELECT actor || ' ' || action FROM audit WHERE subject = $1 ORDER BY id")
}
