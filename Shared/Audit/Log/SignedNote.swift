import Crypto
import FoundationEssentials

/// A text with an Ed25519 signature below it, as `C2SP signed-note` defines it.
public struct SignedNote: Equatable, Sendable, CustomStringConvertible {
    /// What is signed; ends with a line break.
    public let text: String
    let signatures: [(name: String, keyID: UInt32, signature: [UInt8])]

    public static func == (left: SignedNote, right: SignedNote) -> Bool {
        left.description == right.description
    }

    /// Reads a note, without believing it yet. Throws `AuditError`.
    public init(_ note: String) throws(AuditError) {
        guard let gap = note.ranges(of: "\n\n").last, note.hasSuffix("\n") else {
            throw AuditError("not a signed note")
        }
        text = note[..<gap.lowerBound] + "\n"
        var signatures: [(String, UInt32, [UInt8])] = []
        for line in note[gap.upperBound...].split(separator: "\n") {
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            guard words.count == 3, words[0] == "\u{2014}",
                let data = Data(base64Encoded: String(words[2])), data.count > 4
            else { throw AuditError("not a signed note: '\(line.prefix(80))'") }
            signatures.append((String(words[1]), keyID(data.prefix(4)), Array(data.dropFirst(4))))
        }
        self.signatures = signatures
    }

    init(text: String, name: String, keyID: UInt32, signature: [UInt8]) {
        self.text = text
        signatures = [(name, keyID, signature)]
    }

    /// The note as it is written down.
    public var description: String {
        let lines = signatures.map { signature in
            let bytes = bigEndian(signature.keyID) + signature.signature
            return "\u{2014} \(signature.name) \(Data(bytes).base64EncodedString())\n"
        }
        return text + "\n" + lines.joined()
    }

    /// Who it says has signed it, as `AuditPublicKey.label` names them.
    var signers: [String] { signatures.map { keyLabel($0.name, $0.keyID) } }

    /// Whether this key signed it.
    public func isSigned(by key: AuditPublicKey) -> Bool {
        signatures.contains { signature in
            signature.name == key.name && signature.keyID == key.id
                && key.key.isValidSignature(signature.signature, for: Data(text.utf8))
        }
    }
}

/// Signs checkpoints: the secret half of a service's key.
public struct AuditSigningKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey
    public let publicKey: AuditPublicKey

    /// - Parameters:
    ///   - name: who signs, without spaces: `farthing/ledger`.
    ///   - seed: the thirty-two bytes of RFC 8032 §5.1.5, in base64.
    ///
    /// Throws `AuditError`.
    public init(name: String, seed: String) throws(AuditError) {
        guard let data = Data(base64Encoded: seed), data.count == 32,
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: data)
        else { throw AuditError("not an Ed25519 key: thirty-two bytes in base64") }
        self.key = key
        publicKey = try AuditPublicKey(name: name, key: key.publicKey)
    }

    /// A random seed, as `init` takes it.
    public static func makeSeed() -> String {
        Curve25519.Signing.PrivateKey().rawRepresentation.base64EncodedString()
    }

    /// Signs a text that ends with a line break. Throws `AuditError`.
    public func sign(_ text: String) throws(AuditError) -> SignedNote {
        guard let signature = try? key.signature(for: Data(text.utf8)) else {
            throw AuditError("cannot sign")
        }
        return SignedNote(
            text: text, name: publicKey.name, keyID: publicKey.id, signature: Array(signature))
    }
}

/// Verifies checkpoints. Written as `farthing/ledger+1f3a9c20+AbC…`, a C2SP verifier key.
public struct AuditPublicKey: Sendable, CustomStringConvertible {
    public let name: String
    let id: UInt32
    let key: Curve25519.Signing.PublicKey

    /// The signature algorithm's number: Ed25519.
    private static let algorithm: UInt8 = 0x01

    fileprivate init(name: String, key: Curve25519.Signing.PublicKey) throws(AuditError) {
        guard !name.isEmpty, !name.contains(where: { $0.isWhitespace || $0 == "+" }) else {
            throw AuditError("'\(name)' cannot name a key")
        }
        self.name = name
        self.key = key
        let named = Array(name.utf8) + [0x0A, Self.algorithm] + Array(key.rawRepresentation)
        id = keyID(Array(SHA256.hash(data: named)).prefix(4))
    }

    /// Reads the written form. Throws `AuditError`.
    public init(_ text: String) throws(AuditError) {
        let words = text.trimmingPrefix { $0.isWhitespace }.prefix { !$0.isNewline }
            .split(separator: "+", maxSplits: 2)
        guard words.count == 3, let data = Data(base64Encoded: String(words[2])),
            data.count == 33, data.first == Self.algorithm,
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: data.dropFirst())
        else { throw AuditError("not a verifier key: name+id+base64") }
        try self.init(name: String(words[0]), key: key)
        guard UInt32(words[1], radix: 16) == id else {
            throw AuditError("the verifier key's id does not match it")
        }
    }

    /// Name and id, by which a signature says whose it is: `farthing/ledger+1f3a9c20`.
    public var label: String { keyLabel(name, id) }

    public var description: String {
        let data = Data([Self.algorithm]) + key.rawRepresentation
        return "\(label)+\(data.base64EncodedString())"
    }
}

private func keyLabel(_ name: String, _ id: UInt32) -> String {
    let digits = String(id, radix: 16)
    return "\(name)+\(String(repeating: "0", count: 8 - digits.count))\(digits)"
}

private func keyID(_ bytes: some Collection<UInt8>) -> UInt32 {
    bytes.reduce(0) { $0 << 8 | UInt32($1) }
}

private func bigEndian(_ value: UInt32) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
}
