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
    var table = OutboxTable.farthing
    let kafka: KafkaConfiguration
    let logger: Logger

    /// Publishes the range; gives the number of events once all are acknowledged. Throws
    /// `PostgresError`, `KafkaError`, `RelayError`.
    func run(_ range: Range) throws -> Int {
        var publisher = try Publisher(
            kafka, limits: TopicLimits(kafka, logger: logger),
            metrics: SourceMetrics(source: "\(source)_replay"), logger: logger)
        publisher.begin(committedAt: nil)
        let count = try forEach(range) { row in
            while !(try publisher.publish(row)) { try publisher.collect(milliseconds: 100) }
            while !publisher.hasRoom { try publisher.collect(milliseconds: 100) }
        }
        while publisher.window.undelivered > 0 { try publisher.collect(milliseconds: 100) }
        return count
    }

    /// Prints a line for each event of the range, and publishes nothing; gives their number.
    func show(_ range: Range, _ print: (String) -> Void) throws -> Int {
        try forEach(range) { print($0.line) }
    }

    private func forEach(_ range: Range, _ body: (OutboxRow) throws -> Void) throws -> Int {
        let connection = try Connection(url: url, applicationName: "farthing-relay-replay")
        guard let time = table.columns[.time], let key = table.columns[.key] ?? table.columns[.id]
        else {
            throw RelayError(.malformedOutbox, "\(table.quoted) has no column with the time")
        }
        let condition: String = try connection.query(
            RelayQueries.isInRange, OutboxTable.quote(time), range.since, range.until,
            OutboxTable.quote(key), range.key)[0].read(0)
        // The events are linked to nothing, because they come a second time, out of their turn.
        let scan = OutboxScan(table, where: condition, linked: false)
        var count = 0
        _ = try scan.forEach(connection) { row in
            if let topic = range.topic, !row.topic.elementsEqual(topic.utf8) { return }
            try body(row)
            count += 1
        }
        return count
    }
}
