import Audit
import TestSupport
import Testing

@Suite("Signed notes", .tags(.unit))
struct NoteTests {
    /// The example of golang.org/x/mod/sumdb/note, where the format comes from.
    static let foreignKey =
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    static let foreignNote = """
        If you think cryptography is the answer to your problem,
        then you don't know what your problem is.

        — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=

        """

    /// RFC 8032 §7.1, test 1: the seed and its public key.
    static let seed = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="
    static let publicKey = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

    @Test("those of others are read, and their signatures believed")
    func foreign() throws {
        let note = try SignedNote(Self.foreignNote)
        #expect(note.isSigned(by: try AuditPublicKey(Self.foreignKey)))
        #expect(note.description == Self.foreignNote)
        let changed = try SignedNote(Self.foreignNote.replacing("answer", with: "Answer"))
        #expect(!changed.isSigned(by: try AuditPublicKey(Self.foreignKey)))
    }

    @Test("a key is that of RFC 8032, and its written form is read again")
    func keys() throws {
        let key = try AuditSigningKey(name: "farthing/test", seed: Self.seed)
        let text = key.publicKey.description
        let expected = try #require(TreeHash(base64: Self.publicKey))
        let written = try #require(text.split(separator: "+", maxSplits: 2).last)
        // An algorithm's byte, then the key.
        #expect(Self.decoded(written) == [0x01] + expected.bytes)
        #expect(try AuditPublicKey(text + "\n").description == text)
    }

    @Test(
        "what is no key is refused",
        arguments: [
            "", "a+b", "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        ]
    )
    func badKeys(text: String) {
        #expect(throws: AuditError.self) { try AuditPublicKey(text) }
        #expect(throws: AuditError.self) { try AuditSigningKey(name: "a", seed: text) }
    }

    @Test("a checkpoint is believed only as it was signed, by whom it names")
    func checkpoints() throws {
        let key = try AuditSigningKey(name: "farthing/test", seed: Self.seed)
        var log = SealedLog()
        log.append(.leaf([1]))
        log.append(.leaf([2]))
        let checkpoint = Checkpoint(origin: "farthing/test", log: log, time: 1_795_000_000_000_000)
        let note = try checkpoint.signed(by: key).description
        #expect(try Checkpoint(SignedNote(note), signedBy: key.publicKey) == checkpoint)
        #expect(note.hasPrefix("farthing/test\n2\n\(log.tree.root.base64)\nchain "))

        let other = try AuditSigningKey(name: "farthing/test", seed: AuditSigningKey.makeSeed())
        #expect(throws: AuditError.self) {
            try Checkpoint(SignedNote(note), signedBy: other.publicKey)
        }
        #expect(throws: AuditError.self) {
            try Checkpoint(
                SignedNote(note.replacing("\n2\n", with: "\n3\n")), signedBy: key.publicKey)
        }
        let elsewhere = Checkpoint(origin: "farthing/other", log: log, time: 0)
        #expect(throws: AuditError.self) {
            try Checkpoint(elsewhere.signed(by: key), signedBy: key.publicKey)
        }
    }

    private static func decoded(_ base64: Substring) -> [UInt8] {
        var bits: UInt32 = 0
        var count = 0
        var bytes: [UInt8] = []
        let alphabet = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        for character in base64.utf8 {
            guard let value = alphabet.firstIndex(of: character) else { break }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes
    }
}
