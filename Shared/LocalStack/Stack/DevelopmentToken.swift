import FoundationEssentials
import JWTKit

/// Signs bearer tokens for a local stack. Production has an identity provider for that.
public enum DevelopmentToken {
    /// Every scope that the services know.
    public static let everyScope = [
        "payments:read", "payments:write", "billing:read", "billing:write", "ledger:read",
        "ledger:write", "operator",
    ]

    /// A token signed with HS256.
    ///
    /// - Parameters:
    ///   - secret: what the services have as `JWT_HS256_SECRET`.
    ///   - lifetime: how long it is good for.
    public static func make(
        secret: String, tenant: String, subject: String = "developer",
        scopes: [String] = everyScope, lifetime: Duration = .seconds(30 * 24 * 3600)
    ) async throws -> String {
        let keys = await JWTKeyCollection().add(
            hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
        // Whole seconds: RFC 7519 allows a fraction, not every reader does.
        let now = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))
        let claims = Claims(
            sub: SubjectClaim(value: subject), tenant: tenant,
            scope: scopes.joined(separator: " "), iat: IssuedAtClaim(value: now),
            exp: ExpirationClaim(
                value: now.addingTimeInterval(TimeInterval(lifetime.components.seconds))))
        return try await keys.sign(claims)
    }

    private struct Claims: JWTPayload {
        let sub: SubjectClaim
        let tenant: String
        /// Separated by spaces (RFC 8693 §4.2).
        let scope: String
        let iat: IssuedAtClaim
        let exp: ExpirationClaim

        func verify(using algorithm: some JWTAlgorithm) throws {
            try exp.verifyNotExpired()
        }
    }
}
