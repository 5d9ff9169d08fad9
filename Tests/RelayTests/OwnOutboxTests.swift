import ArgumentParser
import Contracts
import Kafka
import Postgres
import TestSupport
import Testing

@testable import Relay

@Suite("An outbox of one's own", .serialized, .tags(.database, .kafka))
struct OwnOutboxTests {
    @Test("is published, its columns mapped, whether read from the table or from the log")
    func mapped() async throws {
        let rig = try await ShopRig.make()
        try rig.add(1...2)
        let source = try rig.source()
        try await relaying(source) {
            try await eventuallyActive(source)
            try rig.add(3...4)
            let messages = try await rig.messages(4)
            let payloads = messages.map { String(decoding: $0.value ?? [], as: UTF8.self) }
            #expect(payloads == (1...4).map { "{\"n\": \($0)}" })
            for (index, message) in messages.enumerated() {
                #expect(message.key == Array("o-1".utf8))
                let headers = Dictionary(
                    message.headers.map { ($0.0, String(decoding: $0.1, as: UTF8.self)) }
                ) { first, _ in first }
                #expect(headers[EnvelopeHeader.id] == "\(index + 1)")
                #expect(headers[EnvelopeHeader.type] == "paid")
                #expect(headers["by"] == "ada")
                #expect(headers[EnvelopeHeader.sequence] == nil)
            }
        }
    }

    @Test("may have events without a key, and without a payload")
    func nulls() async throws {
        let rig = try await ShopRig.make()
        let source = try rig.source()
        try await relaying(source) {
            try await eventuallyActive(source)
            try rig.owner(
                """
                INSERT INTO shop.messages (kind, event) VALUES ('\(rig.aggregate)', 'gone')
                """)
            let message = try #require(try await rig.messages(1).first)
            #expect(message.key == nil && message.value == nil)
        }
    }

    @Test("begins with what comes, if it is told to")
    func fromNow() async throws {
        let rig = try await ShopRig.make()
        try rig.add(1...2)
        let source = try rig.source(.now)
        try await relaying(source) {
            try await eventuallyActive(source)
            try rig.add(3...3)
            #expect(try await rig.payloads(1) == ["{\"n\": 3}"])
        }
    }

    @Test("is rebuilt from the table without what the checkpoint covers")
    func rebuilt() async throws {
        let rig = try await ShopRig.make()
        try await relaying(try rig.source()) {
            try rig.add(1...5)
            _ = try await rig.messages(5)
            try await eventually(within: .seconds(90), "the checkpoint covers every row") {
                try Connection(url: rig.database.superuserURL).query(
                    """
                    SELECT bool_and(xmin::text::bigint < (SELECT published_below::text::bigint
                                                          FROM relay_checkpoint))
                    FROM shop.messages
                    """)[0].read(0, as: Bool?.self) ?? false
            }
        }
        try await eventually("nobody reads the slot") {
            try rig.superuser("SELECT pg_drop_replication_slot('\(rig.slot)')")
            return true
        }
        try rig.add(6...7)
        let preview = Preview(
            url: rig.database.relayURL, slot: rig.slot, table: try rig.table())
        var lines: [String] = []
        #expect(try preview.show { lines.append($0) } == 2)
        #expect(lines.last?.hasSuffix("\(rig.topic) o-1 paid {\"n\": 7}") == true)

        let source = try rig.source()
        try await relaying(source) {
            try await eventuallyActive(source)
            try rig.add(8...8)
            #expect(try await rig.payloads(8) == (1...8).map { "{\"n\": \($0)}" })
        }
    }

