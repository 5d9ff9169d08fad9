import FoundationEssentials
import TestSupport
import Testing

@testable import LocalStack

@Suite("A stack's audit keys", .tags(.unit))
struct AuditKeysTests {
    @Test("a key is made once, and one that was put in its place stays, beside the older ones")
    func rotation() throws {
        let scratch = try Scratch.directory()
        let keys = AuditKeys(folder: "\(scratch)/audit")
        let secrets = try Secrets(file: "\(scratch)/secret")
        let key = try keys.prepare("ledger", secrets)
        let first = try text(keys, "ledger.pub")
        #expect(try keys.prepare("ledger", secrets) == key)
        #expect(try text(keys, "ledger.pub") == first)
        #expect(first.hasPrefix("farthing/ledger+"))

        try FileManager.default.moveItem(
            atPath: "\(keys.folder)/ledger.pub", toPath: "\(keys.folder)/ledger.2026.pub")
        try FileManager.default.removeItem(atPath: key)
        _ = try keys.prepare("ledger", Secrets(file: "\(scratch)/other"))
        _ = try keys.prepare("payment", secrets)
        let second = try text(keys, "ledger.pub")
        #expect(second != first)
        _ = try keys.prepare("ledger", secrets)
        #expect(try text(keys, "ledger.pub") == second)
        #expect(try keys.retired("ledger") == ["\(keys.folder)/ledger.2026.pub"])
        #expect(
            try keys.publicKeys(of: "ledger")
                == ["\(keys.folder)/ledger.pub", "\(keys.folder)/ledger.2026.pub"])
        #expect(try keys.retired("payment") == [])
    }

    private func text(_ keys: AuditKeys, _ name: String) throws -> String {
        try String(contentsOfFile: "\(keys.folder)/\(name)", encoding: .utf8)
    }
}
