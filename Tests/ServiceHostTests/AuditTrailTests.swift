import Postgres
import TestSupport
import Testing

@testable import ServiceHost

@Suite("The audit trail", .tags(.database))
struct AuditTrailTests {
    private struct Detail: Codable { let creditLimit: Int64 }

    @Test("rows are written with the transaction of the change they tell of, in order")
    func writesRows() async throws {
        let test = try await TestDatabase.make(RunningHost.migrations)
        let database = try Database(.init(url: test.url, connections: 1), logger: .quiet)
        let scope = RequestScope(tenant: "acme", actor: "ann", requestID: "req_1")
        try await database.transaction { tx in
            try AuditTrail.append([], in: tx)
            try AuditTrail.append(
                [
                    AuditRow(
                        scope, action: "customer.create", subject: "cus_1",
                        detail: Detail(creditLimit: 5)),
                    AuditRow(tenant: "acme", actor: "saga", action: "x", subject: "y"),
                ], in: tx)
        }
        let rows = try await database.read { tx in
            try tx.query(
                Statement(
                    """
                    SELECT concat_ws(' ', tenant, actor, action, subject, request_id, detail)
                    FROM audit ORDER BY id
                    """)
            ).map { try $0.read(0, as: String.self) }
        }
        #expect(
            rows == [
                #"acme ann customer.create cus_1 req_1 {"credit_limit": 5}"#, "acme saga x y {}",
            ])
        await database.close()
    }

    @Test(
        "nobody can change what was written",
        arguments: [
            Statement("UPDATE audit SET actor = 'nobody'"), Statement("DELETE FROM audit"),
            Statement("TRUNCATE audit"),
        ])
    func refusesChanges(_ change: Statement) async throws {
        let test = try await TestDatabase.make(RunningHost.migrations)
        for (url, code) in [
            (test.url, PostgresError.Code.insufficientPrivilege),
            (test.superuserURL, .raisedException),
        ] {
            let database = try Database(.init(url: url, connections: 1), logger: .quiet)
            let error = try await #require(throws: PostgresError.self) {
                try await database.transaction { tx in
                    try AuditTrail.append(
                        [AuditRow(tenant: "t", actor: "a", action: "x", subject: "y")], in: tx)
                    try tx.query(change)
                }
            }
            #expect(error.code == code)
            await database.close()
        }
    }

    @Test("rows say what the first version sealed, whatever is in them")
    func contentsStayTheSame() async throws {
        let test = try await TestDatabase.make(RunningHost.migrations)
        let database = try Database(.init(url: test.url, connections: 1), logger: .quiet)
        let odd = #"Ä "quoted" \ back / slash"# + "\t\n\u{1}\u{2028}👩‍👧"
        try await database.transaction { tx in
            try AuditTrail.append(
                [
                    AuditRow(
                        tenant: odd, actor: odd, action: odd, subject: odd, requestID: odd,
                        detail: [odd: odd, "a": "1"]),
                    AuditRow(
                        tenant: "t", actor: "a", action: "x", subject: "y",
                        detail: Detail(creditLimit: .min)),
                ], in: tx)
        }
        let (first, now) = try await database.read { tx in
            let first = try tx.query(
                Statement(
                    """
                    SELECT 'aud_' || id, json_build_object(
                               'tenant', tenant, 'actor', actor, 'action', action,
                               'subject', subject, 'request_id', request_id, 'detail', detail,
                               'xid', xid::text)::text
                    FROM audit ORDER BY id
                    """)
            ).map { [try $0.read(0, as: String.self), try $0.read(1)] }
            let now = try tx.query(SealingQueries.auditContents, first.map { $0[0] })
                .map { [try $0.read(0, as: String.self), try $0.read(2)] }
            return (first, now)
        }
        #expect(first.count == 2)
        #expect(now.sorted { $0[0] < $1[0] } == first.sorted { $0[0] < $1[0] })
        await database.close()
    }
}
