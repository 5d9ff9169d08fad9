import ServiceLifecycle

/// How long to wait before trying again: longer each time, up to a cap, and never quite the same,
/// so that those who failed together do not come back together.
struct Backoff {
    private var ceiling: Duration
    private let cap: Duration

    init(first: Duration = .milliseconds(20), cap: Duration = .seconds(5)) {
        ceiling = first
        self.cap = cap
    }

    /// Between half the ceiling and the ceiling, which doubles.
    mutating func next() -> Duration {
        let pause = ceiling / 2 + ceiling / 2 / 1000 * Int.random(in: 0...1000)
        ceiling = min(ceiling * 2, cap)
        return pause
    }

    /// Sleeps until the time has passed or the process is to end.
    static func sleep(_ pause: Duration) async {
        try? await cancelWhenGracefulShutdown { try await Task.sleep(for: pause) }
    }
}
