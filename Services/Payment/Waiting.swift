import Contracts
import ServiceLifecycle
import Synchronization

/// Wakes the requests that wait (`Prefer: wait`) for a payment or a refund to end.
///
/// What ends in this process wakes its waiters at once: its end is noted inside the transaction and
/// announced after the commit. What ends in another process of the service is asked for every now
/// and then, for all who wait by one statement (`wake`): when each looked for itself, a service that
/// was behind read its payments more often than it wrote them, and so fell further behind.
final class Waiting<Ending: Hashable & Sendable>: Sendable {
    private struct State {
        var waiters: [Ending: [Int: AsyncStream<Void>.Continuation]] = [:]
        var nextTicket = 0
        /// What has ended, or will have with a commit.
        var noted: Set<Ending> = []
    }

    private let state = Mutex(State())

    /// Remembers, inside the transaction, what will have ended once it has committed.
    ///
    /// If it rolls back instead, announcements wake waiters that see no end and wait on.
    func note(_ ended: [Ending]) {
        state.withLock { $0.noted.formUnion(ended) }
    }

    /// Wakes those who wait for what was noted. To be called after each commit.
    ///
    /// Another transaction may have noted an end and not have committed it: a replay of dead
    /// letters, which nothing announces, does. Its waiters see no end yet, so what was noted stays
    /// so while somebody waits for it, and the next announcement wakes them again.
    func announce() {
        let woken = state.withLock { state in
            state.noted = state.noted.filter { state.waiters[$0] != nil }
            return state.noted.flatMap { state.waiters[$0].map { Array($0.values) } ?? [] }
        }
        for waiter in woken { waiter.yield() }
    }

    /// Wakes those who wait for what `ended` finds to have ended, whoever ended it. Rethrows.
    func wake(_ ended: ([Ending]) async throws -> [Ending]) async rethrows {
        let awaited = state.withLock { Array($0.waiters.keys) }
        guard !awaited.isEmpty else { return }
        let over = try await ended(awaited)
        let woken = state.withLock { state in
            over.flatMap { state.waiters[$0].map { Array($0.values) } ?? [] }
        }
        for waiter in woken { waiter.yield() }
    }

    /// Looks until there is something to see, the time is up, the caller is cancelled, or the
    /// process shuts down. Answers what the last look saw; rethrows what it threw.
    ///
    /// - Parameter isFresh: it has only just begun, so that the first look is worth its transaction
    ///   no sooner than it is woken.
    func look<Seen: Sendable>(
        for ending: Ending, upTo limit: Duration, isFresh: Bool = false,
        _ look: () async throws -> Seen, until isEnough: (Seen) -> Bool
    ) async throws -> Seen {
        let deadline = ContinuousClock.now + limit
        let (wakeUps, waiter) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        // Before the first look, so that no end can fall between a look and the wait.
        let ticket = enter(waiter, for: ending)
        let alarm = Task {
            try await Task.sleep(until: deadline)
            waiter.yield()
            waiter.finish()
        }
        defer {
            alarm.cancel()
            leave(ticket, for: ending)
        }
        return try await withGracefulShutdownHandler {
            var waking = wakeUps.makeAsyncIterator()
            if isFresh { _ = await waking.next() }
            var seen = try await look()
            while !isEnough(seen), await waking.next() != nil { seen = try await look() }
            return seen
        } onGracefulShutdown: {
            waiter.finish()
        }
    }

    /// How many requests wait.
    var count: Int { state.withLock { $0.waiters.values.reduce(0) { $0 + $1.count } } }

    private func enter(_ waiter: AsyncStream<Void>.Continuation, for ending: Ending) -> Int {
        state.withLock { state in
            state.nextTicket += 1
            state.waiters[ending, default: [:]][state.nextTicket] = waiter
            return state.nextTicket
        }
    }

    private func leave(_ ticket: Int, for ending: Ending) {
        state.withLock { state in
            state.waiters[ending]?[ticket] = nil
            if state.waiters[ending]?.isEmpty == true { state.waiters[ending] = nil }
        }
    }
}
