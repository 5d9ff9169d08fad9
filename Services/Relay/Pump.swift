import Glibc
import Kafka
import Postgres
import ServiceHost

/// Moves what the slot streams to Kafka, and confirms what Kafka has.
///
/// One turn: read what is there, take the delivery reports, confirm, wait for either side.
struct Pump {
    /// Messages read before delivery reports are looked at.
    private static let burst = 1000
    /// A status at least this often keeps the server from taking us for dead.
    private static let heartbeat = Duration.seconds(1)
    /// Under load progress is confirmed this often; at rest nearly at once, so that the slot
    /// holds back as little of the log as it can.
    private static let confirmUnderLoad = Duration.milliseconds(50)
    private static let confirmAtRest = Duration.milliseconds(5)

    private let name: String
    private let table: OutboxTable
    private let metrics: SourceMetrics
    private var layouts: [UInt32: OutboxLayout] = [:]
    /// When the transaction that is being read was committed.
    private var committedAt: Int64 = 0
    /// How far the server's log is known to reach.
    private var seen = LSN.zero
    private var density = LogDensity()
    private var gathering: Gathering
    private var confirmed = LSN.zero
    private var lastStatus = ContinuousClock.now
    private var replyRequested = false
    private var lastObservation = ContinuousClock.now

    init(name: String, table: OutboxTable, gathering: Duration, metrics: SourceMetrics) {
        self.name = name
        self.table = table
        self.gathering = Gathering(span: gathering, at: .now)
        self.metrics = metrics
    }

    /// Runs until `stop` is set. Throws `PostgresError`, `KafkaError`, `RelayError`.
    mutating func run(
        _ stream: borrowing ReplicationStream, _ publisher: inout Publisher,
        _ gate: inout CommitGate, _ checkpoint: inout Checkpoint, _ stop: StopFlag
    ) throws {
        while !stop.isSet {
            var count = 0
            while count < Self.burst, publisher.hasRoom,
                try read(stream, &publisher, &gate, &checkpoint, stop)
            { count += 1 }
            try publisher.collect()
            try confirm(stream, publisher.window)
            try checkpoint.advance(confirmed: confirmed)
            seen = max(seen, checkpoint.end)
            observe(publisher.window)
            try publishReleased(stream, &publisher, stop)
            if count < Self.burst { try wait(stream, &publisher) }
        }
        try finish(stream, &publisher)
    }

    /// Takes one message; `false` if there is none.
    private mutating func read(
        _ stream: borrowing ReplicationStream, _ publisher: inout Publisher,
        _ gate: inout CommitGate, _ checkpoint: inout Checkpoint, _ stop: StopFlag
    ) throws -> Bool {
        let handled: Void? = try stream.next { message in
            switch message {
            case .keepalive(let end, let replyRequested):
                seen = max(seen, end)
                publisher.reached(end)
                if replyRequested { self.replyRequested = true }
            case .change(_, .begin(let begin)):
                committedAt = begin.committedAt
                density.begin(at: begin.finalLSN)
                publisher.begin(committedAt: begin.committedAt)
                while !(try gate.isOpen(for: begin.transactionID)) {
                    try hold(stream, &publisher, &checkpoint, stop)
                }
                checkpoint.read(transaction: begin.transactionID)
            case .change(_, .relation(let relation)):
                // Told anew after every change: what comes may not overtake what was passed over.
                try checkpoint.checkPublication()
                layouts[relation.id] = try OutboxLayout(relation.columns, of: table)
            case .change(_, .insert(let insert)):
                try publish(insert, stream, &publisher, stop)
            case .change(_, .commit(let commit)):
                seen = max(seen, commit.endLSN)
                density.read(to: commit.endLSN)
                publisher.commit(end: commit.endLSN)
            case .change(_, .ignored): break
            }
        }
        return handled != nil
    }

    private mutating func publish(
        _ insert: PgOutput.Insert, _ stream: borrowing ReplicationStream,
        _ publisher: inout Publisher, _ stop: StopFlag
    ) throws {
        guard let layout = layouts[insert.relation] else {
            throw RelayError(.malformedOutbox, "a row of a table that was not described")
        }
        let row = try layout.row(insert, committedAt: committedAt)
        density.count()
        gathering.count()
        try Failpoint.hit("relay.\(name).before-produce")
        while !(try publisher.publish(row)) { try collect(stream, &publisher, stop) }
        try Failpoint.hit("relay.\(name).after-produce")
    }

