/// A key as RFC 7517 §4 writes it: the members that we read. Private ones are not read at all.
struct JSONWebKey: Decodable {
    private let kty: String
    private let kid: String?
    private let alg: String?
    private let use: String?
    private let operations: [String]?
    private let crv: String?
    private let n: String?
    private let e: String?
    private let x: String?
    private let y: String?

    private enum CodingKeys: String, CodingKey {
        case kty, kid, alg, use, crv, n, e, x, y
        case operations = "key_ops"
    }

    /// What a key is good for.
    enum Use {
        case checks(TokenKey)
        /// For encryption, say: nothing is wrong with it.
        case other
        case refused(String)
    }

    /// What this one is good for.
    func use() async -> Use {
        guard use == nil || use == "sig", operations?.contains("verify") != false else {
            return .other
        }
        do {
            switch (kty, crv) {
            case ("oct", _):
                return refused("a symmetric key does not belong into a set that others can read")
            case ("RSA", _) where isFor(.rs256):
                guard let n, let e else { return refused("n or e is missing") }
                return .checks(try await TokenKey(id: kid, modulus: n, exponent: e))
            case ("EC", "P-256") where isFor(.es256):
                guard let x, let y else { return refused("x or y is missing") }
                return .checks(try await TokenKey(id: kid, p256: x, y))
            case ("OKP", "Ed25519") where isFor(.edDSA):
                guard let x else { return refused("x is missing") }
                return .checks(try await TokenKey(id: kid, ed25519: x))
            default:
                return refused("neither RS256, ES256 with P-256 nor EdDSA with Ed25519")
            }
        } catch {
            return refused(
                kty == "RSA" ? "no RSA key of 2048 bits or more" : "no such key: \(error)")
        }
    }

    /// Without `alg` a key is for the algorithm of its type.
    private func isFor(_ algorithm: TokenAlgorithm) -> Bool {
        alg == nil || alg == algorithm.rawValue
    }

    private func refused(_ reason: String) -> Use {
        .refused("\(kid ?? "a key without kid"): \(reason)")
    }
}
