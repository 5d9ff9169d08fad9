import FoundationEssentials

/// The keys that tokens are checked with: a secret, or those of a JWK set that can be used.
struct KeySet: Sendable {
    let keys: [TokenKey]
    /// Why others of the set are not among them.
    let ignored: [String]

    /// The one secret of development, which tokens need not name.
    init(secret: String) async {
        keys = [await TokenKey(secret: secret)]
        ignored = []
    }

    private struct Document: Decodable {
        let keys: [Member]
    }

    /// What is no key at all does not spoil the others.
    private struct Member: Decodable {
        let key: JSONWebKey?

        init(from decoder: any Decoder) throws {
            key = try? JSONWebKey(from: decoder)
        }
    }

    /// Reads a JWK set (RFC 7517 §5). Throws `HostError` `.tokenKeys` for what is none, and for one
    /// without a key that can be used.
    init(jwks bytes: [UInt8]) async throws(HostError) {
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(bytes)) else {
            throw HostError(.tokenKeys, "that is not a JWK set")
        }
        var keys: [TokenKey] = []
        var ignored: [String] = []
        for member in document.keys {
            switch await member.key?.use() ?? .refused("a member is no JWK") {
            case .checks(let key):
                let isTaken = keys.contains {
                    $0.id != nil && $0.id == key.id && $0.algorithm == key.algorithm
                }
                if isTaken {
                    ignored.append("\(key.id ?? ""): another key has this kid")
                } else {
                    keys.append(key)
                }
            case .other: break
            case .refused(let reason): ignored.append(reason)
            }
        }
        guard !keys.isEmpty else {
            let reasons = ignored.map { "; " + $0 }.joined()
            throw HostError(.tokenKeys, "the JWK set has no key that can be used\(reasons)")
        }
        self.keys = keys
        self.ignored = ignored
    }

    /// The key that a token must be signed with: the one that it names. Without a name there must
    /// be no choice.
    func key(for header: TokenHeader) -> TokenKey? {
        let named =
            if let id = header.keyID, !isSecret {
                keys.filter { $0.id == id }
            } else {
                keys.count == 1 ? keys : []
            }
        return named.first { $0.algorithm == header.algorithm }
    }

    /// Whether a token names a key that may have come since.
    func lacksKey(of header: TokenHeader) -> Bool {
        guard let id = header.keyID, header.algorithm != .hs256, !isSecret else { return false }
        return !keys.contains { $0.id == id }
    }

    private var isSecret: Bool { keys.first?.algorithm == .hs256 }
}
