/// How patiently a silent or refused request is repeated: exponential backoff with a cap.
///
/// The engine's pauses are exact; the runner spreads them (`Jitter`).
public struct RetryPolicy: Hashable, Sendable {
    /// How often is asked, at least once.
    ///
    /// Where giving up would be wrong (a silent pivot, anything after it) asking goes on at the cap
    /// and the number only says from when on it is called overdue.
    public let attempts: Int
    /// The pause after the first attempt.
    public let initial: Duration
    /// What each further pause is multiplied with.
    public let multiplier: Int
    /// The longest pause.
    public let cap: Duration

    /// With these defaults and a timeout of 5 seconds, silence is given up after half a minute.
    public init(
        attempts: Int = 5, initial: Duration = .milliseconds(500), multiplier: Int = 2,
        cap: Duration = .seconds(30)
    ) {
        self.attempts = max(1, attempts)
        self.initial = initial
        self.multiplier = max(1, multiplier)
        self.cap = cap
    }

    /// The same pauses, more or fewer of them.
    public func withAttempts(_ attempts: Int) -> RetryPolicy {
        RetryPolicy(attempts: attempts, initial: initial, multiplier: multiplier, cap: cap)
    }

    /// How long to pause after an attempt, counted from 1.
    public func pause(after attempt: Int) -> Duration {
        var pause = initial
        var further = attempt - 1
        while further > 0, pause < cap {
            pause *= multiplier
            further -= 1
        }
        return min(pause, cap)
    }
}
