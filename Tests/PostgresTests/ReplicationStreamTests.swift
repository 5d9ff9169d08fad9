import FoundationEssentials
import Postgres
import TestSupport
import Testing

// Everything here blocks, and making a slot waits for every transaction of the cluster, those of
// other tests included: hence each body has a thread of its own.
@Suite("The replication stream", .tags(.database))
struct ReplicationStreamTests {
    private static let schema = """
        CREATE TABLE event (id uuid, key text, payload bytea, at timestamptz DEFAULT now());
        CREATE TABLE elsewhere (id bigint);
        CREATE PUBLICATION events FOR TABLE event WITH (publish = 'insert');
        """

    @Test("rows arrive in commit order, not in the order in which they were written")
    func commitOrder() async throws {
        try await withSlot { fixture, slot in
            let early = try Connection(url: fixture.url)
            try early.execute("BEGIN; INSERT INTO event (key) VALUES ('early-1')")
            try fixture.execute("INSERT INTO event (key) VALUES ('late-1'), ('late-2')")
            try early.execute("INSERT INTO event (key) VALUES ('early-2'); COMMIT")
            try fixture.execute("INSERT INTO elsewhere VALUES (1)")
            let stream = try ReplicationStream(url: fixture.url)
            try stream.start(slot: slot, publication: "events")
            #expect(try keys(stream, 4).keys == ["late-1", "late-2", "early-1", "early-2"])
        }
    }

    @Test("values arrive in their binary form")
    func values() async throws {
        try await withSlot { fixture, slot in
            let id = UUID()
            let connection = try Connection(url: fixture.url)
            try connection.query(
                "INSERT INTO event (id, payload) VALUES ($1, $2)", id, [0, 1, 255] as [UInt8])
            let stream = try ReplicationStream(url: fixture.url)
            try stream.start(slot: slot, publication: "events")
            let seen = try inserts(stream, 1) { columns, values in
                #expect(try values[0].read(columns[0], as: UUID.self) == id)
                #expect(try values[1].read(columns[1], as: String?.self) == nil)
                #expect(try values[2].read(columns[2], as: [UInt8].self) == [0, 1, 255])
                let moment = try values[3].read(columns[3], as: Date.self)
                #expect(abs(moment.timeIntervalSinceNow) < 60)
            }
            #expect(seen != .zero)
        }
    }

    @Test("what was confirmed does not come again, and the rest does")
    func confirmation() async throws {
        try await withSlot { fixture, slot in
            try fixture.execute("INSERT INTO event (key) VALUES ('one')")
            try confirmOne(fixture, slot)
            try fixture.execute("INSERT INTO event (key) VALUES ('two')")
            let second = try startedStream(fixture, slot)
            #expect(try keys(second, 1).keys == ["two"])
        }
    }

    private func confirmOne(_ fixture: Fixture, _ slot: String) throws {
        let stream = try ReplicationStream(url: fixture.url)
        try stream.start(slot: slot, publication: "events")
        let (seen, end) = try keys(stream, 1)
        #expect(seen == ["one"])
        try stream.sendStatus(flushed: end)
        let probe = try ReplicationStream(url: fixture.url)
        let deadline = ContinuousClock.now + .seconds(20)
        while let status = try probe.slot(slot), ContinuousClock.now < deadline {
            #expect(status.isActive && !status.isLost && status.retainedBytes > 0)
            if let confirmed = status.confirmed, confirmed >= end { return }
            while try stream.next({ _ in }) != nil {}
            try stream.wait(milliseconds: 20)
        }
        Issue.record("the server did not take the confirmation of \(end)")
    }

    /// The server notices with some delay that the slot's earlier reader hung up.
    private func startedStream(_ fixture: Fixture, _ slot: String) throws -> ReplicationStream {
        let deadline = ContinuousClock.now + .seconds(20)
        while true {
            let stream = try ReplicationStream(url: fixture.url)
            do {
                try stream.start(slot: slot, publication: "events")
                return stream
            } catch {
                guard error.code == .objectInUse, ContinuousClock.now < deadline else {
                    throw error
                }
            }
        }
    }

