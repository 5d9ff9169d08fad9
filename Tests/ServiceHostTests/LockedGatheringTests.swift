import Postgres
import TestSupport
import Testing

@testable import ServiceHost

@Suite("Requests that arrive together with some that wait for a lock", .tags(.database))
struct LockedGatheringTests {
    private static let lockTimeout = Duration.seconds(2)

    @Test("are answered long before all of those have given up one after the other")
    func neighbours() async throws {
        let test = try await TestDatabase.make(RunningHost.migrations)
        let database = try Database(
            .init(url: test.url, connections: 4, lockTimeout: Self.lockTimeout), logger: .quiet)
        let gathering = Gathering<Int64>(
            database: database, operation: "test.locked",
            limits: GatheringLimits(
                queue: BatchLimits(batchesAtOnce: 1), patience: Self.lockTimeout)
        ) { requests, tx in
            try requests.map { request in
                try tx.query(Statement("SELECT pg_advisory_xact_lock($1)"), request.input)
                return .created([request.input])
            }
        }
        let holder = try Connection(url: test.superuserURL)
        try holder.execute("BEGIN; SELECT pg_advisory_xact_lock(0)")

        // Every second one needs the lock that is held: alone and in turn they would take 60 s.
        let start = ContinuousClock.now
        let codes = try await withThrowingTaskGroup(
            of: (isFree: Bool, code: PostgresError.Code?).self
        ) { group in
            for number in Int64(0)..<60 {
                group.addTask {
                    let isFree = number % 2 == 1
                    let code = try await Self.ask(gathering, number, lock: isFree ? number : 0)
                    return (isFree, code)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(ContinuousClock.now - start < Self.lockTimeout * 15)
        #expect(codes.count == 60)
        for (isFree, code) in codes { #expect(code == (isFree ? nil : .lockTimeout)) }
        try holder.execute("COMMIT")
        await database.close()
    }

    @Test("of a batch that failed wait no longer together than one of them may alone")
    func patience() {
        let limits = GatheringLimits()
        #expect(limits.patience(ofEachAmong: 2) == .seconds(5))
        #expect(limits.patience(ofEachAmong: 200) == .milliseconds(75))
    }

    /// The code with which a request failed.
    private static func ask(
        _ gathering: Gathering<Int64>, _ number: Int64, lock: Int64
    ) async throws -> PostgresError.Code? {
        let scope = RequestScope(tenant: "acme", actor: "ann", requestID: "req_\(number)")
        let once = IdempotentRequest(
            tenant: "acme", operation: "test.locked", key: "k-\(number)", hash: [])
        do {
            _ = try await gathering.perform(.init(once: once, input: lock, scope: scope))
            return nil
        } catch let error as PostgresError {
            return error.code
        }
    }
}
