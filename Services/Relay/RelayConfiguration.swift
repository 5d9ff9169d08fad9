import FoundationEssentials
import Kafka
import Logging

/// What the relay is told by its environment.
struct RelayConfiguration {
    /// `RELAY_SOURCES`: `payment=postgres://…,ledger=postgres://…`, URLs of the relay's role.
    ///
    /// Where `relay serve` describes an outbox of one's own, its options stand in for the variables of
    /// the same meaning, and `--source` with `--name` for this one.
    let sources: [(name: String, url: String)]
    /// `KAFKA_BOOTSTRAP`, and librdkafka's settings, `KAFKA_PRODUCER_LINGER_MS` for `linger.ms`, which
    /// win over the relay's own. Only the time that a delivery may take is refused: the relay never
    /// gives a delivery up. `KAFKA_PRODUCER_QUEUE_BUFFERING_MAX_KBYTES`, 65536 by default, is how much
    /// may be on its way before the relay reads no further.
    let kafka: KafkaConfiguration
    /// `RELAY_PARTITION_HOURS`, 24 by default, `RELAY_PARTITIONS_AHEAD`, 3, and
    /// `RELAY_RETENTION_HOURS`, 168.
    let upkeep: OutboxUpkeep.Policy
    /// `RELAY_TOPIC_PARTITIONS`, 4 by default, and `RELAY_TOPIC_REPLICATION`, the cluster's own
    /// default: of topics that are missing.
    let topics: TopicMaker.Shape
    /// `RELAY_GATHER_MS`, 10 by default: how long rows gather under load, see `Gathering`.
    let gathering: Duration
    /// `HTTP_HOST`, 127.0.0.1 by default.
    let httpHost: String
    /// `HTTP_PORT`: for `/livez`, `/readyz`, `/health` and `/metrics`.
    let httpPort: Int
    /// `LOG_LEVEL`, info by default.
    let logLevel: Logger.Level
    /// `RELAY_LAG_SECONDS`, 30 by default: an active relay that is further behind is lagging.
    let lagSeconds: Int

    /// Throws `RelayError` `.configuration` that names the variable at fault.
    init(_ environment: [String: String]) throws(RelayError) {
        func required(_ name: String) throws(RelayError) -> String {
            try Self.required(name, environment)
        }
        sources = try Self.sources(environment)
        kafka = KafkaConfiguration(
            bootstrapServers: try required("KAFKA_BOOTSTRAP"),
            try Self.producerSettings(environment))
        upkeep = try Self.upkeep(environment)
        topics = TopicMaker.Shape(
            partitions: try Self.number("RELAY_TOPIC_PARTITIONS", 1...10_000, environment) ?? 4,
            replication: try Self.number("RELAY_TOPIC_REPLICATION", 1...1000, environment))
        gathering = .milliseconds(try Self.number("RELAY_GATHER_MS", 0...1000, environment) ?? 10)
        lagSeconds = try Self.number("RELAY_LAG_SECONDS", 1...86_400, environment) ?? 30
        httpHost = environment["HTTP_HOST"] ?? "127.0.0.1"
        let port = try required("HTTP_PORT")
        guard let port = Int(port), (0...65_535).contains(port) else {
            throw RelayError(.configuration, "relay: HTTP_PORT: '\(port)' is no port")
        }
        httpPort = port
        let level = environment["LOG_LEVEL"] ?? "info"
        guard let level = Logger.Level(rawValue: level.lowercased()) else {
            throw RelayError(.configuration, "relay: LOG_LEVEL: '\(level)' is not a level")
        }
        logLevel = level
    }

    private static func required(
        _ name: String, _ environment: [String: String]
    ) throws(RelayError) -> String {
        guard let value = environment[name], !value.isEmpty else {
            throw RelayError(.configuration, "relay: \(name) is not set")
        }
        return value
    }

    /// `RELAY_SOURCES` alone. Throws `RelayError` `.configuration`.
    static func sources(
        _ environment: [String: String]
    ) throws(RelayError) -> [(name: String, url: String)] {
        try sources(try required("RELAY_SOURCES", environment))
    }

    /// A comma separates sources, and also the hosts of one URL: only `name=postgres` begins a
    /// source. Names become part of a slot's name, so they are lower-case letters, digits and _.
    private static func sources(
        _ text: String
    ) throws(RelayError) -> [(name: String, url: String)] {
        var sources: [(name: String, url: String)] = []
        for part in text.split(separator: ",") {
            let sides = part.split(separator: "=", maxSplits: 1)
            let name = sides[0]
            if sides.count == 2, sides[1].hasPrefix("postgres"), isName(name) {
                sources.append((String(name), String(sides[1])))
            } else if let last = sources.popLast() {
                sources.append((last.name, "\(last.url),\(part)"))
            } else {
                throw RelayError(
                    .configuration,
                    "relay: RELAY_SOURCES must be name=postgres://…,name=postgres://…, with names"
                        + " of at most 40 lower-case letters, digits and _")
            }
        }
        guard Set(sources.map(\.name)).count == sources.count else {
            throw RelayError(.configuration, "relay: RELAY_SOURCES names a source twice")
        }
        return sources
    }

    private static func number(
        _ name: String, _ range: ClosedRange<Int>, _ environment: [String: String]
    ) throws(RelayError) -> Int? {
        guard let text = environment[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw RelayError(
                .configuration,
                "relay: \(name): '\(text)' is not a number from \(range.lowerBound) to "
                    + "\(range.upperBound)")
        }
        return number
    }

    private static func upkeep(
        _ environment: [String: String]
    ) throws(RelayError) -> OutboxUpkeep.Policy {
        var policy = OutboxUpkeep.Policy()
        if let hours = try number("RELAY_PARTITION_HOURS", 1...8784, environment) {
            policy.width = .seconds(hours * 3600)
        }
        if let ahead = try number("RELAY_PARTITIONS_AHEAD", 1...1000, environment) {
            policy.ahead = ahead
        }
        if let hours = try number("RELAY_RETENTION_HOURS", 1...876_000, environment) {
            policy.retention = .seconds(hours * 3600)
        }
        return policy
    }

    /// Whether a source may be called so.
    static func isName(_ text: some StringProtocol) -> Bool {
        (1...40).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    private static func producerSettings(
        _ environment: [String: String]
    ) throws(RelayError) -> [String: String] {
        // Both are names of one setting; given up, an event would be left out.
        for name in ["MESSAGE_TIMEOUT_MS", "DELIVERY_TIMEOUT_MS"].map({ "KAFKA_PRODUCER_\($0)" })
        where environment[name] != nil {
            throw RelayError(
                .configuration, "relay: \(name) cannot be set: the relay gives no delivery up")
        }
        _ = try number("KAFKA_PRODUCER_QUEUE_BUFFERING_MAX_KBYTES", 1...2_097_151, environment)
        let prefix = "KAFKA_PRODUCER_"
        var settings: [String: String] = [:]
        for (name, value) in environment where name.hasPrefix(prefix) {
            let words = name.dropFirst(prefix.count).lowercased().split(separator: "_")
            settings[words.joined(separator: ".")] = value
        }
        return settings
    }
}
