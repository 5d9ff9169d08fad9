import FoundationEssentials
import LocalStack
import Postgres
import TestSupport
import Testing

extension EndToEnd {
    /// The real program, as an auditor uses it.
    @Suite("The sealed audit trail")
    struct AuditTests {
        @Test("who did what is listed, and sealed within seconds of a payment")
        func list() async throws {
            try await onStack { stack in
                let market = try await Market.open(on: stack)
                let place = "/v1/audit?subject=\(market.payer)"
                var lines: [JSON] = []
                try await eventually("the account's opening is sealed") {
                    lines = try await stack.ledger.get(place).successful()["data"].elements
                    return lines.last?["leaf"].integer != nil
                }
                #expect(lines.last?["action"] == "account.opened")
                #expect(lines.last?["request_id"].string?.isEmpty == false)
                let listed = try await stack.farthing(["audit", "list", "--subject", market.payer])
                #expect(listed.status == .exited(0))
                #expect(listed.output.contains("account.opened"), "\(listed.output)")
            }
        }

        @Test("an export is verified, and what is proven is checked, without the database")
        func exportAndProve() async throws {
            try await onStack { stack in
                let market = try await Market.open(on: stack)
                let transfer = try await newestTransfer(of: market.payer, on: stack)
                let folder = try Self.folder()
                let (key, kept) = ("\(stack.environment.auditKeys)/ledger.pub", "\(folder)/kept")
                let proof = "\(folder)/proof.json"
                try await eventually("the transfer is proven") {
                    try await stack.farthing(["audit", "prove", transfer, "--to", proof]).status
                        == .exited(0)
                }
                let checked = try await stack.farthing([
                    "audit", "check-proof", proof, "--key", key,
                ])
                #expect(checked.status == .exited(0))
                #expect(checked.output.hasPrefix("\(transfer) is leaf "), "\(checked.output)")
                try Self.edit(proof) { $0.replacing("amount", with: "Amount") }
                let forged = try await stack.farthing(["audit", "check-proof", proof, "--key", key])
                #expect(forged.status == .exited(1))

                let note = try await stack.farthing(["audit", "checkpoint"])
                try Data(note.output.utf8).write(to: URL(filePath: kept))
                try await market.fund(market.payer, 5)
                try await eventually("the log has grown") {
                    try await stack.farthing(["audit", "checkpoint"]).output != note.output
                }
                let longer = try await stack.farthing([
                    "audit", "extend", kept, "--to", proof,
                ])
                #expect(longer.status == .exited(0), "\(longer.output)")
                let extends = try await stack.farthing([
                    "audit", "check-proof", proof, "--key", key,
                ])
                #expect(extends.output.contains("begins with"), "\(extends.output)")

                let exported = try await stack.farthing([
                    "audit", "export", "--service", "ledger", "--to", "\(folder)/export",
                ])
                #expect(exported.status == .exited(0), "\(exported.output)")
                let verify = [
                    "audit", "verify", "\(folder)/export", "--key", key, "--checkpoint", kept,
                ]
                let sound = try await stack.farthing(verify)
                #expect(sound.output.contains("nothing wrong"), "\(sound.output)")
                #expect(sound.status == .exited(0))
                try Self.edit("\(folder)/export/leaves.jsonl") {
                    $0.replacing("account.opened", with: "account.closed")
                }
                let damaged = try await stack.farthing(verify)
                #expect(damaged.status == .exited(1))
                #expect(damaged.output.contains("edited: aud_"), "\(damaged.output)")
            }
        }

        @Test("what cannot be looked at is said in one line, with a status of its own")
        func refusals() async throws {
            try await onStack { stack in
                let key = "\(stack.environment.auditKeys)/ledger.pub"
                for (words, status) in [
                    (["verify", "/nowhere", "--key", key], 2 as Int32),
                    (["verify", "/nowhere", "--key", "/nowhere"], 2),
                    (["verify", "/nowhere"], 2), (["verify", "--key", key], 2),
                    (["export", "--service", "nothing", "--to", "/tmp"], 1),
                    (["prove", "txn_nonsense", "--to", "/tmp/never"], 1),
                    (["check-proof", "/nowhere", "--key", key], 1),
                ] {
                    let refused = try await stack.farthing(["audit"] + words)
                    #expect(refused.status == .exited(status), "\(words): \(refused.output)")
                    #expect(refused.output.split(separator: "\n").count == 1, "\(refused.output)")
                    #expect(refused.output.hasPrefix("farthing: "), "\(refused.output)")
                }
            }
        }

        /// On a stack of its own, whose books are wrong afterwards.
        @Test("the running stack is verified as a whole, and a superuser's hand is found")
        func runningStack() async throws {
            let stack = try await TestStack.start()
            let market = try await Market.open(on: stack)
            try await stack.verify()
            // 'farthing' looks for a stack in the nearest '.farthing'.
            let folder = try Self.folder()
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/.farthing", withDestinationPath: stack.directory)
            let sound = try await stack.farthing(["audit", "verify"], in: folder)
            #expect(sound.status == .exited(0), "\(sound.output)")
            #expect(sound.output.split(separator: "\n").count == 3, "\(sound.output)")
            #expect(try await stack.farthing(["verify"], in: folder).status == .exited(0))

            let ledger = try Connection(url: stack.environment.ledgerDatabase)
            try ledger.execute(
                """
                ALTER TABLE audit DISABLE TRIGGER USER;
                UPDATE audit SET actor = 'nobody' WHERE subject = '\(market.payer)';
                ALTER TABLE audit ENABLE TRIGGER USER
                """)
            let found = try await stack.farthing(["audit", "verify"], in: folder)
            #expect(found.status == .exited(1))
            #expect(found.output.contains("ledger: edited: aud_"), "\(found.output)")
            let books = try await stack.farthing(["verify"], in: folder)
            #expect(books.status == .exited(1))
            #expect(books.output.contains("audit-edited"), "\(books.output)")
            await stack.stop()
        }

        private func newestTransfer(of account: String, on stack: TestStack) async throws -> String
        {
            let entries = try await stack.ledger.get("/v1/accounts/\(account)/entries").successful()
            return entries["data"].elements.first?["transfer"].string ?? "none"
        }

        private static func folder() throws -> String {
            let path = try TestRun.directory() + "/audit-\(UInt32.random(in: 0...UInt32.max))"
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
            return path
        }

        private static func edit(_ path: String, _ change: (String) -> String) throws {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            let changed = change(text)
            #expect(changed != text)
            try Data(changed.utf8).write(to: URL(filePath: path))
        }
    }
}
