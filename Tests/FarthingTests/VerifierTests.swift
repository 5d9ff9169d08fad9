import Farthing
import TestSupport
import Testing

/// One after another: each holds a handful of connections.
@Suite("The verifier", .serialized, .tags(.database))
struct VerifierTests {
    /// What a damaged database is verified together with.
    private static let sound = Task { try await Books.make() }

    @Test("finds nothing wrong with sound books, at rest or live")
    func soundBooks() async throws {
        let books = try await Self.sound.value
        let atRest = try await books.verify()
        #expect(atRest.findings == [])
        #expect(atRest.payments == 6)
        #expect(atRest.description.hasPrefix("Nothing wrong"))
        let live = try await books.verify(.live)
        #expect(live.findings == [])
        #expect(live.checks < atRest.checks)
    }

    @Test(
        "finds what was damaged, by the checks that it breaks and no others", arguments: Damage.all)
    func damaged(_ damage: Damage) async throws {
        let books = try await Books.make([damage.database])
        try await books.damage(damage.database, damage.sql)
        let findings = try await books.verify(others: Self.sound.value)
        #expect(Set(findings.findings.map(\.check)) == damage.foundBy, "\(findings)")
        try await books.drop()
    }

    @Test("asks the outbox for what it still has to tell", arguments: Books.Service.allCases)
    func oldMessages(service: Books.Service) async throws {
        let books = try await Books.make([service])
        let sound = try await Self.sound.value
        try await books.damage(service, World.forgetOldMessages)
        #expect(try await books.verify(others: sound).findings == [])

        // What is told twice, or wrongly, is found however old it is.
        try await books.damage(service, World.tellAgain)
        let told = try await books.verify(others: sound)
        #expect(Set(told.findings.map(\.check)) == World.tales(of: service), "\(told)")
        try await books.drop()
    }

    @Test("does not call a running saga wrong while the system runs")
    func live() async throws {
        let books = try await Books.make([.payment])
        try await books.damage(.payment, World.reopenC)
        let sound = try await Self.sound.value
        #expect(try await books.verify(.live, others: sound).isEmpty)
        let atRest = try await books.verify(others: sound)
        #expect(atRest.findings.map(\.check) == ["sagas-have-ended"])
        #expect(
            atRest.description.hasPrefix(
                "payment: sagas-have-ended (invariant 7): "
                    + "saga_01901600-0000-7000-8000-0000000000c2 is running since "))
        try await books.drop()
    }

    @Test("waits until the last saga has ended, and no longer than it may")
    func quiet() async throws {
        let books = try await Books.make([.payment])
        #expect(try await books.waitUntilQuiet(upTo: .seconds(10)))
        try await books.damage(
            .payment,
            """
            UPDATE saga SET phase = 'running', ended_at = NULL, next_deadline = now(),
                look_at = now()
            WHERE id = '01901600-0000-7000-8000-0000000000c2'
            """)
        #expect(try await !books.waitUntilQuiet(upTo: .milliseconds(150)))
        async let isQuiet = books.waitUntilQuiet(upTo: .seconds(20))
        try await books.damage(
            .payment,
            """
            UPDATE saga SET phase = 'compensated', ended_at = now(), next_deadline = NULL,
                look_at = NULL
            WHERE id = '01901600-0000-7000-8000-0000000000c2'
            """)
        #expect(try await isQuiet)
        try await books.drop()
    }
}
