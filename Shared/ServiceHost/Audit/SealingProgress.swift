import FoundationEssentials
import Synchronization

/// How far sealing has come, for whoever watches.
final class SealingProgress: Sendable {
    private struct State {
        var size: Int64 = 0
        /// By our own clock, when all that had been written down was sealed.
        var sealedUntil = Date()
    }

    private let state = Mutex(State())

    func note(_ round: AuditSealer.Round) {
        let behind = Double(max(0, round.now - round.sealedUntil)) / 1_000_000
        let until = Date().addingTimeInterval(-behind)
        state.withLock { state in
            state.size = round.size
            state.sealedUntil = until
        }
    }

    var size: Int64 { state.withLock(\.size) }

    /// Seconds since when something may wait: grows while nobody seals.
    var lag: Double { max(0, -state.withLock(\.sealedUntil).timeIntervalSinceNow) }

    /// Shows both in `/metrics`.
    func observe() {
        let registry = Telemetry.registry
        registry.sample("audit_tree_size", help: "Facts that are sealed.") { Double(self.size) }
        registry.sample(
            "audit_sealing_lag_seconds",
            help: "Age of what was written down and is not sealed yet."
        ) { self.lag }
        registry.describe("audit_leaves_total", help: "Facts that this process has sealed.")
    }
}
