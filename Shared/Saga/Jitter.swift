import Synchronization

/// Spreads pauses, so that sagas that fell silent together do not all ask again together.
final class Jitter: Sendable {
    private let state: Mutex<UInt64>

    /// The same seed gives the same pauses.
    init(seed: UInt64) {
        state = Mutex(seed)
    }

    /// Milliseconds between half the pause and the whole of it.
    func spread(_ pause: Duration) -> Int64 {
        let whole = pause.milliseconds
        let half = whole / 2
        return whole - Int64(next() % UInt64(half + 1))
    }

    /// SplitMix64 (Steele, Lea and Flood, 2014).
    private func next() -> UInt64 {
        state.withLock { state in
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}

extension Duration {
    /// Whole milliseconds, never negative.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return max(0, seconds * 1000 + attoseconds / 1_000_000_000_000_000)
    }
}
