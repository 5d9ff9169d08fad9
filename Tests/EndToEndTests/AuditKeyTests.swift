import FoundationEssentials
import LocalStack
import TestSupport
import Testing

extension EndToEnd {
    /// The real programs, as whoever looks after a service's keys uses them.
    @Suite("The keys of the audit trail")
    struct AuditKeyTests {
        @Test("a key is made once, for its owner alone, and its public half is told again")
        func make() async throws {
            try await onStack { stack in
                let key = "\(try Self.folder())/ledger.key"
                let words = ["audit", "make-key", "--service", "ledger", "--to", key]
                let made = try await stack.farthing(words)
                #expect(made.status == .exited(0), "\(made.output)")
                #expect(made.output.hasPrefix("farthing/ledger+"), "\(made.output)")
                let attributes = try FileManager.default.attributesOfItem(atPath: key)
                #expect(attributes[.posixPermissions] as? Int == 0o600)
                let again = try await stack.farthing(words)
                #expect(again.status == .exited(1))
                #expect(again.output.contains("it is there already"), "\(again.output)")
                let told = try await stack.farthing([
                    "audit", "public-key", key, "--service", "ledger",
                ])
                #expect(told.output == made.output)
                let other = try await stack.farthing([
                    "audit", "public-key", key, "--service", "relay",
                ])
                #expect(other.status == .exited(1))
            }
        }

        private static func folder() throws -> String {
            let path = try TestRun.directory() + "/keys-\(UInt32.random(in: 0...UInt32.max))"
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
            return path
        }
    }
}
