import FoundationEssentials

/// An algorithm that tokens may be signed with (RFC 7518 §3.1, RFC 8037 §3.1).
enum TokenAlgorithm: String, Sendable {
    case hs256 = "HS256"
    case rs256 = "RS256"
    case es256 = "ES256"
    case edDSA = "EdDSA"
}

/// What a token says of its signature, before anybody believes it.
struct TokenHeader: Sendable {
    let algorithm: TokenAlgorithm
    let keyID: String?

    private struct Fields: Decodable {
        let alg: String
        let kid: String?
        let crit: [String]?
    }

    /// `nil` for what is no token, names an algorithm that no key of ours could have, or has to be
    /// understood in a way that we do not know (`crit`, RFC 7515 §4.1.11).
    init?(of token: [UInt8]) {
        let parts = token.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let json = Data(base64URL: parts[0]),
            let fields = try? JSONDecoder().decode(Fields.self, from: json), fields.crit == nil,
            let algorithm = TokenAlgorithm(rawValue: fields.alg)
        else { return nil }
        self.algorithm = algorithm
        keyID = fields.kid
    }
}

extension Data {
    /// Reads base64url without padding (RFC 7515 §2).
    fileprivate init?(base64URL text: ArraySlice<UInt8>) {
        var base64 = text.map { byte in
            switch byte {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            default: byte
            }
        }
        while base64.count % 4 != 0 { base64.append(UInt8(ascii: "=")) }
        self.init(base64Encoded: Data(base64))
    }
}