    /// Does what else there is to do while a commit is not over. Throws `CancellationError` when the
    /// process ends, which leaves the commit to the next relay.
    private mutating func hold(
        _ stream: borrowing ReplicationStream, _ publisher: inout Publisher,
        _ checkpoint: inout Checkpoint, _ stop: StopFlag
    ) throws {
        try collect(stream, &publisher, stop, milliseconds: 1)
        try checkpoint.advance(confirmed: confirmed)
        seen = max(seen, checkpoint.end)
    }

    /// Waits for reports, and keeps the server from taking us for dead. Throws `CancellationError`
    /// when the process ends: while no broker answers, what is waited for may never come.
    private mutating func collect(
        _ stream: borrowing ReplicationStream, _ publisher: inout Publisher, _ stop: StopFlag,
        milliseconds: Int32 = 50
    ) throws {
        try publisher.collect(milliseconds: milliseconds)
        try confirm(stream, publisher.window)
        observe(publisher.window)
        if stop.isSet {
            try finish(stream, &publisher)
            throw CancellationError()
        }
    }

    /// Publishes what an operator has released, between two transactions of the log and before
    /// anything that comes later.
    private mutating func publishReleased(
        _ stream: borrowing ReplicationStream, _ publisher: inout Publisher, _ stop: StopFlag
    ) throws {
        guard let lot = publisher.lot, !publisher.window.isOpen else { return }
        guard let rows = try lot.released() else { return }
        publisher.renewLimits()
        publisher.begin(committedAt: nil)
        for row in rows {
            let row = try OutboxRow(parked: row)
            while !(try publisher.publish(row)) { try collect(stream, &publisher, stop) }
        }
        publisher.commit(end: .zero)
        while publisher.window.undelivered > 0 { try collect(stream, &publisher, stop) }
        try Failpoint.hit("relay.\(name).before-unpark")
        try lot.published(rows)
    }

    /// Tells the server what is delivered, if there is news or it is time.
    private mutating func confirm(
        _ stream: borrowing ReplicationStream, _ window: DeliveryWindow
    ) throws {
        let silence = .now - lastStatus
        let news = window.confirmed > confirmed
        let patience = window.isEmpty ? Self.confirmAtRest : Self.confirmUnderLoad
        guard replyRequested || news && silence >= patience || silence >= Self.heartbeat else {
            return
        }
        if news { try Failpoint.hit("relay.\(name).before-confirm") }
        try stream.sendStatus(flushed: window.confirmed)
        if news { try Failpoint.hit("relay.\(name).after-confirm") }
        confirmed = window.confirmed
        lastStatus = .now
        replyRequested = false
    }

    private mutating func wait(
        _ stream: borrowing ReplicationStream, _ publisher: inout Publisher
    ) throws {
        let pause = gathering.pause(at: .now)
        guard pause == .zero else {
            // By the clock alone: what is waited for otherwise comes all the time.
            let (seconds, attoseconds) = pause.components
            var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
            nanosleep(&time, nil)
            return
        }
        // Not to be waited for while there is no room: the socket is readable all the time.
        guard publisher.hasRoom else { return try publisher.collect(milliseconds: 50) }
        let unconfirmed = publisher.window.confirmed > confirmed
        try stream.wait(
            milliseconds: unconfirmed ? 5 : 200, alsoWatching: publisher.readable)
    }

    /// Gives what is in flight two seconds, so that the next relay has less to repeat.
    private mutating func finish(
        _ stream: borrowing ReplicationStream, _ publisher: inout Publisher
    ) throws {
        let deadline = ContinuousClock.now + .seconds(2)
        while publisher.window.undelivered > 0, ContinuousClock.now < deadline {
            try publisher.collect(milliseconds: 50)
        }
        try stream.sendStatus(flushed: publisher.window.confirmed)
    }

    private mutating func observe(_ window: DeliveryWindow) {
        guard .now - lastObservation >= .milliseconds(250) else { return }
        lastObservation = .now
        let age = window.oldestCommit.map { SourceMetrics.now - $0 } ?? 0
        metrics.lag(
            undelivered: window.undelivered,
            events: window.undelivered + density.events(upTo: seen),
            bytes: seen.rawValue - min(seen, window.confirmed).rawValue,
            seconds: Double(max(0, age)) / 1_000_000)
    }
}