    @Test("a slot that is taken, missing or there already is told apart")
    func slotErrors() async throws {
        try await withSlot { fixture, slot in
            let other = try ReplicationStream(url: fixture.url)
            #expect(
                failure { _ = try other.createSlot(slot, exportSnapshot: false) }
                    == .duplicateObject)
            let holder = try ReplicationStream(url: fixture.url)
            try holder.start(slot: slot, publication: "events")
            #expect(failure { try other.start(slot: slot, publication: "events") } == .objectInUse)
            #expect(
                failure { try other.start(slot: "no_such_slot", publication: "events") }
                    == .undefinedObject)
            #expect(try other.slot("no_such_slot") == nil)
            #expect(failure { _ = try other.slot("x'; DROP TABLE event") } == .invalidValue)
            try holder.sendStatus(flushed: .zero)
        }
    }

    @Test("a new slot's snapshot shows exactly what the stream will not")
    func snapshot() async throws {
        try await withSlot(made: false) { fixture, slot in
            try fixture.execute("INSERT INTO event (key) VALUES ('before')")
            let stream = try ReplicationStream(url: fixture.url)
            let created = try stream.createSlot(slot, exportSnapshot: true)
            let snapshot = try #require(created.snapshot)
            try fixture.execute("INSERT INTO event (key) VALUES ('after')")
            let reader = try Connection(url: fixture.url)
            try reader.execute(
                "BEGIN ISOLATION LEVEL REPEATABLE READ; SET TRANSACTION SNAPSHOT '\(snapshot)'")
            let rows = try reader.query("SELECT key FROM event")
            #expect(try rows.map { try $0.read(0, as: String.self) } == ["before"])
            try stream.start(slot: slot, publication: "events")
            #expect(try keys(stream, 1).keys == ["after"])
        }
    }

    @Test("a stream that the server ends is an error, not silence")
    func ended() async throws {
        try await withSlot { fixture, slot in
            let stream = try ReplicationStream(url: fixture.url)
            try stream.start(slot: slot, publication: "events")
            try fixture.execute(
                "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots "
                    + "WHERE slot_name = '\(slot)'")
            let deadline = ContinuousClock.now + .seconds(20)
            let ending = failure {
                while ContinuousClock.now < deadline {
                    while try stream.next({ _ in }) != nil {}
                    try stream.wait(milliseconds: 100)
                }
            }
            #expect(ending == .connectionLost)
        }
    }

    /// Runs a test with a slot of its own, which does not outlive it: the server would keep the
    /// log for it.
    private func withSlot(
        made: Bool = true, _ body: @escaping @Sendable (Fixture, String) throws -> Void
    ) async throws {
        let fixture = try await Fixture()
        try fixture.execute(Self.schema)
        // Slots are named cluster-wide.
        let slot = "s\(UInt64.random(in: 0 ... .max))"
        let outcome = await Result {
            try await BlockingThread.run {
                if made {
                    let stream = try ReplicationStream(url: fixture.url)
                    _ = try stream.createSlot(slot, exportSnapshot: false)
                }
                try body(fixture, slot)
            }
        }
        try await eventually {
            let stream = try ReplicationStream(url: fixture.url)
            return await code { try stream.dropSlot(slot) } != .objectInUse
        }
        try outcome.get()
    }

    /// Reads until `count` rows were committed; gives the last transaction's end.
    private func inserts(
        _ stream: borrowing ReplicationStream, _ count: Int,
        _ body: ([PgOutput.Relation.Column], [PgOutput.Value]) throws -> Void
    ) throws -> LSN {
        var columns: [PgOutput.Relation.Column] = []
        var seen = 0
        var end = LSN.zero
        let deadline = ContinuousClock.now + .seconds(20)
        while seen < count || end == .zero, ContinuousClock.now < deadline {
            let found: Void? = try stream.next { message in
                switch message {
                case .change(_, .relation(let relation)): columns = relation.columns
                case .change(_, .begin): end = .zero
                case .change(_, .insert(let insert)):
                    seen += 1
                    try body(columns, insert.values)
                case .change(_, .commit(let commit)): end = commit.endLSN
                case .change, .keepalive: break
                }
            }
            if found == nil { try stream.wait(milliseconds: 100) }
        }
        return end
    }

    private func keys(
        _ stream: borrowing ReplicationStream, _ count: Int
    ) throws -> (keys: [String], end: LSN) {
        var keys: [String] = []
        let end = try inserts(stream, count) { columns, values in
            keys.append(try values[1].read(columns[1], as: String.self))
        }
        return (keys, end)
    }

    private func failure(_ body: () throws -> Void) -> PostgresError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? PostgresError)?.code
        }
    }
}

extension Result where Failure == any Error {
    /// The outcome of an asynchronous body.
    fileprivate init(_ body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