    @Test("is replayed with the options that it is served with, if it has a time")
    func replayed() async throws {
        let rig = try await ShopRig.make()
        try rig.owner("ALTER TABLE shop.messages ADD at timestamptz NOT NULL DEFAULT now()")
        try rig.add(1...3)
        try rig.owner("UPDATE shop.messages SET at = '2020-01-01Z' WHERE number = 2")
        func replay(_ more: [String]) throws -> Int {
            let command = try RelayCommand.ReplayCommand.parse(
                rig.options + ["--since", "2021-01-01T00:00:00Z"] + more)
            return try Replay(
                source: "shop", url: rig.database.relayURL,
                table: try command.outbox.described(), kafka: rig.kafka, logger: .quiet
            ).run(.init(since: command.since, key: command.onlyKey))
        }
        #expect(try replay(["--column-time", "at"]) == 2)
        #expect(try await rig.payloads(2) == ["{\"n\": 1}", "{\"n\": 3}"])
        #expect(try replay(["--column-time", "at", "--only-key", "o-2"]) == 0)
        #expect(throws: RelayError.self) { try replay([]) }
    }

    @Test("that is not prepared is left alone, and the relay says what to do")
    func notPrepared() async throws {
        let rig = try await ShopRig.make(setup: false)
        let source = try rig.source()
        try await relaying(source) {
            try await eventually {
                source.metrics.trouble?.contains("run 'relay setup'") == true
            }
            try await rig.setup()
            try await rig.setup()
            try await eventuallyActive(source)
        }
    }

    @Test("with a column that is missing or cannot be used is refused by its name")
    func columns() throws {
        let text: UInt32 = 25
        let money: UInt32 = 790
        func layout(_ columns: [(String, UInt32)]) throws {
            var table = try OutboxTable(named: "messages")
            table.columns = [.id: "id", .payload: "body"]
            table.topic = try TopicTemplate("{kind}.events")
            _ = try OutboxLayout(
                columns.map { PgOutput.Relation.Column(name: $0.0, type: $0.1) }, of: table)
        }
        try layout([("id", text), ("kind", text), ("body", text)])
        for (columns, fault) in [
            ([("id", text), ("kind", text)], "body"), ([("id", text), ("body", text)], "kind"),
            ([("id", money), ("kind", text), ("body", text)], "id"),
        ] {
            let error = #expect(throws: RelayError.self) { try layout(columns) }
            #expect(error?.code == .malformedOutbox)
            #expect(error?.message.contains("column \(fault)") == true)
        }
    }

    @Test("has ids and payloads, whatever else it lacks", .tags(.unit))
    func needed() throws {
        for role in OutboxTable.Role.allCases {
            let options = try OutboxOptions.parse(
                ["--source", "postgres://x", "--column-\(role)", "none"])
            if role == .id || role == .payload {
                let error = #expect(throws: RelayError.self) { try options.described() }
                #expect(error?.message.contains("--column-\(role)") == true)
            } else {
                #expect(try options.described().columns[role] == nil)
            }
        }
    }

    @Test(
        "names its topics by a template", .tags(.unit),
        arguments: [
            ("{a}", ["x"], "x"), ("{a}.events", ["x"], "x.events"), ("plain", [], "plain"),
            ("pre.{a}-{b}.v1", ["x", "y"], "pre.x-y.v1"),
        ])
    func template(text: String, values: [String], topic: String) throws {
        let names = TopicNames(try TopicTemplate(text))
        let bytes = values.map { Array($0.utf8) }
        for _ in 0..<2 {
            let made = withBuffers(bytes) { buffers in
                String(
                    decoding: buffers.count == 1 ? names.topic(buffers[0]) : names.topic(buffers),
                    as: UTF8.self)
            }
            #expect(made == topic)
        }
    }

    private func withBuffers<Result>(
        _ values: [[UInt8]], _ buffers: [UnsafeRawBufferPointer] = [],
        _ body: ([UnsafeRawBufferPointer]) -> Result
    ) -> Result {
        guard let first = values.first else { return body(buffers) }
        return first.withUnsafeBytes {
            withBuffers(Array(values.dropFirst()), buffers + [$0], body)
        }
    }

    @Test("refuses a template that is none", .tags(.unit), arguments: ["", "{", "a}", "{}", "{a"])
    func badTemplate(text: String) {
        #expect(throws: RelayError.self) { try TopicTemplate(text) }
    }
}
