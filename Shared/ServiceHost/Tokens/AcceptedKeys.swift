import Synchronization

/// The keys of a time, and the tokens that they have verified: a key that is gone takes with it
/// what it vouched for.
final class AcceptedKeys: Sendable {
    let set: KeySet
    let verified = VerifiedTokens()

    init(_ set: KeySet) {
        self.set = set
    }
}

/// The keys of this moment; none before they were first read.
final class CurrentKeys: Sendable {
    private struct State {
        var accepted: AcceptedKeys?
        var confirmed: ContinuousClock.Instant?
    }

    private let state: Mutex<State>

    init(_ set: KeySet? = nil) {
        state = Mutex(State(accepted: set.map(AcceptedKeys.init)))
    }

    var accepted: AcceptedKeys? { state.withLock { $0.accepted } }

    /// How long ago their source last had them; `nil` if it never had.
    var age: Duration? {
        state.withLock { $0.confirmed }.map { ContinuousClock.now - $0 }
    }

    /// Takes over what the source has. False if it is what it was.
    func confirm(_ set: KeySet) -> Bool {
        state.withLock { state in
            state.confirmed = .now
            if let known = state.accepted, Set(known.set.keys) == Set(set.keys) { return false }
            state.accepted = AcceptedKeys(set)
            return true
        }
    }
}
