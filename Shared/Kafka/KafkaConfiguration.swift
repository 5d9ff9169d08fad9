/// Where the cluster is, and what differs from the defaults.
///
/// Settings have librdkafka's names (`fetch.wait.max.ms`) and win over every default below. One is
/// our own: with `ends.stuck.groups=true` a consumer deletes its group, and the offsets with it, when
/// nobody can join it any more. For the embedded broker and for no other, see `StuckGroup`.
public struct KafkaConfiguration: Sendable {
    /// `host:port`, several separated by commas.
    public var bootstrapServers: String
    public var settings: [String: String]

    public init(bootstrapServers: String, _ settings: [String: String] = [:]) {
        self.bootstrapServers = bootstrapServers
        self.settings = settings
    }

    /// What suits both Apache Kafka and a broker that may come back empty.
    ///
    /// A black-holed request is given up after 10 s, a lost broker looked for every second at
    /// most, and a topic that was made again is found within seconds.
    private static let common = [
        "client.id": "farthing",
        "log.connection.close": "false",
        "reconnect.backoff.ms": "50",
        "reconnect.backoff.max.ms": "1000",
        "socket.keepalive.enable": "true",
        "socket.nagle.disable": "true",
        "socket.timeout.ms": "10000",
        "topic.metadata.refresh.interval.ms": "5000",
    ]

    /// Nothing acknowledged is lost, nothing is written twice by a retry, and no message waits
    /// long for company. A millisecond is the least that librdkafka can wait: it rounds the time up
    /// (`rd_timeout_ms`), so that 0.2 costs a message alone as much, 44 and 50 ms a payment of eight
    /// hops against 50 and 54. And it is enough: where five records of a partition are on their
    /// way, 2.0.2 waits for them by asking again without end once the time of the next has come
    /// (`rd_kafka_toppar_producer_serve`), which made the relay's part of a payment 2.5 times that of
    /// billing with 0.2 ms, and 1.5 times with one (2 cores, 2026-11). The benchmark `relay-settings`
    /// compares it with others, and with compression: neither lz4 nor zstd drained faster than none,
    /// whose median at 0.2 to 5 ms was 52 to 61 k/s, while none without any linger fell to 15 k/s.
    ///
    /// `debug` brings the line by which `ClientContext.producerIsUnknown` is found out.
    private static let producer = [
        "acks": "all",
        "debug": "eos",
        "enable.idempotence": "true",
        "linger.ms": "1",
        "message.timeout.ms": "30000",
        "partitioner": "murmur2_random",
        "queue.buffering.max.kbytes": "131072",
        "topic.metadata.propagation.max.ms": "5000",
    ]

    /// Offsets are committed in the background once stored, and stored only when told.
    ///
    /// A broker answers a fetch as soon as there is a message for it: `fetch.wait.max.ms` is only
    /// how often one is asked that has none. The embedded broker waits so too, by its proxy
    /// (`LongPoll` of LocalStack); its group join takes half the session's timeout.
    ///
    /// What is fetched ahead is bounded by 16 MB, some fifty thousand events: with librdkafka's 64
    /// a consumer that was far behind took 140 MB of memory and was no faster (2026-11).
    private static let consumer = [
        "auto.commit.interval.ms": "1000",
        "auto.offset.reset": "earliest",
        "enable.auto.commit": "true",
        "enable.auto.offset.store": "false",
        "fetch.error.backoff.ms": "100",
        "fetch.wait.max.ms": "250",
        "heartbeat.interval.ms": "1000",
        "queued.max.messages.kbytes": "16384",
        "session.timeout.ms": "6000",
    ]

    private static let endsStuckGroups = "ends.stuck.groups"

    var endsStuckGroups: Bool { settings[Self.endsStuckGroups] == "true" }

    var forProducer: [String: String] { merged(Self.producer) }

    func forConsumer(group: String) -> [String: String] {
        merged(Self.consumer).merging(["group.id": group]) { $1 }
    }

    var forAdmin: [String: String] { merged([:]) }

    private func merged(_ kind: [String: String]) -> [String: String] {
        Self.common
            .merging(kind) { $1 }
            .merging(settings) { $1 }
            .merging(["bootstrap.servers": bootstrapServers]) { $1 }
            .filter { $0.key != Self.endsStuckGroups }
    }
}
