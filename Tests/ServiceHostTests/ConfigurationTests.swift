import Logging
import TestSupport
import Testing

@testable import ServiceHost

@Suite("Configuration", .tags(.unit))
struct ConfigurationTests {
    private let complete = [
        "DATABASE_URL": "postgres://a:b@c/d", "KAFKA_BOOTSTRAP": "k:9092", "HTTP_PORT": "8080",
        "JWT_HS256_SECRET": String(repeating: "s", count: 32),
    ]

    @Test("a service needs four variables, and has defaults for the others")
    func defaults() throws {
        let configuration = try HostConfiguration.fromEnvironment(service: "ledger", complete)
        #expect(configuration.databaseURL == "postgres://a:b@c/d")
        #expect(configuration.databasePool == 8)
        #expect(configuration.httpHost == "127.0.0.1")
        #expect(configuration.httpPort == 8080)
        #expect(configuration.logLevel == .info)
    }

    @Test("Kafka's settings are taken over by name")
    func kafkaSettings() throws {
        let configuration = try HostConfiguration.fromEnvironment(
            service: "ledger",
            complete.merging(["KAFKA_CONSUMER_FETCH_WAIT_MAX_MS": "20", "LOG_LEVEL": "DEBUG"]) {
                $1
            }
        )
        #expect(configuration.kafkaConsumer == ["fetch.wait.max.ms": "20"])
        #expect(configuration.logLevel == .debug)
    }

    @Test(
        "what is missing or malformed is named in one line",
        arguments: [
            ("DATABASE_URL", nil), ("KAFKA_BOOTSTRAP", ""), ("HTTP_PORT", nil),
            ("HTTP_PORT", "x"), ("HTTP_PORT", "65536"), ("DATABASE_POOL", "0"),
            ("LOG_LEVEL", "loud"), ("JWT_HS256_SECRET", "short"), ("FAILPOINTS", "a=boom"),
            ("IDEMPOTENCY_RETENTION_HOURS", "23"),
        ] as [(String, String?)])
    func refuses(_ name: String, _ value: String?) throws {
        var variables = complete
        variables[name] = value
        let error = try #require(throws: HostError.self) {
            _ = try HostConfiguration.fromEnvironment(service: "ledger", variables)
        }
        #expect(error.code == .configuration)
        #expect(error.description.hasPrefix("ledger: \(name)"))
        #expect(!error.description.contains("\n"))
    }
}
