/// What was going on in a simulation.
struct Tally: Equatable {
    var acknowledged = 0
    var succeeded = 0
    /// By the code of their failures.
    var failed: [String: Int] = [:]
    var cancelled = 0
    var refunds = 0
    var refundsSucceeded = 0
    var refundsRefused = 0
    var interventions = 0
    var messages = 0
    var lost = 0
    var repeated = 0
    var late = 0
    var crashes = 0
    var weather = 0
}

/// What came of a simulation.
struct Report: CustomStringConvertible {
    let seed: UInt64
    /// Of the trace.
    let hash: UInt64
    let trace: [String]
    /// Virtual milliseconds.
    let duration: Int64
    let tally: Tally
    /// Each with the lines of the trace that are about it.
    let violations: [String]

    var description: String {
        "seed \(seed): \(tally.acknowledged) payments (\(tally.succeeded) succeeded, "
            + "\(failures)), \(tally.refunds) refunds "
            + "(\(tally.refundsSucceeded) succeeded, \(tally.refundsRefused) refused), "
            + "\(tally.messages) messages (\(tally.lost) lost, \(tally.repeated) repeated, \(tally.late) late), "
            + "\(tally.crashes) crashes, weather \(tally.weather) times, "
            + "\(tally.interventions) interventions, \(duration / 1000) s, trace \(hash)"
    }

    private var failures: String {
        tally.failed.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    }

    /// For a test that fails.
    var complaint: String {
        "FARTHING_SIMULATION_SEED=\(seed) replays it.\n"
            + violations.prefix(3).joined(separator: "\n\n")
    }
}
