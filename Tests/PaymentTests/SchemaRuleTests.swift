import Contracts
import Postgres
import TestSupport
import Testing

@testable import Payment

@Suite("The payment table", .tags(.database))
struct SchemaRuleTests {
    @Test("lets the service change nothing of what was asked for, and remove nothing")
    func privileges() async throws {
        let fixture = try await PaymentFixture.make()
        _ = try await fixture.createdPayment()
        for statement in [
            Statement("UPDATE payment SET amount = 1"),
            Statement("UPDATE payment SET destination = source"),
            Statement("DELETE FROM payment"),
            Statement("DELETE FROM saga_log"),
            Statement("DELETE FROM audit"),
        ] {
            await #expect {
                try await fixture.database.transaction { tx in try tx.execute(statement) }
            } throws: { error in
                (error as? PostgresError)?.code == .insufficientPrivilege
            }
        }
        try await fixture.end()
    }

    @Test("lets a payment end once, and nobody remove it, not even its owner")
    func endsOnce() async throws {
        let fixture = try await PaymentFixture.make()
        _ = try await fixture.createdPayment()
        try await fixture.play(refusing: [PlaceHold.type: "account-frozen"])
        let owner = try Connection(url: fixture.test.ownerURL)
        for sql in [
            "UPDATE payment SET status = 'processing', ended_at = NULL",
            "UPDATE payment SET failure_detail = 'Other.'", "DELETE FROM payment",
            "TRUNCATE payment",
        ] {
            #expect(throws: PostgresError.self) { try owner.execute(sql) }
        }
        try await fixture.end()
    }

    @Test("takes no end that is half told")
    func wholeEnds() async throws {
        let fixture = try await PaymentFixture.make()
        _ = try await fixture.createdPayment()
        let owner = try Connection(url: fixture.test.ownerURL)
        for sql in [
            "UPDATE payment SET status = 'succeeded', ended_at = now()",
            "UPDATE payment SET status = 'failed', ended_at = now()",
            """
            UPDATE payment SET status = 'failed', failure_code = 'a', failure_step = 'b',
                failure_detail = 'c'
            """,
            """
            UPDATE payment SET status = 'succeeded', ended_at = now(), fee = 1050, tax = 1,
                transfer = id, invoice = id
            """,
        ] {
            #expect(throws: PostgresError.self) { try owner.execute(sql) }
        }
        try await fixture.end()
    }
}
