import Contracts
import FoundationEssentials
import Money
import Postgres
import TestSupport
import Testing

@testable import Billing

/// The database's own walls, which hold even if the service is wrong.
@Suite("Rules of the billing schema", .tags(.database))
struct SchemaRuleTests {
    private static let forbidden: [(Statement, PostgresError.Code)] = [
        (Statement("UPDATE invoice SET amount = 1"), .insufficientPrivilege),
        (Statement("UPDATE customer SET credit_limit = 1"), .insufficientPrivilege),
        (Statement("UPDATE invoice_line SET amount = 1"), .insufficientPrivilege),
        (Statement("UPDATE fee_plan SET fixed = 0"), .insufficientPrivilege),
        (Statement("DELETE FROM invoice"), .insufficientPrivilege),
        (Statement("DELETE FROM invoice_line"), .insufficientPrivilege),
        (Statement("DELETE FROM invoice_counter"), .insufficientPrivilege),
        (Statement("TRUNCATE fee_plan"), .insufficientPrivilege),
        // A settled invoice stays settled, with its number.
        (
            Statement(
                """
                UPDATE invoice SET status = 'voided', number = NULL, settled_at = NULL,
                                   voided_at = now()
                """), .checkViolation
        ),
        (Statement("UPDATE invoice SET number = 7"), .checkViolation),
        // A number that is taken must be used.
        (Statement("UPDATE invoice_counter SET last = last + 1"), .checkViolation),
        // One more line would make the invoice uneven.
        (
            Statement("INSERT INTO invoice_line SELECT id, 9, 'More', 1 FROM invoice"),
            .checkViolation
        ),
        // Nor does a line stand without its invoice.
        (
            Statement("INSERT INTO invoice_line VALUES (gen_random_uuid(), 1, 'Of nothing', 1)"),
            .checkViolation
        ),
        (
            Statement(
                """
                INSERT INTO fee_plan (id, tenant, currency, percent_bp, fixed, tax_bp)
                VALUES (gen_random_uuid(), 'acme', 'USD', 10001, 0, 0)
                """), .checkViolation
        ),
    ]

    @Test("the service's role cannot rewrite what was invoiced")
    func forbidden() async throws {
        let billing = try await BillingFixture.make()
        let saga = PaymentSaga(Samples.opening(of: try Samples.usd(1_050)))
        try await billing.send([try saga.open()])
        try await billing.send([try saga.settle()])

        for (statement, code) in Self.forbidden {
            let error = await #expect(throws: PostgresError.self, "\(statement.sql)") {
                try await billing.database.transaction { tx in try tx.query(statement) }
            }
            #expect(error?.code == code, "\(statement.sql)")
        }
        try await billing.end()
    }

    @Test("an invoice needs lines that sum to its total, and a plan of its tenant and currency")
    func inserts() async throws {
        let billing = try await BillingFixture.make()
        let insert = Statement(
            """
            INSERT INTO invoice (id, tenant, payment, saga, source, destination, amount, currency,
                                 fee, tax, fee_plan)
            SELECT gen_random_uuid(), $1, gen_random_uuid(), gen_random_uuid(),
                   gen_random_uuid(), gen_random_uuid(), 1000, 'USD', $2, 0, id FROM fee_plan
            """)
        for (tenant, fee, code) in [
            ("acme", 10, PostgresError.Code.checkViolation), ("acme", 1_001, .checkViolation),
            ("other", 0, .foreignKeyViolation),
        ] as [(String, Int64, PostgresError.Code)] {
            let error = await #expect(throws: PostgresError.self) {
                try await billing.database.transaction { tx in try tx.query(insert, tenant, fee) }
            }
            #expect(error?.code == code)
        }
        #expect(try await billing.invoices().isEmpty)
        try await billing.end()
    }
}
