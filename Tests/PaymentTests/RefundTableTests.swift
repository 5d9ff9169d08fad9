import Contracts
import Postgres
import TestSupport
import Testing

@testable import Payment

/// The wall behind `RefundPayment`: what the database itself refuses, whoever writes.
@Suite("The refund table", .tags(.database))
struct RefundTableTests {
    @Test("takes nothing beyond the payment, no change, and no removal")
    func byHand() async throws {
        let fixture = try await PaymentFixture.make()
        let payment = try await fixture.succeededPayment()
        _ = try await fixture.refunded(payment.id, amount: 1000)
        for (statement, code) in [
            (Statement("UPDATE refund SET amount = 1"), PostgresError.Code.insufficientPrivilege),
            (Statement("DELETE FROM refund"), .insufficientPrivilege),
            (
                Statement(
                    """
                    INSERT INTO refund (id, tenant, payment, saga, amount, currency)
                    SELECT gen_random_uuid(), tenant, id, saga, 51, currency FROM payment
                    """), .checkViolation
            ),
        ] {
            let error = await #expect(throws: PostgresError.self, "\(statement.sql)") {
                try await fixture.database.transaction { tx in try tx.query(statement) }
            }
            #expect(error?.code == code, "\(statement.sql)")
        }
        try await fixture.play()
        let owner = try Connection(url: fixture.test.ownerURL)
        for sql in ["UPDATE refund SET fee = 0", "DELETE FROM refund", "TRUNCATE refund"] {
            #expect(throws: PostgresError.self) { try owner.execute(sql) }
        }
        try await fixture.end()
    }

    @Test("lets who writes by hand wait for others, so that two cannot both take the same room")
    func handsAtOnce() async throws {
        let fixture = try await PaymentFixture.make()
        let payment = try await fixture.succeededPayment()
        // A refund has a saga: these lend theirs.
        let (one, two) = (try await fixture.createdPayment(), try await fixture.createdPayment())
        let first = try Connection(url: fixture.test.ownerURL)
        try first.execute("BEGIN")
        try first.query(Self.insert.sql, payment.id.uuid, one.id.uuid)
        let second = Task {
            try await fixture.database.transaction { tx in
                try tx.query(Self.insert, payment.id.uuid, two.id.uuid)
            }
        }
        try await eventually("the second waits for the first") {
            try await fixture.database.read { tx in
                try tx.query(Self.waiting).first?.read(0) == true
            }
        }
        try first.execute("COMMIT")
        let error = await #expect(throws: PostgresError.self) { try await second.value }
        #expect(error?.code == .checkViolation)
        #expect(try await fixture.refunds(of: payment.id).data.map(\.amount) == [600])
        try await fixture.end()
    }

    private static let insert = Statement(
        """
        INSERT INTO refund (id, tenant, payment, saga, amount, currency)
        SELECT gen_random_uuid(), tenant, $1, saga, 600, currency FROM payment WHERE id = $2
        """)
    private static let waiting = Statement(
        """
        SELECT EXISTS (
            SELECT FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock')
        """)
}
