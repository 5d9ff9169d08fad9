import Logging
import Postgres
import ServiceHost

/// Makes a slot where there is none, publishing before what the table holds and Kafka may lack.
///
/// In this order, on one connection:
/// 1. a temporary slot, which keeps the log from here on;
/// 2. the end of every transaction that runs by then: its commit may stand in the log before the
///    slot although nobody sees it yet, for as long as a synchronous standby takes to answer;
/// 3. a snapshot taken after it, so that what it does not show is in that log;
/// 4. the rows of the snapshot are published, those left out that the checkpoint covers;
/// 5. when all are delivered, the checkpoint covers what had ended before the scan began, for the
///    day the server gives the temporary slot up while a large table is on its way: each attempt
///    then has less to publish, where all would be the same. Where the table is left out, it covers
///    what had ended before 1, so that a slot that is lost at once is no beginning anew;
/// 6. the lasting slot is copied from the temporary one.
///
/// The lasting slot therefore exists only if the table was published in full: a relay that dies
/// before 5 leaves nothing behind, and the next one begins again. What commits between 1 and 3 is
/// published twice, in order, and consumers remove the second.
struct Rebuild {
    /// Where a source begins of which nothing is remembered.
    enum Start: Sendable {
        /// With all that its table holds.
        case beginning
        /// With what is committed from now on.
        case now
    }

    let name: String
    let url: String
    let slot: String
    let table: OutboxTable
    /// The identity of the publication that the slot will be read with.
    let publication: String
    let start: Start
    let stop: StopFlag
    let logger: Logger

    /// Publishes and makes the slot. Gives `false`, having done nothing, when another relay is
    /// about it. Throws `PostgresError`, `KafkaError`, `RelayError`, and `CancellationError`
    /// when the process ends.
    func run(_ publisher: inout Publisher) throws -> Bool {
        let connection = try Connection(url: url, applicationName: "farthing-relay-rebuild")
        guard try connection.query(RelayQueries.lockRebuild, slot)[0].read(0, as: Bool.self)
        else { return false }
        try connection.query(RelayQueries.dropLostSlot, slot)
        // Another relay may have rebuilt it while this one came to know that it was lost.
        if !(try connection.query(RelayQueries.slotExists, slot).isEmpty) { return true }
        // Whatever is below has ended, and its commit lies before the slot.
        let past: Int64 = try connection.query(RelayQueries.snapshot)[0].read(0)
        let temporary = slot + "_rebuild"
        try connection.query(RelayQueries.createTemporarySlot, temporary)
        try awaitRunning(connection)
        let below: String = try connection.query(RelayQueries.publishedBelow, slot)[0].read(0)
        logger.notice(
            "no usable slot: publishing the outbox from the table",
            metadata: ["slot": "\(slot)", "from_transaction": "\(below)"])
        if let warning = try table.readOrder(connection).warning { logger.warning("\(warning)") }

        var count = 0
        publisher.begin(committedAt: nil)
        if below != RelayQueries.nothingPublished || start == .beginning {
            // Whatever is below has ended, so that the scan, whose snapshot is a later one, shows it.
            let ended: Int64 = try connection.query(RelayQueries.snapshot)[0].read(0)
            let scan = OutboxScan(
                table, where: RelayQueries.isUnpublished(in: table, publishedBelow: below),
                linked: true)
            count = try scan.forEach(
                connection, whileWaiting: { try collect(&publisher, milliseconds: 0) }
            ) { row in try publish(row, &publisher) }
            while publisher.window.undelivered > 0 { try collect(&publisher) }
            try connection.query(RelayQueries.remember, slot, "\(ended)", publication)
        } else {
            try connection.query(RelayQueries.remember, slot, "\(past)", publication)
        }
        publisher.commit(end: .zero)
        try Failpoint.hit("relay.\(name).before-slot")
        try connection.query(RelayQueries.makeSlotLast, temporary, slot)
        logger.notice(
            "the outbox is published from the table",
            metadata: ["slot": "\(slot)", "rows": "\(count)"])
        return true
    }

    /// Returns when all transactions have ended that had begun before. Throws `PostgresError`, and
    /// `CancellationError` when the process ends first.
    private func awaitRunning(_ connection: borrowing Connection) throws {
        let own: String = try connection.query(RelayQueries.ownTransaction)[0].read(0)
        while !(try connection.query(RelayQueries.haveEnded, own)[0].read(0, as: Bool.self)) {
            stop.pause(.milliseconds(20))
            if stop.isSet { throw CancellationError() }
        }
    }

    private func publish(_ row: OutboxRow, _ publisher: inout Publisher) throws {
        try Failpoint.hit("relay.\(name).before-produce")
        while !(try publisher.publish(row)) { try collect(&publisher) }
        try Failpoint.hit("relay.\(name).after-produce")
        while !publisher.hasRoom { try collect(&publisher) }
    }

    private func collect(_ publisher: inout Publisher, milliseconds: Int32 = 100) throws {
        try publisher.collect(milliseconds: milliseconds)
        if stop.isSet { throw CancellationError() }
    }
}
