import Crypto
import FoundationEssentials
import HTTPTypes
import JWTKit

/// Who a token says asks, and what it allows.
struct Caller: Equatable, Sendable {
    let subject: String
    let tenant: String
    let scopes: Set<Scope>

    /// Throws 403 `insufficient-scope`.
    func require(_ scope: Scope) throws(Problem) {
        guard scopes.contains(scope) else {
            var problem = Problem(
                status: 403, code: HostCode.insufficientScope,
                detail: "The token lacks the scope '\(scope.rawValue)'.")
            problem.headers[.wwwAuthenticate] =
                #"Bearer error="insufficient_scope", scope="\#(scope.rawValue)""#
            throw problem
        }
    }
}

/// Reads bearer tokens (RFC 6750): JWT signed with HS256, with `sub`, `tenant`, `scope`, `exp`,
/// and perhaps `nbf`.
struct Authenticator: Sendable {
    private let keys: JWTKeyCollection
    private let verified = VerifiedTokens()

    init(hs256Secret: String) async {
        keys = await JWTKeyCollection().add(
            hmac: HMACKey(from: hs256Secret), digestAlgorithm: .sha256)
    }

    /// Reads the `Authorization` header. Throws 401 that says what is wrong with it.
    func caller(of authorization: String?) async throws(Problem) -> Caller {
        guard let authorization else {
            throw .unauthenticated("Authorization: Bearer … is missing.", challenge: "Bearer")
        }
        let parts = authorization.utf8.split(separator: UInt8(ascii: " "))
        guard parts.count == 2, Substring(parts[0]).lowercased() == "bearer",
            parts[1].count <= 8192
        else {
            throw .unauthenticated(
                "The Authorization header is not 'Bearer TOKEN'.",
                challenge: #"Bearer error="invalid_request""#)
        }
        let token = Array(parts[1])
        let digest = SHA256.hash(data: token)
        if let caller = verified.caller(of: digest, at: Date()) { return caller }
        do {
            let claims = try await keys.verify(token, as: Claims.self)
            let caller = try claims.caller()
            verified.remember(
                digest, of: caller, from: claims.nbf?.value ?? .distantPast,
                until: claims.exp.value)
            return caller
        } catch let problem as Problem {
            throw problem
        } catch let error as JWTError where error.errorType == .claimVerificationFailure {
            throw .invalidToken(
                error.failedClaim is NotBeforeClaim
                    ? "The token is not valid yet." : "The token has expired.")
        } catch {
            throw .invalidToken("The token is not one of ours.")
        }
    }
}

/// The claims that we read.
private struct Claims: JWTPayload {
    let sub: String
    let tenant: String
    let scope: String
    let exp: ExpirationClaim
    let nbf: NotBeforeClaim?

    func verify(using algorithm: some JWTAlgorithm) async throws {
        try exp.verifyNotExpired()
        try nbf?.verifyNotBefore()
    }

    /// Throws 401 for names that could not be stored or would not be readable in a log.
    func caller() throws(Problem) -> Caller {
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

extension Problem {
    fileprivate static func invalidToken(_ detail: String) -> Problem {
        unauthenticated(detail, challenge: #"Bearer error="invalid_token""#)
    }

    fileprivate static func unauthenticated(_ detail: String, challenge: String) -> Problem {
        var problem = Problem(status: 401, code: HostCode.unauthenticated, detail: detail)
        problem.headers[.wwwAuthenticate] = challenge
        return problem
    }
}
