import Postgres

/// Events that several connections write at the same time, each for keys of its own, and which
/// number those of a key in the order of their commits.
struct NumberedEvents: Sendable {
    /// libpq URL.
    let url: String
    let topic: String
    let count: Int

    private static let writers = 2
    private static let keysOfWriter = 500

    var keys: Int { Self.writers * Self.keysOfWriter }
    private var countOfWriter: Int { count / Self.writers }

    /// Writes all of them, a transaction each.
    func write() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<Self.writers {
                group.addTask { try await OwnThread.run { try write(of: writer) } }
            }
            try await group.waitForAll()
        }
    }

    private func write(of writer: Int) throws {
        let connection = try Connection(url: url)
        // What is lost with the machine is not what is looked for.
        try connection.execute("SET synchronous_commit = off")
        let script = Script(
            PackageResources.numbered_outbox_sql,
            [
                "rows": "\(countOfWriter)", "topic": topic, "writer": "\(writer)",
                "keys": "\(Self.keysOfWriter)",
            ])
        try connection.execute(script.text)
    }
}

/// What was read of numbered events: how far each key has come without a gap.
struct NumberedTally {
    private var last: [[UInt8]: Int] = [:]
    /// How many came for the first time, each after the one before it.
    private(set) var inOrder = 0
    private(set) var repeated = 0
    private(set) var outOfOrder = 0

    /// Throws `BenchError` for what is no numbered event.
    mutating func take(key: [UInt8]?, value: [UInt8]?) throws(BenchError) {
        guard let key, let value, let number = Int(String(decoding: value, as: UTF8.self)) else {
            throw BenchError("a record without key or number")
        }
        let before = last[key, default: 0]
        switch number {
        case before + 1:
            last[key] = number
            inOrder += 1
        case ...before: repeated += 1
        default: outOfOrder += 1
        }
    }
}
