import Crypto
import CryptoExtras
import FoundationEssentials

/// A key of an identity provider: what it signs with, and what it publishes. Tokens are put together
/// by hand, so that they can lie.
struct SigningKey: Sendable {
    let id: String
    let algorithm: String
    /// The members of the public JWK, without `kid` and `alg`.
    let jwk: [String: String]
    let sign: @Sendable (Data) throws -> Data

    /// RSA keys are slow to make: two for all tests.
    static let rsa = rsa("rsa", rsaKey)
    static let otherRSA = try? _RSA.Signing.PrivateKey(keySize: .bits2048)
    static let rsaKey = try? _RSA.Signing.PrivateKey(keySize: .bits2048)

    static func rsa(_ id: String, _ key: _RSA.Signing.PrivateKey?) -> SigningKey {
        let numbers = try? key?.publicKey.getKeyPrimitives()
        return SigningKey(
            id: id, algorithm: "RS256",
            jwk: [
                "kty": "RSA", "n": numbers?.modulus.base64URL ?? "",
                "e": numbers?.publicExponent.base64URL ?? "",
            ],
            sign: { text in
                let digest = SHA256.hash(data: text)
                return try key?.signature(for: digest, padding: .insecurePKCS1v1_5)
                    .rawRepresentation ?? Data()
            })
    }

    static func p256(_ id: String) -> SigningKey {
        let key = P256.Signing.PrivateKey()
        let point = key.publicKey.rawRepresentation
        return SigningKey(
            id: id, algorithm: "ES256",
            jwk: [
                "kty": "EC", "crv": "P-256", "x": point.prefix(32).base64URL,
                "y": point.suffix(32).base64URL,
            ],
            sign: { try key.signature(for: $0).rawRepresentation })
    }

    static func ed25519(_ id: String) -> SigningKey {
        let key = Curve25519.Signing.PrivateKey()
        return SigningKey(
            id: id, algorithm: "EdDSA",
            jwk: [
                "kty": "OKP", "crv": "Ed25519", "x": key.publicKey.rawRepresentation.base64URL,
            ],
            sign: { try key.signature(for: $0) })
    }

    /// Signs with bytes that were never meant to be a secret.
    static func hmac(_ id: String, _ secret: Data) -> SigningKey {
        SigningKey(
            id: id, algorithm: "HS256", jwk: ["kty": "oct", "k": secret.base64URL],
            sign: { text in
                let code = HMAC<SHA256>.authenticationCode(
                    for: text, using: SymmetricKey(data: secret))
                return Data(code)
            })
    }

    /// A token as the provider makes them, but for what the header is told to say otherwise;
    /// an empty text there leaves the member out.
    func token(
        _ claims: TestClaims = TestClaims(), header: [String: String] = [:]
    ) throws -> String {
        let fields = ["alg": algorithm, "kid": id].merging(header) { $1 }.filter { $1 != "" }
        let encoder = JSONEncoder()
        let text =
            try encoder.encode(fields).base64URL + "." + encoder.encode(claims).base64URL
        return text + "." + (try sign(Data(text.utf8))).base64URL
    }

    /// The member of a set, with more members or others.
    func member(_ more: [String: String] = [:]) -> [String: String] {
        jwk.merging(["kid": id, "alg": algorithm]) { $1 }.merging(more) { $1 }
            .filter { $1 != "" }
    }
}

/// What a token claims: a good one, unless it is told otherwise.
struct TestClaims: Encodable, Sendable {
    var sub = "tester"
    var tenant = "acme"
    var scope = "ledger:read ledger:write operator"
    var exp = Int(Date().timeIntervalSince1970) + 600
    var nbf: Int?
    var iss: String? = "https://id.test"
    var aud: Audience? = .one("farthing")

    enum Audience: Encodable, Sendable {
        case one(String)
        case several([String])

        func encode(to encoder: any Encoder) throws {
            switch self {
            case .one(let name): try name.encode(to: encoder)
            case .several(let names): try names.encode(to: encoder)
            }
        }
    }
}

/// A JWK set as its text.
func jwks(_ members: [[String: String]]) throws -> String {
    String(decoding: try JSONEncoder().encode(["keys": members]), as: UTF8.self)
}

extension Data {
    /// Without padding (RFC 7515 §2).
    var base64URL: String {
        String(
            base64EncodedString().compactMap { character in
                switch character {
                case "+": "-"
                case "/": "_"
                case "=": nil
                default: character
                }
            } as [Character])
    }
}
