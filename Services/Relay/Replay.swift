import FoundationEssentials
import Kafka
import Logging
import Postgres

/// Publishes a range of an outbox once more, in order, beside the relay and without its slot.
///
/// For what Kafka has lost: consumers drop what they know. What comes so is out of its turn, and
/// linked to nothing.
struct Replay {
    /// Which rows: all that were appended at or after `since`, and are as the others say.
    struct Range {
        let since: Date
        var until: Date?
        var topic: String?
        var key: String?
    }

    let source: String
    let url: String
    let kafka: KafkaConfiguration
    let logger: Logger

    /// Publishes the range; gives the number of events once all are acknowledged. Throws
    /// `PostgresError`, `KafkaError`, `RelayError`.
    func run(_ range: Range) throws -> Int {
        var publisher = try Publisher(
            kafka, metrics: SourceMetrics(source: "\(source)_replay"), logger: logger)
        publisher.begin(committedAt: 0)
        let count = try forEach(range) { copy in
            while !(try copy.withRow { try publisher.publish($0) }) || !publisher.hasRoom {
                try publisher.collect(milliseconds: 100)
            }
        }
        while publisher.window.undelivered > 0 { try publisher.collect(milliseconds: 100) }
        return count
    }

    /// Prints a line for each event of the range, and publishes nothing; gives their number.
    func show(_ range: Range, _ print: (String) -> Void) throws -> Int {
        try forEach(range) { copy in
            copy.withRow { row in
                func text(_ bytes: UnsafeRawBufferPointer) -> String {
                    String(decoding: bytes, as: UTF8.self)
                }
                var time = ""
                WireText.withTime(row.createdAt) { time = text($0) }
                print("\(time) \(text(row.topic)) \(text(row.key)) \(text(row.type))")
            }
        }
    }

    private func forEach(_ range: Range, _ body: (OutboxRowCopy) throws -> Void) throws -> Int {
        let connection = try Connection(url: url, applicationName: "farthing-relay-replay")
        let declaration: String = try connection.query(
            RelayQueries.declareReplay, range.since, range.until, range.topic, range.key
        )[0].read(0)
        try connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try connection.execute(declaration)
        var count = 0
        while true {
            let rows = try connection.query(RelayQueries.fetch)
            if rows.isEmpty { break }
            for row in rows { try body(try OutboxRowCopy(row)) }
            count += rows.count
        }
        try connection.execute("COMMIT")
        return count
    }
}
