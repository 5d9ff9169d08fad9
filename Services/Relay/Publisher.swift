import Contracts
import Kafka
import Logging
import Postgres

/// Makes Kafka records of outbox rows, and keeps account of what is delivered.
///
/// Lives as long as one session with the database. A failed delivery ends the session: the next
/// one reads the log again from the last confirmed position and sends what was not acknowledged,
/// in order. Consumers remove the duplicates. A row that Kafka will never take is parked, if there
/// is a lot for it.
struct Publisher: ~Copyable {
    /// Nothing more is read at this many undelivered records, so that small ones do not reach
    /// librdkafka's own limit,
    static let limit = 50_000
    /// nor at this many transactions that are not confirmed: while one partition takes nothing, those
    /// behind it are delivered and still remembered.
    private static let transactions = 1_000_000
    /// A producer that delivers nothing for so long, although a broker answers, is replaced.
    private static let patience = Duration.seconds(20)

    private let configuration: KafkaConfiguration
    private var producer: DirectProducer
    /// What the producer was told of the size of batches.
    private var batch: Int?
    private let admin: TopicAdmin
    private let limits: TopicLimits
    private let logger: Logger
    private var routes = Routes()
    private var headers = RecordHeaders()
    private var reports = DeliveryReports()
    /// Nor at so much of keys and values.
    private let byteLimit: Int
    /// Of the keys and values that are on their way.
    private var bytes = 0
    private var lastProgress = ContinuousClock.now
    private let metrics: SourceMetrics

    /// Where rows go that cannot be published; without one, they end the session.
    let lot: ParkingLot?
    /// Which records were refused, by themselves or because of their neighbours.
    private(set) var suspicion: Suspicion
    /// The suspect that was sent alone, once it was.
    private var probe: Probe?

    private enum Probe {
        case sent
        case delivered
        case refused(KafkaError)
    }

    private(set) var window = DeliveryWindow()

    /// Throws `KafkaError` `.invalidConfiguration`.
    init(
        _ configuration: KafkaConfiguration, limits: TopicLimits, metrics: SourceMetrics,
        lot: ParkingLot? = nil, suspicion: Suspicion = Suspicion(), logger: Logger
    ) throws(KafkaError) {
        self.configuration = configuration
        byteLimit = configuration.queuedBytes
        self.limits = limits
        self.logger = logger
        batch = limits.batch
        producer = try DirectProducer(configuration.forRelay(batch: batch), logger: logger)
        admin = TopicAdmin(configuration, logger: logger, timeout: .seconds(2))
        self.metrics = metrics
        self.lot = lot
        self.suspicion = suspicion
        headers.append(EnvelopeHeader.specversion, EnvelopeHeader.specversionValue)
        headers.append(EnvelopeHeader.contentType, EnvelopeHeader.contentTypeValue)
        headers.keep()
    }

    /// Asks again how much topics take: an operator may have raised what was too low.
    mutating func renewLimits() {
        limits.renew()
        for index in routes.indices {
            routes[index].limit = limits.limit(of: routes[index].topicName)
        }
    }

    /// Becomes readable when `collect` has something to do.
    var readable: Int32 { producer.readable }

    /// Whether more may be read.
    var hasRoom: Bool {
        window.undelivered < Self.limit && bytes < byteLimit && window.count < Self.transactions
    }

    /// The topics that rows were published to.
    var topics: [String] { routes.indices.map { routes[$0].topicName } }

    mutating func begin(committedAt: Int64?) { window.begin(committedAt: committedAt) }

    mutating func commit(end: LSN) { window.commit(end: end) }

    mutating func reached(_ position: LSN) { window.reached(position) }

    /// Queues the record of a row of the open transaction, or parks the row; `false` when the queue
    /// is full, or the row has to go alone: collect reports and try again.
    /// Throws `RelayError` `.malformedRow`, `KafkaError`, `PostgresError`.
    mutating func publish(_ row: OutboxRow) throws -> Bool {
        if let lot, lot.isInUse, lot.holds(row) {
            try park(row, .behind, "", in: lot)
            return true
        }
        if !suspicion.isEmpty, let isDone = try publishAlone(row) { return isDone }
        do {
            return try enqueue(row)
        } catch {
            return try park(row, because: error)
        }
    }

    private mutating func enqueue(_ row: OutboxRow) throws -> Bool {
        let route = try route(to: row.topic)
        if let lower = limits.batch, lower < batch ?? .max {
            guard isIdle else { return false }
            try replaceProducer()
        }
        try writeHeaders(row, route)
        if let limit = routes[route].limit { try check(row, limit) }
        if window.undelivered == 0 { lastProgress = .now }
        guard
            try producer.enqueue(
                routes[route].topic, key: row.key, value: row.payload, headers: headers,
                token: window.token)
        else { return false }
        window.sent()
        bytes += row.key.count + row.payload.count
        routes[route].uncounted += 1
        return true
    }

    /// Whether nothing is on its way.
    private var isIdle: Bool { window.undelivered == lot?.waiting ?? 0 }

    /// By one that makes smaller batches, while nothing is on its way. Throws `KafkaError`.
    private mutating func replaceProducer() throws(KafkaError) {
        batch = limits.batch
        producer = try DirectProducer(configuration.forRelay(batch: batch), logger: logger)
        for index in routes.indices {
            routes[index].topic = try producer.topic(routes[index].topicName)
        }
    }

