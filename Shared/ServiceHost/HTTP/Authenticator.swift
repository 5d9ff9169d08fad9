import Crypto
import FoundationEssentials
import HTTPTypes
import JWTKit
import Logging

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

/// Reads bearer tokens (RFC 6750): JWT with `sub`, `tenant`, `scope`, `exp`, and perhaps `nbf`, from
/// whom we trust.
struct Authenticator: Sendable {
    private let trust: TokenTrust
    private let keys: CurrentKeys
    private let upkeep: KeySetUpkeep?

    /// Reads a file of keys at once; those of a server are fetched by the upkeep. Throws `HostError`
    /// `.configuration` for a file that cannot be used.
    init(_ trust: TokenTrust, logger: Logger) async throws(HostError) {
        self.trust = trust
        switch trust.keys {
        case .secret(let secret):
            keys = CurrentKeys(await KeySet(secret: secret))
            upkeep = nil
        case .file(let path):
            let upkeep = KeySetUpkeep(
                .file(path), every: .seconds(1), restraint: .milliseconds(100), logger: logger)
            if let fault = await upkeep.load() {
                throw HostError(.configuration, "JWT_JWKS_FILE: \(fault)")
            }
            keys = upkeep.keys
            self.upkeep = upkeep
        case .url(let address, let interval):
            let upkeep = KeySetUpkeep(
                .url(address), every: interval, restraint: .seconds(10), logger: logger)
            keys = upkeep.keys
            self.upkeep = upkeep
        }
    }

    /// What keeps the keys up, to be run beside the server.
    func background(logger: Logger) -> [Background] {
        guard let upkeep else { return [] }
        return [Background(name: "token-keys", logger: logger) { await upkeep.run() }]
    }

    /// Why no token can be checked; `nil` if they can.
    var fault: String? {
        keys.accepted == nil ? "the keys that tokens are checked with were not fetched yet" : nil
    }

    /// Reads the `Authorization` header. Throws 401 that says what is wrong with it, and 503 while
    /// there are no keys.
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
        guard let accepted = keys.accepted else {
            throw .unavailable(
                code: HostCode.tokenKeysUnavailable,
                detail: "The keys that tokens are checked with are not there yet.")
        }
        let token = Array(parts[1])
        let digest = SHA256.hash(data: token)
        if let caller = accepted.verified.caller(of: digest, at: Date()) { return caller }
        return try await verify(token, digest, accepted)
    }

    private func verify(
        _ token: [UInt8], _ digest: SHA256.Digest, _ accepted: AcceptedKeys
    ) async throws(Problem) -> Caller {
        var accepted = accepted
        guard let header = TokenHeader(of: token) else { throw .notOurToken }
        if accepted.set.lacksKey(of: header), let upkeep {
            await upkeep.lookAgain()
            accepted = keys.accepted ?? accepted
        }
        guard let key = accepted.set.key(for: header) else { throw .notOurToken }
        do {
            let claims = try await key.claims(of: token)
            let caller = try claims.caller(trusted: trust)
            accepted.verified.remember(
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
            throw .notOurToken
        }
    }
}

extension Problem {
    fileprivate static let notOurToken = invalidToken("The token is not one of ours.")

    static func invalidToken(_ detail: String) -> Problem {
        unauthenticated(detail, challenge: #"Bearer error="invalid_token""#)
    }

    fileprivate static func unauthenticated(_ detail: String, challenge: String) -> Problem {
        var problem = Problem(status: 401, code: HostCode.unauthenticated, detail: detail)
        problem.headers[.wwwAuthenticate] = challenge
        return problem
    }
}
