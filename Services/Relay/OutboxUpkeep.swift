import Logging
import Metrics
import Postgres

/// Makes the outbox's partitions before they are needed, and drops those that are old and published.
///
/// The functions that do it belong to the database's owner and check by themselves what may go:
/// the relay, which knows when, needs no right to change the table. Several relays may call them.
struct OutboxUpkeep: Sendable {
    /// How the outbox is cut, and how long its past is kept.
    struct Policy: Equatable, Sendable {
        var width = Duration.seconds(24 * 3600)
        /// Widths for which partitions are there beyond the present one.
        var ahead = 3
        /// What is older may go, once it is in Kafka. Replays reach back so far.
        var retention = Duration.seconds(7 * 24 * 3600)
    }

    private static let interval = Duration.seconds(600)
    /// After a failure: a lock was held for long, or the database was away.
    private static let retryInterval = Duration.seconds(30)

    let source: String
    let url: String
    let policy: Policy
    let logger: Logger

    /// Runs until the task is cancelled.
    func run() async {
        await onThread("relay.\(source).upkeep") { stop in
            while !stop.isSet {
                var pause = Self.interval
                do {
                    try once()
                } catch {
                    pause = Self.retryInterval
                    logger.warning(
                        "outbox upkeep failed",
                        metadata: ["source": "\(source)", "error": "\(error)"])
                }
                stop.pause(pause)
            }
        }
    }

    /// Makes what is missing and drops what is over. Throws `PostgresError`.
    func once() throws(PostgresError) {
        let connection = try Connection(url: url, applicationName: "farthing-relay-upkeep")
        let made: Int = try connection.query(
            RelayQueries.makePartitions, policy.width.components.seconds, policy.ahead)[0].read(0)
        let emptied: Int = try connection.query(
            RelayQueries.dropPartitions, policy.retention.components.seconds)[0].read(0)
        if made > 0 || emptied > 0 {
            logger.notice(
                "outbox partitions kept up",
                metadata: ["source": "\(source)", "made": "\(made)", "emptied": "\(emptied)"])
        }
        let row = try connection.query(RelayQueries.partitions)[0]
        gauge("relay_outbox_partitions").record(try row.read(0, as: Int.self))
        gauge("relay_outbox_covered_seconds").record(try row.read(1, as: Int.self))
    }

    private func gauge(_ label: String) -> Gauge {
        Gauge(label: label, dimensions: [("source", source)])
    }
}