    /// Throws `KafkaError` `.messageTooLarge`.
    private func check(_ row: OutboxRow, _ limit: Int) throws(KafkaError) {
        let size = headers.batchSize(key: row.key.count, value: row.payload.count)
        if size <= limit { return }
        throw KafkaError(
            .messageTooLarge, "a batch of \(size) bytes, where max.message.bytes is \(limit)")
    }

    /// Sends a row that is suspect when nothing else is on its way, and waits for its report;
    /// `nil` if there is nothing against the row.
    private mutating func publishAlone(_ row: OutboxRow) throws -> Bool? {
        let id = row.withID { [UInt8]($0) }
        guard suspicion.covers(id: id, topic: row.topic) else { return nil }
        switch probe {
        case nil:
            do {
                if window.undelivered == 0, try enqueue(row) { probe = .sent }
                return false
            } catch {
                guard try park(row, because: error) else { return false }
            }
        case .sent: return false
        case .delivered: break
        case .refused(let error): guard try park(row, because: error) else { return false }
        }
        probe = nil
        suspicion.clear(id: id, topic: row.topic)
        return true
    }

    /// Parks a row that is at fault itself; `false` while there are records on their way, one of
    /// which may be of the same key: read again after a failure, it would be held behind this row.
    ///
    /// Throws the error itself if it is none of the row's, or if there is no lot.
    private mutating func park(_ row: OutboxRow, because error: any Error) throws -> Bool {
        guard let lot, let reason = ParkingReason(error) else { throw error }
        guard isIdle else { return false }
        try park(row, reason, "\(error)", in: lot)
        return true
    }

    private mutating func park(
        _ row: OutboxRow, _ reason: ParkingReason, _ detail: String, in lot: ParkingLot
    ) throws {
        lot.park(row, reason, detail, token: window.token)
        window.sent()
        if lot.isFull { try flush() }
    }

    /// What is in the table of parked rows is dealt with, as what is in Kafka is.
    private mutating func flush() throws {
        for token in try lot?.flush() ?? [] { window.delivered(token) }
    }

    /// Takes the delivery reports that are there, waiting at most `milliseconds` for the first, and
    /// writes down what was parked. Throws the `KafkaError` of a delivery that failed, `RelayError`
    /// `.stalled`, `PostgresError`.
    mutating func collect(milliseconds: Int32 = 0) throws {
        try flush()
        reports.removeAll()
        producer.poll(milliseconds: milliseconds, into: &reports)
        bytes -= reports.bytes
        for token in reports.delivered { window.delivered(token) }
        if !window.confirmedCommits.isEmpty {
            metrics.acknowledged(committedAt: window.confirmedCommits)
            window.confirmedCommits.removeAll(keepingCapacity: true)
        }
        routes.count()
        if !reports.failed.isEmpty { try judgeFailures() }
        if !reports.isEmpty {
            lastProgress = .now
            if case .sent = probe, window.undelivered == 0 { probe = .delivered }
        }
        guard window.undelivered > 0 else { return }
        if let error = producer.fatalError { throw error }
        if .now - lastProgress > Self.patience { try inquire() }
    }

    /// Ends the session, for the next one to find out what is at fault, unless this one just has.
    private mutating func judgeFailures() throws {
        if case .sent = probe, let failure = reports.failed.first,
            ParkingReason(failure.error) != nil
        {
            window.delivered(failure.token)
            probe = .refused(failure.error)
            return
        }
        for failure in reports.failed {
            _ = suspicion.add(failure, idHeader: EnvelopeHeader.id)
        }
        throw reports.failed[0].error
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
        if let index = routes.find(topic) { return index }
        let name = String(decoding: topic, as: UTF8.self)
        if topic.isEmpty { throw KafkaError(.invalidTopic, "the row names no topic") }
        let handle: DirectProducer.Topic
        do throws(KafkaError) {
            handle = try producer.topic(name)
        } catch {
            throw KafkaError(.invalidTopic, "'\(name)': \(error.message)")
        }
        limits.learn(name)
        return routes.add(
            Route(
                name: [UInt8](topic), topic: handle, limit: limits.limit(of: name),
                events: metrics.events(topic: name)))
    }

    private mutating func writeHeaders(_ row: OutboxRow, _ route: Int) throws(RelayError) {
        headers.removeAll()
        row.withID { headers.append(EnvelopeHeader.id, $0) }
        if !row.type.isEmpty { headers.append(EnvelopeHeader.type, row.type) }
        WireText.withTime(row.createdAt) { headers.append(EnvelopeHeader.time, $0) }
        if !row.headers.isEmpty {
            try HeaderScanner.scan(row.headers) { headers.append($0, $1) }
        }
        guard let position = row.position, row.hasKey else { return }
        WireText.withNumber(position) { headers.append(EnvelopeHeader.sequence, $0) }
        // A full queue has the row published again: it is then the one before itself.
        let previous = routes[route].chain.append(position, key: row.key)
        if let previous, previous != position {
            WireText.withNumber(previous) { headers.append(EnvelopeHeader.previous, $0) }
        }
    }
}
