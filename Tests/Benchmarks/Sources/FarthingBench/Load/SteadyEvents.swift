import Contracts
import Outbox
import Postgres
import Synchronization

/// Events of 300 bytes that are appended to an outbox at a steady rate, a transaction each.
struct SteadyEvents: Sendable {
    typealias Instant = ContinuousClock.Instant

    let topic: String
    let database: Database

    /// Writes them, the key of each being its number; tells when each was due and committed.
    @discardableResult
    func write(_ loop: OpenLoop) async throws -> [Int: (due: Instant, committed: Instant)] {
        let written = Mutex<[Int: (due: Instant, committed: Instant)]>([:])
        try await loop.run { number, due in
            let envelope = Envelope(
                topic: topic, key: "\(number)", aggregate: "bench", type: "bench.happened",
                source: "bench", subject: "\(number)", tenant: "bench",
                payload: Array(repeating: UInt8(ascii: "x"), count: 300))
            try await database.transaction { tx in try Outbox.append([envelope], in: tx) }
            let committed = ContinuousClock.now
            written.withLock { $0[number] = (due, committed) }
        }
        return written.withLock { $0 }
    }
}
