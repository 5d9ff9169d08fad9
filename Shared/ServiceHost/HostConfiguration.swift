public import Audit
import Configuration
public import FoundationEssentials
public import Logging

/// What a service is told by its environment.
public struct HostConfiguration: Sendable {
    /// `DATABASE_URL`: a libpq URL, with the service's own role.
    public var databaseURL: String
    /// `DATABASE_POOL`: connections.
    public var databasePool: Int
    /// `KAFKA_BOOTSTRAP`: `host:port`, several separated by commas.
    public var kafkaBootstrap: String
    /// `KAFKA_CONSUMER_…`: librdkafka's settings, `FETCH_WAIT_MAX_MS` for `fetch.wait.max.ms`.
    public var kafkaConsumer: [String: String]
    /// `HTTP_HOST`: the address to listen on.
    public var httpHost: String
    /// `HTTP_PORT`; 0 takes a free one.
    public var httpPort: Int
    /// `JWT_…`: whose tokens are accepted.
    public var tokens: TokenTrust
    /// `LOG_LEVEL`: trace, debug, info, notice, warning, error or critical.
    public var logLevel: Logger.Level
    /// `IDEMPOTENCY_RETENTION_HOURS`: how long answers are repeated, at least 24.
    public var idempotencyRetention: Duration
    /// `INBOX_RETENTION_HOURS`: how long received messages are remembered. More than topics keep
    /// them, or the service does not run.
    public var inboxRetention: Duration
    /// `TOPIC_RETENTION_HOURS`: how long topics keep messages where the broker does not say.
    public var topicRetention: Duration
    /// The key that signs the audit trail, in base64: the contents of `AUDIT_SIGNING_KEY_FILE`,
    /// which only its owner may read. Without one the trail is written and not sealed;
    /// `AUDIT_SIGNING=required` refuses that.
    public var auditKey: String?
    /// The keys that signed it before, from `AUDIT_RETIRED_KEY_FILES`, several separated by commas:
    /// public halves, with the last checkpoint that counts below where there is such an end.
    public var retiredAuditKeys: [TrustedKey]

    public init(
        databaseURL: String, databasePool: Int = 8, kafkaBootstrap: String,
        kafkaConsumer: [String: String] = [:], httpHost: String = "127.0.0.1", httpPort: Int,
        tokens: TokenTrust, logLevel: Logger.Level = .info,
        idempotencyRetention: Duration = .seconds(30 * 24 * 3600),
        inboxRetention: Duration = .seconds(8 * 24 * 3600),
        topicRetention: Duration = .seconds(7 * 24 * 3600),
        auditKey: String? = nil, retiredAuditKeys: [TrustedKey] = []
    ) {
        self.databaseURL = databaseURL
        self.databasePool = databasePool
        self.kafkaBootstrap = kafkaBootstrap
        self.kafkaConsumer = kafkaConsumer
        self.httpHost = httpHost
        self.httpPort = httpPort
        self.tokens = tokens
        self.logLevel = logLevel
        self.idempotencyRetention = idempotencyRetention
        self.inboxRetention = inboxRetention
        self.topicRetention = topicRetention
        self.auditKey = auditKey
        self.retiredAuditKeys = retiredAuditKeys
    }

    /// Reads the environment, and arms its failpoints. Throws `HostError` `.configuration` that
    /// names the service and the variable that is missing or malformed.
    public static func fromEnvironment(
        service: String,
        _ variables: [String: String] = ProcessInfo.processInfo.environment
    ) throws(HostError) -> HostConfiguration {
        do {
            return try HostConfiguration(environment: variables)
        } catch {
            throw HostError(error.code, "\(service): \(error)")
        }
    }

    private init(environment variables: [String: String]) throws(HostError) {
        let environment = Environment(variables)
        let hours = try environment.int("IDEMPOTENCY_RETENTION_HOURS", 24...87_600) ?? 30 * 24
        self.init(
            databaseURL: try environment.required("DATABASE_URL"),
            databasePool: try environment.int("DATABASE_POOL", 1...1000) ?? 8,
            kafkaBootstrap: try environment.required("KAFKA_BOOTSTRAP"),
            kafkaConsumer: environment.settings(prefix: "KAFKA_CONSUMER_"),
            httpHost: environment.text("HTTP_HOST") ?? "127.0.0.1",
            httpPort: try environment.requiredInt("HTTP_PORT", 0...65_535),
            tokens: try environment.tokenTrust(),
            logLevel: try environment.logLevel(),
            idempotencyRetention: .seconds(hours * 3600),
            inboxRetention: .seconds(
                (try environment.int("INBOX_RETENTION_HOURS", 1...87_600) ?? 8 * 24) * 3600),
            topicRetention: .seconds(
                (try environment.int("TOPIC_RETENTION_HOURS", 1...87_600) ?? 7 * 24) * 3600),
            auditKey: try environment.auditKey(),
            retiredAuditKeys: try environment.retiredAuditKeys())
        try Failpoint.arm(from: variables)
    }
}

/// The environment, read through swift-configuration, with errors of one line.
struct Environment {
    private let variables: [String: String]
    private let reader: ConfigReader

    init(_ variables: [String: String]) {
        self.variables = variables
        reader = ConfigReader(
            provider: EnvironmentVariablesProvider(environmentVariables: variables))
    }

    /// The value of a variable; `nil` if it is unset or empty.
    func text(_ name: String) -> String? {
        let value = reader.string(forKey: Self.key(name), isSecret: true)
        return value.flatMap { $0.isEmpty ? nil : $0 }
    }

    func required(_ name: String) throws(HostError) -> String {
        guard let value = text(name) else {
            throw HostError(.configuration, "\(name) is not set")
        }
        return value
    }

    func int(_ name: String, _ range: ClosedRange<Int>) throws(HostError) -> Int? {
        guard let text = text(name) else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw HostError(
                .configuration,
                "\(name): '\(text)' is not a number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return value
    }

    func requiredInt(_ name: String, _ range: ClosedRange<Int>) throws(HostError) -> Int {
        guard let value = try int(name, range) else {
            throw HostError(.configuration, "\(name) is not set")
        }
        return value
    }

    func logLevel() throws(HostError) -> Logger.Level {
        guard let text = text("LOG_LEVEL") else { return .info }
        guard let level = Logger.Level(rawValue: text.lowercased()) else {
            throw HostError(.configuration, "LOG_LEVEL: '\(text)' is not a level")
        }
        return level
    }

    /// `KAFKA_CONSUMER_FETCH_WAIT_MAX_MS=20` → `fetch.wait.max.ms: 20`. A reader looks up keys
    /// that it knows, so open-ended names are taken from the variables themselves.
    func settings(prefix: String) -> [String: String] {
        var settings: [String: String] = [:]
        for (name, value) in variables where name.hasPrefix(prefix) {
            let setting = name.dropFirst(prefix.count).lowercased()
            settings[String(setting.map { $0 == "_" ? "." : $0 })] = value
        }
        return settings
    }

    /// `HTTP_PORT` → `http.port`.
    private static func key(_ name: String) -> ConfigKey {
        ConfigKey(name.lowercased().split(separator: "_").map(String.init))
    }
}
