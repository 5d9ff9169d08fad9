import FoundationEssentials
import Logging
import TestSupport
import Testing

@testable import ServiceHost

@Suite("A file of keys", .tags(.unit))
struct KeyFileTests {
    private let old = SigningKey.p256("old")
    private let new = SigningKey.ed25519("new")

    @Test("is read again when it changed: new keys count, and removed ones no longer")
    func rotates() async throws {
        try await KeyFile.with([old.member()]) { file in
            let authenticator = try await file.authenticator()
            let token = try old.token()
            try await authenticator.keptUp {
                #expect(await authenticator.fault(of: token) == nil)
                try file.write(try jwks([old.member(), new.member()]))
                try await eventually {
                    await authenticator.fault(of: try new.token()) == nil
                }
                #expect(await authenticator.fault(of: token) == nil)
                try file.write(try jwks([new.member()]))
                try await eventually { await authenticator.fault(of: token) != nil }
                #expect(await authenticator.fault(of: try new.token()) == nil)
            }
        }
    }

    @Test("with another key under the same name takes back what the one before it vouched for")
    func replaced() async throws {
        try await KeyFile.with([old.member()]) { file in
            let authenticator = try await file.authenticator()
            let token = try old.token()
            try await authenticator.keptUp {
                #expect(await authenticator.fault(of: token) == nil)
                try file.write(try jwks([SigningKey.p256("old").member()]))
                try await eventually { await authenticator.fault(of: token) != nil }
            }
        }
    }

    @Test("that is broken, empty or gone leaves the keys as they were, and is told of once")
    func broken() async throws {
        try await KeyFile.with([old.member()]) { file in
            let book = LogBook()
            let upkeep = KeySetUpkeep(
                .file(file.path), every: .seconds(1), restraint: .zero, logger: book.logger)
            #expect(await upkeep.load() == nil)
            let first = upkeep.keys.accepted
            for text in ["", "{", #"{"keys":[]}"#, nil] {
                if let text {
                    try file.write(text)
                } else {
                    try FileManager.default.removeItem(atPath: file.path)
                }
                let before = book.all.count
                for _ in 0..<3 { #expect(await upkeep.load() != nil) }
                #expect(upkeep.keys.accepted === first)
                let told = book.all.count - before
                #expect(told == (text == "{" ? 0 : 1), "the same is wrong as before: \(book.all)")
            }
            try file.write(try jwks([old.member()]))
            #expect(await upkeep.load() == nil)
            #expect(upkeep.keys.accepted === first)
            #expect(book.all.last?.contains("has its keys again") == true)
        }
    }

    @Test("names its keys in the log when they change, and those that it leaves out once")
    func told() async throws {
        _ = Telemetry.start("test", level: .critical)
        let secret = SigningKey.hmac("oct", Data(repeating: 1, count: 32)).member()
        try await KeyFile.with([old.member(), secret]) { file in
            let book = LogBook()
            let upkeep = KeySetUpkeep(
                .file(file.path), every: .seconds(1), restraint: .zero, logger: book.logger)
            for _ in 0..<3 { #expect(await upkeep.load() == nil) }
            #expect(book.all.count == 2)
            #expect(book.all.first?.contains("old/ES256") == true)
            #expect(book.all.last?.hasPrefix("warning") == true)
            #expect(book.all.last?.contains("key=oct: a symmetric key") == true)
            let metrics = Telemetry.registry.render()
            for outcome in ["changed", "unchanged", "failed"] {
                #expect(metrics.contains("token_key_loads_total{outcome=\"\(outcome)\"} "))
            }
            #expect(
                metrics.contains("\ntoken_keys ") && metrics.contains("token_keys_age_seconds "))
        }
    }

    @Test("that cannot be used at the start ends the service")
    func start() async throws {
        try await KeyFile.with([]) { file in
            let error = await #expect(throws: HostError.self) { try await file.authenticator() }
            #expect(error?.code == .configuration)
            #expect(error?.description.hasPrefix("JWT_JWKS_FILE: ") == true)
        }
    }
}
