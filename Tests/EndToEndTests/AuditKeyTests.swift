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

        /// On a stack of its own, whose ledger then has another key than it was started with.
        @Test("a service goes on with a new key, and both together verify its whole log")
        func rotate() async throws {
            let stack = try await TestStack.start()
            let market = try await Market.open(on: stack)
            try await stack.verify()
            let folder = try Self.folder()
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/.farthing", withDestinationPath: stack.directory)
            let keys = stack.environment.auditKeys
            let (old, new) = ("\(keys)/ledger.old.pub", "\(keys)/ledger.pub")
            let (key, kept) = ("\(folder)/new.key", "\(folder)/kept")
            try await write(
                stack.farthing(["audit", "checkpoint"]).output, to: kept)

            let made = try await stack.farthing([
                "audit", "make-key", "--service", "ledger", "--to", key,
            ])
            try FileManager.default.moveItem(atPath: new, toPath: old)
            try write(made.output, to: new)
            let variables = ["AUDIT_SIGNING_KEY_FILE": key, "AUDIT_RETIRED_KEY_FILES": old]
            try await stack.restart("ledger", changing: variables)
            try await seals(market, on: stack)

            let export = "\(folder)/export"
            let exported = try await stack.farthing([
                "audit", "export", "--service", "ledger", "--to", export,
            ])
            #expect(exported.status == .exited(0), "\(exported.output)")
            let verify = ["audit", "verify", export, "--key", new]
            let alone = try await stack.farthing(verify)
            #expect(alone.status == .exited(1))
            #expect(alone.output.contains("whose key is not given"), "\(alone.output)")
            let both = ["--key", old]
            let sound = try await stack.farthing(verify + both + ["--checkpoint", kept])
            #expect(sound.status == .exited(0), "\(sound.output)")
            #expect(sound.output.split(separator: "\n").count == 3, "\(sound.output)")

            let ended = try await stack.farthing(["audit", "retire-key", export, "--key", old])
            #expect(ended.status == .exited(0), "\(ended.output)")
            try write(ended.output, to: old)
            try await stack.restart("ledger")
            try await seals(market, on: stack)
            try await stack.verify()
            let whole = try await stack.farthing(["audit", "verify"], in: folder)
            #expect(whole.status == .exited(0), "\(whole.output)")

            let proof = "\(folder)/proof.json"
            let extended = try await stack.farthing(["audit", "extend", kept, "--to", proof])
            #expect(extended.status == .exited(0), "\(extended.output)")
            let check = ["audit", "check-proof", proof, "--key", new]
            #expect(try await stack.farthing(check).status == .exited(1))
            let checked = try await stack.farthing(check + both)
            #expect(checked.status == .exited(0), "\(checked.output)")
            await stack.stop()
        }

        /// Pays something in and waits until it is sealed.
        private func seals(_ market: Market, on stack: TestStack) async throws {
            let before = try await stack.farthing(["audit", "checkpoint"]).output
            try await market.fund(market.payer, 5)
            try await eventually("the log has grown") {
                try await stack.farthing(["audit", "checkpoint"]).output != before
            }
        }

        private func write(_ text: String, to path: String) throws {
            try Data(text.utf8).write(to: URL(filePath: path))
        }

        private static func folder() throws -> String {
            let path = try TestRun.directory() + "/keys-\(UInt32.random(in: 0...UInt32.max))"
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
            return path
        }
    }
}
