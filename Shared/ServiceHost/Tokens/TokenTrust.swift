/// Whose tokens a service accepts.
public struct TokenTrust: Equatable, Sendable {
    /// Where the keys are that tokens are checked with.
    public enum Keys: Equatable, Sendable {
        /// A secret that tokens are made with too: for development.
        case secret(String)
        /// A file with a JWK set (RFC 7517 §5), read again when it changed.
        case file(String)
        /// A JWK set on a server, fetched again after so long.
        case url(JWKSAddress, refresh: Duration)
    }

    public var keys: Keys
    /// What `iss` must be; `nil` if anything will do.
    public var issuer: String?
    /// What `aud` must contain; `nil` if anything will do.
    public var audience: String?

    public init(keys: Keys, issuer: String? = nil, audience: String? = nil) {
        self.keys = keys
        self.issuer = issuer
        self.audience = audience
    }
}

extension Environment {
    /// Reads the `JWT_…` variables. Throws `HostError` unless they name one source of keys.
    func tokenTrust() throws(HostError) -> TokenTrust {
        let keys = try tokenKeys()
        let audience = text("JWT_AUDIENCE")
        switch keys {
        case .secret: break
        case .file, .url:
            // Whoever signs with these keys signs tokens for others too.
            guard audience != nil else {
                throw HostError(
                    .configuration,
                    "JWT_AUDIENCE is not set: with a JWK set, tokens must be meant for us")
            }
        }
        return TokenTrust(keys: keys, issuer: text("JWT_ISSUER"), audience: audience)
    }

    private func tokenKeys() throws(HostError) -> TokenTrust.Keys {
        switch (text("JWT_JWKS_URL"), text("JWT_JWKS_FILE"), text("JWT_HS256_SECRET")) {
        case (let url?, nil, nil):
            let seconds = try int("JWT_JWKS_REFRESH_SECONDS", 1...86_400) ?? 300
            return .url(try JWKSAddress(url), refresh: .seconds(seconds))
        case (nil, let path?, nil):
            return .file(path)
        case (nil, nil, let secret?):
            // RFC 7518 §3.2: a key of the hash's size or larger must be used.
            guard secret.utf8.count >= 32 else {
                throw HostError(.configuration, "JWT_HS256_SECRET must have at least 32 bytes")
            }
            return .secret(secret)
        default:
            throw HostError(
                .configuration,
                "JWT_JWKS_URL, JWT_JWKS_FILE, JWT_HS256_SECRET: exactly one of them must be set")
        }
    }
}
