import Contracts
import Kafka
import Logging
import Metrics
import Postgres

/// Makes Kafka records of outbox rows, and keeps account of what is delivered.
///
/// Lives as long as one session with the database. A failed delivery ends the session: the next
/// one reads the log again from the last confirmed position and sends what was not acknowledged,
/// in order. Consumers remove the duplicates.
struct Publisher: ~Copyable {
    private struct Route {
        let name: [UInt8]
        let topic: DirectProducer.Topic
        let events: Counter
        var chain = KeyChain()
    }

    /// Stops reading the log at this many undelivered records.
    static let limit = 50_000
    /// A producer that delivers nothing for so long, although a broker answers, is replaced.
    private static let patience = Duration.seconds(20)

    private var producer: DirectProducer
    private let admin: TopicAdmin
    private var routes: [Route] = []
    private var headers = RecordHeaders()
    private var reports: [DeliveryReport] = []
    private var lastProgress = ContinuousClock.now
    private let metrics: SourceMetrics

    private(set) var window = DeliveryWindow()

    /// Throws `KafkaError` `.invalidConfiguration`.
    init(
        _ configuration: KafkaConfiguration, metrics: SourceMetrics, logger: Logger
    ) throws(KafkaError) {
        var configuration = configuration
        // Never given up: the log holds what Kafka has not taken.
        configuration.settings["message.timeout.ms"] = "0"
        // The window's limit counts records; this one must not be reached before it.
        configuration.settings["queue.buffering.max.kbytes"] = "2097151"
        producer = try DirectProducer(configuration, logger: logger)
        admin = TopicAdmin(configuration, logger: logger, timeout: .seconds(2))
        self.metrics = metrics
    }

    /// Becomes readable when `collect` has something to do.
    var readable: Int32 { producer.readable }

    /// Whether more may be read.
    var hasRoom: Bool { window.undelivered < Self.limit }

    /// The topics that rows were published to.
    var topics: [String] { routes.map { String(decoding: $0.name, as: UTF8.self) } }

    mutating func begin(committedAt: Int64) { window.begin(committedAt: committedAt) }

    mutating func commit(end: LSN) { window.commit(end: end) }

    mutating func reached(_ position: LSN) { window.reached(position) }

    /// Queues the record of a row of the open transaction; `false` when the queue is full.
    /// Throws `RelayError` `.malformedOutbox`, `KafkaError`.
    mutating func publish(_ row: OutboxRow) throws -> Bool {
        let route = try route(to: row.topic)
        try writeHeaders(row, route)
        if window.undelivered == 0 { lastProgress = .now }
        guard
            try producer.enqueue(
                routes[route].topic, key: row.key, value: row.payload, headers: headers,
                token: window.token)
        else { return false }
        window.sent()
        routes[route].events.increment()
        return true
    }

    /// Takes the delivery reports that are there, waiting at most `milliseconds` for the first.
    /// Throws the `KafkaError` of a delivery that failed, or `RelayError` `.stalled`.
    mutating func collect(milliseconds: Int32 = 0) throws {
        reports.removeAll(keepingCapacity: true)
        producer.poll(milliseconds: milliseconds, into: &reports)
        for report in reports {
            if let error = report.error { throw error }
            window.delivered(report.token)
        }
        if !reports.isEmpty { lastProgress = .now }
        guard window.undelivered > 0 else { return }
        if let error = producer.fatalError { throw error }
        if .now - lastProgress > Self.patience { try inquire() }
    }

    /// Nothing was delivered for long: no fault of the producer's while no broker answers.
    private mutating func inquire() throws(RelayError) {
        lastProgress = .now
        if (try? admin.topicsBlocking()) != nil {
            throw RelayError(.stalled, "nothing was delivered for \(Self.patience)")
        }
    }

    /// The index of the topic's route.
    private mutating func route(to topic: UnsafeRawBufferPointer) throws -> Int {
        for index in routes.indices where routes[index].name.elementsEqual(topic) { return index }
        let name = String(decoding: topic, as: UTF8.self)
        let route = Route(
            name: [UInt8](topic), topic: try producer.topic(name),
            events: metrics.events(topic: name))
        routes.append(route)
        return routes.count - 1
    }

    private mutating func writeHeaders(_ row: OutboxRow, _ route: Int) throws(RelayError) {
        headers.removeAll()
        headers.append(EnvelopeHeader.specversion, EnvelopeHeader.specversionValue)
        WireText.withUUID(row.id) { headers.append(EnvelopeHeader.id, $0) }
        headers.append(EnvelopeHeader.type, row.type)
        WireText.withTime(row.createdAt) { headers.append(EnvelopeHeader.time, $0) }
        headers.append(EnvelopeHeader.contentType, EnvelopeHeader.contentTypeValue)
        try HeaderScanner.scan(row.headers) { headers.append($0, $1) }
        guard let position = row.position else { return }
        WireText.withNumber(position) { headers.append(EnvelopeHeader.sequence, $0) }
        // A full queue has the row published again: it is then the one before itself.
        let previous = routes[route].chain.append(position, key: row.key)
        if let previous, previous != position {
            WireText.withNumber(previous) { headers.append(EnvelopeHeader.previous, $0) }
        }
    }
}
