/// Something that is begun so many times a second, whether or not what was begun before has ended.
struct OpenLoop: Sendable {
    let perSecond: Int
    let duration: Duration

    var count: Int { Int(Double(perSecond) * (duration / .seconds(1))) }

    /// When the n-th one is due.
    func due(_ number: Int, from start: ContinuousClock.Instant) -> ContinuousClock.Instant {
        start + .nanoseconds(number * 1_000_000_000 / perSecond)
    }

    /// Begins each in its time, and returns once all have ended; throws what the first one threw.
    func run(
        _ body:
            @escaping @Sendable (_ number: Int, _ due: ContinuousClock.Instant) async throws
            -> Void
    ) async throws {
        let start = ContinuousClock.now
        try await withThrowingDiscardingTaskGroup { group in
            var next = 0
            while next < count {
                let now = ContinuousClock.now
                while next < count, due(next, from: start) <= now {
                    let number = next
                    group.addTask { try await body(number, due(number, from: start)) }
                    next += 1
                }
                try await ContinuousClock().sleep(until: due(next, from: start))
            }
        }
    }
}
