import JWTKit

/// The claims that we read.
struct TokenClaims: JWTPayload {
    let sub: String
    let tenant: String
    let scope: String
    let exp: ExpirationClaim
    let nbf: NotBeforeClaim?
    private let iss: String?
    private let aud: Audience?

    func verify(using algorithm: some JWTAlgorithm) async throws {
        try exp.verifyNotExpired()
        try nbf?.verifyNotBefore()
    }

    /// Who asks. Throws 401 for tokens that are from somebody else or for somebody else, and for
    /// names that could not be stored or would not be readable in a log.
    func caller(trusted trust: TokenTrust) throws(Problem) -> Caller {
        if let issuer = trust.issuer, iss != issuer {
            throw .invalidToken("The token is not from our issuer.")
        }
        if let audience = trust.audience, aud?.names.contains(audience) != true {
            throw .invalidToken("The token is not meant for us.")
        }
        for name in [sub, tenant] {
            guard (1...128).contains(name.utf8.count),
                name.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
            else {
                throw .invalidToken("'sub' and 'tenant' must be 1 to 128 printable characters.")
            }
        }
        let scopes = scope.split(separator: " ").compactMap { Scope(rawValue: String($0)) }
        return Caller(subject: sub, tenant: tenant, scopes: Set(scopes))
    }
}

/// Whom a token is meant for: a name, or a list of them (RFC 7519 §4.1.3). JWTKit's own claim ends
/// the process on an empty list.
private struct Audience: Codable {
    let names: [String]

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let name = try? container.decode(String.self) {
            names = [name]
        } else {
            names = try container.decode([String].self)
        }
    }

    func encode(to encoder: any Encoder) throws {
        try names.encode(to: encoder)
    }
}
