import FoundationEssentials
import LocalStack
import Postgres
import Synchronization

/// Everybody who looks on: at the topics, at the order of commits, at the consumers' counts and
/// at the sagas. They take no part.
final class Observers: Sendable {
    private let reader: TopicReader
    private let commits: [CommitLog]
    private let counts: ConsumerCounts
    private let databases: [String: Database]
    private let tasks: [Task<Void, Never>]
    private let lastSeen = Mutex(SagaCounts())

    /// Must be made before anything happens, so that nothing is missed. `topicsAreNew`: whether they
    /// held nothing before. Throws `PostgresError`.
    init(
        _ stack: Stack, services: [(name: String, api: APIClient)], topicsAreNew: Bool
    ) throws {
        let environment = stack.environment
        let run = UInt32.random(in: 0...UInt32.max)
        commits = try Stack.services.map { name in
            try CommitLog(
                source: name, url: try stack.replicationURL(name), slot: "farthing_chaos_\(name)")
        }
        databases = [
            "payment": try Inspection.open(environment.paymentDatabase),
            "billing": try Inspection.open(environment.billingDatabase),
            "ledger": try Inspection.open(environment.ledgerDatabase),
        ]
        reader = TopicReader(
            kafka: environment.kafka, group: "farthing-chaos-\(run)", areNew: topicsAreNew)
        counts = ConsumerCounts(services)
        tasks =
            [Task { [reader] in await reader.run() }]
            + commits.map { log in Task { await log.run() } }
    }

    /// Looks at what has to be asked for again and again.
    func look() async {
        await counts.read()
        if let sagas = try? await sagas() { lastSeen.withLock { $0 = sagas } }
    }

    var lastSagas: SagaCounts { lastSeen.withLock { $0 } }
    var sightings: Sightings { reader.sightings }
    var consumers: ConsumerCounts.Totals { counts.totals }

    /// Throws `PostgresError`.
    func sagas() async throws -> SagaCounts {
        guard let payment = databases["payment"] else { return SagaCounts() }
        return try await SagaCounts.read(payment)
    }

    /// The outboxes, once all their rows have come out and all their commits were read; after the
    /// time is up, as they are then. Throws `PostgresError`.
    func outboxes(within limit: Duration) async throws -> [Facts.Outbox] {
        let deadline = ContinuousClock.now + limit
        while true {
            var outboxes: [Facts.Outbox] = []
            var isComplete = true
            for log in commits {
                guard let database = databases[log.source] else { continue }
                let stored = try await Inspection.outbox(database)
                let committed = log.events
                isComplete =
                    isComplete && committed.count >= stored.count && reader.hasSeen(stored)
                outboxes.append(
                    Facts.Outbox(source: log.source, stored: stored, committed: committed))
            }
            if isComplete || ContinuousClock.now >= deadline { return outboxes }
            try await Task.sleep(for: .milliseconds(500))
        }
    }

    /// Ends the readers and waits for them.
    func stop() async {
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }
}
