import Audit
import FoundationEssentials
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
            ("IDEMPOTENCY_RETENTION_HOURS", "23"), ("AUDIT_SIGNING", "maybe"),
            ("AUDIT_SIGNING_KEY_FILE", "/nowhere"), ("AUDIT_RETIRED_KEY_FILES", "/nowhere"),
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

    @Test("the key that signs is read from a file that only its owner may read")
    func auditKey() throws {
        let path = FileManager.default.temporaryDirectory.appending(
            path: "farthing-key-\(UInt64.random(in: 0...UInt64.max))"
        ).path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let seed = AuditSigningKey.makeSeed()
        func read(_ text: String, _ mode: Int) throws -> String? {
            try Data(text.utf8).write(to: URL(filePath: path))
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            return try HostConfiguration.fromEnvironment(
                service: "ledger",
                complete.merging([
                    "AUDIT_SIGNING_KEY_FILE": path, "AUDIT_SIGNING": "required",
                ]) { $1 }
            ).auditKey
        }
        #expect(try read(seed + "\n", 0o600) == seed)
        #expect(throws: HostError.self) { try read(seed, 0o640) }
        #expect(throws: HostError.self) { try read("c2hvcnQ=", 0o600) }
        #expect(throws: HostError.self) { try read("", 0o600) }
    }

    @Test("the keys that signed before are read from several files, and must be such")
    func retiredAuditKeys() throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "farthing-keys-\(UInt64.random(in: 0...UInt64.max))"
        ).path
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let keys = try ["a", "b"].map { _ in
            try AuditSigningKey(name: "farthing/ledger", seed: AuditSigningKey.makeSeed()).publicKey
        }
        let files = ["\(folder)/a.pub", "\(folder)/b.pub"]
        for (key, file) in zip(keys, files) {
            try Data("\(key)\n".utf8).write(to: URL(filePath: file))
        }
        func read() throws -> [String] {
            let variables = ["AUDIT_RETIRED_KEY_FILES": files.joined(separator: ",")]
            return try HostConfiguration.fromEnvironment(
                service: "ledger", complete.merging(variables) { $1 }
            ).retiredAuditKeys.map(\.key.description)
        }
        #expect(try read() == keys.map(\.description))
        try Data("\(keys[1])\nnot a note\n".utf8).write(to: URL(filePath: files[1]))
        let error = #expect(throws: HostError.self) { try read() }
        #expect(error?.description.contains(files[1]) == true)
    }

    @Test("without a key nothing is sealed, unless that is required")
    func noAuditKey() throws {
        let configuration = try HostConfiguration.fromEnvironment(service: "ledger", complete)
        #expect(configuration.auditKey == nil)
        let error = #expect(throws: HostError.self) {
            try HostConfiguration.fromEnvironment(
                service: "ledger", complete.merging(["AUDIT_SIGNING": "required"]) { $1 })
        }
        #expect(error?.description.hasPrefix("ledger: AUDIT_SIGNING_KEY_FILE") == true)
    }
}
