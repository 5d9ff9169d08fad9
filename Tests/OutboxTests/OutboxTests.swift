import Contracts
import Outbox
import Postgres
import TestSupport
import Testing

@Suite("The outbox", .tags(.database))
struct OutboxTests {
    @Test("keeps the order in which messages were appended")
    func order() async throws {
        let fixture = try await Fixture()
        let envelopes = (0..<1000).map { message("type-\($0)") }
        try await fixture.database.transaction { tx in
            try Outbox.append(Array(envelopes[..<600]), in: tx)
            try Outbox.append([], in: tx)
            try Outbox.append(Array(envelopes[600...]), in: tx)
        }
        #expect(try await fixture.messages().map(\.type) == envelopes.map(\.type))
    }

    @Test("keeps every header, whatever it holds")
    func headers() async throws {
        let fixture = try await Fixture()
        var envelope = message("x")
        envelope.tenant = "O'Neill \"&\" Söhne \\ 🙂"
        envelope.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        envelope.saga = SagaAddress(saga: SagaID(), step: "place-hold", direction: .compensation)
        let sent = envelope
        try await fixture.database.transaction { tx in try Outbox.append([sent], in: tx) }

        let stored = try #require(try await fixture.messages().first)
        #expect(stored.tenant == sent.tenant)
        #expect(stored.traceparent == sent.traceparent)
        #expect(stored.step == "place-hold")
        #expect(stored.direction == "compensation")
    }

    @Test("forgets what a transaction appended that is rolled back")
    func rollback() async throws {
        struct Stop: Error {}
        let fixture = try await Fixture()
        await #expect(throws: Stop.self) {
            try await fixture.database.transaction { tx in
                try Outbox.append([message("x")], in: tx)
                throw Stop()
            }
        }
        #expect(try await fixture.messages().isEmpty)
    }

    @Test(
        "is append-only, even for its owner",
        arguments: [
            "UPDATE outbox SET topic = 'other'", "UPDATE outbox_default SET topic = 'other'",
            "UPDATE inbox SET received_at = now()", "UPDATE barrier SET outcome = 'refused'",
            "DELETE FROM barrier", "TRUNCATE barrier",
        ])
    func appendOnly(change: String) async throws {
        let fixture = try await Fixture()
        let command = command(.action)
        try await fixture.database.transaction { tx in
            _ = try Inbox.admit([command], in: tx)
        }
        try await fixture.handle(participant, [command]) { try doneForEach($0) }

        for (url, code) in [
            (fixture.test.url, PostgresError.Code.insufficientPrivilege),
            (fixture.test.ownerURL, .raisedException),
        ] {
            let error = #expect(throws: PostgresError.self) {
                try Connection(url: url).query(change)
            }
            #expect(error?.code == code)
        }
    }
}

@Suite("The inbox", .tags(.database))
struct InboxTests {
    @Test("admits each message once, in order, though it comes twice in a batch or later again")
    func once() async throws {
        let fixture = try await Fixture()
        let (one, two, three) = (message("one"), message("two"), message("three"))
        let first = try await fixture.database.transaction { tx in
            try Inbox.admit([two, one, two], in: tx)
        }
        #expect(first == [two, one])
        let second = try await fixture.database.transaction { tx in
            try Inbox.admit([one, three, two], in: tx)
        }
        #expect(second == [three])
        #expect(try await fixture.database.transaction { try Inbox.admit([], in: $0) } == [])
    }

    @Test("admits each message once though several connections receive it at the same time")
    func race() async throws {
        let fixture = try await Fixture()
        for round in 1...10 {
            let messages = (1...50).map { message("\($0)") }
            let admitted = try await withThrowingTaskGroup(of: [Envelope].self) { group in
                for _ in 1...4 {
                    group.addTask {
                        try await fixture.database.transaction { tx in
                            try Inbox.admit(messages, in: tx)
                        }
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(admitted.count == messages.count, "round \(round)")
        }
    }
}
