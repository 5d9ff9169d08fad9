import Audit
import FoundationEssentials
import Synchronization

/// How far sealing has come, for whoever watches, and for the sealer itself: what it has signed or
/// gone on from cannot become less.
final class SealingProgress: Sendable {
    private struct State {
        var log = SealedLog()
        /// By our own clock, when all that had been written down was sealed.
        var sealedUntil = Date()
    }

    private let state = Mutex(State())

    func note(_ round: AuditSealer.Round) {
        let behind = Double(max(0, round.now - round.sealedUntil)) / 1_000_000
        let until = Date().addingTimeInterval(-behind)
        state.withLock { state in
            state.log = round.log
            state.sealedUntil = until
        }
    }

    var size: Int64 { state.withLock(\.log.tree.size) }

    /// Throws `AuditError` for a log that was cut off or made anew since the last round. After a
    /// failover to a server that lacks the end of it, that is so too: whoever knows the reason starts
    /// the process again.
    func check(_ log: SealedLog) throws(AuditError) {
        let known = state.withLock(\.log)
        guard log.tree.size > known.tree.size || log == known else {
            throw AuditError(
                "the log has \(log.tree.size) leaves that are not the \(known.tree.size) that were "
                    + "sealed: it was cut off or made anew")
        }
    }

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
