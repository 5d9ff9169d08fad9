import FoundationEssentials
import Metrics
import Synchronization

/// What a source is doing.
enum SourceState: String, CaseIterable, Sendable {
    /// Trying to reach Postgres or Kafka.
    case connecting
    /// Another relay reads the slot; this one waits to take over.
    case standby
    /// The slot was lost, or never was: the table is being published.
    case rebuilding
    /// Reading the slot.
    case active
}

/// The numbers of one source, and its state for `/readyz`.
///
/// How far it is behind is known only while it reads the slot: what it knew before is not told in any
/// other state, but NaN, which no alert takes for a small number or a large one.
final class SourceMetrics: Sendable {
    private struct Status {
        var state = SourceState.connecting
        var error: String?
        var lagSeconds = 0.0
    }

    let source: String
    private let status = Mutex(Status())
    private let states: [(SourceState, Gauge)]
    private let undelivered: Gauge
    private let lagEvents: Gauge
    private let lagBytes: Gauge
    private let lagSeconds: Gauge
    private let retainedBytes: Gauge
    private let latency: Timer
    private let errors: Counter
    private let parkedNow: Gauge
    private let parkings: [ParkingReason: Counter]

    init(source: String) {
        self.source = source
        let dimensions = [("source", source)]
        states = SourceState.allCases.map {
            ($0, Gauge(label: "relay_state", dimensions: dimensions + [("state", $0.rawValue)]))
        }
        undelivered = Gauge(label: "relay_undelivered_events", dimensions: dimensions)
        lagEvents = Gauge(label: "relay_lag_events", dimensions: dimensions)
        lagBytes = Gauge(label: "relay_lag_bytes", dimensions: dimensions)
        lagSeconds = Gauge(label: "relay_lag_seconds", dimensions: dimensions)
        retainedBytes = Gauge(label: "relay_slot_retained_bytes", dimensions: dimensions)
        latency = Timer(label: "relay_commit_to_acknowledged_seconds", dimensions: dimensions)
        errors = Counter(label: "relay_errors_total", dimensions: dimensions)
        parkedNow = Gauge(label: "relay_parked_events", dimensions: dimensions)
        parkings = Dictionary(
            uniqueKeysWithValues: ParkingReason.allCases.map { reason in
                let reasons = dimensions + [("reason", reason.rawValue)]
                return (reason, Counter(label: "relay_parked_total", dimensions: reasons))
            })
        set(.connecting)
    }

    /// Counts the records of a topic that were handed to Kafka.
    func events(topic: String) -> Counter {
        Counter(label: "relay_events_total", dimensions: [("source", source), ("topic", topic)])
    }

    var state: SourceState { status.withLock { $0.state } }

    /// What is wrong, or `nil`: a standby is as ready as the active one.
    var trouble: String? {
        status.withLock { status in
            guard status.state == .connecting else { return nil }
            return "\(source): \(status.error ?? "connecting")"
        }
    }

    func set(_ state: SourceState) {
        status.withLock { status in
            status.state = state
            if state != .connecting { status.error = nil }
            status.lagSeconds = 0
        }
        if state != .active {
            for gauge in [undelivered, lagEvents, lagBytes, lagSeconds, retainedBytes] {
                gauge.record(Double.nan)
            }
        }
        // While it rebuilds it has the table of parked rows to itself.
        if state == .connecting || state == .standby { parkedNow.record(Double.nan) }
        for (other, gauge) in states { gauge.record(other == state ? 1 : 0) }
    }

    func failed(_ error: String) {
        status.withLock { $0.error = error }
        set(.connecting)
        errors.increment()
    }

    /// A row was parked.
    func parked(_ reason: ParkingReason) { parkings[reason]?.increment() }

    /// So many rows are parked.
    func parked(total: Int) { parkedNow.record(total) }

    /// Microseconds since 2000-01-01 00:00 UTC, as Postgres counts them.
    static var now: Int64 { Int64((Date().timeIntervalSince1970 - 946_684_800) * 1_000_000) }

    /// Kafka has everything of transactions that were committed then, and of all before them.
    func acknowledged(committedAt times: [Int64]) {
        let now = Self.now
        for time in times { latency.recordMicroseconds(max(0, now - time)) }
    }

    /// How far Kafka is behind the database. `undelivered` were read and are not acknowledged;
    /// `events` counts in what is not read yet, by an estimate; `bytes` of log, of whatever kind, lie
    /// behind the last that is acknowledged; `seconds` have passed since the oldest commit of those
    /// that were read and are not acknowledged, 0 where all are.
    func lag(undelivered: Int, events: Int, bytes: UInt64, seconds: Double) {
        self.undelivered.record(undelivered)
        lagEvents.record(events)
        lagBytes.record(Int64(clamping: bytes))
        lagSeconds.record(seconds)
        status.withLock { $0.lagSeconds = seconds }
    }

    /// How much of the log the server keeps for the slot, in bytes.
    func slot(retainedBytes: Int) { self.retainedBytes.record(retainedBytes) }

    /// `connecting`, `standby`, `rebuilding`, `active`, or `lagging` where it is active and behind.
    func health(laggingAfter seconds: Int) -> String {
        status.withLock { status in
            if status.state == .active, status.lagSeconds > Double(seconds) { return "lagging" }
            return status.state.rawValue
        }
    }
}
