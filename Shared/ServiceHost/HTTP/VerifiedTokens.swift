import Crypto
import FoundationEssentials
import Synchronization

/// The callers of tokens that were found good, so that a caller's second request does not pay for
/// the signature and the claims again: that was a twentieth of the ledger's processor time for
/// transfers sent one by one (2026-11).
///
/// It knows what one set of keys has verified, and goes with it. A token is known by its SHA-256,
/// which is no secret that another token could share, and neither before its time nor beyond
/// its expiry. What is remembered is bounded: of two generations the older is forgotten when the younger is full, and
/// who still asks has by then moved to the younger.
final class VerifiedTokens: Sendable {
    private struct Verified {
        let caller: Caller
        let start: Date
        let expiry: Date

        func isValid(at now: Date) -> Bool { start <= now && now < expiry }
    }

    private struct Generations {
        var young: [SHA256.Digest: Verified] = [:]
        var old: [SHA256.Digest: Verified] = [:]
    }

    private let generations = Mutex(Generations())
    private let size: Int

    /// - Parameter size: how many tokens a generation has at most.
    init(size: Int = 4096) {
        self.size = size
    }

    /// How many tokens are remembered.
    var count: Int { generations.withLock { $0.young.count + $0.old.count } }

    /// Who asks with a token; `nil` if that has to be found out.
    func caller(of token: SHA256.Digest, at now: Date) -> Caller? {
        generations.withLock { generations in
            if let known = generations.young[token] {
                return known.isValid(at: now) ? known.caller : nil
            }
            guard let known = generations.old.removeValue(forKey: token), known.isValid(at: now)
            else { return nil }
            add(token, known, to: &generations)
            return known.caller
        }
    }

    /// Remembers who asks with a token that has just been verified.
    func remember(
        _ token: SHA256.Digest, of caller: Caller, from start: Date = .distantPast,
        until expiry: Date
    ) {
        let verified = Verified(caller: caller, start: start, expiry: expiry)
        generations.withLock { generations in
            add(token, verified, to: &generations)
        }
    }

    private func add(
        _ token: SHA256.Digest, _ verified: Verified, to generations: inout Generations
    ) {
        if generations.young.count >= size {
            generations.old = generations.young
            generations.young = [:]
        }
        generations.young[token] = verified
    }
}
