import Audit
import FoundationEssentials
import TestSupport
import Testing

@Suite("Keys of an audit trail", .tags(.unit))
struct KeyTests {
    @Test("a new key's file is for its owner alone, and never takes another's place")
    func files() throws {
        let file = SigningKeyFile(
            FileManager.default.temporaryDirectory.appending(
                path: "farthing-key-\(UInt64.random(in: 0...UInt64.max))"
            ).path)
        defer { try? FileManager.default.removeItem(atPath: file.path) }
        try file.create()
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let seed = try file.seed()
        #expect(
            try file.key(of: "test").publicKey.description
                == AuditSigningKey(name: "farthing/test", seed: seed).publicKey.description)
        let error = #expect(throws: AuditError.self) { try file.create() }
        #expect(error?.description == "cannot make \(file.path): it is there already")
        #expect(try file.seed() == seed)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file.path)
        #expect(throws: AuditError.self) { try file.seed() }
    }
}
