import Audit
import FoundationEssentials
import TestSupport
import Testing

@Suite("Keys of an audit trail", .tags(.unit))
struct KeyTests {
    private let log: SampleLog

    init() throws { log = try SampleLog(leaves: 20) }

    @Test("a public key is written on a line, with its end below if it has one, and read again")
    func written() throws {
        let plain = TrustedKey(log.key.publicKey)
        #expect(try TrustedKey(plain.description).end == nil)
        #expect(try TrustedKey("\n\(plain)\n").key.description == log.key.publicKey.description)
        let text = "\(log.key.publicKey)\n\(log.checkpoints[0])"
        for written in [text, "\(log.key.publicKey)\r\n\n\(log.checkpoints[0])"] {
            let ended = try TrustedKey(written)
            #expect(ended.end?.size == 10)
            #expect(ended.description == text)
        }
    }

    @Test("an end that the key did not sign, or half of one, is refused")
    func badEnds() throws {
        let stranger = try SampleLog.makeKey().publicKey
        #expect(throws: AuditError.self) { try TrustedKey("\(stranger)\n\(log.checkpoints[0])") }
        #expect(throws: AuditError.self) {
            try TrustedKey("\(log.key.publicKey)\n\(log.checkpoints[0].prefix(80))")
        }
        #expect(throws: AuditError.self) { try TrustedKey("\(log.key.publicKey)\n10\n") }
    }

    @Test("a log's keys have one name, and each of them is there once")
    func rings() throws {
        let key = TrustedKey(log.key.publicKey)
        let ended = try TrustedKey("\(log.key.publicKey)\n\(log.checkpoints[0])")
        let other = try AuditSigningKey(name: "farthing/other", seed: AuditSigningKey.makeSeed())
        for keys in [[], [key, key], [key, ended], [key, TrustedKey(other.publicKey)]] {
            #expect(throws: AuditError.self) { try Keyring(keys) }
        }
    }

    @Test("of a note with several signatures, one that counts is enough")
    func severalSignatures() throws {
        let second = try SampleLog.makeKey()
        let signature = try second.sign(SignedNote(log.checkpoints[1]).text).description
            .split(separator: "\n\n")[1]
        let note = try SignedNote(log.checkpoints[1] + signature)
        #expect(note.isSigned(by: second.publicKey))
        let ended = try TrustedKey("\(log.key.publicKey)\n\(log.checkpoints[0])")
        #expect(try Keyring(second.publicKey).open(note).key.label == second.publicKey.label)
        #expect(throws: AuditError.self) { try Keyring([ended]).open(note) }
        let both = try Keyring([ended, TrustedKey(second.publicKey)])
        #expect(try both.open(note).key.label == second.publicKey.label)
        #expect(try both.openAlone(note).key.label == second.publicKey.label)
    }

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
