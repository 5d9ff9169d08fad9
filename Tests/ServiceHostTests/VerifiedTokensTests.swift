import Crypto
import FoundationEssentials
import JWTKit
import TestSupport
import Testing

@testable import ServiceHost

@Suite("A token is verified once", .tags(.unit))
struct VerifiedTokensTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)
    private let ada = Caller(subject: "ada", tenant: "acme", scopes: [.ledgerRead])

    private func digest(_ number: Int) -> SHA256.Digest {
        SHA256.hash(data: Array("token \(number)".utf8))
    }

    @Test("and its caller is remembered until it expires")
    func expiry() {
        let tokens = VerifiedTokens()
        tokens.remember(digest(1), of: ada, until: now + 60)
        #expect(tokens.caller(of: digest(1), at: now) == ada)
        #expect(tokens.caller(of: digest(1), at: now + 59.9) == ada)
        #expect(tokens.caller(of: digest(1), at: now + 60) == nil)
        #expect(tokens.caller(of: digest(2), at: now) == nil)
    }

    @Test("and not before its time, should the clock be set back")
    func start() {
        let tokens = VerifiedTokens()
        tokens.remember(digest(1), of: ada, from: now, until: now + 60)
        #expect(tokens.caller(of: digest(1), at: now) == ada)
        #expect(tokens.caller(of: digest(1), at: now - 0.1) == nil)
    }

    @Test("but no more than so many callers are remembered, of which those who keep asking")
    func bounds() {
        let tokens = VerifiedTokens(size: 10)
        tokens.remember(digest(0), of: ada, until: now + 60)
        for number in 1...1_000 {
            tokens.remember(digest(number), of: ada, until: now + 60)
            #expect(tokens.caller(of: digest(0), at: now) == ada, "after \(number)")
        }
        #expect(tokens.count <= 20)
        #expect(tokens.caller(of: digest(900), at: now) == nil)
    }

    @Test("a token that is older than the others expires all the same")
    func expiresWhenOld() {
        let tokens = VerifiedTokens(size: 1)
        tokens.remember(digest(1), of: ada, until: now + 60)
        tokens.remember(digest(2), of: ada, until: now + 60)
        #expect(tokens.caller(of: digest(1), at: now + 60) == nil)
    }

    @Test("what is not that very token is verified anew, and refused")
    func otherTokens() async throws {
        let authenticator = try await Authenticator(RunningHost.trust, logger: .quiet)
        let token = try await RunningHost.token()
        let caller = try await authenticator.caller(of: "Bearer \(token)")
        #expect(try await authenticator.caller(of: "bearer  \(token)") == caller)
        let forged = String(token.dropLast(4)) + "AAAA"
        await #expect(throws: Problem.self) {
            try await authenticator.caller(of: "Bearer \(forged)")
        }
        let stranger = try await RunningHost.token(secret: String(repeating: "x", count: 32))
        for _ in 0..<2 {
            await #expect(throws: Problem.self) {
                try await authenticator.caller(of: "Bearer \(stranger)")
            }
        }
    }

    @Test("a token is refused until its time has come")
    func notBefore() async throws {
        let authenticator = try await Authenticator(RunningHost.trust, logger: .quiet)
        var claims = RunningHost.Claims()
        claims.nbf = NotBeforeClaim(value: Date() + 300)
        let early = "Bearer \(try await RunningHost.token(claims))"
        for _ in 0..<2 {
            let problem = await #expect(throws: Problem.self) {
                try await authenticator.caller(of: early)
            }
            #expect(problem?.status == 401)
            #expect(problem?.detail == "The token is not valid yet.")
        }
        claims.nbf = NotBeforeClaim(value: Date() - 1)
        let caller = try await authenticator.caller(
            of: "Bearer \(try await RunningHost.token(claims))")
        #expect(caller.subject == "tester")
    }

    @Test("a token that expires after it was accepted is refused from then on")
    func expiresMeanwhile() async throws {
        let authenticator = try await Authenticator(RunningHost.trust, logger: .quiet)
        var claims = RunningHost.Claims()
        claims.exp = ExpirationClaim(value: Date() + 4)
        let header = "Bearer \(try await RunningHost.token(claims))"
        _ = try await authenticator.caller(of: header)
        try await eventually {
            do {
                _ = try await authenticator.caller(of: header)
                return false
            } catch let problem as Problem {
                return problem.detail == "The token has expired."
            }
        }
    }
}
